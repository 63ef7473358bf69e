#include "cmzmake/disk/glob.h"

#include <algorithm>
#include <cctype>

#include "cmzmake/base/strings.h"

namespace cmz {
namespace {

constexpr size_t kNone = std::string_view::npos;

using Unsigned = unsigned char;

bool in_class(std::string_view name, char c) {
  const int u = static_cast<Unsigned>(c);
  if (u > 127) return false;
  if (name == "alpha") return std::isalpha(u);
  if (name == "digit") return std::isdigit(u);
  if (name == "alnum") return std::isalnum(u);
  if (name == "upper") return std::isupper(u);
  if (name == "lower") return std::islower(u);
  if (name == "space") return std::isspace(u);
  if (name == "blank") return u == ' ' || u == '\t';
  if (name == "punct") return std::ispunct(u);
  if (name == "print") return std::isprint(u);
  if (name == "graph") return std::isgraph(u);
  if (name == "cntrl") return std::iscntrl(u);
  if (name == "xdigit") return std::isxdigit(u);
  return false;
}

// Reads `[:name:]`, `[=c=]` or `[.c.]` at p[i] == '['. Returns the index behind it, kNone if it is
// none.
size_t bracket_item(std::string_view p, size_t i, std::string_view* name) {
  if (i + 1 >= p.size()) return kNone;
  const char kind = p[i + 1];
  if (kind != ':' && kind != '=' && kind != '.') return kNone;
  const char close[] = {kind, ']'};
  const size_t end = p.find(std::string_view(close, 2), i + 2);
  if (end == kNone) return kNone;
  *name = p.substr(i + 2, end - i - 2);
  return end + 2;
}

enum class Set { no, yes, not_a_set };

// Matches `c` with the set that begins behind p[i - 1] == '['; `*end` becomes the index behind its
// `]`.
Set match_set(std::string_view p, size_t i, char c, size_t* end) {
  const bool negated = i < p.size() && (p[i] == '!' || p[i] == '^');
  if (negated) ++i;
  bool found = false;
  for (bool first = true;; first = false) {
    if (i >= p.size()) return Set::not_a_set;
    if (p[i] == ']' && !first) break;
    std::string_view item;
    char low = p[i];
    size_t next = i + 1;
    if (p[i] == '[') {
      const size_t behind = bracket_item(p, i, &item);
      if (behind != kNone && p[i + 1] == ':') {
        found |= in_class(item, c);
        i = behind;
        continue;
      }
      if (behind != kNone) {
        if (item.size() != 1) return Set::no;
        low = item[0];
        next = behind;
      }
    } else if (p[i] == '\\') {
      if (next >= p.size()) return Set::not_a_set;
      low = p[next++];
    }
    char high = low;
    if (next + 1 < p.size() && p[next] == '-' && p[next + 1] != ']') {
      high = p[++next];
      ++next;
      if (high == '[') {
        const size_t behind = bracket_item(p, next - 1, &item);
        if (behind != kNone && item.size() == 1) {
          high = item[0];
          next = behind;
        }
      } else if (high == '\\') {
        if (next >= p.size()) return Set::not_a_set;
        high = p[next++];
      }
    }
    found |= static_cast<Unsigned>(low) <= static_cast<Unsigned>(c) &&
             static_cast<Unsigned>(c) <= static_cast<Unsigned>(high);
    i = next;
  }
  *end = i + 1;
  return found != negated ? Set::yes : Set::no;
}

// Goes back to the last star only: linear in the name for each star of the pattern.
bool match_text(std::string_view p, std::string_view s) {
  size_t i = 0, k = 0, star = kNone, star_k = 0;
  while (k < s.size() || i < p.size()) {
    if (i < p.size() && p[i] == '*') {
      star = i++;
      star_k = k;
      continue;
    }
    if (i < p.size() && k < s.size()) {
      bool same = false;
      size_t next = i + 1;
      if (p[i] == '?') {
        same = true;
      } else if (p[i] == '[') {
        const Set set = match_set(p, i + 1, s[k], &next);
        same = set == Set::not_a_set ? s[k] == '[' : set == Set::yes;
      } else if (p[i] == '\\') {
        if (next < p.size()) same = p[next++] == s[k];
      } else {
        same = p[i] == s[k];
      }
      if (same) {
        i = next;
        ++k;
        continue;
      }
    }
    if (star == kNone || star_k >= s.size()) return false;
    i = star + 1;
    k = ++star_k;
  }
  return true;
}

// One name of a pattern with slashes between names.
struct Component {
  std::string_view text;
  std::string_view slashes;  // behind it
};

bool ends_in_lone_backslash(std::string_view text) {
  size_t n = 0;
  while (n < text.size() && text[text.size() - 1 - n] == '\\') ++n;
  return n % 2 == 1;
}

std::vector<Component> split_components(std::string_view pattern) {
  std::vector<Component> components;
  while (!pattern.empty()) {
    const size_t end = std::min(pattern.find('/'), pattern.size());
    const size_t next = std::min(pattern.find_first_not_of('/', end), pattern.size());
    Component component = {pattern.substr(0, end), pattern.substr(end, next - end)};
    // A backslash that quotes a slash.
    if (end < pattern.size() && ends_in_lone_backslash(component.text)) component.text.remove_suffix(1);
    components.push_back(component);
    pattern = pattern.substr(next);
  }
  return components;
}

// The paths that `paths` become with one more name that matches `component`.
std::vector<std::string> expand_component(const std::vector<std::string>& paths, const Component& component, bool last,
                                          GlobSource& source) {
  std::vector<std::string> result;
  const NamePattern pattern(component.text);
  const bool directories_only = !component.slashes.empty();
  for (const std::string& path : paths) {
    const size_t before = result.size();
    source.each_name(path.empty() ? "." : std::string_view(path), [&](std::string_view name, EntryType type) {
      if (directories_only && type == EntryType::other) return;
      if (!pattern.match(name)) return;
      std::string& found = result.emplace_back();
      found.reserve(path.size() + name.size() + component.slashes.size());
      found.append(path).append(name).append(component.slashes);
    });
    if (directories_only && last) {
      const auto begin = result.begin() + static_cast<std::ptrdiff_t>(before);
      result.erase(std::remove_if(begin, result.end(), [&](const std::string& p) { return !source.is_directory(p); }),
                   result.end());
    }
  }
  return result;
}

// A name without wildcards before a last slash may be a file: then the slashes go, as glob(3) does
// it, unless it takes directories only.
bool keep_existing(std::string& path, size_t slashes, bool directories_only, GlobSource& source) {
  if (!source.exists(std::string_view(path).substr(0, path.size() - slashes))) return false;
  if (slashes > 0 && !source.is_directory(path)) {
    if (directories_only) return false;
    path.resize(path.size() - slashes);
  }
  return true;
}

}  // namespace

bool has_wildcards(std::string_view text) {
  bool bracket = false;
  for (size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '*':
      case '?':
        return true;
      case '\\':
        ++i;
        break;
      case '[':
        bracket = true;
        break;
      case ']':
        if (bracket) return true;
        break;
      default:
        break;
    }
  }
  return false;
}

bool is_plain_name(std::string_view text) {
  if (text.empty() || text.front() == '~' || text.back() == '/') return false;
  static constexpr ByteSet kSpecial("*?[\\");
  return !kSpecial.any_in(text);
}

std::string unquote_backslashes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

NamePattern::NamePattern(std::string_view pattern) : pattern_(pattern) {
  if (pattern.find_first_of("?[\\") == kNone && std::ranges::count(pattern, '*') == 1) lone_star_ = pattern.find('*');
}

bool NamePattern::match(std::string_view name) const {
  const std::string_view pattern = pattern_;
  if (!name.empty() && name[0] == '.' && !pattern.starts_with('.') && !pattern.starts_with("\\.")) return false;
  if (lone_star_ != kNone)
    return name.size() + 1 >= pattern.size() && name.starts_with(pattern.substr(0, lone_star_)) &&
           name.ends_with(pattern.substr(lone_star_ + 1));
  return match_text(pattern, name);
}

std::vector<std::string> glob_paths(std::string_view pattern, GlobSource& source) {
  if (pattern.empty() || ends_in_lone_backslash(pattern)) return {};
  const size_t root = std::min(pattern.find_first_not_of('/'), pattern.size());
  std::vector<std::string> paths = {std::string(pattern.substr(0, root))};
  std::vector<Component> components = split_components(pattern.substr(root));
  if (components.empty()) return {root > 2 ? "//" : "/"};
  // Of slashes at the end one is left; behind a pattern of a single character two are, and it means
  // directories only. This is glob(3)'s.
  std::string_view& slashes = components.back().slashes;
  const bool lone = pattern.size() - slashes.size() == 1;
  slashes = slashes.substr(0, lone ? 2 : 1);
  if (root == 2 && has_wildcards(components[0].text)) paths[0] = "/";

  bool unchecked = false;  // names were added that nobody has looked for
  for (size_t i = 0; i < components.size() && !paths.empty(); ++i) {
    const Component& component = components[i];
    unchecked = !has_wildcards(component.text);
    if (!unchecked) {
      paths = expand_component(paths, component, i + 1 == components.size(), source);
      continue;
    }
    const std::string name = unquote_backslashes(component.text);
    for (std::string& path : paths) path.append(name).append(component.slashes);
  }
  if (unchecked) {
    std::erase_if(paths, [&](std::string& path) { return !keep_existing(path, slashes.size(), lone, source); });
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace cmz
