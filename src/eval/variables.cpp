// Definitions: origins, flavours, and the variables that make computes or watches.
// Reference: manual, "How to Use Variables", "Other Special Variables".
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cmzmake/base/strings.h"
#include "cmzmake/base/table_order.h"
#include "cmzmake/eval/evaluator.h"
#include "names.h"

namespace cmz {

Variable* Evaluator::define(VariableSet& set, std::string_view name, std::string value, Origin origin, Flavor flavor,
                            Location place) {
  Variable& v = set.at(db.symbols.intern(name));
  const bool fresh = v.value.empty() && !v.where.known() && v.origin == Origin::file && !v.name_seen;
  if (!fresh) {
    if (settings.environment_overrides && v.origin == Origin::environment) v.origin = Origin::environment_override;
    if (origin < v.origin) {
      look_at_makeflags(set, v);
      return &v;
    }
  }
  v.name_seen = true;
  v.from_environment |= origin == Origin::environment;
  v.origin = origin;
  v.flavor = flavor;
  v.where = place;
  v.append = false;
  v.set_value(std::move(value));
  set.touch();
  assigned(set, v);
  return &v;
}

namespace {

std::string escape_dollars(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '$') out += '$';
    out += c;
  }
  return out;
}

}  // namespace

Variable* Evaluator::assign(VariableSet& set, std::string_view raw_name, AssignOp op, std::string_view text,
                            Origin origin, bool target_specific) {
  std::string expanded;  // with the blanks that the expansion brings
  std::string_view name = raw_name;
  if (raw_name.find('$') != std::string_view::npos) name = expanded = expand(raw_name);
  if (name.empty()) throw Fatal(where, "empty variable name");
  return assign_named(set, name, op, text, origin, where, target_specific);
}

Variable* Evaluator::assign_named(VariableSet& set, std::string_view name, AssignOp op, std::string_view text,
                                  Origin origin, Location place, bool target_specific) {
  if (warnings.about_names() && std::any_of(name.begin(), name.end(), is_space))
    warn(Warning::invalid_var, place, fmt::format("invalid variable name '{}'", name));

  if (op.conditional) {
    if (Variable* own = target_specific ? set.find(db.symbols.intern(name)) : nullptr) return own;
    if (Variable* defined = lookup(name)) return defined;
  }
  if (target_specific && op.kind != AssignOp::append)  // even a weaker one leaves a stronger one's value to itself
    if (Variable* own = set.find(db.symbols.intern(name))) own->append = false;
  switch (op.kind) {
    case AssignOp::recursive:
      return define(set, name, std::string(text), origin, Flavor::recursive, place);
    case AssignOp::simple: {
      std::string value = expand(text);
      return define(set, name, std::move(value), origin, Flavor::simple, place);
    }
    case AssignOp::posix_immediate:
      return define(set, name, escape_dollars(expand(text)), origin, Flavor::recursive, place);
    case AssignOp::shell: {
      std::string value = run_shell(expand(text), false);
      return define(set, name, std::move(value), origin, Flavor::recursive, place);
    }
    case AssignOp::append:
      break;
  }

  Variable* v = target_specific ? set.find(db.symbols.intern(name)) : lookup(name);
  if (v == nullptr) {
    if (target_specific) {
      // Joined with the outer value when it is looked up.
      Variable* fresh = define(set, name, std::string(text), origin, Flavor::recursive, place);
      fresh->append = true;
      return fresh;
    }
    return define(set, name, std::string(text), origin, Flavor::recursive, place);
  }
  std::string expanded;
  std::string_view more = text;
  const bool simple = v->flavor == Flavor::simple;
  if (simple) {  // also for nothing, as `:=` does
    more = expanded = expand(text);
    // The expansion may have undefined it, or made it anew.
    v = target_specific ? set.find(db.symbols.intern(name)) : lookup(name);
    if (v == nullptr) return define(set, name, std::move(expanded), origin, Flavor::simple, place);
  }
  if (origin < v->origin && v->origin != Origin::automatic) {
    look_at_makeflags(set, *v);
    return v;
  }
  if (simple && v->flavor != Flavor::simple) {
    v->flavor = Flavor::simple;
    v->value_changed();
  }
  if (more.empty()) return v;  // not even its origin changes
  if (settings.environment_overrides && v->origin == Origin::environment) {
    v->origin = Origin::environment_override;
    if (origin < v->origin) return v;
  }
  if (!target_specific && set.find(v->name) != v)  // an outer scope's: a new one in this set
    v = define(set, name, v->value, origin, v->flavor, place);
  const bool first_from_makefile = v->origin == Origin::environment || v->origin == Origin::default_;
  if (!v->value.empty()) v->value += ' ';
  v->value += more;
  if (v->flavor != Flavor::simple) {
    v->tree.reset();
    v->has_dollar |= v->expanding > 0 || more.find('$') != std::string_view::npos;
  }
  if (first_from_makefile || origin > v->origin) v->origin = origin;
  v->where = place;
  set.touch();
  assigned(set, *v);
  return v;
}

Variable& Evaluator::assign_for_target(VariableSet& set, std::string_view name, AssignOp op, std::string_view text,
                                       Origin origin, const Modifiers& modifiers, bool for_pattern) {
  Scope own{&set, scope_, !for_pattern};
  ScopeGuard guard(*this, &own);
  Variable& v = *assign(set, name, op, text, origin, true);
  modify_for_target(v, modifiers, for_pattern);
  return v;
}

void Evaluator::modify_for_target(Variable& v, const Modifiers& modifiers, bool for_pattern) {
  const bool was_private = std::exchange(v.private_, modifiers.private_);
  any_private |= modifiers.private_;
  Export said = for_pattern ? Export::unsaid : v.export_;
  if (modifiers.export_) said = Export::yes;
  if (modifiers.unexport_) said = Export::no;
  const Export was_said = std::exchange(v.export_, said);
  if (for_pattern) v.from_environment = v.origin == Origin::environment;  // a makefile's value no longer goes on
  if ((was_private != v.private_ || was_said != said) && db.globals.find(v.name) == &v) db.globals.touch();
}

const Variable* Evaluator::overruling(Symbol name, Origin origin) {
  if (origin == Origin::override_) return nullptr;
  const Variable* global = db.globals.find(name);
  const bool strong =
      global && (global->origin == Origin::environment_override || global->origin == Origin::command_line);
  return strong ? global : nullptr;
}

void Evaluator::undefine(VariableSet& set, std::string_view raw_name, Origin origin) {
  const std::string name(trim(expand(raw_name)));
  if (name.empty()) throw Fatal(where, "empty variable name");
  Variable* v = set.find(db.symbols.intern(name));
  if (v == nullptr) return;
  if (settings.environment_overrides && v->origin == Origin::environment) v->origin = Origin::environment_override;
  if (origin < v->origin) return;
  const Symbol symbol = v->name;
  if (evals_open_ == 0) set.forget_erased();  // no expansion is under way that could hold one
  set.erase(symbol);
  if (&set != &db.globals) return;
  if (symbol == names_->recipe_prefix) recipe_prefix_stays_ = true;  // GNU Make no longer watches the name
  if (symbol == names_->warnings) warnings.set_variable(std::nullopt);
}

Variable* Evaluator::assign_command_line(std::string_view text, Origin origin) {
  Statement statement;
  if (!parse_assignment(text, &statement, settings.dialect)) return nullptr;
  return assign(db.globals, statement.name, statement.op, statement.text, origin);
}

// An assignment to MAKEFLAGS in a makefile, even one that changes nothing, makes its value count.
void Evaluator::look_at_makeflags(const VariableSet& set, const Variable& v) {
  if (v.name == names_->makeflags && &set == &db.globals && reading_makefiles && on_makeflags) on_makeflags();
}

// Assignments that change how make itself goes on.
void Evaluator::assigned(VariableSet& set, Variable& v) {
  if (&set != &db.globals || v.origin == Origin::environment) return;
  if (v.name == names_->recipe_prefix) {
    if (!recipe_prefix_stays_) recipe_prefix = v.value.empty() ? '\t' : v.value[0];
  } else if (v.name == names_->makeflags) {
    look_at_makeflags(set, v);
  } else if (v.name == names_->warnings && settings.dialect == Dialect::own) {
    read_warnings(v);
  }
}

// .WARNINGS is expanded at once, whatever its flavour. An unknown word may belong to another
// version of make.
void Evaluator::read_warnings(Variable& v) {
  std::string options;
  expand_variable(v, options);
  WarningControl control;
  control.add(options,
              [this](const std::string& complaint) { diagnostics.bare_warning(where, complaint + ": ignored"); });
  warnings.set_variable(control);
}

// .VARIABLES is computed when somebody looks and there are others than before; what was assigned to it stands until
// then. Whoever makes variables of his own for a while has changed them.
void Evaluator::bring_up_to_date(Variable& v) {
  if (v.expanding || (scope_ == global_scope() && variables_listed_ == db.globals.membership())) return;
  variables_listed_ = db.globals.membership();
  std::vector<std::string_view> names;
  for (const auto& item : db.globals) names.push_back(item->name.view());
  std::string all;
  for (const uint32_t index : table_order(names, 1024, variable_hash)) {
    if (!all.empty()) all += ' ';
    all += names[index];
  }
  v.value = std::move(all);
  if (v.flavor != Flavor::simple) v.value_changed();
}

}  // namespace cmz
