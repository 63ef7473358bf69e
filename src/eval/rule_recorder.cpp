// Explicit rules enter the database. Manual, "Rule Syntax", "Multiple Rules for One Target", "Static Pattern Rules".
#include <fmt/format.h>

#include <algorithm>

#include "cmzmake/base/strings.h"
#include "cmzmake/eval/special_targets.h"
#include "cmzmake/eval/text_functions.h"
#include "file_names.h"
#include "makefile_reader.h"
#include "names.h"

namespace cmz {
namespace {

constexpr size_t kNpos = std::string_view::npos;
constexpr ByteSet kSpaces(" \t\n\v\f\r");

// What a static pattern rule makes of a prerequisite. A stem with blanks is a list of words, as in $(patsubst).
std::string replace_percent(std::string_view text, std::string_view stem) {
  const Pattern pattern = parse_pattern(text);
  if (!pattern.has_percent()) return pattern.text;
  std::string out;
  if (kSpaces.any_in(stem))
    patsubst("%", text, stem, out);
  else
    out.append(pattern.prefix()).append(stem).append(pattern.suffix());
  return out;
}

// The stem of a target of a static pattern rule. One that does not match stays whole, and so does each word of a name
// with blanks.
std::string static_stem(const std::string& pattern, std::string_view name, bool* matches) {
  std::string_view stem = name;
  *matches = parse_pattern(pattern).match(name, &stem);
  std::string out;
  if (kSpaces.any_in(name))
    patsubst(pattern, "%", name, out);
  else
    out = stem;
  return out;
}

// What rules have said of a target so far.
struct Said {
  bool prerequisites = false;
  bool recipe = false;
};

Said said_of(const Target& target) {
  Said said;
  for (const Target* t = &target; t; t = t->next_double_colon) {
    said.prerequisites |= !t->prerequisites.empty();
    said.recipe |= t->recipe != nullptr;
  }
  return said;
}

}  // namespace

void MakefileReader::add_recipe_line(std::string_view text, uint32_t line) {
  if (rule_.recipe == nullptr) {
    rule_.recipe = &e_.db.new_recipe();
    rule_.recipe->where = {rules_.file, is_file_ ? line : rules_.line};
    rule_.recipe->prefix = e_.recipe_prefix;
  }
  rule_.recipe->source.push_back(keep(text));
}

void MakefileReader::close_rule() {
  if (!rule_.open) {
    if (rule_.no_targets) rule_.clear();
    return;
  }
  rule_.open = false;
  if (!e_.reading_makefiles) throw Fatal(rule_.where, "prerequisites cannot be defined in recipes");
  if (!rule_.fault.empty()) throw Fatal(rule_.where, std::string(rule_.fault));
  if (rule_.grouped && rule_.recipe == nullptr) throw Fatal(rule_.where, "grouped targets must provide a recipe");
  if (!rule_.pattern_targets.empty())
    record_pattern_rule(rule_);
  else
    record_targets(rule_);
  rule_.clear();
}

void OpenRule::clear() {
  open = no_targets = is_static_pattern = double_colon = grouped = false;
  targets.clear();
  misplaced.clear();
  fault = {};
  pattern_targets.clear();
  prerequisites.clear();
  plain_prerequisites.clear();
  static_pattern.clear();
  recipe = nullptr;
  where = {};
}

void MakefileReader::set_default_goal(const std::vector<Symbol>& targets) {
  if (!set_default_goal_) return;
  Variable* goal = e_.db.globals.find(e_.names_->default_goal);
  if (goal && !goal->value.empty()) return;
  for (const Symbol target : targets) {
    const std::string_view name = target.view();
    if (name.find('%') != kNpos) return;  // it looks like a pattern's, quoted or not
    if (name.empty() || (name[0] == '.' && name.find('/') == kNpos)) continue;
    e_.define(e_.db.globals, ".DEFAULT_GOAL", std::string(name), Origin::file, Flavor::simple);
    return;
  }
}

void MakefileReader::record_targets(OpenRule& rule) {
  std::vector<Target*> grouped;
  for (Symbol name : rule.targets) {
    if (std::find(rule.misplaced.begin(), rule.misplaced.end(), name) != rule.misplaced.end())
      e_.diagnostics.error(rule.where, "mixed implicit and normal rules: deprecated syntax");
    if (apply_early_special_target(e_, name.view(), rule.prerequisites, rule.recipe)) {
      // Also recorded like any other: its prerequisites count when all is read.
    }
    Target& target = e_.db.target(name);
    const bool is_wait = name.view() == ".WAIT";
    const Said before = is_wait ? said_of(target) : Said{};
    Target& recorded = record_target(rule, target);
    if (is_wait) {  // told at the first rule that says more of it than nothing
      const Said now = said_of(target);
      if (now.prerequisites && !before.prerequisites)
        e_.diagnostics.bare_warning(rule.where, ".WAIT should not have prerequisites");
      if (now.recipe && !before.recipe) e_.diagnostics.bare_warning(rule.where, ".WAIT should not have commands");
    }
    if (rule.grouped) grouped.push_back(&recorded);
  }
  if (!rule.grouped) return;
  TargetGroup& group = e_.db.new_group();
  group.is_explicit = true;
  std::reverse(grouped.begin(), grouped.end());
  for (Target* target : grouped) {
    if (target->group)
      e_.diagnostics.warning(rule.recipe->where,
                             fmt::format("overriding group membership for target '{}'", target->name.view()));
    target->group = &group;
  }
  group.members = std::move(grouped);
}

Target& MakefileReader::record_target(OpenRule& rule, Target& head) {
  Target* target = &head;
  std::string stem_text;
  bool matches = true;
  if (rule.is_static_pattern) {
    stem_text = static_stem(rule.static_pattern, head.name.view(), &matches);
    if (!matches)  // it stays a target, without these prerequisites
      e_.diagnostics.bare_warning(rule.where,
                                  fmt::format("target '{}' doesn't match the target pattern", head.name.view()));
  }

  const bool suffix_like = head.builtin;
  const auto two_kinds = [&] {
    std::vector<Prerequisite> known;  // -p names them all the same
    add_prerequisites(rule, head, known, stem_text);
    throw Fatal(rule.where, fmt::format("target file '{}' has both : and :: entries", head.name.view()));
  };
  if (!rule.double_colon) {
    if (head.double_colon) two_kinds();
    if (rule.recipe && head.recipe == rule.recipe) {
      e_.diagnostics.bare_warning(rule.where,
                                  fmt::format("target '{}' given more than once in the same rule", head.name.view()));
    } else if (rule.recipe && head.recipe && head.is_target && !suffix_like) {
      e_.diagnostics.warning(rule.recipe->where, fmt::format("overriding recipe for target '{}'", head.name.view()));
      e_.diagnostics.warning(head.recipe->where, fmt::format("ignoring old recipe for target '{}'", head.name.view()));
    }
  } else {
    if (head.is_target && !head.double_colon && !suffix_like) two_kinds();
    head.double_colon = true;
    target = &e_.db.add_double_colon(head);
    target->variables = head.variables;
    target->phony = head.phony;
  }
  target->is_target = target->is_explicit = true;
  head.is_target = head.is_explicit = true;
  if (!target->where.known()) target->where = rule.where;
  if (rule.is_static_pattern) {  // the last one says what $* is
    target->stem = e_.db.arena.copy(stem_text);
    target->has_static_pattern = true;
  }

  if (rule.recipe) {
    target->recipe = rule.recipe;
    target->builtin = false;
  }
  if (!matches) return *target;
  // $< is the first prerequisite of the rule with the recipe: those go to the front.
  if (rule.recipe && !target->prerequisites.empty()) {
    std::vector<Prerequisite> front;
    add_prerequisites(rule, *target, front, stem_text);
    target->prerequisites.insert(target->prerequisites.begin(), front.begin(), front.end());
  } else {
    add_prerequisites(rule, *target, target->prerequisites, stem_text);
  }
  return *target;
}

void MakefileReader::add_prerequisites(const OpenRule& rule, Target& target, std::vector<Prerequisite>& out,
                                       std::string_view stem) {
  if (!rule.plain_prerequisites.empty()) {
    size_t at = out.size();
    out.resize(at + rule.plain_prerequisites.size());
    for (const Symbol name : rule.plain_prerequisites) {
      Target& prerequisite = e_.db.target(name);
      prerequisite.is_explicit = true;
      out[at++].target = &prerequisite;
    }
    return;
  }
  const std::string_view text = trim(rule.prerequisites);
  if (text.empty()) return;
  if (e_.db.special.second_expansion && text.find('$') != kNpos) {
    PendingPrerequisites pending;
    pending.text = e_.db.arena.copy(text);
    pending.where = rule.where;
    pending.stem = rule.is_static_pattern ? e_.db.arena.copy(stem) : target.stem;
    pending.is_static_pattern = rule.is_static_pattern;
    out.push_back(e_.db.add_pending(pending));
    return;
  }
  if (rule.is_static_pattern)
    append_prerequisites(e_, text, &stem, out, Mention::entered);
  else
    append_prerequisites(e_, text, nullptr, out, Mention::explicit_);
}

void append_prerequisites(Evaluator& e, std::string_view text, const std::string_view* stem,
                          std::vector<Prerequisite>& out, Mention mention) {
  bool order_only = false, wait = false;
  const auto take = [&](std::string_view name) {
    if (name == ".WAIT") {
      wait = true;
      return;
    }
    Prerequisite p;
    if (stem && name.find('%') != kNpos) {
      const std::string made = replace_percent(name, *stem);
      if (made.empty()) return;  // a `%` alone, for an empty stem
      p.target = &e.db.target(made);
    } else
      p.target = &e.db.target(name);  // a backslash before `%` stays
    if (mention == Mention::explicit_)
      p.target->is_explicit = true;
    else
      p.target->entered = true;
    p.order_only = order_only;
    p.wait_before = std::exchange(wait, false);
    out.push_back(p);
  };
  std::string buffer;
  const size_t bar = find_bar(text, buffer);
  FileNames(text.substr(0, bar), &e.disk).for_each(take);
  if (bar != kNpos) {
    order_only = true;
    FileNames(text.substr(bar + 1), &e.disk).for_each(take);
  }
}

}  // namespace cmz
