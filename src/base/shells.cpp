#include "cmzmake/base/shells.h"

namespace cmz {

std::string without_line_prefixes(std::string_view script) {
  std::string out;
  out.reserve(script.size());
  bool at_start = true, quoted = false;  // `quoted`: by a backslash
  for (const char c : script) {
    if (at_start && (is_blank(c) || c == '@' || c == '-' || c == '+')) continue;
    out += c;
    at_start = c == '\n' && !quoted;
    quoted = c == '\\' && !quoted;
  }
  return out;
}

}  // namespace cmz
