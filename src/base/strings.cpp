#include "cmzmake/base/strings.h"

namespace cmz {
namespace {

// The number of backslashes directly before `text[at]`, not looking before `from`.
size_t count_backslashes(std::string_view text, size_t from, size_t at) {
  size_t n = 0;
  while (at - n > from && text[at - n - 1] == '\\') ++n;
  return n;
}

}  // namespace

size_t find_percent(std::string_view text) {
  size_t from = 0;
  for (size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', from)) {
    if (count_backslashes(text, from, at) % 2 == 0) return at;
    from = at + 1;
  }
  return std::string_view::npos;
}

Pattern parse_pattern(std::string_view text) {
  Pattern pattern;
  pattern.text.reserve(text.size());
  size_t from = 0;
  for (size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', from)) {
    const size_t slashes = count_backslashes(text, from, at);
    pattern.text.append(text, from, at - from - slashes);
    pattern.text.append(slashes / 2, '\\');
    from = at;
    if (slashes % 2 == 0) {
      pattern.percent = pattern.text.size();
      break;
    }
    pattern.text += '%';
    from = at + 1;
  }
  pattern.text.append(text, from);
  return pattern;
}

bool Pattern::match(std::string_view word, std::string_view* stem) const {
  if (!has_percent()) {
    if (word != text) return false;
    if (stem) *stem = {};
    return true;
  }
  const std::string_view before = prefix(), after = suffix();
  if (word.size() < before.size() + after.size() || !word.starts_with(before) || !word.ends_with(after)) return false;
  if (stem) *stem = word.substr(before.size(), word.size() - before.size() - after.size());
  return true;
}

std::string_view without_dot_slash(std::string_view name) {
  if (name.size() < 2 || name[0] != '.' || name[1] != '/') return name;
  while (name.size() >= 2 && name[0] == '.' && name[1] == '/') {
    name.remove_prefix(2);
    while (!name.empty() && name[0] == '/') name.remove_prefix(1);
  }
  return name.empty() ? std::string_view("./") : name;
}

}  // namespace cmz
