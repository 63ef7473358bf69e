#include "cmzmake/report/output_capture.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "write_all.h"

namespace cmz {
namespace {

int open_temporary(const std::string& directory, std::string* path) {
  if (path == nullptr) {
    const int fd = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
  }
  std::string name = fmt::format("{}/GmXXXXXX", directory);
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (path)
    *path = name;
  else if (fd >= 0)
    ::unlink(name.c_str());
  return fd;
}

// If `to` is a pipe, gives it the file's pages, which saves two copies of each byte; as far as that goes.
void move_to_pipe(int from, int to) {
  constexpr size_t kAtOnce = 1 << 20;
  struct stat st;
  if (::fstat(to, &st) != 0 || !S_ISFIFO(st.st_mode)) return;
  for (;;) {
    const ssize_t n = ::sendfile(to, from, nullptr, kAtOnce);
    if (n == 0 || (n < 0 && errno != EINTR)) return;  // an error comes again when it is written to
  }
}

// Copies all of the file `from` to `to`; 0, or the errno of why `to` cannot be written.
int copy_out(int from, int to) {
  int error = 0;
  if (::lseek(from, 0, SEEK_SET) < 0) return error;
  move_to_pipe(from, to);
  static constexpr size_t kChunk = 256 * 1024;
  const auto buffer = std::make_unique_for_overwrite<char[]>(kChunk);
  for (;;) {
    const ssize_t n = ::read(from, buffer.get(), kChunk);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    error = write_all(to, {buffer.get(), static_cast<size_t>(n)});
    if (error != 0) break;
  }
  if (::ftruncate(from, 0) == 0) ::lseek(from, 0, SEEK_SET);
  return error;
}

off_t size_of(int file) {
  struct stat status {};
  return ::fstat(file, &status) == 0 ? status.st_size : 0;
}

}  // namespace

OutputCapture::OutputCapture(OutputSync mode, std::string directory) : mode_(mode), directory_(std::move(directory)) {
  struct stat out, err;
  if (::fstat(STDOUT_FILENO, &out) == 0 && ::fstat(STDERR_FILENO, &err) == 0)
    one_file_ = out.st_dev == err.st_dev && out.st_ino == err.st_ino;
}

OutputCapture::~OutputCapture() {
  for (const Files& f : files_) {
    if (f.out >= 0) ::close(f.out);
    if (f.err >= 0 && f.err != f.out) ::close(f.err);
  }
  drop_mutex();
}

std::string OutputCapture::mutex_name() {
  if (mode_ == OutputSync::none) return {};
  if (mutex_ < 0) {
    mutex_ = open_temporary(directory_, &mutex_path_);
    own_mutex_ = mutex_ >= 0;
  }
  return mutex_ < 0 ? std::string() : "fnm:" + mutex_path_;
}

bool OutputCapture::possible() {
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) return false;
  }
  return true;
}

void OutputCapture::use_mutex(std::string_view name) {
  const std::string path(name.substr(4));
  if (mutex_ >= 0 && mutex_path_ == path) return;
  drop_mutex();
  mutex_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (mutex_ >= 0) mutex_path_ = path;
}

void OutputCapture::drop_mutex() {
  if (mutex_ >= 0) ::close(mutex_);
  if (std::exchange(own_mutex_, false)) ::unlink(mutex_path_.c_str());
  mutex_ = -1;
}

int OutputCapture::open() {
  if (mode_ == OutputSync::none) return -1;
  Files files;
  files.out = open_temporary(directory_, nullptr);
  if (files.out < 0) return -1;
  files.err = one_file_ ? files.out : open_temporary(directory_, nullptr);
  if (files.err < 0) files.err = files.out;
  // Two writers, make and the child, share the file: every write goes to its end.
  ::fcntl(files.out, F_SETFL, O_APPEND);
  if (files.err != files.out) ::fcntl(files.err, F_SETFL, O_APPEND);
  files.used = true;
  for (size_t i = 0; i < files_.size(); ++i)
    if (!files_[i].used) {
      files_[i] = files;
      return static_cast<int>(i);
    }
  files_.push_back(files);
  return static_cast<int>(files_.size() - 1);
}

int OutputCapture::stdout_fd(int capture) const { return files_[static_cast<size_t>(capture)].out; }
int OutputCapture::stderr_fd(int capture) const { return files_[static_cast<size_t>(capture)].err; }

void OutputCapture::write(int capture, bool to_stderr, std::string_view text) {
  write_all(to_stderr ? stderr_fd(capture) : stdout_fd(capture), text);
}

void OutputCapture::dump(int capture) {
  const Files& f = files_[static_cast<size_t>(capture)];
  const off_t out = size_of(f.out), err = size_of(f.err);
  if (out == 0 && err == 0) return;
  const bool locked = lock();
  write_all(STDOUT_FILENO, enter_line);
  const int error = out > 0 ? copy_out(f.out, STDOUT_FILENO) : 0;
  if (error != 0 && std::exchange(write_error_, error) == 0)
    write_all(STDERR_FILENO, fmt::format("fwrite(): {}\n", std::strerror(error)));
  if (f.err != f.out && err > 0) copy_out(f.err, STDERR_FILENO);
  write_all(STDOUT_FILENO, leave_line);
  if (locked) unlock();
}

void OutputCapture::close(int capture) {
  Files& f = files_[static_cast<size_t>(capture)];
  if (f.out >= 0) ::close(f.out);
  if (f.err >= 0 && f.err != f.out) ::close(f.err);
  f = Files{};
}

bool OutputCapture::lock() {
  if (mutex_ < 0) mutex_name();
  if (mutex_ < 0) return false;
  struct flock all {};
  all.l_type = F_WRLCK;
  all.l_whence = SEEK_SET;
  while (::fcntl(mutex_, F_SETLKW, &all) < 0)
    if (errno != EINTR) return false;
  return true;
}

void OutputCapture::unlock() {
  struct flock all {};
  all.l_type = F_UNLCK;
  all.l_whence = SEEK_SET;
  ::fcntl(mutex_, F_SETLKW, &all);
}

}  // namespace cmz
