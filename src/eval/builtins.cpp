// The built-in variables and rules enter the database.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "builtin_data.h"
#include "cmzmake/base/strings.h"
#include "cmzmake/eval/special_targets.h"
#include "names.h"

namespace cmz {
namespace {

void fill_recipe(Recipe& recipe, std::string_view text) {
  recipe.prefix = '\t';
  while (!text.empty()) {
    const size_t end = text.find('\n');
    recipe.source.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
}

// A target whose name is that of a suffix rule: one suffix that is known, or two.
struct SuffixRuleName {
  static constexpr uint32_t kNothing = 0;  // no suffix: it comes before all others
  uint32_t source;                         // which of db.suffixes
  uint32_t made;                           // 1 + which of db.suffixes
  Target* target;
};

// All of them, in the order of the suffixes. A name may be taken apart in more than one way.
std::vector<SuffixRuleName> suffix_rule_names(Database& db) {
  std::vector<std::pair<std::string_view, uint32_t>> known;
  size_t longest = 0;
  for (uint32_t i = 0; i < db.suffixes.size(); ++i) {
    known.emplace_back(db.suffixes[i], i);
    longest = std::max(longest, db.suffixes[i].size());
  }
  std::sort(known.begin(), known.end());
  const auto find = [&](std::string_view suffix) -> const uint32_t* {
    const auto at = std::lower_bound(known.begin(), known.end(), std::pair<std::string_view, uint32_t>(suffix, 0));
    return at != known.end() && at->first == suffix ? &at->second : nullptr;
  };
  std::vector<SuffixRuleName> names;
  const auto take_apart = [&](Target& target) {
    const std::string_view name = target.name.view();
    if (name.size() > 2 * longest) return;  // `.build/...`
    for (size_t end = 1; end <= name.size(); ++end) {
      const uint32_t* source = find(name.substr(0, end));
      if (!source) continue;
      if (end == name.size())
        names.push_back({*source, SuffixRuleName::kNothing, &target});
      else if (const uint32_t* made = find(name.substr(end)); made && *made != *source)
        names.push_back({*source, 1 + *made, &target});
    }
  };
  if (std::all_of(db.suffixes.begin(), db.suffixes.end(), Database::is_dotted)) {
    for (Target* target : db.dotted_targets()) take_apart(*target);
  } else {
    for (Target& target : db.targets())
      if (!target.double_colon_head) take_apart(target);
  }
  std::sort(names.begin(), names.end(), [](const SuffixRuleName& a, const SuffixRuleName& b) {
    return std::pair(a.source, a.made) < std::pair(b.source, b.made);
  });
  return names;
}

}  // namespace

void Evaluator::define_builtin_variables() {
  // Automatic variables' directory and file parts. Manual, "Automatic Variables".
  for (const char c : std::string_view("@%<?^+*|")) {
    if (c == '|') continue;
    const std::string name(1, c);
    define(db.globals, name + "D", "$(patsubst %/,%,$(dir $" + name + "))", Origin::automatic, Flavor::recursive);
    define(db.globals, name + "F", "$(notdir $" + name + ")", Origin::automatic, Flavor::recursive);
  }
  if (!settings.no_builtin_variables)
    for (const BuiltinVariable& v : builtin_variables())
      define(db.globals, v.name, std::string(v.value), Origin::default_, Flavor::recursive);
  std::string suffixes;
  if (!settings.no_builtin_rules) {
    suffixes = builtin_suffixes();
    Target& target = db.target(".SUFFIXES");
    target.is_target = target.builtin = true;
    for (std::string_view s : Words(builtin_suffixes())) db.suffixes.push_back(s);
  }
  define(db.globals, "SUFFIXES", suffixes, Origin::default_, Flavor::simple);
}

void Evaluator::define_computed_variables() {
  Variable& all = *define(db.globals, ".VARIABLES", "", Origin::default_, Flavor::simple);
  all.special = true;
}

void Evaluator::define_builtin_rules() {
  // Suffix rules wait as targets until the makefiles had their say about .SUFFIXES.
  for (const BuiltinRule& rule : builtin_suffix_rules()) {
    Target& target = db.target(rule.target);
    if (target.recipe) continue;
    Recipe& recipe = db.new_recipe();
    fill_recipe(recipe, rule.recipe);
    target.recipe = &recipe;
    target.builtin = target.is_explicit = true;  // mentioned, as implicit rules see it
  }
}

bool Evaluator::has_only_builtin_rules() const {
  // Like .PHONY; a suffix rule of that form, such as .C, has one letter.
  const auto is_special = [](const Target* target) {
    const std::string_view name = target->name.view();
    return name.size() > 2 &&
           std::all_of(name.begin() + 1, name.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
  };
  const std::string_view table = builtin_suffixes();
  const auto is_builtin = [&](std::string_view suffix) {
    return suffix.data() >= table.data() && suffix.data() < table.data() + table.size();
  };
  return !settings.no_builtin_rules && db.pattern_rules.empty() && !db.symbols.find(".EXTRA_PREREQS") &&
         std::all_of(db.dotted_targets().begin(), db.dotted_targets().end(), is_special) &&
         db.suffixes.size() == static_cast<size_t>(std::count(table.begin(), table.end(), '.')) &&
         std::all_of(db.suffixes.begin(), db.suffixes.end(), is_builtin);
}

void Evaluator::convert_suffix_rules() {
  const bool second = std::exchange(db.special.second_expansion, false);
  // A makefile may have said -r after the built-in suffixes came in: those point into their table.
  if (settings.no_builtin_rules) {
    const std::string_view table = builtin_suffixes();
    std::erase_if(db.suffixes, [&](std::string_view s) {
      return s.data() >= table.data() && s.data() < table.data() + table.size();
    });
  }
  // `.c.o` becomes `%.o: %.c`, `.c` becomes `%: %.c`, `.c.a` both `(%.o): %.c` and `%.a: %.c`; each suffix alone says
  // that names with it are of a known type. Manual, "Old-Fashioned Suffix Rules", "Match-Anything Pattern Rules".
  const auto add = [&](const std::string& target, std::string_view source_suffix, const Target* from) {
    auto rule = std::make_unique<PatternRule>();
    rule->target_texts.push_back(db.arena.copy(target));
    rule->targets.push_back(parse_rule_pattern(target, db.arena));
    if (from) {
      PatternPrerequisite p;
      p.text = db.arena.copy("%" + std::string(source_suffix));
      rule->prerequisites.push_back(p);
      rule->recipe = from->recipe;
      rule->where = from->where;
      rule->builtin = from->builtin;
    }
    add_pattern_rule(db, std::move(rule), false);
  };
  const auto usable = [&](Target& t, bool warn) -> const Target* {
    if (t.recipe == nullptr || (settings.no_builtin_rules && t.builtin)) return nullptr;
    if (!t.prerequisites.empty()) {
      if (db.special.posix) return nullptr;
      if (warn) diagnostics.warning(t.recipe->where, "ignoring prerequisites on suffix rule definition");
    }
    t.suffix_rule = true;
    return &t;
  };
  const std::vector<SuffixRuleName> names = suffix_rule_names(db);
  auto name = names.begin();
  for (uint32_t source = 0; source < db.suffixes.size(); ++source) {
    add(fmt::format("%{}", db.suffixes[source]), {}, nullptr);
    for (; name != names.end() && name->source == source; ++name) {
      const bool nothing = name->made == SuffixRuleName::kNothing;
      const Target* const from = usable(*name->target, !nothing);
      if (from == nullptr) continue;
      const std::string_view made = nothing ? "" : db.suffixes[name->made - 1];
      if (made == ".a") add("(%.o)", db.suffixes[source], from);
      add(fmt::format("%{}", made), db.suffixes[source], from);
    }
  }
  if (!settings.no_builtin_rules) {
    for (const BuiltinRule& rule : builtin_pattern_rules()) {
      auto pattern = std::make_unique<PatternRule>();
      pattern->target_texts.push_back(rule.target);
      pattern->targets.push_back(parse_rule_pattern(rule.target, db.arena));
      append_pattern_prerequisites(*this, rule.prerequisites, *pattern);
      Recipe& recipe = db.new_recipe();
      fill_recipe(recipe, rule.recipe);
      pattern->recipe = &recipe;
      pattern->terminal = rule.terminal;
      pattern->builtin = true;
      add_pattern_rule(db, std::move(pattern), false);
    }
  }
  for (const auto& rule : db.pattern_rules)
    for (const Prerequisite& extra : extra_prerequisites)
      rule->prerequisites.push_back({.text = extra.target->name.view(),
                                     .order_only = extra.order_only,
                                     .wait_before = extra.wait_before,
                                     .hidden = true});
  db.special.second_expansion = second;
}

}  // namespace cmz
