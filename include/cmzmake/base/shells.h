#pragma once

#include <string>
#include <string_view>

#include "cmzmake/base/strings.h"

namespace cmz {

// Whether `shell` (a path) is one of the shells that understand what sh does.
inline bool is_posix_shell(std::string_view shell) {
  const size_t slash = shell.rfind('/');
  if (slash != std::string_view::npos) shell.remove_prefix(slash + 1);
  for (std::string_view known : {"sh", "bash", "dash", "ksh", "rksh", "zsh", "ash"})
    if (shell == known) return true;
  return false;
}

// A script of several lines for a shell like sh, without the `@`, `-`, `+` and blanks at the start of each line that no
// backslash continues. Manual, "Using One Shell".
std::string without_line_prefixes(std::string_view script);

}  // namespace cmz
