#pragma once

#include "goals.h"
#include "plan.h"
#include "ready_queue.h"
#include "target_states.h"
#include "target_times.h"

namespace cmz {

// What follows when a target's own part is over: for its time, for the other targets that its recipe makes, and for
// everybody who waits for it.
class Finisher {
 public:
  Finisher(Plan& plan, TargetStates& states, TargetTimes& times, ReadyQueue& ready, Goals& goals)
      : plan_(plan), states_(states), times_(times), ready_(ready), goals_(goals) {}

  enum class Ran : uint8_t {
    no,
    yes,      // a recipe, even if there was nothing to do for a shell
    touched,  // the target alone, in the recipe's place
  };
  void finish(Target& target, Status status, Ran ran);
  // The same for a target that has no recipe of its own to run, like the head of double-colon rules.
  void release_waiters(Target& target);

  // A recipe has made a target that was waiting: perhaps nobody waits for those any more that waited for it.
  bool made_a_waiter() const { return made_a_waiter_; }
  void forget() { made_a_waiter_ = false; }

 private:
  bool ran_really(const Target& target) const;
  void take_new_time(Target& target, bool really);
  void finish_peers(Target& target, Status status, bool really);

  Plan& plan_;
  TargetStates& states_;
  TargetTimes& times_;
  ReadyQueue& ready_;
  Goals& goals_;
  bool made_a_waiter_ = false;
};

}  // namespace cmz
