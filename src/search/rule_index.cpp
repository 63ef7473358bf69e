#include <algorithm>

#include "cmzmake/search/search.h"

namespace cmz {

void RuleIndex::build(const std::vector<std::unique_ptr<PatternRule>>& rules) {
  by_suffix_.clear();
  lengths_.clear();
  uint32_t order = 0;
  for (const auto& rule : rules)
    for (uint32_t t = 0; t < rule->targets.size(); ++t) {
      const std::string_view suffix = rule->targets[t].suffix;
      by_suffix_[suffix].push_back({rule.get(), t, order++});
      lengths_.push_back(suffix.size());
    }
  std::sort(lengths_.begin(), lengths_.end());
  lengths_.erase(std::unique(lengths_.begin(), lengths_.end()), lengths_.end());
}

void RuleIndex::collect(std::string_view name, std::vector<Candidate>& out) const {
  for (size_t length : lengths_) {
    if (length >= name.size()) break;
    const auto it = by_suffix_.find(name.substr(name.size() - length));
    if (it != by_suffix_.end()) out.insert(out.end(), it->second.begin(), it->second.end());
  }
  std::sort(out.begin(), out.end(),
            [](const Candidate& a, const Candidate& b) { return a.order < b.order; });
}

}  // namespace cmz
