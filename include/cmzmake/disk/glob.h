#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cmz {

// What a directory's listing tells of a name without a further question.
enum class EntryType : uint8_t { unknown, directory, link, other };

// Whether `text` holds an unquoted `*`, `?` or `[...]`.
bool has_wildcards(std::string_view text);

// Whether the pattern `text` is the name of one file just as it stands: no wildcards, nothing
// quoted, no `~`, no slash at its end.
bool is_plain_name(std::string_view text);

// `text` with one level of backslashes removed.
std::string unquote_backslashes(std::string_view text);

// A shell pattern for one name (no slashes), byte by byte as in the C locale: `*`, `?`, `[...]`
// with ranges, `!` or `^`, character classes; a backslash quotes. Manual, "Using Wildcards".
class NamePattern {
 public:
  explicit NamePattern(std::string_view pattern);

  // A leading dot of `name` is matched by a dot only.
  bool match(std::string_view name) const;

 private:
  std::string pattern_;
  size_t lone_star_ = std::string::npos;  // of a pattern whose only special character is one `*`
};

// Where glob_paths() gets its answers from.
class GlobSource {
 public:
  using Visitor = std::function<void(std::string_view name, EntryType type)>;

  virtual ~GlobSource() = default;
  // All names of `directory`, `.` and `..` included; nothing when it cannot be read.
  virtual void each_name(std::string_view directory, const Visitor& visit) = 0;
  // Whether `path` exists, be it as a dangling symbolic link.
  virtual bool exists(std::string_view path) = 0;
  virtual bool is_directory(std::string_view path) = 0;
};

// What glob(3) gives for `pattern` (no `~`), sorted bytewise.
std::vector<std::string> glob_paths(std::string_view pattern, GlobSource& source);

}  // namespace cmz
