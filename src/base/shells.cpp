#include "cmzmake/base/shells.h"

#include "cmzmake/base/command_line.h"

namespace cmz {

LineFlags take_line_prefixes(std::string_view& text) {
  LineFlags flags;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '@')
      flags.silent = true;
    else if (c == '-')
      flags.ignore_errors = true;
    else if (c == '+')
      flags.recursive = true;
    else if (!is_blank(c))
      break;
  }
  text.remove_prefix(i);
  return flags;
}

std::string without_line_prefixes(std::string_view script) {
  std::string out;
  out.reserve(script.size());
  while (!script.empty()) {
    take_line_prefixes(script);
    bool quoted = false;  // by a backslash
    size_t end = 0;
    while (end < script.size() && (script[end] != '\n' || quoted)) quoted = script[end++] == '\\' && !quoted;
    end = std::min(end + 1, script.size());
    out += script.substr(0, end);
    script.remove_prefix(end);
  }
  return out;
}

}  // namespace cmz
