#include "cmzmake/eval/name_functions.h"

#include <algorithm>

#include "cmzmake/base/strings.h"

namespace cmz {
namespace {

constexpr size_t kNone = std::string_view::npos;

// Appends what `convert(word, out)` makes of each word, with spaces between.
template <class Convert>
void for_each_name(std::string_view names, std::string& out, Convert convert) {
  bool first = true;
  for (std::string_view name : Words(names)) {
    if (!first) out += ' ';
    first = false;
    convert(name);
  }
}

// Where the suffix of `name` begins, or npos.
size_t suffix_at(std::string_view name) {
  const size_t at = name.find_last_of("./");
  return at != kNone && name[at] == '.' ? at : kNone;
}

// Appends the parts of `path` to the clean absolute name out[begin..].
void append_clean(std::string_view path, size_t begin, std::string& out) {
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    if (part == "..") {
      const size_t slash = out.rfind('/');
      out.resize(slash == std::string::npos || slash < begin ? begin : slash);
    } else if (!part.empty() && part != ".") {
      out += '/';
      out += part;
    }
    path = path.substr(std::min(end + 1, path.size()));
  }
}

}  // namespace

void dir(std::string_view names, std::string& out) {
  for_each_name(names, out, [&](std::string_view name) {
    const size_t slash = name.rfind('/');
    out += slash == kNone ? std::string_view("./") : name.substr(0, slash + 1);
  });
}

void notdir(std::string_view names, std::string& out) {
  for_each_name(names, out, [&](std::string_view name) {
    const size_t slash = name.rfind('/');
    out += slash == kNone ? name : name.substr(slash + 1);
  });
}

void suffix(std::string_view names, std::string& out) {
  bool first = true;
  for (std::string_view name : Words(names)) {
    const size_t at = suffix_at(name);
    if (at == kNone) continue;
    if (!first) out += ' ';
    first = false;
    out += name.substr(at);
  }
}

void basename(std::string_view names, std::string& out) {
  for_each_name(names, out, [&](std::string_view name) { out += name.substr(0, suffix_at(name)); });
}

void addsuffix(std::string_view suffix, std::string_view names, std::string& out) {
  for_each_name(names, out, [&](std::string_view name) { out.append(name).append(suffix); });
}

void addprefix(std::string_view prefix, std::string_view names, std::string& out) {
  for_each_name(names, out, [&](std::string_view name) { out.append(prefix).append(name); });
}

void join(std::string_view a, std::string_view b, std::string& out) {
  for (bool first = true;; first = false) {
    const std::string_view left = next_word(a), right = next_word(b);
    if (left.empty() && right.empty()) return;
    if (!first) out += ' ';
    out.append(left).append(right);
  }
}

void abspath(std::string_view names, std::string_view working_directory, std::string& out) {
  for_each_name(names, out, [&](std::string_view name) {
    const size_t begin = out.size();
    if (name[0] != '/') append_clean(working_directory, begin, out);
    append_clean(name, begin, out);
    if (out.size() == begin) out += '/';
  });
}

}  // namespace cmz
