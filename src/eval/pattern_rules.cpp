// Pattern rules enter the database. Reference: manual, "Defining and Redefining Pattern Rules".
#include <algorithm>

#include "cmzmake/base/strings.h"
#include "cmzmake/eval/special_targets.h"
#include "file_names.h"
#include "makefile_reader.h"

namespace cmz {
namespace {
constexpr size_t kNpos = std::string_view::npos;
}

void MakefileReader::record_pattern_rule(OpenRule& rule) {
  auto pattern = std::make_unique<PatternRule>();
  for (std::string_view text : rule.pattern_targets) {
    pattern->targets.push_back(parse_rule_pattern(text, e_.db.arena));
    pattern->target_texts.push_back(text);
  }
  pattern->recipe = rule.recipe;
  pattern->terminal = rule.double_colon;
  pattern->where = rule.where;
  append_pattern_prerequisites(e_, rule.prerequisites, *pattern);
  add_pattern_rule(e_.db, std::move(pattern), true);
}

void append_pattern_prerequisites(Evaluator& e, std::string_view text, PatternRule& rule) {
  const bool second = e.db.special.second_expansion && text.find('$') != kNpos;
  bool order_only = false, wait = false;
  const auto take = [&](std::string_view name) {
    if (name == ".WAIT") {
      wait = true;
      return;
    }
    PatternPrerequisite p;
    p.text = e.db.arena.copy(name.starts_with('~') ? e.disk.expand_tilde(name) : std::string(name));
    p.order_only = order_only;
    p.wait_before = std::exchange(wait, false);
    p.second_expansion = second && name.find('$') != kNpos;
    rule.prerequisites.push_back(p);
  };
  const auto take_all = [&](std::string_view part) {
    if (!second) {
      FileNames(part, nullptr).for_each(take);
      return;
    }
    // A reference may hold blanks: words end at blanks outside of `$(...)`.
    part = trim(part);
    while (!part.empty()) {
      const size_t end = find_unquoted(part, " \t\n\v\f\r");
      take(part.substr(0, end));
      part = end == kNpos ? std::string_view() : skip_spaces(part.substr(end));
    }
  };
  std::string buffer;
  const size_t bar = second ? find_unquoted(text, "|") : find_bar(text, buffer);
  take_all(text.substr(0, bar));
  if (bar != kNpos) {
    order_only = true;
    take_all(text.substr(bar + 1));
  }
}

namespace {

// The same for rules with the same prerequisites whose only target is `target`.
uint64_t hash_of(const PatternText& target, const PatternRule& rule) {
  uint64_t hash = 0;
  const auto add = [&](std::string_view text) { hash = (hash ^ hash_text(text)) * 0x9E3779B97F4A7C15ull; };
  add(target.prefix);
  add(target.suffix);
  for (const PatternPrerequisite& p : rule.prerequisites) add(p.text);
  return hash;
}

bool is_only_target(const PatternText& target, const PatternRule& rule) {
  return std::all_of(rule.targets.begin(), rule.targets.end(), [&](const PatternText& t) { return t == target; });
}

bool needs_the_same(const PatternRule& a, const PatternRule& b) {
  const auto same = [](const PatternPrerequisite& p, const PatternPrerequisite& q) { return p.text == q.text; };
  return std::equal(a.prerequisites.begin(), a.prerequisites.end(), b.prerequisites.begin(), b.prerequisites.end(),
                    same);
}

// The first rule whose only target is one of `rule`'s, with the same prerequisites. One with several targets stays,
// whatever comes.
const PatternRule* find_same(const Database& db, const PatternRule& rule) {
  const PatternRule* first = nullptr;
  for (const PatternText& target : rule.targets) {
    const auto [begin, end] = db.single_pattern_rules.equal_range(hash_of(target, rule));
    for (auto known = begin; known != end; ++known) {
      const PatternRule& other = *known->second;
      if (!is_only_target(target, other) || !needs_the_same(rule, other)) continue;
      if (first == nullptr || other.number < first->number) first = &other;
    }
  }
  return first;
}

void forget_rule(Database& db, const PatternRule& rule) {
  const auto [begin, end] = db.single_pattern_rules.equal_range(hash_of(rule.targets[0], rule));
  db.single_pattern_rules.erase(std::find_if(begin, end, [&](const auto& each) { return each.second == &rule; }));
  auto& rules = db.pattern_rules;
  const auto found = std::find_if(rules.rbegin(), rules.rend(), [&](const auto& each) { return each.get() == &rule; });
  db.retired_rules.push_back(std::move(*found));
  rules.erase(std::next(found).base());
}

}  // namespace

bool add_pattern_rule(Database& db, std::unique_ptr<PatternRule> rule, bool overrides) {
  ++db.pattern_rules_version;
  if (const PatternRule* same = find_same(db, *rule)) {
    if (!overrides) return false;
    forget_rule(db, *same);
  }
  rule->number = db.pattern_rules_version;
  if (is_only_target(rule->targets[0], *rule))
    db.single_pattern_rules.emplace(hash_of(rule->targets[0], *rule), rule.get());
  db.pattern_rules.push_back(std::move(rule));
  return true;
}

}  // namespace cmz
