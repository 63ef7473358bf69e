// Which variables a child sees in its environment. Manual, "Communicating Variables to a Sub-make".
#include <fmt/format.h>

#include <algorithm>

#include "cmzmake/base/strings.h"
#include "cmzmake/base/table_order.h"
#include "cmzmake/eval/evaluator.h"
#include "names.h"

namespace cmz {
namespace {

// A shell can only hold names of letters, digits and underscores.
bool is_shell_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (char c : name)
    if (!(c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) return false;
  return true;
}

bool is_exported(const Variable& v, Export said, bool export_all) {
  switch (said) {
    case Export::yes:
      return true;
    case Export::no:
      return false;
    case Export::if_set:
      return v.origin != Origin::default_;
    case Export::unsaid:
      break;
  }
  if (v.origin == Origin::default_ || v.origin == Origin::automatic) return false;
  if (v.from_environment || v.origin == Origin::environment || v.origin == Origin::environment_override) return true;
  if (v.origin == Origin::command_line && is_shell_name(v.name.view())) return true;
  return export_all && is_shell_name(v.name.view());
}

}  // namespace

// The variables that a child of what sees `scope` gets, each as its innermost definition.
void Evaluator::collect_exports(const Scope* scope, std::vector<Exported>& out) {
  const bool export_all = export_all_by_directive || db.special.export_all;
  // Whether a set before `end` has a variable of that name, which is the one that is seen.
  const auto hidden = [scope](Symbol name, const Scope* end) {
    bool behind_parent = false;
    for (const Scope* s = scope; s != end; s = s->next) {
      const Variable* v = s->set->find(name);
      if (v && !((behind_parent || s->of_patterns) && v->private_)) return true;
      behind_parent |= s->next_is_parent;
    }
    return false;
  };
  bool parents = false;
  for (const Scope* s = scope; s; s = s->next) {
    for (const auto& item : *s->set) {
      const Variable& v = *item;
      if ((parents || s->of_patterns) && v.private_) continue;
      Export said = v.export_;
      // What an outer definition said of exporting holds for an inner one that says nothing, and that it came
      // from the environment; not that it came from the command line, which an inner `override` has overruled.
      bool outer_parents = parents | s->next_is_parent;
      for (const Scope* o = s->next; said == Export::unsaid && o; o = o->next) {
        const Variable* outer = o->set->find(v.name);
        if (outer && !((outer_parents || o->of_patterns) && outer->private_)) {
          said = outer->export_;
          if (said == Export::unsaid && outer->from_environment) said = Export::yes;
        }
        outer_parents |= o->next_is_parent;
      }
      // Of the many global variables few are exported: that is asked first.
      if (!is_exported(v, said, export_all) || v.name == names_->makelevel || hidden(v.name, s)) continue;
      if (v.name == names_->shell && v.export_ == Export::unsaid &&
          (v.origin != Origin::command_line || original_value("SHELL")))
        continue;  // the environment's own SHELL goes through
      out.push_back({v.name, s->set});
    }
    parents |= s->next_is_parent;
  }
}

// The order in which variables get into an environment, and are expanded for it: that of GNU Make's
// hash table. Most targets export the same names, so the last order is kept.
const std::vector<uint32_t>& Evaluator::export_order(const std::vector<Exported>& variables) {
  const auto same = [](const Exported& a, const Exported& b) { return a.name == b.name; };
  if (std::equal(variables.begin(), variables.end(), last_exports_.begin(), last_exports_.end(), same))
    return export_order_;
  last_exports_ = variables;
  std::vector<std::string_view> names;
  names.reserve(variables.size());
  for (const Exported& v : variables) names.push_back(v.name.view());
  export_order_ = table_order(names, 1024, variable_hash);
  return export_order_;
}

std::vector<std::pair<std::string, std::string>> Evaluator::exported(const Scope* scope, bool for_shell_function) {
  std::vector<Exported> variables;
  collect_exports(scope, variables);
  variables.push_back({names_->makelevel, nullptr});
  // A copy: an expansion may come here again.
  const std::vector<uint32_t> order = export_order(variables);
  ScopeGuard guard(*this, scope);
  std::vector<std::pair<std::string, std::string>> out;
  out.reserve(order.size() + 1);
  bool shell_given = false;
  for (const uint32_t index : order) {
    const Exported& exported = variables[index];
    if (exported.set == nullptr) {
      out.emplace_back("MAKELEVEL", std::to_string(settings.level + 1));
      continue;
    }
    Variable* const found = exported.set->find(exported.name);
    if (!found) continue;  // an expansion before it has undefined it
    Variable& v = *found;
    shell_given |= v.name == names_->shell;
    // A value that is needed for itself: what make got stands, or nothing. Values that need $(shell) for
    // $(shell) for $(shell) are left at that too: there would be as many calls as there are orders
    // of the variables.
    if (for_shell_function && (v.expanding || (shell_depth_ > 2 && v.value.find("$(shell") != std::string::npos))) {
      out.emplace_back(v.name.view(), original_value(v.name.view()).value_or(std::string_view()));
      continue;
    }
    std::string value;
    if ((v.origin == Origin::environment || v.origin == Origin::environment_override) && v.name != names_->makeflags) {
      value = v.value;  // goes on as it came
    } else if (for_shell_function) {
      expand_variable(v, value);
    } else {  // messages name the definition
      PlaceGuard place(*this, v.where);
      expand_variable(v, value);
    }
    out.emplace_back(v.name.view(), std::move(value));
  }
  if (!shell_given)
    if (auto value = original_value("SHELL")) out.emplace_back("SHELL", *value);
  return out;
}

std::optional<std::string_view> Evaluator::original_value(std::string_view name) const {
  for (const std::string& entry : original_environment)
    if (entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name))
      return std::string_view(entry).substr(name.size() + 1);
  return std::nullopt;
}

bool Evaluator::exports_are_constant() {
  if (exports_constant_ >= 0 && exports_version_ == db.globals.version()) return exports_constant_;
  exports_version_ = db.globals.version();
  exports_constant_ = 1;
  const bool export_all = export_all_by_directive || db.special.export_all;
  for (const auto& v : db.globals)
    if (v->has_dollar && is_exported(*v, v->export_, export_all)) {
      exports_constant_ = 0;
      break;
    }
  return exports_constant_;
}

}  // namespace cmz
