#include "cmzmake/report/byte_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <ctime>

namespace cmz {
namespace {

constexpr size_t kMostKept = size_t{64} << 20;

std::error_code last_error() { return {errno, std::generic_category()}; }

// While it lives, writing to a pipe that nobody reads is an error and no signal.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t waiting;
    sigpending(&waiting);
    was_pending_ = sigismember(&waiting, SIGPIPE) != 0;
    if (!was_pending_) ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    if (was_pending_) return;
    const int error = errno;
    constexpr timespec kNow{};
    while (::sigtimedwait(&pipe_, nullptr, &kNow) < 0 && errno == EINTR) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t pipe_, before_;
  bool was_pending_;
};

// An opening of our own, for which not to wait says nothing about those who share the other one.
int without_waiting(int descriptor) {
  struct stat st;
  if (::fstat(descriptor, &st) != 0) return -1;
  if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)) {
    const std::string path = fmt::format("/proc/self/fd/{}", descriptor);
    const int own = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (own >= 0) {
      ::close(descriptor);
      return own;
    }
  }
  return ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 ? descriptor : -1;
}

int open_file(const std::string& path, bool append) {
  struct stat st;
  if (::stat(path.c_str(), &st) == 0 && S_ISFIFO(st.st_mode))  // whether or not somebody reads already
    return ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_APPEND | (append ? 0 : O_TRUNC), 0666);
}

}  // namespace

std::unique_ptr<ByteStream> ByteStream::open(std::string_view target, bool append, std::error_code& error) {
  int descriptor = -1, given = -1;
  if (target.starts_with("fd:")) {
    int number = -1;
    const std::string_view digits = target.substr(3);
    const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (bad != std::errc() || end != digits.data() + digits.size() || number < 0) {
      error = std::make_error_code(std::errc::invalid_argument);
      return nullptr;
    }
    const int flags = ::fcntl(number, F_GETFL);
    if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY) errno = EBADF;
    if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY) descriptor = without_waiting(given = number);
  } else {
    descriptor = open_file(std::string(target), append);
  }
  if (descriptor < 0) {
    error = last_error();
    return nullptr;
  }
  return std::make_unique<ByteStream>(descriptor, kMostKept, given);
}

ByteStream::ByteStream(int descriptor, size_t most, int given) : descriptor_(descriptor), given_(given), most_(most) {
  struct stat st;
  is_socket_ = ::fstat(descriptor, &st) == 0 && S_ISSOCK(st.st_mode);
}

ByteStream::~ByteStream() {
  if (!left_) ::close(descriptor_);
}

void ByteStream::leave_for_exec() {
  if (given_ < 0) return;
  if (descriptor_ == given_)
    left_ = ::fcntl(descriptor_, F_SETFD, 0) == 0;
  else
    ::dup2(descriptor_, given_);
}

size_t ByteStream::offer(std::string_view text) {
  const WithoutSigpipe quiet;
  size_t done = 0;
  while (done < text.size()) {
    const std::string_view rest = text.substr(done);
    const ssize_t n = is_socket_ ? ::send(descriptor_, rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                 : ::write(descriptor_, rest.data(), rest.size());
    if (n > 0) {
      done += static_cast<size_t>(n);
    } else if (n == 0 || errno == EAGAIN) {
      return done;
    } else if (errno != EINTR) {
      gone_ = true;
      return done;
    }
  }
  return done;
}

bool ByteStream::put(std::string_view text) {
  flush();
  if (gone_) return false;
  if (waiting() > 0) {
    if (waiting() + text.size() > most_) return false;
    kept_ += text;
    return true;
  }
  const size_t done = offer(text);
  if (done < text.size() && !gone_) kept_ = text.substr(done);
  return !gone_;
}

void ByteStream::flush() {
  if (waiting() > 0 && !gone_) taken_ += offer(std::string_view(kept_).substr(taken_));
  if (waiting() > 0 && !gone_ && taken_ < kept_.size() / 2) return;
  kept_.erase(0, gone_ ? kept_.size() : taken_);
  taken_ = 0;
}

void ByteStream::finish(int patience_ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  for (flush(); waiting() > 0; flush()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0) return;
    pollfd room{descriptor_, POLLOUT, 0};
    ::poll(&room, 1, static_cast<int>(left));
  }
}

}  // namespace cmz
