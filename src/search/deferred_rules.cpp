// A small make (most of a recursive build's are) is done without the built-in rules: that none of them can apply to its
// makefiles and targets shows before the rules are made and indexed, which takes a third of such a run.
#include <algorithm>

#include "cmzmake/search/search.h"

namespace cmz {

void Search::defer_rules(std::function<void()> make) { deferred_rules_ = std::move(make); }

void Search::make_deferred_rules() {
  if (deferred_rules_) std::exchange(deferred_rules_, nullptr)();
}

// Whether the built-in rules, and chains of them, can want nothing of what there is beside `name`. They make a name
// whose suffix none of them has from that name with a suffix or with `,v`, from an SCCS file of it, or from a file
// below RCS or SCCS. True is certain.
bool Search::out_of_builtin_reach(std::string_view name) {
  constexpr size_t kMostSearches = 8, kMostTargets = 500;  // otherwise the rules are wanted sooner or later
  if (++early_searches_ > kMostSearches || e_.db.targets().size() > kMostTargets) return false;
  const std::string_view directory = name.substr(0, name.rfind('/') + 1);  // npos + 1 is 0
  const std::string_view base = name.substr(directory.size());
  if (base.empty() || base[0] == '-' || base[0] == '.' || name[0] == '.' || is_odd(name)) return false;
  const size_t dot = base.rfind('.');
  if (dot != std::string_view::npos &&
      std::find(e_.db.suffixes.begin(), e_.db.suffixes.end(), base.substr(dot)) != e_.db.suffixes.end())
    return false;
  if (!vpath_loaded_) load_vpath();
  if (!general_vpath_.empty() || !e_.db.vpaths.empty()) return false;

  bool wanted = false;
  const auto look_at = [&](std::string_view other) {  // a name in the same directory, or below it
    wanted |= other.starts_with("s.") || other.starts_with("RCS") || other.starts_with("SCCS") ||
              (other.size() > base.size() && other.starts_with(base) &&
               (other[base.size()] == '.' || other[base.size()] == ','));
  };
  const NameSet* names = e_.disk.names(directory);
  if (!names) return false;
  names->each([&](std::string_view other, EntryType, NameSet::Presence) { look_at(other); });
  for (const Target& target : e_.db.targets())
    if (target.name.view().starts_with(directory)) look_at(target.name.view().substr(directory.size()));
  return !wanted;
}

}  // namespace cmz
