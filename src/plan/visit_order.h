// --shuffle: in which order goals and prerequisites are visited. Manual, "Options Summary".
//
// All goals are mixed, then the prerequisites of all that is below them, depth first in the written
// order. Where a target's prerequisites become known later (second expansion, implicit rules), the
// same begins anew from there, with the same seed. Only orders of visits change: `$^` and its like
// stay as they are. A list with a `.WAIT` in it keeps its order.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "plan.h"

namespace cmz {

class VisitOrder {
 public:
  explicit VisitOrder(const Plan& plan) : plan_(plan) {}

  // Whether the written order may be another one.
  bool is_shuffled() const { return plan_.options.shuffle.mode != Shuffle::Mode::none; }

  // Mixes `goals`, and all that is known below them.
  void shuffle(std::vector<Target*>& goals);
  // The prerequisites of `target` are known in full; some were not when all were mixed.
  void shuffle_late(Target& target);

  // The prerequisite that is visited in place `place`.
  Prerequisite& at(Target& target, size_t place) {
    return is_shuffled() ? shuffled_at(target, place) : target.prerequisites[place];
  }
  // Prerequisites that were added since they were mixed are visited last.
  void extend(const Target& target);
  // Takes the prerequisite in place `place` away from the target.
  void drop(Target& target, size_t place);
  // The target's prerequisites are others now: they are visited as they are written.
  void forget(const Target& target) { orders_.erase(&target); }

 private:
  bool applies() const { return is_shuffled() && !plan_.db.special.not_parallel; }
  std::vector<uint32_t> mixed(size_t size);
  void shuffle_below(std::vector<Target*> next);
  Prerequisite& shuffled_at(Target& target, size_t place);

  const Plan& plan_;
  uint32_t random_state_ = 0;
  std::unordered_map<const Target*, std::vector<uint32_t>> orders_;
};

}  // namespace cmz
