#include "cmzmake/eval/recipes.h"
#include "cmzmake/base/archive_name.h"

#include <bit>
#include <utility>
#include <vector>

#include "cmzmake/base/shells.h"
#include "cmzmake/base/strings.h"
#include "names.h"

namespace cmz {
namespace {

// `lib(member)`: the archive's name; empty when `name` is none.
std::string_view archive_of(std::string_view name) {
  const auto member = split_archive_name(name);
  return member ? member->archive : std::string_view();
}

std::string_view member_of(std::string_view name) { return split_archive_name(name)->member; }

// Nothing for a shell to do: blanks, and newlines behind a backslash.
bool is_blank_line(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (!is_blank(text[i]) && text[i] != '\n') return false;
  }
  return true;
}

// Without a pattern rule, a name's stem is what stands before a known suffix.
std::string_view suffix_stem(const Database& db, std::string_view name) {
  for (std::string_view suffix : db.suffixes)
    if (name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix)
      return name.substr(0, name.size() - suffix.size());
  return {};
}

// Inside a reference a backslash-newline and the blanks around it become one space. Manual, "Splitting Recipe Lines".
std::string_view tidy_continuations(std::string_view text, Arena& arena) {
  if (text.find('\n') == std::string_view::npos) return text;
  std::string out;
  int depth = 0;
  std::vector<char> closers;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '$' && i + 1 < text.size() && (text[i + 1] == '(' || text[i + 1] == '{')) {
      closers.push_back(text[i + 1] == '(' ? ')' : '}');
      ++depth;
      out += c;
      out += text[++i];
      continue;
    }
    if (depth > 0 && c == (closers.back() == ')' ? '(' : '{')) {
      closers.push_back(closers.back());
      ++depth;
    } else if (depth > 0 && c == closers.back()) {
      closers.pop_back();
      --depth;
    }
    if (c == '\\' && i + 1 < text.size()) {
      if (text[i + 1] == '\n') {
        size_t next = i + 2;
        if (depth > 0) {
          while (next < text.size() && is_blank(text[next])) ++next;
          while (!out.empty() && is_blank(out.back())) out.pop_back();
          out += ' ';
        } else {
          out += "\\\n";
        }
        i = next - 1;
        continue;
      }
      if (text[i + 1] == '\\') {
        out += c;
        ++i;
      }
    }
    out += text[i];
  }
  return arena.copy(out);
}

// In the expanded text, one recipe prefix is removed behind each newline, wherever the newline came from.
void remove_prefixes(std::string& text, char prefix) {
  size_t from = text.find('\n');
  if (from == std::string::npos) return;
  size_t to = ++from;
  for (bool at_start = true; from < text.size(); ++from) {
    const char c = text[from];
    if (!at_start || c != prefix) text[to++] = c;
    at_start = c == '\n';
  }
  text.resize(to);
}

// Which of the prerequisites have been seen.
class SeenTargets {
 public:
  // There will be no more than `most`.
  explicit SeenTargets(size_t most) : room_(std::bit_ceil(most * 2 + 1)) {}

  // Whether it is new.
  bool insert(const Target* target) {
    if (slots_.empty()) slots_.resize(room_);
    const Target*& slot = slots_[index_of(target)];
    return std::exchange(slot, target) == nullptr;
  }
  bool contains(const Target* target) const { return !slots_.empty() && slots_[index_of(target)] != nullptr; }

 private:
  size_t index_of(const Target* target) const {
    const size_t mask = room_ - 1;
    size_t i = (reinterpret_cast<uintptr_t>(target) * 0x9E3779B97F4A7C15ull >> 32) & mask;
    while (slots_[i] != nullptr && slots_[i] != target) i = (i + 1) & mask;
    return i;
  }

  size_t room_;
  std::vector<const Target*> slots_;  // open addressing, a power of two; empty until the first
};

void add_word(std::string& list, std::string_view word) {
  if (!list.empty()) list += ' ';
  list += word;
}

}  // namespace

namespace {

// The scope of a target whose parent has one, or that has no parent.
const Scope* make_scope(Evaluator& e, Target& target) {
  const Scope* outer = target.parent && target.parent->scope ? target.parent->scope : e.global_scope();
  const bool hide_private = e.any_private;

  if (!target.pattern_variables_known) {
    target.pattern_variables_known = true;
    for (const auto& [length, p] : e.db.pattern_variables) {
      const std::string_view name = target.name.view();
      // A pattern without a slash is matched against the whole name here.
      if (!p.pattern.has_percent || !p.pattern.matches(name)) continue;
      if (!target.pattern_variables) target.pattern_variables = &e.db.new_variable_set();
      PlaceGuard place(e, p.where);
      VariableSet& set = *target.pattern_variables;
      if (p.op == AssignOp::simple)
        e.modify_for_target(*e.define(set, p.name, p.value, p.origin, Flavor::simple, p.where), p.modifiers, true);
      else
        e.assign_for_target(set, p.name, p.op, p.value, p.origin, p.modifiers, true);
    }
  }
  const auto wrap = [&](VariableSet* set, bool parent, bool of_patterns = false) {
    Scope& scope = e.db.new_scope();
    scope = {set, outer, parent, of_patterns};
    outer = &scope;
  };
  bool boundary = hide_private;
  if (target.pattern_variables) {
    wrap(target.pattern_variables, true, true);
    boundary = false;
  }
  if (target.variables) {
    wrap(target.variables, target.pattern_variables == nullptr);
    boundary = false;
  }
  if (boundary) wrap(e.empty_set(), true);
  return outer;
}

}  // namespace

const Scope* target_scope(Evaluator& e, Target& target) {
  if (target.scope) return target.scope;
  std::vector<Target*> without{&target};  // a chain of parents may be as long as the graph is deep
  for (Target* t = &target; t->parent && t->parent != t && !t->parent->scope; t = t->parent)
    without.push_back(t->parent);
  for (; !without.empty(); without.pop_back()) without.back()->scope = make_scope(e, *without.back());
  return target.scope;
}

void set_automatic_variables(Evaluator& e, Target& target, VariableSet& set, const std::string_view* stem) {
  const Evaluator::Names& names = e.names();
  const auto define = [&](Symbol name, std::string value) {
    Variable& v = set.at(name);
    v.flavor = Flavor::simple;
    v.origin = Origin::automatic;
    v.value = std::move(value);
  };
  const std::string_view name = target.name.view();
  const std::string_view archive = archive_of(name);
  const std::string_view whole_target = archive.empty() ? name : archive;
  define(names.target, std::string(whole_target));
  define(names.member, archive.empty() ? std::string() : std::string(member_of(name)));
  std::string_view star = stem ? *stem : target.stem;
  if (star.empty() && !stem && !target.has_static_pattern)
    star = suffix_stem(e.db, archive.empty() ? name : member_of(name));
  define(names.stem, std::string(star));

  // A prerequisite that is both normal and order-only is normal.
  bool any_order_only = false;
  for (const Prerequisite& p : target.prerequisites) any_order_only |= p.order_only;
  const size_t count = target.prerequisites.size();
  SeenTargets normal(count);
  if (any_order_only)
    for (const Prerequisite& p : target.prerequisites)
      if (!p.order_only && p.target) normal.insert(p.target);

  std::string first, all, every, newer, order_only;
  SeenTargets in_all(count), in_newer(count), in_order_only(count);
  bool have_first = false;
  for (const Prerequisite& p : target.prerequisites) {
    if (p.target == nullptr || p.hidden) continue;
    const std::string_view whole = p.target->name.view();
    const std::string_view word = archive_of(whole).empty() ? whole : member_of(whole);
    if (p.order_only) {
      if (!normal.contains(p.target) && in_order_only.insert(p.target)) add_word(order_only, word);
      continue;
    }
    if (!have_first) {
      first = whole;  // $< alone names the archive, too
      have_first = true;
    }
    add_word(every, word);
    if (in_all.insert(p.target)) add_word(all, word);
    if (p.changed && in_newer.insert(p.target)) add_word(newer, word);
  }
  if (target.recipe && target.recipe == e.db.default_recipe) first = whole_target;  // .DEFAULT has no other
  define(names.first, std::move(first));
  define(names.all, std::move(all));
  define(names.every, std::move(every));
  define(names.newer, std::move(newer));
  define(names.order_only, std::move(order_only));
}

void prepare_recipe(Evaluator& e, Recipe& recipe) {
  if (recipe.prepared) return;
  recipe.prepared = true;
  recipe.one_shell = e.db.special.one_shell;  // also where the makefile says so further down
  const auto add = [&](std::string_view text, uint32_t line) {
    RecipeLine out;
    text = tidy_continuations(text, e.db.arena);
    std::string_view body = text;
    out.flags = take_line_prefixes(body);
    if (text.find("$(MAKE)") != std::string_view::npos || text.find("${MAKE}") != std::string_view::npos)
      out.flags.recursive = true;
    recipe.any_recursive |= out.flags.recursive;
    out.text = text;
    out.line = line;
    if (text.find('$') != std::string_view::npos) out.tree = parse_owned_expr(text, e.db.symbols);
    recipe.lines.push_back(std::move(out));
  };
  if (recipe.one_shell && recipe.source.size() > 1) {
    std::string whole;
    for (size_t i = 0; i < recipe.source.size(); ++i) {
      if (i > 0) whole += '\n';
      whole += recipe.source[i];
    }
    add(e.db.arena.copy(whole), recipe.where.line);
    return;
  }
  // GNU Make's count: continuation lines, and what stands between the lines of a recipe, do not
  // count.
  uint32_t number = recipe.where.line;
  for (std::string_view text : recipe.source) add(text, number++);
}

std::vector<CommandLine> expand_recipe(Evaluator& e, Target& target, VariableSet& automatic) {
  std::vector<CommandLine> out;
  Recipe& recipe = *target.recipe;
  prepare_recipe(e, recipe);
  set_automatic_variables(e, target, automatic);
  Scope scope{&automatic, target_scope(e, target), false};
  ScopeGuard guard(e, &scope);
  PlaceGuard place(e, recipe.where);
  e.recipe_place = recipe.where;

  for (RecipeLine& line : recipe.lines) {
    std::string text;
    e.where = {recipe.where.file, line.line};
    if (line.tree)
      e.expand(*line.tree, text);
    else
      text = line.text;
    remove_prefixes(text, recipe.prefix);

    if (recipe.one_shell) {
      std::string_view body = text;
      LineFlags flags = line.flags;
      flags |= take_line_prefixes(body);
      std::string whole = is_posix_shell(e.value_of("SHELL")) ? without_line_prefixes(body) : std::string(body);
      line.flags.recursive |= flags.recursive;
      if (!is_blank_line(whole))
        out.push_back({.text = std::move(whole), .line = line.line, .flags = flags, .shell_flags = {}});
      continue;
    }

    // An expansion with newlines is several lines; a backslash-newline continues one.
    std::string_view rest = text;
    while (true) {
      size_t end = rest.find('\n');
      while (end != std::string_view::npos && end > 0 && rest[end - 1] == '\\') end = rest.find('\n', end + 1);
      std::string_view body = rest.substr(0, end);
      LineFlags flags = line.flags;
      flags |= take_line_prefixes(body);
      line.flags.recursive |= flags.recursive;  // a `+` from a variable stays with the line
      if (!is_blank_line(body))
        out.push_back({.text = std::string(body), .line = line.line, .flags = flags, .shell_flags = {}});
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
  }
  e.recipe_place = {};
  return out;
}

}  // namespace cmz
