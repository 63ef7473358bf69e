#pragma once

#include <optional>
#include <string_view>

namespace cmz {

// `lib(member)` taken apart. Manual, "Archive Members as Targets".
struct ArchiveName {
  std::string_view archive;
  std::string_view member;
};

// nullopt when `name` does not name an archive's member.
inline std::optional<ArchiveName> split_archive_name(std::string_view name) {
  if (name.empty() || name.back() != ')') return std::nullopt;
  const size_t open = name.find('(');
  if (open == 0 || open == std::string_view::npos || open + 2 == name.size()) return std::nullopt;
  return ArchiveName{name.substr(0, open), name.substr(open + 1, name.size() - open - 2)};
}

inline bool is_archive_member(std::string_view name) { return split_archive_name(name).has_value(); }

}  // namespace cmz
