// Where a jobserver's tokens are: a pipe or fifo in which each byte is one token.
//
//     -j4: three bytes
//                          +--------------------+
//     our own description  |  +   +   +         |  <- another make takes and puts, too, at any time
//     (/proc/self/fd/N) -> +--------------------+
//
//     take()  byte      a job may start
//             nothing   the read end is watched; make sleeps, and takes again: another make may be faster
//             ended     nobody has the other end
//     put()   done
//             full      the byte stays here, for the next job or for later
//
// Neither ever waits, and neither changes a flag of what other processes have open.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cmz {

// The two ends of the pipe, fifo or device that holds a jobserver's tokens. What other processes
// hold of it is left alone: reading and writing go through open file descriptions of our own where
// the system gives us some, so that being non-blocking is ours as well. Never sleeps in a read or a
// write.
class TokenChannel {
 public:
  // Descriptors that a parent opened. Null when they are closed, or something else by now, or have
  // the wrong direction. They stay the parent's; from here on exec closes them.
  static std::unique_ptr<TokenChannel> adopt(int read_end, int write_end);
  // A fifo or device by its name. Null, and errno, when it cannot be opened, or when nobody serves
  // the fifo any more.
  static std::unique_ptr<TokenChannel> open(const std::string& path);
  // A pipe of our own. Null, and errno, when there is none to be had.
  static std::unique_ptr<TokenChannel> make_pipe();
  // A fifo of our own with mode 0600; what `path` names must not exist yet. Null, and errno.
  static std::unique_ptr<TokenChannel> make_fifo(const std::string& path);

  ~TokenChannel();
  TokenChannel(const TokenChannel&) = delete;
  TokenChannel& operator=(const TokenChannel&) = delete;

  enum class Take : uint8_t { byte, nothing, ended };
  // Takes one byte. `ended`: there will be none any more; errno says why, 0 at end of file.
  Take take(char& byte);

  enum class Put : uint8_t { done, full, refused };
  Put put(char byte);
  // Puts `count` times `byte`, or as many as there is room for. Returns how many.
  size_t fill(char byte, size_t count);
  // Sleeps until there may be room, at most that long.
  void wait_for_room(int timeout_ms) const;

  // How many bytes are in it.
  size_t waiting() const;
  // Makes room for so many bytes, as far as the system lets us. Returns what fits.
  size_t make_room(size_t bytes);
  // Whether nobody but us could read. Closes our read ends for the moment of the question: only for
  // a channel that we made. False when that cannot be found out.
  bool is_only_reader();

  // While on, watch_descriptor() becomes readable when there may be a byte. Off, what happens in
  // the channel wakes nobody here.
  void watch(bool on);
  int watch_descriptor() const { return watch_; }

  // The ends as children inherit them; empty for a channel that has a name.
  std::vector<int> shared_ends() const;

 private:
  TokenChannel() = default;
  void open_views();
  bool reopen_read_ends();

  int read_end_ = -1, write_end_ = -1;  // as children see them; -1: they open the channel by name
  bool owns_ends_ = false;
  int reader_ = -1, writer_ = -1;                     // ours
  bool reader_is_own_ = true, writer_is_own_ = true;  // open file descriptions that nobody shares
  bool one_file_ = true;  // both ends are of the same pipe: we read, so writing finds a reader
  int watch_ = -1;        // an epoll instance
};

// One byte from a descriptor whose flags must not change, whatever they are and whatever other
// processes do meanwhile. -1 and EAGAIN when there is none now, 0 at end of file.
ssize_t read_without_waiting(int fd, char* byte);
// What it falls back to on kernels where a pipe cannot be read with RWF_NOWAIT.
ssize_t splice_without_waiting(int fd, char* byte);

}  // namespace cmz
