// Targets that wait for prerequisites, and those that no longer do.
//
// The first walk gives each target that has to wait a number: its place. Later, ready targets are looked at in passes,
// each in the order of these numbers. What becomes ready behind the place where the pass is comes in this pass; what
// becomes ready before it waits for the next:
//
//     numbers      1   2   3   4   5   6   7
//     this pass            │
//     becomes ready    2'  │   4'      6'
//                       ╲  │   ╰─ this pass looks at 4 and 6
//                        ╰─┼─ the next pass begins with 2
//                       cursor
//
// It is the order in which GNU Make starts recipes, which walks the whole graph again after each one.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "cmzmake/model/target.h"

namespace cmz {

class ReadyQueue {
 public:
  // A new walk: nothing waits, numbers begin again.
  void reset() {
    cursor_ = 0;
    order_ = 0;
    ++pass_;
    now_ = {};
    later_ = {};
    aside_.clear();
  }

  // The number of the pass.
  uint32_t pass() const { return pass_; }

  // The walk comes to a target that must wait: a place for it, if it has none.
  void give_place(Target& target) {
    if (target.order == 0) target.order = ++order_;
  }
  // All that `target` waited for has finished.
  void push(Target& target) { (target.order >= cursor_ ? now_ : later_).push({target.order, &target}); }

  // The first walk is past all that it has numbered so far.
  void follow_walk() { cursor_ = order_ + 1; }
  // Make has slept: another pass, that begins with the first target again.
  void rewind() {
    cursor_ = 0;
    ++pass_;
  }

  bool pass_is_empty() const { return now_.empty(); }
  bool next_is_empty() const { return later_.empty(); }
  void begin_pass() {
    std::swap(now_, later_);
    cursor_ = 0;
    ++pass_;
  }
  Target& pop() {
    const Ready next = now_.top();
    now_.pop();
    cursor_ = next.order;
    return *next.target;
  }

  // Nobody waits for `target` at present, though it is ready.
  void put_aside(Target& target) { aside_.push_back(&target); }
  // Somebody may, since now.
  void take_up_aside() {
    for (Target* target : std::exchange(aside_, {})) later_.push({target->order, target});
  }

 private:
  struct Ready {
    uint32_t order;
    Target* target;
    bool operator>(const Ready& other) const { return order > other.order; }
  };
  using Queue = std::priority_queue<Ready, std::vector<Ready>, std::greater<>>;

  uint32_t order_ = 0;  // the last number given
  uint32_t pass_ = 0;
  uint32_t cursor_ = 0;  // the pass looks at ready targets from here on
  Queue now_, later_;
  std::vector<Target*> aside_;
};

}  // namespace cmz
