// How far the build has come with each target. The one door for every change of that:
//
//     untouched ──► visiting ──────────────► finished
//                    │    ▲ │                    ▲
//       its prereq-  ▼    │ └────► running ──────┘
//       uisites run waiting         its recipe runs
//
// Those that another target's recipe makes too (its group) go to running and finished from wherever they are. When a
// circle leads through a group, that may happen to a target on the walk's stack: its visit goes on from there, to
// waiting or to a run of its own. A finished target becomes untouched when vpath finds that a goal is the same file;
// an unfinished one when the build stops.
#pragma once

#include <array>

#include "cmzmake/event/event.h"
#include "cmzmake/model/target.h"

namespace cmz {

class TargetStates {
 public:
  void set(Target& target, Progress progress);
  // Another target's recipe, which runs, makes this one too: to running, unless it is finished.
  void run_as_peer(Target& target);
  // To finished.
  void finish(Target& target, Status status);
  // A goal that vpath finds to be `target` is looked at once more; of double-colon rules the first.
  void reopen(Target& target);

  // How many targets are in which state.
  TargetCounts counts() const;
  // The walk has come to all goals: no target is unknown any more.
  void set_walking(bool walking) { walking_ = walking; }

 private:
  void change(Target& target, Progress progress);
  uint32_t& count(Progress progress) { return counts_[static_cast<size_t>(progress)]; }

  std::array<uint32_t, static_cast<size_t>(Progress::finished) + 1> counts_{};
  uint32_t failed_ = 0;
  bool walking_ = true;
};

}  // namespace cmz
