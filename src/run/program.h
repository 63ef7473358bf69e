#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

namespace cmz {

// The file that is executed for a command's first word.
struct Program {
  std::string file;                  // empty: there is none
  std::optional<struct stat> found;  // what PATH led to; nothing when the word names a file itself
  int error = 0;                     // why there is none: an errno of exec
};

// Looks for `word` in the directories of `path` (the value of PATH, or nullptr), unless it has a slash. Done here and
// not by trying in the child: asking costs less than an exec that fails, and nothing to execute needs no child.
Program find_program(const std::string& word, const char* path);

}  // namespace cmz
