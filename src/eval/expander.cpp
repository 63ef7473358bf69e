// Expansion of texts and variables into one output buffer.
#include <fmt/format.h>

#include <algorithm>

#include "cmzmake/base/strings.h"
#include "cmzmake/eval/evaluator.h"
#include "cmzmake/eval/loaded_objects.h"
#include "cmzmake/eval/text_functions.h"
#include "makefile_reader.h"
#include "names.h"

namespace cmz {

Evaluator::Evaluator(Database& database, Disk& disk_, Shell& shell_, Diagnostics& diagnostics_)
    : db(database),
      disk(disk_),
      shell(shell_),
      diagnostics(diagnostics_),
      global_scope_{&database.globals, nullptr, false},
      scope_(&global_scope_),
      names_(std::make_unique<Names>(database.symbols)) {}

Evaluator::~Evaluator() = default;

LoadedObjects& Evaluator::objects() {
  if (!objects_) objects_ = std::make_unique<LoadedObjects>(*this);
  return *objects_;
}

void Evaluator::expand(std::string_view text, std::string& out) {
  if (text.find('$') == std::string_view::npos) {
    out += text;
    return;
  }
  Expr expr;
  parse_expr(text, db.symbols, expr);
  expand_list(expr, expr.first, out);
}

std::string Evaluator::expand(std::string_view text) {
  std::string out;
  expand(text, out);
  return out;
}

void Evaluator::expand_list(const Expr& expr, uint32_t first, std::string& out) {
  const size_t before = out.size();
  for (uint32_t i = first; i != Part::kNone; i = expr.parts[i].next) {
    const Part& part = expr.parts[i];
    if (part.kind == Part::Kind::literal)
      out += part.text;
    else
      expand_part(expr, part, out);
  }
  if (nul_in_output_) end_at_nul(before, out);
}

void Evaluator::end_at_nul(size_t before, std::string& out) {
  nul_in_output_ = false;
  out.resize(std::min(out.size(), out.find('\0', before)));
}

void Evaluator::expand_part(const Expr& expr, const Part& part, std::string& out) {
  ++counts.expansions;
  switch (part.kind) {
    case Part::Kind::literal:
      out += part.text;
      break;
    case Part::Kind::variable:
      expand_named(part.name, out);
      break;
    case Part::Kind::substitution:
      substitute(part.name, part.text.substr(0, part.count), part.text.substr(part.count + 1), out);
      break;
    case Part::Kind::computed:
      expand_computed(expr, part, out);
      break;
    case Part::Kind::function:
      call_function(expr, part, out);
      break;
    case Part::Kind::possible_call:
      possible_call(expr, part, out);
      break;
    case Part::Kind::argument:
      expand_list(expr, part.child, out);
      break;
    case Part::Kind::too_deep:
      too_deep();
    case Part::Kind::unterminated:
      if (part.function != Function::none)
        throw Fatal(error_place(),
                    fmt::format("unterminated call to function '{}': missing '{}'", part.text, part.count ? '}' : ')'));
      throw Fatal(error_place(), "unterminated variable reference");
  }
}

void Evaluator::expand_named(Symbol name, std::string& out) {
  Variable* variable = lookup(name);
  if (warnings.about_references()) judge_reference(name, variable);
  if (variable == nullptr) return;
  if (variable->append || variable->has_dollar)
    expand_variable(*variable, out);
  else
    out += variable->value;
}

void Evaluator::expand_name(std::string_view name, std::string& out) { expand_named(db.symbols.intern(name), out); }

std::string Evaluator::value_of(std::string_view name) {
  std::string out;
  if (Variable* variable = lookup(name)) expand_variable(*variable, out);
  return out;
}

std::string Evaluator::value_of(std::string_view name, const Scope* scope) {
  ScopeGuard guard(*this, scope);
  return value_of(name);
}

// The whole inside of the brackets is expanded before `:` and `=` are looked for, so that they may
// come from a variable.
void Evaluator::expand_computed(const Expr& expr, const Part& part, std::string& out) {
  check_depth();
  std::string inside;
  expand_list(expr, part.child, inside);
  const size_t colon = inside.find(':');
  const size_t equals = colon == std::string::npos ? colon : inside.find('=', colon);
  if (equals == std::string::npos) {
    expand_name(inside, out);
    return;
  }
  const std::string_view view = inside;
  substitute(db.symbols.intern(view.substr(0, colon)), view.substr(colon + 1, equals - colon - 1),
             view.substr(equals + 1), out);
}

void Evaluator::substitute(Symbol name, std::string_view from, std::string_view to, std::string& out) {
  Variable* variable = lookup(name);
  if (warnings.about_references()) judge_reference(name, variable);
  if (variable == nullptr) return;
  std::string value;
  expand_variable(*variable, value);
  if (value.empty()) return;
  // $(name:a=b) is $(patsubst %a,%b,...) unless a has a `%` of its own.
  if (find_percent(from) == std::string_view::npos) {
    std::string pattern = "%", replacement = "%";
    pattern += parse_pattern(from).text;
    replacement += to;
    patsubst(pattern, replacement, value, out);
  } else {
    patsubst(from, to, value, out);
  }
}

Variable* Evaluator::lookup(std::string_view name) { return lookup(db.symbols.intern(name)); }

Variable* Evaluator::lookup(Symbol name) {
  bool parents = false;
  for (const Scope* s = scope_; s; s = s->next) {
    Variable* found = s->set->find(name);
    if (found && !(parents && found->private_)) {
      if (found->special) bring_up_to_date(*found);
      return found;
    }
    parents |= s->next_is_parent;
  }
  return nullptr;
}

// What a recursive definition that is being expanded holds on to, given back on every way out. Where nothing else tells
// where make is, the outermost definition does.
struct Expanding {
  Expanding(Variable& v, Location& definition, Location& place_)
      : variable(v), variable_place(definition), place(place_), old(definition), old_place(place_) {
    ++variable.expanding;
    if (!v.where.known()) return;
    variable_place = v.where;
    if (!place.known()) place = v.where;
  }
  ~Expanding() {
    --variable.expanding;
    variable_place = old;
    if (!old_place.known()) place = old_place;
  }
  Variable& variable;
  Location& variable_place;
  Location& place;
  Location old, old_place;
};

void Evaluator::expand_variable(Variable& variable, std::string& out) {
  if (variable.append) {
    expand_appended(variable, out);
    return;
  }
  expand_value(variable, out);
}

void Evaluator::expand_value(Variable& variable, std::string& out) {
  if (!variable.has_dollar) {
    out += variable.value;
    return;
  }
  if (variable.expanding && (shell_depth_ > 0 || !variable.call_depth)) {
    // $(shell) collects its environment (manual, "The shell Function"): not even $(call) expands a variable
    // inside itself then.
    if (shell_depth_ > 0) {
      if (auto value = original_value(variable.name.view())) out += *value;
      return;
    }
    const Location place = variable.where.known() ? variable.where : error_place();
    throw Fatal(place, fmt::format("Recursive variable '{}' references itself (eventually)", variable.name.view()));
  }
  check_depth();
  if (!variable.tree) variable.tree = parse_owned_expr(variable.value, db.symbols);
  const ExprPtr tree = variable.tree;  // the expansion itself may redefine the variable
  if (variable.call_depth) --variable.call_depth;
  Expanding expanding(variable, variable_place_, where);
  expand_list(*tree, tree->first, out);
}

void Evaluator::too_deep() const {
  throw Fatal(where.known() ? where : error_place(), "expansion is nested too deeply");
}

// A target-specific `+=`: the outer values first, then this one. There may be as many as the graph is deep.
void Evaluator::expand_appended(Variable& variable, std::string& out) {
  std::vector<Variable*> values{&variable};
  bool parents = false;
  const Scope* s = scope_;
  for (; s && s->set->find(variable.name) != &variable; s = s->next) parents |= s->next_is_parent;
  while (s && values.back()->append) {
    parents |= s->next_is_parent;
    s = s->next;
    Variable* found = s ? s->set->find(variable.name) : nullptr;
    if (found && !(parents && found->private_)) values.push_back(found);
  }
  const size_t before = out.size();
  for (; !values.empty(); values.pop_back()) {
    if (out.size() > before) out += ' ';
    expand_value(*values.back(), out);
  }
}

void Evaluator::judge_reference(Symbol name, const Variable* variable) {
  const std::string_view text = name.view();
  if (std::any_of(text.begin(), text.end(), is_space))
    warn(Warning::invalid_ref, error_place(), fmt::format("invalid variable reference '{}'", text));
  if (variable != nullptr) return;
  // make's own names: makefiles may ask for them though they are not always set.
  static constexpr std::string_view kOwn[] = {
      "MAKECMDGOALS", "MAKE_RESTARTS", "MAKEOVERRIDES",           "MAKE_TERMOUT",    "MAKE_TERMERR", ".DEFAULT",
      "VPATH",        "GPATH",         "-*-command-variables-*-", "-*-eval-flags-*-"};
  if (std::find(std::begin(kOwn), std::end(kOwn), text) != std::end(kOwn)) return;
  const std::string_view words = warnings.controlled() ? "reference to undefined" : "undefined";
  warn(Warning::undefined_var, where, fmt::format("{} variable '{}'", words, text));
}

void Evaluator::warn(Warning type, const Location& place, const std::string& text) {
  switch (warnings.action(type)) {
    case WarningAction::ignore:
      return;
    case WarningAction::warn:
      diagnostics.warning(place, text);
      return;
    case WarningAction::error:
      throw Fatal(place, text);
  }
}

}  // namespace cmz
