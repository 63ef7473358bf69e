// Modification times of targets, and where vpath finds them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "plan.h"
#include "target_states.h"
#include "visit_order.h"

namespace cmz {

class TargetTimes {
 public:
  TargetTimes(Plan& plan, TargetStates& states, VisitOrder& order) : plan_(plan), states_(states), order_(order) {}

  // The target's time; the disk is asked when it is not known, and vpath when there is no such file: then the target
  // may get another name, or become one with another target.
  FileTime of(Target& target);
  // The target's time as its prerequisites are compared with: one that is known to the second only is as new
  // as the end of that second. Manual, ".LOW_RESOLUTION_TIME"; archives hold whole seconds too.
  FileTime as_target(Target& target);
  // The target that `target` is, if vpath has found it under the name of another.
  Target* resolve(Target* target);

  // A target that vpath has found is remade where the makefile says it is.
  void leave_vpath(Target& target);

  // The one door for every change of a target's time while something is built. Unknown: the disk is asked when somebody
  // wants it.
  static void set(Target& target, FileTime time) { target.mtime = time; }
  static void forget(Target& target) { set(target, FileTime::unknown()); }

  // A makefile has the time that it had when it was read, unless something may have changed it since.
  void known_since_read(const ReadMakefile& makefile);

  // If `target` is an archive's member: its archive may be another one now, and is looked for again.
  void member_was_made(const Target& target);

  // Has the times of all that is known below `goals` asked for, in the order of the walk, if that pays.
  void look_ahead(const std::vector<Target*>& goals);
  // Any file may be another from now on.
  void stop_looking_ahead() { ahead_.reset(); }

  // A file was seen that is younger than now.
  bool clock_skew() const { return clock_skew_; }

 private:
  FileTime of_rule(Target& rule, Target& head);
  FileTime read(Target& target);
  FileTime read_member(Target& target);
  FileTime ask_disk(const Target& target, std::error_code* error);
  FileTime time_in_vpath(const std::string& path, FileTime otherwise);
  void merge(Target& from, Target& into);
  void check_future(Target& target, FileTime time);

  Plan& plan_;
  TargetStates& states_;
  VisitOrder& order_;
  std::unique_ptr<TimesAhead> ahead_;
  uint64_t ahead_generation_ = 0;  // of the disk, when it began
  int64_t now_ = 0;                // the clock when it was last read, ns
  bool clock_skew_ = false;
};

}  // namespace cmz
