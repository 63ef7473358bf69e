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
    p.text = e.db.arena.copy(name);
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

bool add_pattern_rule(Database& db, std::unique_ptr<PatternRule> rule, bool overrides, size_t among) {
  const auto same = [&](const PatternRule& other) {
    if (other.prerequisites.size() != rule->prerequisites.size()) return false;
    // One with several targets stays, whatever comes.
    const auto is_all = [&](const PatternText& target) {
      return std::all_of(other.targets.begin(), other.targets.end(), [&](const PatternText& t) { return t == target; });
    };
    if (std::none_of(rule->targets.begin(), rule->targets.end(), is_all)) return false;
    for (size_t i = 0; i < rule->prerequisites.size(); ++i)
      if (rule->prerequisites[i].text != other.prerequisites[i].text) return false;
    return true;
  };
  ++db.pattern_rules_version;
  auto& rules = db.pattern_rules;
  const auto end = rules.begin() + static_cast<std::ptrdiff_t>(std::min(among, rules.size()));
  const auto found = std::find_if(rules.begin(), end, [&](const auto& r) { return same(*r); });
  if (found != end) {
    if (!overrides) return false;
    db.retired_rules.push_back(std::move(*found));
    rules.erase(found);
  }
  rules.push_back(std::move(rule));
  return true;
}

}  // namespace cmz
