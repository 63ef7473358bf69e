#include "program.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace cmz {

Program find_program(const std::string& word, const char* path) {
  Program program;
  if (word.find('/') != std::string::npos) {
    program.file = word;
    return program;
  }
  program.error = ENOENT;
  std::string_view rest = path ? path : "/bin:/usr/bin";
  std::string& file = program.file;
  for (;;) {
    const size_t colon = rest.find(':');
    const std::string_view directory = rest.substr(0, colon);
    file.assign(directory.empty() ? "." : directory).append(1, '/').append(word);
    if (::faccessat(AT_FDCWD, file.c_str(), X_OK, AT_EACCESS) == 0) {
      struct stat st;
      if (::stat(file.c_str(), &st) == 0 && !S_ISDIR(st.st_mode)) {
        program.found = st;
        return program;
      }
      program.error = EACCES;
    } else if (errno != ENOENT) {
      program.error = errno;
    }
    if (colon == std::string_view::npos) {
      file.clear();
      return program;
    }
    rest.remove_prefix(colon + 1);
  }
}

}  // namespace cmz
