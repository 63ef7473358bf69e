#include "cmzmake/base/temporary.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace cmz {

std::string temporary_directory(const std::function<const char*(const char*)>& value_of,
                                const std::function<void(const std::string&)>& complain) {
  bool tried = false;
  for (const char* name : {"MAKE_TMPDIR", "TMPDIR"}) {
    const char* value = value_of(name);
    if (value == nullptr || *value == '\0') continue;
    struct stat status;
    const int error = ::stat(value, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
    if (error == 0) return value;
    tried = true;
    complain(std::string(name) + " value " + value + ": " +
             (error == ENOTDIR ? "not a directory" : std::strerror(error)));
  }
  if (tried) complain("using default temporary directory '/tmp'");
  return "/tmp";
}

}  // namespace cmz
