#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "cmzmake/eval/evaluator.h"

namespace cmz {

// What a special target's rule means at once: .SUFFIXES, .POSIX, .SECONDEXPANSION, .ONESHELL, .DEFAULT ...
// True when `name` is such a target. Manual, "Special Built-in Target Names".
bool apply_early_special_target(Evaluator& e, std::string_view name, std::string_view prerequisites, Recipe* recipe);

// All is read: .EXTRA_PREREQS become prerequisites, and those of implicit rules are known.
void add_extra_prerequisites(Evaluator& e);

// What is explicit is no intermediate file. What static patterns and .EXTRA_PREREQS name may be one, as with GNU Make,
// though implicit rules know it.
enum class Mention : uint8_t { explicit_, entered };

// Appends the prerequisites that `text` names, `|` and `.WAIT` understood. With `stem`, `%` is replaced.
void append_prerequisites(Evaluator& e, std::string_view text, const std::string_view* stem,
                          std::vector<Prerequisite>& out, Mention mention);

// The same for a pattern rule.
void append_pattern_prerequisites(Evaluator& e, std::string_view text, PatternRule& rule);

// Adds an implicit rule. When the database has a rule with the same single target and the same prerequisites, the new
// rule takes its place if `overrides` is true; otherwise the new rule is dropped and the result is false.
bool add_pattern_rule(Database& db, std::unique_ptr<PatternRule> rule, bool overrides);

}  // namespace cmz
