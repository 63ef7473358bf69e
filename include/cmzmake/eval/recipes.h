#pragma once

#include <string>
#include <vector>

#include "cmzmake/base/command_line.h"
#include "cmzmake/eval/evaluator.h"

namespace cmz {

// What references in a target's recipe see behind its automatic variables: its own variables, those
// of matching patterns, its parents', the global ones. Made at the first call.
// Manual, "Target-specific Variable Values".
const Scope* target_scope(Evaluator& e, Target& target);

// Defines $@ $% $* $< $^ $+ $? $| for `target` in `set`. Manual, "Automatic Variables".
// `stem`: for a target whose rule is not chosen yet; null: the target's own.
void set_automatic_variables(Evaluator& e, Target& target, VariableSet& set, const std::string_view* stem = nullptr);

// Cuts a recipe into lines and parses them; done once per recipe.
void prepare_recipe(Evaluator& e, Recipe& recipe);

// The recipe of `target` expanded: lines that are empty after expansion are left out, a line that
// expands to several becomes several. A `+` that only expansion brings makes the recipe's own line
// recursive from then on. `automatic` gets the automatic variables; it holds nothing, or those of another target.
std::vector<CommandLine> expand_recipe(Evaluator& e, Target& target, VariableSet& automatic);

}  // namespace cmz
