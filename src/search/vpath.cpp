// Directories that are searched for prerequisites, and libraries.
// Reference: manual, "Searching Directories for Prerequisites", "Directory Search for Link Libraries".
#include <fmt/format.h>

#include "cmzmake/base/strings.h"
#include "cmzmake/search/search.h"

namespace cmz {
namespace {

// Blanks and colons separate directories.
void split_path(std::string_view text, std::vector<std::string_view>& out) {
  size_t at = 0;
  while (at < text.size()) {
    size_t end = text.find_first_of(": \t\n", at);
    if (end == std::string_view::npos) end = text.size();
    std::string_view directory = text.substr(at, end - at);
    while (directory.size() > 1 && directory.back() == '/') directory.remove_suffix(1);
    if (!directory.empty()) out.push_back(directory);
    at = end + 1;
  }
}

}  // namespace

void Search::load_vpath() {
  vpath_loaded_ = true;
  vpath_text_ = e_.value_of("VPATH", e_.global_scope());
  split_path(vpath_text_, general_vpath_);
  const std::string gpath = e_.value_of("GPATH", e_.global_scope());
  std::vector<std::string_view> directories;
  split_path(gpath, directories);
  for (std::string_view d : directories) gpath_.emplace_back(d);
}

std::optional<Search::Found> Search::vpath(std::string_view name, bool for_target) {
  if (!vpath_loaded_) load_vpath();
  if (name.size() > 2 && name[0] == '-' && name[1] == 'l') return library(name);
  return search_directories(name, for_target);
}

bool Search::in_vpath(std::string_view name) {
  if (!vpath_loaded_) load_vpath();
  return search_directories(name).has_value();
}

std::optional<Search::Found> Search::search_directories(std::string_view name, bool for_target) {
  if (name.empty() || name[0] == '/') return std::nullopt;
  if (general_vpath_.empty() && e_.db.vpaths.empty()) return std::nullopt;
  std::string path;
  size_t rank = 0;
  const auto try_in = [&](std::string_view directory) -> bool {
    path.assign(directory);
    if (path.back() != '/') path += '/';
    path += name;
    const Target* known = e_.db.find_target(path);
    if (known && (!for_target || (known->is_target && !known->intermediate))) return true;
    return e_.disk.listed(path);
  };
  const auto found = [&](std::string_view directory) {
    bool in_gpath = false;
    for (const std::string& g : gpath_) in_gpath |= g == directory;
    return Found{path, in_gpath, rank};
  };
  for (const VpathEntry& entry : e_.db.vpaths) {
    const bool fits = entry.pattern.has_percent
                          ? (entry.pattern.match_anything() || entry.pattern.matches(name) ||
                             (name.size() == entry.pattern.prefix.size() + entry.pattern.suffix.size() &&
                              name.substr(0, entry.pattern.prefix.size()) == entry.pattern.prefix &&
                              name.substr(entry.pattern.prefix.size()) == entry.pattern.suffix))
                          : entry.pattern.prefix == name;
    if (!fits) {
      rank += entry.directories.size();
      continue;
    }
    for (std::string_view directory : entry.directories) {
      if (try_in(directory)) return found(directory);
      ++rank;
    }
  }
  for (std::string_view directory : general_vpath_) {
    if (try_in(directory)) return found(directory);
    ++rank;
  }
  return std::nullopt;
}

std::optional<Search::Found> Search::library(std::string_view name) {
  const std::string patterns = e_.value_of(".LIBPATTERNS", e_.global_scope());
  const std::string_view stem = name.substr(2);
  // Of the files that the patterns name, the one whose directory is searched first.
  std::optional<Found> best;
  const auto consider = [&best](Found&& found) {
    if (!best || found.rank < best->rank) best = std::move(found);
  };
  for (std::string_view word : Words(patterns)) {
    const Pattern pattern = parse_pattern(word);
    if (!pattern.has_percent()) {
      e_.diagnostics.bare_error({}, fmt::format(".LIBPATTERNS element '{}' is not a pattern", word));
      continue;
    }
    const std::string file = fmt::format("{}{}{}", pattern.prefix(), stem, pattern.suffix());
    if (e_.disk.listed(file)) return Found{file, false};
    if (auto found = search_directories(file)) consider(std::move(*found));
    size_t rank = SIZE_MAX / 2;  // behind every vpath directory
    for (std::string_view directory : {"/lib", "/usr/lib", "/usr/local/lib"}) {
      const std::string path = fmt::format("{}/{}", directory, file);
      if (e_.disk.listed(path)) consider(Found{path, false, rank});
      ++rank;
    }
  }
  return best;
}

}  // namespace cmz
