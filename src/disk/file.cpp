#include "file.h"

#include <sys/stat.h>

#include <algorithm>

#include "stat_time.h"

namespace cmz {

std::error_code read_file(std::string_view path, std::string& out, FileTime* time) {
  File file(path, O_RDONLY);
  struct stat st;
  if (!file || ::fstat(file.fd(), &st) != 0) return last_error();
  if (time) *time = file_time(st.st_mtim);
  const size_t before = out.size();
  size_t used = before;
  const auto size = S_ISREG(st.st_mode) ? static_cast<size_t>(st.st_size) : 0;
  size_t room = size > 0 ? size : 64 * 1024;
  for (;;) {
    out.resize(used + room);
    const ssize_t got = ::read(file.fd(), out.data() + used, room);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const std::error_code error = last_error();
      out.resize(before);
      return error;
    }
    used += static_cast<size_t>(got);
    room -= static_cast<size_t>(got);
    if (got == 0 || (size > 0 && used - before == size)) break;
    if (room == 0) room = std::max<size_t>(64 * 1024, used / 2);
  }
  out.resize(used);
  return {};
}

}  // namespace cmz
