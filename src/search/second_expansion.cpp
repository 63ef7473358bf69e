// Prerequisites that wait for their second expansion. Manual, "Secondary Expansion".
#include <algorithm>

#include "cmzmake/base/strings.h"
#include "cmzmake/eval/recipes.h"
#include "cmzmake/eval/special_targets.h"
#include "cmzmake/search/search.h"

namespace cmz {
namespace {

// `%` in a text that waits for its second expansion becomes `$*`, the first of each word.
std::string percent_to_stem(std::string_view text) {
  std::string out;
  bool done = false;
  for (char c : text) {
    if (is_space(c)) done = false;
    if (c == '%' && !done) {
      out += "$*";
      done = true;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

bool Search::expand_prerequisites(Target& target) {
  if (target.snapped) return false;
  target.snapped = true;
  if (!e_.db.any_pending()) return false;
  if (std::none_of(target.prerequisites.begin(), target.prerequisites.end(),
                   [](const Prerequisite& p) { return p.pending != 0; }))
    return false;
  // Each text sees the names of all rules, and in its own place what the texts before it became.
  for (size_t i = 0; i < target.prerequisites.size();) {
    const PendingPrerequisites* pending = e_.db.pending(target.prerequisites[i]);
    if (pending == nullptr) {
      ++i;
      continue;
    }
    VariableSet automatic;
    const std::string_view stem = pending->stem;
    set_automatic_variables(e_, target, automatic, pending->is_static_pattern ? &stem : nullptr);
    Scope scope{&automatic, target_scope(e_, target), false};
    ScopeGuard guard(e_, &scope);
    PlaceGuard place(e_, target.recipe ? target.recipe->where : Location{});  // no other place is left
    const std::string text =
        pending->is_static_pattern ? e_.expand(percent_to_stem(pending->text)) : e_.expand(pending->text);
    std::vector<Prerequisite> names;
    append_prerequisites(e_, text, nullptr, names, pending->is_static_pattern ? Mention::entered : Mention::explicit_);
    const auto at = target.prerequisites.erase(target.prerequisites.begin() + static_cast<std::ptrdiff_t>(i));
    target.prerequisites.insert(at, names.begin(), names.end());
    i += names.size();
  }
  return true;
}

}  // namespace cmz
