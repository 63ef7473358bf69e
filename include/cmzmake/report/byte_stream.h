#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace cmz {

// Bytes for a reader who must never hold up the build: what the reader does not take at once is kept, up to a limit,
// and offered again with the next bytes. A reader that is gone is no error, nor a signal.
class ByteStream {
 public:
  // `target`: a file, which is written anew (`append`: continued), a named pipe, or `fd:N`, a descriptor that this
  // process was given; it is taken over, children do not get it. Null, and the reason in `error`.
  static std::unique_ptr<ByteStream> open(std::string_view target, bool append, std::error_code& error);

  // `most`: bytes that are kept for a slow reader. `given`: see leave_for_exec().
  ByteStream(int descriptor, size_t most, int given = -1);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  // Writes `text`, whole or not at all: false when it does not fit behind what waits, or nobody reads any more.
  bool put(std::string_view text);
  // Offers what waits. Never blocks.
  void flush();
  // Gives the reader so much time at most, in milliseconds, to take what waits.
  void finish(int patience_ms);

  size_t waiting() const { return kept_.size() - taken_; }
  // The program that this process executes next finds the descriptor that `fd:N` named where it was.
  void leave_for_exec();

  // The descriptor that becomes writable when the reader has made room; -1: nobody reads.
  int descriptor() const { return gone_ ? -1 : descriptor_; }

 private:
  // How many bytes of `text` were taken; less than all when the reader is slow or gone.
  size_t offer(std::string_view text);

  int descriptor_;
  int given_;  // N of fd:N; -1: a file
  bool is_socket_ = false;
  bool gone_ = false;
  bool left_ = false;  // for the next program: not to be closed
  size_t most_;
  std::string kept_;
  size_t taken_ = 0;  // of kept_
};

}  // namespace cmz
