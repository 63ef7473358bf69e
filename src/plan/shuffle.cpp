// --shuffle: in which order goals and prerequisites are visited. Manual, "Options Summary".
//
// All goals are mixed, then the prerequisites of all that is below them, depth first in the written
// order. Where a target's prerequisites become known later (second expansion, implicit rules), the
// same begins anew from there, with the same seed. Only orders of visits change: `$^` and its like
// stay as they are. A list with a `.WAIT` in it keeps its order.
#include <algorithm>
#include <numeric>

#include "cmzmake/plan/builder.h"

namespace cmz {

// The places 0 to `size` - 1, mixed. The same seed gives GNU Make's order: Marsaglia's 32-bit
// xorshift draws for each place one that it is swapped with.
std::vector<uint32_t> Builder::shuffled(size_t size) {
  std::vector<uint32_t> order(size);
  std::iota(order.begin(), order.end(), 0u);
  if (options_.shuffle.mode == Shuffle::Mode::reverse) {
    std::reverse(order.begin(), order.end());
    return order;
  }
  for (size_t i = 0; i < size; ++i) {
    random_state_ ^= random_state_ << 13;
    random_state_ ^= random_state_ >> 17;
    random_state_ ^= random_state_ << 5;
    std::swap(order[i], order[random_state_ % size]);
  }
  return order;
}

void Builder::shuffle_goals() {
  if (options_.shuffle.mode == Shuffle::Mode::none || db_.special.not_parallel) return;
  random_state_ = options_.shuffle.seed;
  const std::vector<Target*> written = goals_;
  const std::vector<uint32_t> order = shuffled(written.size());
  for (size_t i = 0; i < order.size(); ++i) goals_[i] = written[order[i]];
  shuffle_below({written.rbegin(), written.rend()});
}

// The prerequisites of `target` are known in full; `anew`: some were not when all were mixed. Those
// of .EXTRA_PREREQS stay behind the others.
void Builder::shuffle_late(Target& target, bool anew) {
  if (options_.shuffle.mode == Shuffle::Mode::none || db_.special.not_parallel) return;
  if (!anew) {
    const auto found = visit_order_.find(&target);
    if (found == visit_order_.end()) return;
    for (size_t i = found->second.size(); i < target.prerequisites.size(); ++i)
      found->second.push_back(static_cast<uint32_t>(i));
    return;
  }
  random_state_ = options_.shuffle.seed;
  target.shuffled = false;
  shuffle_below({&target});
}

// Mixes the prerequisites of `next`, and all that is below: the last one first.
void Builder::shuffle_below(std::vector<Target*> next) {
  while (!next.empty()) {
    Target* head = next.back();
    next.pop_back();
    if (head->shuffled) continue;
    head->shuffled = true;
    // Of double-colon rules GNU Make mixes the first alone.
    Target& target = head->double_colon ? *head->next_double_colon : *head;
    const auto& list = target.prerequisites;
    const auto waits = [](const Prerequisite& p) { return p.wait_before; };
    if (!target.not_parallel && std::none_of(list.begin(), list.end(), waits))
      visit_order_[&target] = shuffled(list.size());
    else
      visit_order_.erase(&target);
    for (auto p = list.rbegin(); p != list.rend(); ++p)
      if (p->target) next.push_back(p->target);
  }
}

Prerequisite& Builder::prerequisite_at(Target& target, size_t place) {
  if (options_.shuffle.mode == Shuffle::Mode::none) return target.prerequisites[place];
  const auto found = visit_order_.find(&target);
  return target.prerequisites[found == visit_order_.end() ? place : found->second[place]];
}

}  // namespace cmz
