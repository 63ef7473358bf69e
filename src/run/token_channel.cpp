#include "cmzmake/run/token_channel.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace cmz {
namespace {

// Descriptors stay out of the way of recipes that say `exec 3>`, where the limit allows it.
int move_high(int fd) {
  if (fd < 0) return fd;
  for (const int lowest : {80, 40, 20, 10}) {
    const int high = ::fcntl(fd, F_DUPFD_CLOEXEC, lowest);
    if (high < 0) continue;
    ::close(fd);
    return high;
  }
  return fd;
}

// An open file description of our own for what `fd` has open, or -1.
int open_again(int fd, int flags) {
  const std::string path = fmt::format("/proc/self/fd/{}", fd);
  return move_high(::open(path.c_str(), flags | O_CLOEXEC));
}

void close_if_open(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

// Whether tokens may come out of or go into `fd`. A descriptor that was closed may have been opened
// again as something else: neither its content nor its reader would know what a token is.
bool can_hold_tokens(int fd, int mode) {
  struct stat status;
  if (::fstat(fd, &status) != 0) return false;
  if (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode)) return false;
  const int have = ::fcntl(fd, F_GETFL) & O_ACCMODE;
  return have == O_RDWR || have == mode;
}

bool is_same_file(int a, int b) {
  struct stat first, second;
  return ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

int events_now(int fd, short events) {
  pollfd look{fd, events, 0};
  return ::poll(&look, 1, 0) == 1 ? look.revents : 0;
}

bool is_unsupported(int error) { return error == EOPNOTSUPP || error == ENOSYS || error == ESPIPE || error == EINVAL; }

}  // namespace

ssize_t splice_without_waiting(int fd, char* byte) {
  int own[2];
  if (::pipe2(own, O_CLOEXEC) != 0) return -1;
  // The kernel takes the byte or says EAGAIN in one step, also when `fd` is a blocking one.
  ssize_t n = ::splice(fd, nullptr, own[1], nullptr, 1, SPLICE_F_NONBLOCK);
  const int error = errno;
  if (n == 1) n = ::read(own[0], byte, 1);
  ::close(own[0]);
  ::close(own[1]);
  errno = error;
  return n;
}

ssize_t read_without_waiting(int fd, char* byte) {
  iovec vector{byte, 1};
  ssize_t n = ::preadv2(fd, &vector, 1, -1, RWF_NOWAIT);
  if (n >= 0 || !is_unsupported(errno)) return n;
  n = splice_without_waiting(fd, byte);
  if (n >= 0 || !is_unsupported(errno)) return n;
  // A device. It may still make us wait when somebody else is faster.
  if (events_now(fd, POLLIN) & (POLLIN | POLLHUP)) return ::read(fd, byte, 1);
  errno = EAGAIN;
  return -1;
}

std::unique_ptr<TokenChannel> TokenChannel::adopt(int read_end, int write_end) {
  if (!can_hold_tokens(read_end, O_RDONLY) || !can_hold_tokens(write_end, O_WRONLY)) return nullptr;
  std::unique_ptr<TokenChannel> channel(new TokenChannel);
  channel->read_end_ = read_end;
  channel->write_end_ = write_end;
  for (const int fd : {read_end, write_end})
    if (fd > STDERR_FILENO) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  channel->open_views();
  return channel;
}

// Our own views of the two ends.
void TokenChannel::open_views() {
  reader_ = open_again(read_end_, O_RDONLY | O_NONBLOCK);
  writer_ = open_again(write_end_, O_WRONLY | O_NONBLOCK);
  if (reader_ < 0) {  // another user's pipe, or no /proc: read with care
    reader_is_own_ = false;
    reader_ = read_end_;
  }
  if (writer_ < 0) {
    writer_is_own_ = false;
    writer_ = write_end_;
  }
  one_file_ = is_same_file(read_end_, write_end_);
}

std::unique_ptr<TokenChannel> TokenChannel::open(const std::string& path) {
  std::unique_ptr<TokenChannel> channel(new TokenChannel);
  // The write end first: without blocking it fails when nobody has the fifo open for reading.
  channel->writer_ = move_high(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  if (channel->writer_ < 0) return nullptr;
  channel->reader_ = move_high(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (channel->reader_ < 0) return nullptr;
  if (!can_hold_tokens(channel->reader_, O_RDONLY)) {
    errno = EINVAL;
    return nullptr;
  }
  return channel;
}

std::unique_ptr<TokenChannel> TokenChannel::make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return nullptr;
  std::unique_ptr<TokenChannel> channel(new TokenChannel);
  channel->read_end_ = move_high(ends[0]);
  channel->write_end_ = move_high(ends[1]);
  channel->owns_ends_ = true;
  channel->open_views();
  return channel;
}

std::unique_ptr<TokenChannel> TokenChannel::make_fifo(const std::string& path) {
  if (::mkfifo(path.c_str(), 0600) != 0) return nullptr;
  std::unique_ptr<TokenChannel> channel(new TokenChannel);
  channel->reader_ = move_high(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  channel->writer_ = move_high(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  if (channel->reader_ >= 0 && channel->writer_ >= 0) return channel;
  const int error = errno;
  ::unlink(path.c_str());
  errno = error;
  return nullptr;
}

TokenChannel::~TokenChannel() {
  const int error = errno;
  close_if_open(watch_);
  if (reader_ != read_end_) close_if_open(reader_);
  if (writer_ != write_end_) close_if_open(writer_);
  if (owns_ends_) {
    close_if_open(read_end_);
    close_if_open(write_end_);
  }
  errno = error;
}

TokenChannel::Take TokenChannel::take(char& byte) {
  ssize_t n;
  do {
    n = reader_is_own_ ? ::read(reader_, &byte, 1) : read_without_waiting(reader_, &byte);
  } while (n < 0 && errno == EINTR);
  if (n == 1) return Take::byte;
  if (n < 0 && errno == EAGAIN) return Take::nothing;
  if (n == 0) errno = 0;
  return Take::ended;
}

TokenChannel::Put TokenChannel::put(char byte) {
  // Where nobody reads, writing would raise SIGPIPE.
  if (!one_file_ && (events_now(writer_, 0) & POLLERR)) return Put::refused;
  for (;;) {
    ssize_t n;
    if (writer_is_own_) {
      n = ::write(writer_, &byte, 1);
    } else {
      iovec vector{&byte, 1};
      n = ::pwritev2(writer_, &vector, 1, -1, RWF_NOWAIT);
      if (n < 0 && is_unsupported(errno)) {
        if (!(events_now(writer_, POLLOUT) & POLLOUT)) return Put::full;
        n = ::write(writer_, &byte, 1);
      }
    }
    if (n == 1) return Put::done;
    if (n < 0 && errno == EINTR) continue;
    return n < 0 && errno == EAGAIN ? Put::full : Put::refused;
  }
}

size_t TokenChannel::fill(char byte, size_t count) {
  const std::string bytes(std::min<size_t>(count, PIPE_BUF), byte);
  size_t done = 0;
  while (done < count && writer_is_own_) {  // many at a time, while that goes
    const ssize_t n = ::write(writer_, bytes.data(), std::min(bytes.size(), count - done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  while (done < count && put(byte) == Put::done) ++done;
  return done;
}

void TokenChannel::wait_for_room(int timeout_ms) const {
  pollfd look{writer_, POLLOUT, 0};
  ::poll(&look, 1, timeout_ms);
}

size_t TokenChannel::waiting() const {
  int bytes = 0;
  return ::ioctl(reader_, FIONREAD, &bytes) == 0 && bytes > 0 ? static_cast<size_t>(bytes) : 0;
}

size_t TokenChannel::make_room(size_t bytes) {
  const auto size = [this]() -> size_t {
    const int n = ::fcntl(writer_, F_GETPIPE_SZ);
    return n > 0 ? static_cast<size_t>(n) : PIPE_BUF;
  };
  // The first page may be held by a single byte.
  const size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  size_t wanted = bytes + page;
  while (wanted > size() && ::fcntl(writer_, F_SETPIPE_SZ, wanted) < 0) wanted /= 2;
  const size_t fits = size();
  return std::min(bytes, fits > page ? fits - page : fits / 2);
}

bool TokenChannel::reopen_read_ends() {
  if (owns_ends_) {
    const int again = open_again(writer_, O_RDONLY);
    if (again < 0) return false;
    if (again != read_end_) {
      const int placed = ::dup3(again, read_end_, O_CLOEXEC);
      ::close(again);
      if (placed < 0) return false;
    }
  }
  reader_ = open_again(writer_, O_RDONLY | O_NONBLOCK);
  return reader_ >= 0;
}

bool TokenChannel::is_only_reader() {
  if (!reader_is_own_ || !writer_is_own_ || (read_end_ >= 0 && !owns_ends_)) return false;
  int attempt = open_again(writer_, O_RDONLY | O_NONBLOCK);
  if (attempt < 0) return false;  // we could not come back
  close_if_open(attempt);
  ::close(reader_);
  if (owns_ends_) ::close(read_end_);
  const bool alone = events_now(writer_, 0) & POLLERR;
  if (!reopen_read_ends()) reader_ = -1;  // reading then says EBADF, and the pool is at its end
  return alone && reader_ >= 0;
}

void TokenChannel::watch(bool on) {
  if (on && watch_ < 0) watch_ = move_high(::epoll_create1(EPOLL_CLOEXEC));
  if (watch_ < 0) return;
  epoll_event event = {};
  event.events = EPOLLIN;
  ::epoll_ctl(watch_, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, reader_, &event);
}

std::vector<int> TokenChannel::shared_ends() const {
  if (read_end_ < 0) return {};
  return {read_end_, write_end_};
}

}  // namespace cmz
