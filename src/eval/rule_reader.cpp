// Rules: explicit, static pattern, pattern, double-colon and grouped ones, and target-specific
// variables, which look like them. Reference: manual, "Writing Rules", "Using Implicit Rules".
#include <fmt/format.h>

#include <algorithm>

#include "cmzmake/base/strings.h"
#include "cmzmake/eval/special_targets.h"
#include "file_names.h"
#include "makefile_reader.h"
#include "names.h"

namespace cmz {
namespace {

constexpr size_t kNpos = std::string_view::npos;

// `\:` and `\;` become `:` and `;`; of the backslashes before them, every other one stays.
std::string_view unquote_marks(std::string_view text, std::string& buffer) {
  if (text.find('\\') == kNpos) return text;
  buffer.clear();
  for (size_t i = 0; i < text.size(); ++i) {
    size_t end = i;
    while (end < text.size() && text[end] == '\\') ++end;
    if (end > i && end < text.size() && (text[end] == ':' || text[end] == ';')) {
      buffer.append((end - i) / 2, '\\');
      i = end;
    }
    buffer += text[i];
  }
  return buffer;
}

// The first `:` (or other mark) that no backslash quotes.
size_t find_colon(std::string_view text, char mark = ':') {
  size_t at = text.find(mark);
  while (at != kNpos) {
    size_t slashes = 0;
    while (slashes < at && text[at - 1 - slashes] == '\\') ++slashes;
    if (slashes % 2 == 0) return at;
    at = text.find(mark, at + 1);
  }
  return at;
}

std::string replace_percent(const std::string& text, std::string_view stem) {
  const Pattern pattern = parse_pattern(text);
  if (!pattern.has_percent()) return pattern.text;
  return fmt::format("{}{}{}", pattern.prefix(), stem, pattern.suffix());
}

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

void MakefileReader::missing_separator(const LogicalLine& raw) {
  if (!raw.text.empty() && raw.text[0] == e_.recipe_prefix)
    throw Fatal(e_.where, "recipe commences before first target");
  const std::string_view text = skip_spaces(raw.text);
  if (text.substr(0, 5) == "ifeq(" || text.substr(0, 6) == "ifneq(")
    throw Fatal(e_.where, "missing separator (ifeq/ifneq must be followed by whitespace)");
  if (e_.recipe_prefix == '\t' && raw.text.substr(0, 8) == "        ")
    throw Fatal(e_.where, "missing separator (did you mean TAB instead of 8 spaces?)");
  throw Fatal(e_.where, "missing separator");
}

// Expands word after word of `head` into `expanded`, until a colon comes out of one: returns its place there, and
// that behind the word.
size_t MakefileReader::expand_to_colon(std::string_view head, size_t* end, std::string& expanded) {
  while (*end < head.size()) {
    const size_t blanks = head.size() - *end - skip_blanks(head.substr(*end)).size();
    const size_t length = find_unquoted(head.substr(*end + blanks), " \t");
    const std::string_view piece = head.substr(*end, length == kNpos ? length : blanks + length);
    const size_t from = expanded.size();
    e_.expand(piece, expanded);
    *end += piece.size();
    const size_t colon = find_colon(std::string_view(expanded).substr(from));
    if (colon != kNpos) return from + colon;
  }
  return kNpos;
}

void MakefileReader::rule(std::string_view line, const LogicalLine& raw) {
  close_rule();
  if (raw.text[0] == e_.recipe_prefix) missing_separator(raw);  // not even what expands to nothing may stand here

  size_t semicolon = line.find(';');
  if (semicolon != kNpos) semicolon = find_unquoted(line, ";");
  const std::string_view head = line.substr(0, semicolon);

  // Only the part before the colon is expanded until it is known whether an assignment follows.
  const size_t dollar = head.find('$');
  size_t colon = dollar == kNpos ? find_colon(head) : find_unquoted(head, ":");
  std::string_view targets, rest_raw;
  std::string expanded, rest;
  if (colon != kNpos && (dollar == kNpos || dollar > colon)) {
    targets = head.substr(0, colon);
    rest_raw = head.substr(colon + 1);
  } else {
    const Location place = e_.where;
    size_t end = 0;
    const size_t inner = expand_to_colon(head.substr(0, colon), &end, expanded);
    e_.where = place;
    if (inner != kNpos) {
      targets = std::string_view(expanded).substr(0, inner);
      rest = expanded.substr(inner + 1);
      rest_raw = head.substr(end);
    } else if (colon != kNpos) {
      targets = expanded;
      rest_raw = head.substr(colon + 1);
    } else {
      if (trim(expanded).empty() && semicolon == kNpos) return;
      missing_separator(raw);
    }
  }

  OpenRule fresh;
  fresh.where = rule_place();
  if (!targets.empty() && targets.back() == '&') {
    fresh.grouped = true;
    targets.remove_suffix(1);
  }
  targets = trim_end(targets);
  if (!rest.empty() && rest[0] == ':') {
    fresh.double_colon = true;
    rest.erase(0, 1);
  } else if (rest.empty() && !rest_raw.empty() && rest_raw[0] == ':') {
    fresh.double_colon = true;
    rest_raw.remove_prefix(1);
  }

  {  // An assignment: what came with the colon, up to a `;`, and all that follows on the line.
    const size_t from = rest_raw.data() ? rest_raw.data() - line.data() : line.size();
    std::string_view assignment = line.substr(from);
    std::string whole, joined;
    if (semicolon != kNpos && raw.text.find('#') != kNpos) {  // behind a `;` a comment is text
      std::string buffer;
      whole = line.substr(from, semicolon - from);
      whole += collapse_continuations(raw.text.substr(find_unquoted(raw.text, ";#")), buffer, e_.db.special.posix);
      assignment = whole;
    }
    if (!trim(rest).empty()) {
      const size_t end = find_colon(rest, ';');
      joined = rest.substr(0, end);
      if (end == kNpos) joined += assignment;
      assignment = joined;
    }
    Statement s;
    if (assignment.find('=') != kNpos && parse_assignment(assignment, &s)) {
      target_variable(targets, s);
      return;
    }
  }

  // Prerequisites. A text without `$` is used where it stands.
  std::string_view prerequisites = rest_raw;
  if (!rest.empty() || rest_raw.find('$') != kNpos) {
    const Location place = e_.where;
    e_.expand(rest_raw, rest);
    e_.where = place;
    prerequisites = rest;
  }
  // A `;` may come from a variable.
  std::string_view expanded_recipe;
  const size_t inner_semicolon =
      semicolon == kNpos && !rest.empty() ? find_colon(prerequisites, ';') : kNpos;
  if (inner_semicolon != kNpos) {
    expanded_recipe = e_.db.arena.copy(prerequisites.substr(inner_semicolon + 1));
    prerequisites = prerequisites.substr(0, inner_semicolon);
  }

  std::string target_buffer;
  targets = unquote_marks(targets, target_buffer);

  const size_t second_colon =
      prerequisites.find(':') == kNpos ? kNpos : find_colon(prerequisites);
  if (second_colon != kNpos) {
    const std::string_view patterns = prerequisites.substr(0, second_colon);
    std::string_view words = patterns;
    const std::string_view pattern = next_word(words);
    if (pattern.empty()) throw Fatal(e_.where, "missing target pattern");
    if (!next_word(words).empty()) throw Fatal(e_.where, "multiple target patterns");
    if (find_percent(pattern) == kNpos) throw Fatal(e_.where, "target pattern contains no '%'");
    fresh.is_static_pattern = true;
    fresh.static_pattern = without_dot_slash(pattern);
    prerequisites = prerequisites.substr(second_colon + 1);
  }
  std::string prerequisite_buffer;
  fresh.prerequisites = unquote_marks(prerequisites, prerequisite_buffer);

  // The first target decides whether it is a pattern rule.
  FileNames(targets, &e_.disk).for_each([&](std::string_view name) {
    const bool is_pattern = find_percent(name) != kNpos;
    if (is_pattern && fresh.targets.empty()) {
      if (fresh.is_static_pattern) fresh.fault = "mixed implicit and static pattern rules";
      fresh.pattern_targets.push_back(e_.db.arena.copy(name));
    } else if (!fresh.pattern_targets.empty()) {
      if (fresh.fault.empty()) fresh.fault = "mixed implicit and normal rules";
    } else {
      if (name == ".POSIX")
        e_.db.special.posix = true;  // already for how the next lines are joined
      if (name.find('%') != kNpos)
        fresh.targets.push_back(e_.db.symbols.intern(parse_pattern(name).text));
      else
        fresh.targets.push_back(e_.db.symbols.intern(name));
      if (is_pattern) fresh.misplaced.push_back(fresh.targets.back());
    }
  });
  if (fresh.targets.empty() && fresh.pattern_targets.empty()) {
    fresh.no_targets = true;
    rule_ = std::move(fresh);
    return;
  }

  for (const Symbol name : fresh.targets) set_default_goal(name.view());  // a conditional may ask for it next
  fresh.open = true;
  rule_ = std::move(fresh);
  if (semicolon != kNpos) {
    const size_t at = find_unquoted(raw.text, ";#");
    add_recipe_line(raw.text.substr(at + 1), raw.line);
  } else if (inner_semicolon != kNpos) {
    add_recipe_line(expanded_recipe, raw.line);
  }
}

// `targets: [modifiers] NAME OP VALUE`. Manual, "Target-specific Variable Values".
void MakefileReader::target_variable(std::string_view targets, const Statement& s) {
  const Origin origin = s.modifiers.override_ ? Origin::override_ : Origin::file;
  std::string buffer;
  targets = unquote_marks(targets, buffer);
  std::vector<std::string> names;
  FileNames(targets, &e_.disk).for_each([&](std::string_view name) { names.emplace_back(name); });
  for (const std::string& target_name : names) {
    if (find_percent(target_name) != kNpos) {
      const std::string name = e_.expand(s.name);
      if (name.empty()) throw Fatal(e_.where, "empty variable name");
      PatternVariable p;
      p.pattern = parse_rule_pattern(target_name, e_.db.arena);
      p.pattern_length = target_name.size();
      p.name = name;
      p.op = s.op;
      p.value = s.op == AssignOp::simple ? e_.expand(s.text) : std::string(s.text);
      p.origin = origin;
      if (const Variable* global = e_.overruling(e_.db.symbols.intern(name), origin)) {
        p.value = global->value;
        p.origin = global->origin;
        p.flavor = global->flavor;
      }
      p.modifiers = s.modifiers;
      p.where = e_.where;
      auto& all = e_.db.pattern_variables;
      auto at = std::upper_bound(all.begin(), all.end(), p.pattern_length,
                                 [](size_t length, const PatternVariable& other) {
                                   return length < other.pattern_length;
                                 });
      all.insert(at, std::move(p));
      continue;
    }
    Target& target = e_.db.target(parse_pattern(target_name).text);
    if (!target.variables) target.variables = &e_.db.new_variable_set();
    Variable& own = e_.assign_for_target(*target.variables, s.name, s.op, s.text, origin, s.modifiers, false);
    if (const Variable* global = e_.overruling(own.name, own.origin); global && global != &own) {
      own.value = global->value;
      own.origin = global->origin;
      own.flavor = global->flavor;
      own.append = false;
      own.value_changed();
    }
    for (Target* t = target.next_double_colon; t; t = t->next_double_colon)
      t->variables = target.variables;
  }
}

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
  if (rule_.grouped && rule_.recipe == nullptr)
    throw Fatal(rule_.where, "grouped targets must provide a recipe");
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

void MakefileReader::set_default_goal(std::string_view name) {
  if (!set_default_goal_) return;
  Variable* goal = e_.db.globals.find(e_.names_->default_goal);
  if (goal && !goal->value.empty()) return;
  if (name.empty() || (name[0] == '.' && name.find('/') == kNpos)) return;
  e_.define(e_.db.globals, ".DEFAULT_GOAL", std::string(name), Origin::file, Flavor::simple);
}

void MakefileReader::record_targets(OpenRule& rule) {
  TargetGroup* group = nullptr;
  if (rule.grouped && rule.targets.size() > 1) {
    group = &e_.db.new_group();
    group->is_explicit = true;
  }
  for (Symbol name : rule.targets) {
    if (std::find(rule.misplaced.begin(), rule.misplaced.end(), name) != rule.misplaced.end())
      e_.diagnostics.message(rule.where, "*** mixed implicit and normal rules: deprecated syntax");
    if (apply_early_special_target(e_, name.view(), rule.prerequisites, rule.recipe)) {
      // Also recorded like any other: its prerequisites count when all is read.
    }
    if (name.view() == ".WAIT" && rule.targets.size() == 1) {
      if (!trim(rule.prerequisites).empty())
        e_.diagnostics.message(rule.where, ".WAIT should not have prerequisites");
      if (rule.recipe) e_.diagnostics.message(rule.where, ".WAIT should not have commands");
    }
    Target& target = e_.db.target(name);
    record_target(rule, target, group);
  }
  if (group) std::reverse(group->members.begin(), group->members.end());
}

void MakefileReader::record_target(OpenRule& rule, Target& head, TargetGroup* group) {
  Target* target = &head;
  std::string stem_text;
  bool matches = true;
  if (rule.is_static_pattern) {
    const Pattern pattern = parse_pattern(rule.static_pattern);
    std::string_view stem;
    if (!pattern.match(head.name.view(), &stem)) {
      e_.diagnostics.message(rule.where, fmt::format("target '{}' doesn't match the target pattern",
                                                     head.name.view()));
      // It stays a target, without these prerequisites.
      stem = head.name.view();
      matches = false;
    }
    stem_text = stem;
  }

  const bool suffix_like = head.builtin;
  if (!rule.double_colon) {
    if (head.double_colon)
      throw Fatal(rule.where,
                  fmt::format("target file '{}' has both : and :: entries", head.name.view()));
    if (rule.recipe && head.recipe == rule.recipe) {
      e_.diagnostics.message(
          rule.where, fmt::format("target '{}' given more than once in the same rule",
                                  head.name.view()));
    } else if (rule.recipe && head.recipe && head.is_target && !suffix_like) {
      e_.diagnostics.message(rule.recipe->where,
                             fmt::format("warning: overriding recipe for target '{}'", head.name.view()));
      e_.diagnostics.message(head.recipe->where,
                             fmt::format("warning: ignoring old recipe for target '{}'", head.name.view()));
    }
  } else {
    if (head.is_target && !head.double_colon && !suffix_like)
      throw Fatal(rule.where,
                  fmt::format("target file '{}' has both : and :: entries", head.name.view()));
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
  if (group) {
    if (target->group)
      e_.diagnostics.message(rule.recipe->where, fmt::format("warning: overriding group membership for target '{}'",
                                                             head.name.view()));
    target->group = group;
    group->members.push_back(target);
  }

  if (rule.recipe) {
    target->recipe = rule.recipe;
    target->builtin = false;
  }
  if (!matches) return;
  // $< is the first prerequisite of the rule with the recipe: those go to the front.
  if (rule.recipe && !target->prerequisites.empty()) {
    std::vector<Prerequisite> front;
    add_prerequisites(rule, *target, front, stem_text);
    target->prerequisites.insert(target->prerequisites.begin(), front.begin(), front.end());
  } else {
    add_prerequisites(rule, *target, target->prerequisites, stem_text);
  }
}

void MakefileReader::add_prerequisites(const OpenRule& rule, Target& target,
                                       std::vector<Prerequisite>& out, std::string_view stem) {
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
    pending.text = e_.db.arena.copy(rule.is_static_pattern ? percent_to_stem(text) : std::string(text));
    pending.where = rule.where;
    pending.stem = rule.is_static_pattern ? e_.db.arena.copy(stem) : target.stem;
    pending.is_static_pattern = rule.is_static_pattern;
    out.push_back(e_.db.add_pending(pending));
    return;
  }
  append_prerequisites(e_, text, rule.is_static_pattern ? &stem : nullptr, out);
}

void append_prerequisites(Evaluator& e, std::string_view text, const std::string_view* stem,
                          std::vector<Prerequisite>& out) {
  bool order_only = false, wait = false;
  const auto take = [&](std::string_view name) {
    if (name == ".WAIT") {
      wait = true;
      return;
    }
    Prerequisite p;
    if (stem && name.find('%') != kNpos) {
      const std::string made = replace_percent(std::string(name), *stem);
      if (made.empty()) return;  // a `%` alone, for an empty stem
      p.target = &e.db.target(made);
    } else
      p.target = &e.db.target(name);  // a backslash before `%` stays
    p.target->is_explicit = true;
    p.order_only = order_only;
    p.wait_before = std::exchange(wait, false);
    out.push_back(p);
  };
  const size_t bar = text.find('|');
  FileNames(text.substr(0, bar), &e.disk).for_each(take);
  if (bar != kNpos) {
    order_only = true;
    FileNames(text.substr(bar + 1), &e.disk).for_each(take);
  }
}

}  // namespace cmz
