#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "cmzmake/disk/file_time.h"
#include "path_buffer.h"

namespace cmz {

// What errno says.
inline std::error_code last_error() { return {errno, std::generic_category()}; }

// An open file, closed at the end.
class File {
 public:
  File(std::string_view path, int flags, mode_t mode = 0666) {
    const PathBuffer name(path);
    do fd_ = ::open(name, flags | O_CLOEXEC, mode);
    while (fd_ < 0 && errno == EINTR);
  }
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  // The open file, which is the caller's now.
  int release() { return std::exchange(fd_, -1); }
  // Closes the file; errors that the kernel kept until now come out here.
  std::error_code close() { return ::close(std::exchange(fd_, -1)) == 0 ? std::error_code() : last_error(); }

 private:
  int fd_;
};

// As Disk::read().
std::error_code read_file(std::string_view path, std::string& out, FileTime* time, const char** step);

// Replaces `out` by what is in a regular file, which has about `size` bytes.
std::error_code read_regular_file(int fd, size_t size, std::string& out);

}  // namespace cmz
