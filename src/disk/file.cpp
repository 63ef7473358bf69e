#include "file.h"

#include <sys/stat.h>

#include <algorithm>

#include "stat_time.h"

namespace cmz {

namespace {

// Reads to the end of the file, behind the `used` bytes of `out`; `size`, if not 0, is what a regular file should have,
// and asked for with a byte more: so the end shows without another call. What `out` holds behind `used` is of no
// interest, and left there so that it need not be cleared.
std::error_code read_rest(int fd, size_t size, std::string& out, size_t used) {
  const size_t expected = used + size;
  size_t room = size > 0 ? size + 1 : 64 * 1024;
  for (;;) {
    out.resize(used + room);
    const ssize_t got = ::read(fd, out.data() + used, room);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return last_error();
    used += static_cast<size_t>(got);
    room -= static_cast<size_t>(got);
    if (got == 0 || (size > 0 && room > 0 && used >= expected)) break;
    if (room == 0) room = std::max<size_t>(64 * 1024, used / 2);
  }
  out.resize(used);
  return {};
}

}  // namespace

std::error_code read_file(std::string_view path, std::string& out, FileTime* time, const char** step) {
  if (step) *step = "open";
  const File file(path, O_RDONLY);
  if (!file) return last_error();
  if (step) *step = "read";
  struct stat st;
  const bool known = ::fstat(file.fd(), &st) == 0;
  if (time) *time = known ? file_time(st.st_mtim) : FileTime::unknown();
  const size_t before = out.size();
  const size_t size = known && S_ISREG(st.st_mode) ? static_cast<size_t>(st.st_size) : 0;  // files of /proc say 0
  const std::error_code error = read_rest(file.fd(), size, out, before);
  if (error) out.resize(before);
  return error;
}

std::error_code read_regular_file(int fd, size_t size, std::string& out) { return read_rest(fd, size, out, 0); }

}  // namespace cmz
