#include "cmzmake/run/jobserver.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace cmz {
namespace {

// Descriptors stay out of the way of recipes that say `exec 3>`.
constexpr int kLowestDescriptor = 80;

int move_high(int fd) {
  int high = ::fcntl(fd, F_DUPFD_CLOEXEC, kLowestDescriptor);
  if (high < 0) return fd;
  ::close(fd);
  return high;
}

// A view of the pipe with an open file description of its own, so that O_NONBLOCK stays ours.
// -1 when the system does not allow it.
int reopen_nonblocking(int fd) {
  const std::string path = fmt::format("/proc/self/fd/{}", fd);
  const int own = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  return own < 0 ? own : move_high(own);
}

// One byte, or -1 and EAGAIN when there is none now: whatever other clients do meanwhile, and also
// when the descriptor itself is a blocking one.
ssize_t read_without_waiting(int fd, char* byte) {
  iovec vector{byte, 1};
  const ssize_t n = ::preadv2(fd, &vector, 1, -1, RWF_NOWAIT);
  if (n >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != ESPIPE)) return n;
  pollfd look{fd, POLLIN, 0};
  if (::poll(&look, 1, 0) == 1 && (look.revents & (POLLIN | POLLHUP))) return ::read(fd, byte, 1);
  errno = EAGAIN;
  return -1;
}

bool is_token_channel(int fd) {
  struct stat status;
  return ::fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode));
}

class Client : public JobserverPool {
 public:
  static std::unique_ptr<JobserverPool> open_pipe(int read_end, int write_end,
                                                  std::string_view auth) {
    for (int fd : {read_end, write_end})
      if (!is_token_channel(fd)) return nullptr;
    const int read_mode = ::fcntl(read_end, F_GETFL) & O_ACCMODE;
    const int write_mode = ::fcntl(write_end, F_GETFL) & O_ACCMODE;
    if (read_mode == O_WRONLY || write_mode == O_RDONLY) return nullptr;
    auto client = std::make_unique<Client>();
    client->read_end_ = read_end;
    client->write_end_ = write_end;
    client->reader_ = reopen_nonblocking(read_end);
    if (client->reader_ < 0)
      client->reader_ = ::fcntl(read_end, F_DUPFD_CLOEXEC, kLowestDescriptor);
    // Only recursive lines inherit them.
    ::fcntl(read_end, F_SETFD, FD_CLOEXEC);
    ::fcntl(write_end, F_SETFD, FD_CLOEXEC);
    client->auth_ = auth;
    return client;
  }

  static std::unique_ptr<JobserverPool> open_fifo(const std::string& path, std::string_view auth,
                                                  std::string* why) {
    // The write end first, without blocking: it fails when nobody serves the fifo any more.
    const int write_end = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (write_end < 0) {
      *why = fmt::format("cannot open jobserver {}: {}", path, std::strerror(errno));
      return nullptr;
    }
    const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (reader < 0 || !is_token_channel(reader)) {
      *why = fmt::format("cannot open jobserver {}: {}", path, std::strerror(errno));
      ::close(write_end);
      if (reader >= 0) ::close(reader);
      return nullptr;
    }
    ::fcntl(write_end, F_SETFL, ::fcntl(write_end, F_GETFL) & ~O_NONBLOCK);
    auto client = std::make_unique<Client>();
    client->fifo_ = client->owns_ends_ = true;
    client->write_end_ = write_end;
    client->reader_ = reader;
    client->auth_ = auth;
    return client;
  }
};

size_t pipe_size(int fd) {
  const int size = ::fcntl(fd, F_GETPIPE_SZ);
  return size > 0 ? static_cast<size_t>(size) : PIPE_BUF;
}

// Clients split MAKEFLAGS at blanks, and some read backslashes and dollars.
bool is_plain(const std::string& path) {
  return !path.empty() && path.find_first_of(" \t\n\\$'\"") == std::string::npos;
}

std::string temporary_directory() {
  for (const char* name : {"MAKE_TMPDIR", "TMPDIR"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    if (char* absolute = ::realpath(value, nullptr)) {
      std::string out = absolute;
      std::free(absolute);
      if (is_plain(out)) return out;
    }
  }
  return "/tmp";
}

}  // namespace

JobserverPool::~JobserverPool() {
  return_all();
  if (reader_ >= 0) ::close(reader_);
  if (owns_ends_) {
    if (read_end_ >= 0) ::close(read_end_);
    if (write_end_ >= 0) ::close(write_end_);
  }
}

bool JobserverPool::try_acquire() {
  if (reader_ < 0) return false;
  char token;
  ssize_t n;
  do {
    n = read_without_waiting(reader_, &token);
  } while (n < 0 && errno == EINTR);
  if (n == 1) {
    held_.push_back(token);
    return true;
  }
  if (n < 0 && errno == EAGAIN) return false;
  // Nobody writes any more, or the descriptor was no pool: asking again would never end.
  const std::string cause = n == 0 ? "end of file" : std::strerror(errno);
  ::close(reader_);
  reader_ = -1;
  if (on_lost_) on_lost_(fmt::format("jobserver lost: {}: going on without it", cause));
  return false;
}

void JobserverPool::release() {
  if (held_.empty()) return;
  const char token = held_.back();
  held_.pop_back();
  if (reader_ < 0) {  // without a reader, writing would raise SIGPIPE
    pollfd look{write_end_, POLLOUT, 0};
    if (::poll(&look, 1, 0) != 1 || !(look.revents & POLLOUT) || (look.revents & POLLERR)) return;
  }
  while (::write(write_end_, &token, 1) < 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) break;
    pollfd wait{write_end_, POLLOUT, 0};
    ::poll(&wait, 1, -1);
  }
}

void JobserverPool::return_all() {
  while (!held_.empty()) release();
}

std::vector<int> JobserverPool::inherited_descriptors() const {
  if (fifo_) return {};
  return {read_end_, write_end_};
}

JobserverServer::JobserverServer(unsigned jobs, JobserverStyle style, const std::string& directory) {
  owns_ends_ = true;
  if (style == JobserverStyle::fifo) {
    directory_ = (is_plain(directory) ? directory : temporary_directory()) + "/cmzmake-XXXXXX";
    if (::mkdtemp(directory_.data()) != nullptr) {
      path_ = fmt::format("{}/GMfifo{}", directory_, ::getpid());
      if (::mkfifo(path_.c_str(), 0600) == 0) {
        // Opened for both: neither end ever sees the other one missing.
        reader_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        write_end_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
        if (reader_ >= 0 && write_end_ >= 0) {
          reader_ = move_high(reader_);
          write_end_ = move_high(write_end_);
          fifo_ = true;
          auth_ = "fifo:" + path_;
        }
      }
      if (!fifo_) {
        if (reader_ >= 0) ::close(reader_);
        if (write_end_ >= 0) ::close(write_end_);
        reader_ = write_end_ = -1;
        if (!path_.empty()) ::unlink(path_.c_str());
        ::rmdir(directory_.c_str());
        path_.clear();
        directory_.clear();
      }
    } else {
      directory_.clear();
    }
  }
  if (!fifo_) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category(), "creating jobs pipe");
    read_end_ = move_high(ends[0]);
    write_end_ = move_high(ends[1]);
    reader_ = reopen_nonblocking(read_end_);
    if (reader_ < 0) reader_ = ::fcntl(read_end_, F_DUPFD_CLOEXEC, kLowestDescriptor);
    auth_ = fmt::format("{},{}", read_end_, write_end_);
  }
  // More tokens than the pipe holds would block for ever. A page may be held up by one byte.
  const size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t tokens = jobs - 1;
  size_t capacity = pipe_size(write_end_);
  if (tokens + page > capacity) {
    size_t wanted = tokens + page;
    while (wanted > capacity && ::fcntl(write_end_, F_SETPIPE_SZ, wanted) < 0) wanted /= 2;
    capacity = pipe_size(write_end_);
  }
  const size_t fitting = std::min(tokens, capacity > page ? capacity - page : capacity / 2);
  const std::string bytes(fitting, '+');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(write_end_, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno != EINTR) break;
    if (n > 0) done += static_cast<size_t>(n);
  }
}

JobserverServer::~JobserverServer() {
  return_all();
  if (!path_.empty()) ::unlink(path_.c_str());
  if (!directory_.empty()) ::rmdir(directory_.c_str());
}

std::unique_ptr<JobserverPool> open_jobserver(std::string_view auth, std::string* why) {
  if (auth.substr(0, 5) == "fifo:")
    return Client::open_fifo(std::string(auth.substr(5)), auth, why);
  int read_end = -1, write_end = -1;
  const char* end = auth.data() + auth.size();
  const auto first = std::from_chars(auth.data(), end, read_end);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ',') {
    *why = fmt::format("invalid --jobserver-auth string '{}'", auth);
    return nullptr;
  }
  const auto second = std::from_chars(first.ptr + 1, end, write_end);
  if (second.ec != std::errc{} || second.ptr != end) {
    *why = fmt::format("invalid --jobserver-auth string '{}'", auth);
    return nullptr;
  }
  if (read_end < 0 || write_end < 0) return nullptr;
  return Client::open_pipe(read_end, write_end, auth);
}

}  // namespace cmz
