#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cmzmake/base/arena.h"
#include "cmzmake/base/name_shapes.h"
#include "cmzmake/base/stable_list.h"
#include "cmzmake/base/symbol.h"
#include "cmzmake/base/tail_filter.h"
#include "cmzmake/model/rule.h"
#include "cmzmake/model/target.h"
#include "cmzmake/model/variable.h"

namespace cmz {

// What the special targets switched on for the whole session. Manual, "Special Built-in Target Names".
struct SpecialTargets {
  bool posix = false;
  bool one_shell = false;
  bool second_expansion = false;
  bool delete_on_error = false;
  bool export_all = false;
  bool silent_all = false;
  bool ignore_all = false;
  bool not_parallel = false;
  bool secondary_all = false;
  bool not_intermediate_all = false;
};

// Everything the makefiles declared, as plain data: look-up, no behaviour.
class Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  SymbolTable symbols;
  Arena arena;  // texts of rules, recipes and patterns

  VariableSet globals{true};
  SpecialTargets special;

  // The target of that name, or nullptr.
  Target* find_target(Symbol name) const { return name.id() < by_id_.size() ? by_id_[name.id()] : nullptr; }
  Target* find_target(std::string_view name) const {
    Symbol symbol = symbols.find(name);
    return symbol ? find_target(symbol) : nullptr;
  }
  // The target of that name, made when there is none.
  Target& target(Symbol name);
  Target& target(std::string_view name) { return target(symbols.intern(name)); }
  // False: no target's name ends so.
  bool may_hold_tail(uint64_t tail) const { return tails_.may_hold(tail); }
  // How targets' names look.
  const NameShapes& shapes() const { return shapes_; }
  // A further double-colon rule of `head`'s name.
  Target& add_double_colon(Target& head);
  // `target` is now found under `name` (vpath); an existing target of that name is left alone.
  void rename_target(Target& target, Symbol name);

  // Those with names like a suffix's, in the same order.
  static bool is_dotted(std::string_view name) { return name.size() > 1 && name[0] == '.' && name[1] != '.'; }
  const std::vector<Target*>& dotted_targets() const { return dotted_; }
  // All targets in order of their making.
  const StableList<Target>& targets() const { return targets_; }
  StableList<Target>& targets() { return targets_; }

  VariableSet& new_variable_set();
  Recipe& new_recipe() { return recipes_.emplace_back(); }
  Scope& new_scope() { return scopes_.emplace_back(); }
  TargetGroup& new_group() { return groups_.emplace_back(); }
  // A prerequisite that stands for `pending` until its second expansion.
  Prerequisite add_pending(const PendingPrerequisites& pending) {
    pending_.push_back(pending);
    Prerequisite p;
    p.pending = static_cast<uint32_t>(pending_.size());
    return p;
  }
  // What `p` stands for; nullptr when it is a target.
  const PendingPrerequisites* pending(const Prerequisite& p) const {
    return p.pending == 0 ? nullptr : &pending_[p.pending - 1];
  }
  bool any_pending() const { return !pending_.empty(); }
  // Whether a pattern is matched against whole names: it contains a slash.
  static bool pattern_has_slash(std::string_view pattern) { return pattern.find('/') != std::string_view::npos; }
  const std::deque<Recipe>& recipes() const { return recipes_; }

  // Implicit rules in the order in which they are tried.
  std::vector<std::unique_ptr<PatternRule>> pattern_rules;
  std::vector<std::unique_ptr<PatternRule>> retired_rules;  // replaced ones: targets may still point at them
  std::unordered_multimap<uint64_t, const PatternRule*>
      single_pattern_rules;            // those with one target, by what they say
  uint64_t pattern_rules_version = 0;  // grows with every change: who indexes them compares
  // By the length of the pattern: the most general (shortest) comes first. They stay where they are: making one for a
  // target may declare others.
  std::multimap<size_t, PatternVariable> pattern_variables;
  std::vector<VpathEntry> vpaths;          // in order of declaration
  std::vector<std::string_view> suffixes;  // .SUFFIXES
  const Recipe* default_recipe = nullptr;  // .DEFAULT

 private:
  StableList<Target> targets_;
  std::vector<Target*> by_id_;
  std::vector<Target*> dotted_;
  std::unordered_map<const Target*, Target*> last_rules_;  // of double-colon targets
  void add_to_filters(std::string_view name);
  TailFilter tails_{64 * 1024};  // of all targets' names
  NameShapes shapes_;
  std::deque<VariableSet> sets_;
  std::deque<Recipe> recipes_;
  std::deque<Scope> scopes_;
  std::deque<TargetGroup> groups_;
  std::deque<PendingPrerequisites> pending_;
};

// Splits a rule's pattern at its first unquoted `%`; backslashes that quote a `%` (or each other before one)
// are removed. The result lives in `arena`.
PatternText parse_rule_pattern(std::string_view text, Arena& arena);

}  // namespace cmz
