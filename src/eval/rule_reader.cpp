// Lines of rules: explicit, static pattern, pattern, double-colon and grouped ones, and of target-specific variables,
// which look like them. Manual, "Rule Syntax".
#include <algorithm>

#include "cmzmake/base/strings.h"
#include "file_names.h"
#include "makefile_reader.h"

namespace cmz {
namespace {

constexpr size_t kNpos = std::string_view::npos;

// What follows a text that is unquoted.
enum class Behind : bool { nothing, mark };

// Of the backslashes before each of `marks` half are left: `\:` becomes `:`.
std::string_view unquote(std::string_view text, std::string_view marks, std::string& buffer,
                         Behind behind = Behind::nothing) {
  if (text.find('\\') == kNpos) return text;
  buffer.clear();
  for (size_t i = 0; i < text.size(); ++i) {
    size_t end = i;
    while (end < text.size() && text[end] == '\\') ++end;
    const bool at_mark = end == text.size() ? behind == Behind::mark : marks.find(text[end]) != kNpos;
    if (end > i && at_mark) {
      buffer.append((end - i) / 2, '\\');
      i = end;
      if (end == text.size()) break;
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

}  // namespace

void MakefileReader::missing_separator(const LogicalLine& raw) {
  if (!raw.text.empty() && raw.text[0] == e_.recipe_prefix)
    throw Fatal(e_.where, "recipe commences before first target");
  const std::string_view text = skip_spaces(raw.text);
  if (text.starts_with("ifeq") || text.starts_with("ifneq"))
    throw Fatal(e_.where, "missing separator (ifeq/ifneq must be followed by whitespace)");
  if (e_.recipe_prefix == '\t' && raw.text.substr(0, 8) == "        ")
    throw Fatal(e_.where, "missing separator (did you mean TAB instead of 8 spaces?)");
  throw Fatal(e_.where, "missing separator");
}

// A rule's line in parts. Views are of the line or of the strings here.
struct MakefileReader::RuleLine {
  std::string_view line;        // without the backslashes that quoted a `;`
  std::string unquoted;         // its text, if there were some
  std::string_view targets;     // expanded
  std::string_view rest;        // what the line has behind its colon, not expanded
  std::string expanded;         // what was expanded to find the colon
  std::string expanded_rest;    // what `expanded` has behind its colon: it stands before `rest`
  bool colon_expanded = false;  // the colon came out of an expansion
  size_t semicolon = kNpos;     // where the line's recipe begins
};

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

// Finds where the line's own recipe begins: behind the first `;` outside of references that no backslash quotes. What
// quotes others is taken off.
void MakefileReader::find_recipe(std::string_view line, RuleLine& out) {
  out.line = line;
  if (line.find(';') == kNpos) return;
  if (line.find("\\;") == kNpos) {
    out.semicolon = find_unquoted(line, ";");
    return;
  }
  size_t done = 0;
  for (size_t i = 0; i < line.size() && out.semicolon == kNpos;) {
    if (line[i] != ';') {
      i = line[i] == '$' ? skip_reference(line, i) : i + 1;
      continue;
    }
    size_t slashes = 0;
    while (slashes < i - done && line[i - 1 - slashes] == '\\') ++slashes;
    out.unquoted += line.substr(done, i - done - slashes + slashes / 2);
    done = i++;
    if (slashes % 2 == 0) out.semicolon = out.unquoted.size();
  }
  out.unquoted += line.substr(done);
  out.line = out.unquoted;
}

// Finds the colon. Only the part before it is expanded until it is known whether an assignment follows. False: the
// line expands to nothing.
bool MakefileReader::cut_rule(const LogicalLine& raw, RuleLine& out) {
  const std::string_view head = out.line.substr(0, out.semicolon);
  if (out.semicolon != kNpos && trim(head).empty()) throw Fatal(e_.where, "missing rule before recipe");
  // Without a recipe of its own, a line has one behind a `;` that was quoted or comes out of an expansion: a colon
  // there is none.
  const auto targets_end = [&](std::string_view targets) {
    return out.semicolon == kNpos ? find_colon(targets, ';') : kNpos;
  };

  const size_t dollar = head.find('$');
  const size_t colon = dollar == kNpos ? find_colon(head) : find_unquoted(head, ":");
  if (colon != kNpos && (dollar == kNpos || dollar > colon)) {
    out.targets = head.substr(0, colon);
    out.rest = head.substr(colon + 1);
  } else {
    const Location place = e_.where;
    size_t end = 0;
    const size_t inner = expand_to_colon(head.substr(0, colon), &end, out.expanded);
    e_.where = place;
    out.targets = std::string_view(out.expanded).substr(0, inner);
    out.colon_expanded = inner != kNpos;
    if (inner != kNpos) {
      out.expanded_rest = out.expanded.substr(inner + 1);
      out.rest = head.substr(end);
    } else if (colon != kNpos) {
      out.rest = head.substr(colon + 1);
    } else {
      if (!trim(out.targets.substr(0, targets_end(out.targets))).empty()) missing_separator(raw);
      return false;
    }
  }
  const size_t end = targets_end(out.targets);
  if (end == kNpos) return true;
  if (!trim(out.targets.substr(0, end)).empty()) missing_separator(raw);
  return false;
}

// `&:` and `::`.
void MakefileReader::take_kind(RuleLine& line, OpenRule& rule) {
  if (!line.targets.empty() && line.targets.back() == '&') {
    rule.grouped = true;
    line.targets.remove_suffix(1);
  }
  line.targets = trim_end(line.targets);
  if (!line.expanded_rest.empty() && line.expanded_rest[0] == ':') {
    rule.double_colon = true;
    line.expanded_rest.erase(0, 1);
  } else if (!line.colon_expanded && !line.rest.empty() && line.rest[0] == ':') {
    rule.double_colon = true;
    line.rest.remove_prefix(1);
  }
}

// An assignment: what came with the colon, and all that follows on the line. Its operator stands before a `;` of the
// line, its value goes on behind that; one that came with the colon ends it. False: it is none.
bool MakefileReader::target_assignment(const LogicalLine& raw, const RuleLine& parts) {
  const std::string_view line = parts.line;
  const bool semicolon = parts.semicolon != kNpos;
  const size_t from = parts.rest.data() ? parts.rest.data() - line.data() : line.size();
  std::string_view assignment = line.substr(from);
  size_t head = semicolon ? parts.semicolon - from : assignment.size();
  if (parts.expanded_rest.empty() && assignment.substr(0, head).find('=') == kNpos) return false;
  std::string whole, joined;
  if (semicolon && raw.text.find('#') != kNpos) {  // behind a `;` a comment is text
    std::string buffer;
    whole = assignment.substr(0, head);
    whole += collapse_continuations(raw.text.substr(find_unquoted(raw.text, ";#")), buffer, e_.db.special.posix);
    assignment = whole;
  }
  if (!trim(parts.expanded_rest).empty()) {
    const size_t end = semicolon ? kNpos : find_colon(parts.expanded_rest, ';');
    joined = parts.expanded_rest.substr(0, end);
    if (end == kNpos) joined += assignment;
    head = end == kNpos ? parts.expanded_rest.size() + head : joined.size();
    assignment = joined;
  }
  Statement s;
  if (!parse_assignment(assignment.substr(0, head), &s, e_.settings.dialect)) return false;
  if (semicolon) parse_assignment(assignment, &s, e_.settings.dialect);
  target_variable(parts.targets, s);
  return true;
}

// Cuts the pattern of a static pattern rule off its prerequisites. In it backslashes quote what they do among targets.
void MakefileReader::take_static_pattern(std::string_view& prerequisites, std::string_view marks, OpenRule& rule) {
  const size_t colon = prerequisites.find(':') == kNpos ? kNpos : find_colon(prerequisites);
  if (colon == kNpos) return;
  std::string buffer, pattern;
  const std::string_view text = unquote(prerequisites.substr(0, colon), marks, buffer, Behind::mark);
  size_t patterns = 0;
  FileNames(text, nullptr).for_each([&](std::string_view name) {
    if (patterns++ == 0) pattern = name;
  });
  if (patterns == 0) throw Fatal(e_.where, "missing target pattern");
  if (patterns > 1) throw Fatal(e_.where, "multiple target patterns");
  if (find_percent(pattern) == kNpos) throw Fatal(e_.where, "target pattern contains no '%'");
  rule.is_static_pattern = true;
  rule.static_pattern = pattern;
  prerequisites = prerequisites.substr(colon + 1);
}

// The first target decides whether it is a pattern rule.
void MakefileReader::take_targets(std::string_view targets, OpenRule& rule) {
  FileNames(targets, &e_.disk).for_each([&](std::string_view name) {
    const bool is_pattern = find_percent(name) != kNpos;
    if (is_pattern && rule.targets.empty()) {
      if (rule.is_static_pattern) rule.fault = "mixed implicit and static pattern rules";
      rule.pattern_targets.push_back(e_.db.arena.copy(name));
    } else if (!rule.pattern_targets.empty()) {
      if (rule.fault.empty()) rule.fault = "mixed implicit and normal rules";
    } else {
      if (name == ".POSIX") e_.db.special.posix = true;  // already for how the next lines are joined
      if (name.find('%') != kNpos)
        rule.targets.push_back(e_.db.symbols.intern(parse_pattern(name).text));
      else
        rule.targets.push_back(e_.db.symbols.intern(name));
      if (is_pattern) rule.misplaced.push_back(rule.targets.back());
    }
  });
}

void MakefileReader::rule(std::string_view line, const LogicalLine& raw) {
  close_rule();
  if (raw.text[0] == e_.recipe_prefix) missing_separator(raw);  // not even what expands to nothing may stand here
  RuleLine parts;
  find_recipe(line, parts);
  if (!cut_rule(raw, parts)) return;
  OpenRule fresh;
  fresh.where = rule_place();
  take_kind(parts, fresh);
  if (trim(parts.targets).empty()) {  // nothing of it counts, not even an assignment
    fresh.no_targets = true;
    rule_ = std::move(fresh);
    return;
  }
  if (target_assignment(raw, parts)) return;

  // Prerequisites. A text without `$` is used where it stands.
  std::string_view prerequisites = parts.rest;
  if (!parts.expanded_rest.empty() || parts.rest.find('$') != kNpos) {
    const Location place = e_.where;
    e_.expand(parts.rest, parts.expanded_rest);
    e_.where = place;
    prerequisites = parts.expanded_rest;
  }
  // A `;` may come from a variable, or have been quoted.
  std::string_view expanded_recipe;
  const bool may_have_recipe = parts.semicolon == kNpos;
  const size_t inner_semicolon = may_have_recipe ? find_colon(prerequisites, ';') : kNpos;
  if (inner_semicolon != kNpos) {
    expanded_recipe = e_.db.arena.copy(prerequisites.substr(inner_semicolon + 1));
    prerequisites = prerequisites.substr(0, inner_semicolon + 1);
  }

  std::string target_buffer, prerequisite_buffer;
  const std::string_view marks = may_have_recipe ? ":;" : ":";
  take_static_pattern(prerequisites, marks, fresh);
  fresh.prerequisites = unquote(prerequisites, marks, prerequisite_buffer);
  if (inner_semicolon != kNpos) fresh.prerequisites.pop_back();
  take_targets(unquote(parts.targets, marks, target_buffer, Behind::mark), fresh);
  if (fresh.targets.empty() && fresh.pattern_targets.empty()) {
    fresh.no_targets = true;
    rule_ = std::move(fresh);
    return;
  }

  set_default_goal(fresh.targets);  // a conditional may ask for it next
  fresh.open = true;
  rule_ = std::move(fresh);
  if (parts.semicolon != kNpos) {
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
  targets = unquote(targets, ":;", buffer, Behind::mark);
  std::vector<std::string> names;
  FileNames(targets, &e_.disk).for_each([&](std::string_view name) { names.emplace_back(name); });
  for (const std::string& target_name : names) {
    if (find_percent(target_name) != kNpos) {
      const std::string name = e_.expand(s.name);
      if (name.empty()) throw Fatal(e_.where, "empty variable name");
      PatternVariable p;
      p.pattern = parse_rule_pattern(target_name, e_.db.arena);
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
      e_.db.pattern_variables.emplace(target_name.size(), std::move(p));
      continue;
    }
    Target& target = e_.db.target(parse_pattern(target_name).text);
    target.entered = true;
    if (!target.variables) {
      target.variables = &e_.db.new_variable_set();
      for (Target* t = target.next_double_colon; t; t = t->next_double_colon) t->variables = target.variables;
    }
    Variable& own = e_.assign_for_target(*target.variables, s.name, s.op, s.text, origin, s.modifiers, false);
    if (const Variable* global = e_.overruling(own.name, own.origin); global && global != &own) {
      own.value = global->value;
      own.origin = global->origin;
      own.flavor = global->flavor;
      own.append = false;
      own.value_changed();
    }
  }
}

}  // namespace cmz
