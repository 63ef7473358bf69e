#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/base/location.h"
#include "cmzmake/base/symbol.h"
#include "cmzmake/model/recipe.h"
#include "cmzmake/model/variable.h"
#include "cmzmake/syntax/statement.h"

namespace cmz {

// A `%` pattern, its backslashes already removed. Manual, "Introduction to Pattern Rules".
struct PatternText {
  std::string_view prefix;   // before the `%`
  std::string_view suffix;   // behind it
  bool has_percent = false;  // false: prefix is the whole text

  // Whether `name` matches with a stem of at least one character.
  bool matches(std::string_view name) const { return name.size() > prefix.size() + suffix.size() && encloses(name); }
  // Whether `name` matches, be it with an empty stem.
  bool encloses(std::string_view name) const {
    return name.size() >= prefix.size() + suffix.size() && name.substr(0, prefix.size()) == prefix &&
           name.substr(name.size() - suffix.size()) == suffix;
  }
  bool match_anything() const { return prefix.empty() && suffix.empty(); }
  bool operator==(const PatternText&) const = default;
};

// One prerequisite of a pattern rule, as written.
struct PatternPrerequisite {
  std::string_view text;  // with its `%`
  bool order_only = false;
  bool wait_before = false;
  bool second_expansion = false;  // text is to be expanded again, and may become several names
  bool hidden = false;            // of .EXTRA_PREREQS: not in $^ and $+
};

// An implicit rule.
struct PatternRule {
  std::vector<PatternText> targets;
  std::vector<std::string_view> target_texts;
  std::vector<PatternPrerequisite> prerequisites;
  Recipe* recipe = nullptr;
  Location where;
  uint64_t number = 0;    // grows from rule to rule
  bool terminal = false;  // ::
  bool builtin = false;
  mutable bool in_use = false;  // on the search's stack: a rule does not apply twice in one chain
};

// `%.o: CFLAGS += -g`: an assignment for every target that matches, made when the target is first
// considered. Manual, "Pattern-specific Variable Values".
struct PatternVariable {
  PatternText pattern;
  std::string name;
  AssignOp op = AssignOp::recursive;
  // Expanded already where op is simple. A command-line definition (or one of -e) takes the place of value and
  // origin, not of the operator: `+=` appends the command line's value to itself.
  std::string value;
  Origin origin = Origin::file;
  Flavor flavor = Flavor::simple;  // as -p shows it: that of the definition that took the place, else simple
  Modifiers modifiers;
  Export export_ = Export::unsaid;
  Location where;
};

// `vpath PATTERN DIRECTORIES`.
struct VpathEntry {
  PatternText pattern;
  std::string_view text;
  std::vector<std::string_view> directories;
};

}  // namespace cmz
