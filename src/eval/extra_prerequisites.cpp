// .EXTRA_PREREQS: prerequisites that automatic variables do not show. Manual, "Other Special Variables".
#include <algorithm>

#include "cmzmake/eval/special_targets.h"

namespace cmz {
namespace {

std::vector<Prerequisite> named_by(Evaluator& e, std::string_view text) {
  std::vector<Prerequisite> out;
  append_prerequisites(e, text, nullptr, out, Mention::entered);
  for (Prerequisite& p : out) p.hidden = true;
  return out;
}

// A target's own variable sees no other one of the target's.
std::string value_for_target(Evaluator& e, const Variable& own, Variable* global) {
  std::string text;
  if (own.append && global) {
    e.expand_variable(*global, text);
    text += ' ';
  }
  text += own.has_dollar ? e.expand(own.value) : own.value;
  return text;
}

// What is among the extra prerequisites itself gets none of them.
void add(Target& target, const std::vector<Prerequisite>& extra) {
  const Target* self = target.double_colon_head ? target.double_colon_head : &target;
  if (std::any_of(extra.begin(), extra.end(), [self](const Prerequisite& p) { return p.target == self; })) return;
  target.prerequisites.insert(target.prerequisites.end(), extra.begin(), extra.end());
}

}  // namespace

void add_extra_prerequisites(Evaluator& e) {
  const Symbol name = e.db.symbols.find(".EXTRA_PREREQS");
  if (!name) return;
  Variable* const global = e.db.globals.find(name);
  const auto for_all = [&] {
    std::string text;
    if (global) e.expand_variable(*global, text);
    return named_by(e, text);
  };
  const std::vector<Prerequisite> extra = for_all();
  size_t left = e.db.targets().size();  // not those that are named here
  for (Target& target : e.db.targets()) {
    if (left-- == 0) break;
    if (target.double_colon) continue;  // its rules get them
    if (const Variable* own = target.variables ? target.variables->find(name) : nullptr)
      add(target, named_by(e, value_for_target(e, *own, global)));
    else if (target.is_target)
      add(target, extra);
  }
  e.extra_prerequisites = for_all();  // expanded anew for the implicit rules, as GNU Make does
}

}  // namespace cmz
