#include "cmzmake/model/database.h"

#include <algorithm>

#include "cmzmake/base/strings.h"

namespace cmz {

Target& Database::target(Symbol name) {
  if (name.id() < by_id_.size() && by_id_[name.id()]) return *by_id_[name.id()];
  if (name.id() >= by_id_.size()) by_id_.resize(std::max<size_t>(name.id() + 1, by_id_.size() * 2), nullptr);
  Target& fresh = targets_.emplace_back();
  fresh.name = fresh.hashed_name = name;
  add_to_filters(name.view());
  if (is_dotted(name.view())) dotted_.push_back(&fresh);
  by_id_[name.id()] = &fresh;
  return fresh;
}

// The filter grows with the names. Endings repeat: past 256 KB it would only leave the cache.
void Database::add_to_filters(std::string_view name) {
  constexpr size_t kBitsForEach = 16, kMostBits = 2 * 1024 * 1024;
  if (targets_.size() * kBitsForEach > tails_.bits() && tails_.bits() < kMostBits) {
    tails_ = TailFilter(tails_.bits() * 4);
    for (const Target& target : targets_) {
      tails_.add(target.name.view());
      tails_.add(target.hashed_name.view());
    }
  }
  tails_.add(name);
  const size_t base = name.rfind('/') + 1;  // npos + 1 is 0
  const std::string_view directory = name.substr(0, base > 0 ? base - 1 : 0);
  shapes_.add(directory.substr(directory.rfind('/') + 1), name.substr(base));
}

Target& Database::add_double_colon(Target& head) {
  Target*& last = last_rules_.try_emplace(&head, &head).first->second;  // they hang behind each other in order
  while (last->next_double_colon) last = last->next_double_colon;
  Target& fresh = targets_.emplace_back();
  fresh.name = head.name;
  fresh.hashed_name = head.hashed_name;
  fresh.double_colon_head = &head;
  last = last->next_double_colon = &fresh;
  return fresh;
}

void Database::rename_target(Target& target, Symbol name) {
  target.name = name;
  add_to_filters(name.view());
  if (name.id() >= by_id_.size()) by_id_.resize(std::max<size_t>(name.id() + 1, by_id_.size() * 2), nullptr);
  if (by_id_[name.id()] == nullptr) by_id_[name.id()] = &target;
}

VariableSet& Database::new_variable_set() { return sets_.emplace_back(); }

PatternText parse_rule_pattern(std::string_view text, Arena& arena) {
  if (text.find('\\') == std::string_view::npos) {
    const std::string_view kept = arena.copy(text);
    const size_t percent = kept.find('%');
    if (percent == std::string_view::npos) return {kept, {}, false};
    return {kept.substr(0, percent), kept.substr(percent + 1), true};
  }
  const Pattern pattern = parse_pattern(text);
  const std::string_view kept = arena.copy(pattern.text);
  if (!pattern.has_percent()) return {kept, {}, false};
  return {kept.substr(0, pattern.percent), kept.substr(pattern.percent + 1), true};
}

}  // namespace cmz
