#include "visit_order.h"

#include <algorithm>
#include <numeric>

namespace cmz {

// The places 0 to `size` - 1, mixed. The same seed gives GNU Make's order: Marsaglia's 32-bit
// xorshift draws for each place one that it is swapped with.
std::vector<uint32_t> VisitOrder::mixed(size_t size) {
  std::vector<uint32_t> order(size);
  std::iota(order.begin(), order.end(), 0u);
  if (plan_.options.shuffle.mode == Shuffle::Mode::reverse) {
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

void VisitOrder::shuffle(std::vector<Target*>& goals) {
  if (!applies()) return;
  random_state_ = plan_.options.shuffle.seed;
  const std::vector<Target*> written = goals;
  const std::vector<uint32_t> order = mixed(written.size());
  for (size_t i = 0; i < order.size(); ++i) goals[i] = written[order[i]];
  shuffle_below({written.rbegin(), written.rend()});
}

void VisitOrder::shuffle_late(Target& target) {
  if (!applies()) return;
  random_state_ = plan_.options.shuffle.seed;
  target.shuffled = false;
  shuffle_below({&target});
}

void VisitOrder::extend(const Target& target) {
  const auto found = orders_.find(&target);
  if (found == orders_.end()) return;
  for (size_t i = found->second.size(); i < target.prerequisites.size(); ++i)
    found->second.push_back(static_cast<uint32_t>(i));
}

// Mixes the prerequisites of `next`, and all that is below: the last one first.
void VisitOrder::shuffle_below(std::vector<Target*> next) {
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
      orders_[&target] = mixed(list.size());
    else
      orders_.erase(&target);
    for (auto p = list.rbegin(); p != list.rend(); ++p)
      if (p->target) next.push_back(p->target);
  }
}

Prerequisite& VisitOrder::shuffled_at(Target& target, size_t place) {
  const auto found = orders_.find(&target);
  return target.prerequisites[found == orders_.end() ? place : found->second[place]];
}

void VisitOrder::drop(Target& target, size_t place) {
  if (const auto found = orders_.find(&target); found != orders_.end()) {
    std::vector<uint32_t>& order = found->second;
    const uint32_t dropped = order[place];
    order.erase(order.begin() + static_cast<std::ptrdiff_t>(place));
    for (uint32_t& index : order)
      if (index > dropped) --index;
    place = dropped;
  }
  target.prerequisites.erase(target.prerequisites.begin() + static_cast<std::ptrdiff_t>(place));
}

}  // namespace cmz
