#include <algorithm>
#include <unordered_map>

#include "cmzmake/search/search.h"

namespace cmz {

void RuleIndex::build(const std::vector<std::unique_ptr<PatternRule>>& rules) {
  nodes_.assign(1, {});
  lists_.clear();
  pieces_.clear();
  arena_ = Arena();
  folders_.clear();
  std::unordered_map<std::string_view, uint32_t> texts;
  texts.reserve(2 * rules.size());
  uint32_t order = 0;
  for (const auto& rule : rules) {
    std::vector<Piece>& pieces = pieces_.emplace_back();
    for (const PatternPrerequisite& p : rule->prerequisites) {
      Piece piece;
      piece.pattern = parse_rule_pattern(p.text, arena_);
      const PatternText& pattern = piece.pattern;
      piece.plain = !p.second_expansion && p.text.find_first_of("*?[()") == std::string_view::npos;
      piece.simple = piece.plain && pattern.has_percent && pattern.suffix.find('/') == std::string_view::npos &&
                     !pattern.prefix.starts_with('-');
      piece.text = texts.try_emplace(p.text, static_cast<uint32_t>(texts.size())).first->second;
      const std::string_view folder = pattern.prefix.substr(0, pattern.prefix.rfind('/') + 1);
      const auto known = std::find(folders_.begin(), folders_.end(), folder);
      piece.folder = static_cast<uint32_t>(known - folders_.begin());
      if (known == folders_.end()) folders_.emplace_back(folder);
      pieces.push_back(piece);
    }
    for (uint32_t t = 0; t < rule->targets.size(); ++t) {
      const std::string_view suffix = rule->targets[t].suffix;
      uint32_t node = 0;
      for (auto c = suffix.rbegin(); c != suffix.rend(); ++c) node = child_of(node, *c);
      const bool slash = Database::pattern_has_slash(rule->target_texts[t]);
      nodes_[node].own.push_back(
          {rule.get(), t, order++, slash, rule->targets[t].match_anything(), rule->terminal, pieces.data()});
    }
  }
  texts_ = texts.size();
}

uint32_t RuleIndex::list_of(uint32_t n) const {
  Node& node = nodes_[n];
  if (node.list != kNoList) return node.list;
  const uint32_t shorter = n == 0 ? kNoList : list_of(node.parent);
  if (n != 0 && node.own.empty()) return node.list = shorter;
  std::vector<Candidate> all = n == 0 ? std::vector<Candidate>() : lists_[shorter];
  const auto middle = static_cast<std::ptrdiff_t>(all.size());
  all.insert(all.end(), node.own.begin(), node.own.end());
  std::inplace_merge(all.begin(), all.begin() + middle, all.end(),
                     [](const Candidate& a, const Candidate& b) { return a.order < b.order; });
  lists_.push_back(std::move(all));
  return node.list = static_cast<uint32_t>(lists_.size() - 1);
}

uint32_t RuleIndex::child_of(uint32_t node, char c) {
  if (const uint32_t known = find_child(node, c)) return known;
  const auto fresh = static_cast<uint32_t>(nodes_.size());
  nodes_.emplace_back();
  nodes_[fresh].c = c;
  nodes_[fresh].parent = node;
  nodes_[fresh].next = nodes_[node].child;
  nodes_[node].child = fresh;
  return fresh;
}

RuleIndex::Reached RuleIndex::reach(std::string_view name) const {
  uint32_t node = 0;
  size_t i = name.size();
  for (; i > 1; --i) {  // a stem has at least one character
    const uint32_t child = find_child(node, name[i - 1]);
    if (child == 0) break;
    node = child;
  }
  return {lists_[list_of(node)], node, name.size() - i};
}

}  // namespace cmz
