// What failures do to the rest of the build, and what is said of targets that cannot be made. Manual, "Errors in
// Recipes", "How Makefiles Are Remade".
#pragma once

#include <cstdint>

#include "goals.h"
#include "plan.h"

namespace cmz {

class FailurePolicy {
 public:
  FailurePolicy(const Plan& plan, Goals& goals, const Loop& loop, Executor& executor)
      : plan_(plan), goals_(goals), loop_(loop), executor_(executor) {}

  // Nothing more is started: failed, or (a recipe that ran under -q) question; none: all goes on.
  Status stop() const { return stop_; }
  int signal() const { return signal_; }
  bool stopping() const { return stop_ != Status::none || signal_ != 0; }
  // A recipe has ended so: without -k that is the end.
  void recipe_failed(Status status) {
    if (!plan_.options.keep_going && stop_ != Status::failed) stop_ = status;
  }
  void forget_stop() { stop_ = Status::none; }
  // Looks whether a signal asks make to end, and hands it on to the children.
  void look_for_signal();

  // Whether what was found of some prerequisites ends the look at the others.
  bool ends_look(Status status) const {
    return !plan_.options.keep_going && (status == Status::failed || status == Status::question);
  }

  // Whether `target` is made for an optional makefile only: then nothing is said of its failure.
  static bool in_silence(const Target& target);
  // `target` ought to be made, and there is no rule for it.
  void no_rule(Target& target);
  // `asker` needs what has failed already.
  void come_by_failed(Target& target, Target& asker);
  // Tells "No rule to make target" of the first target that failed below `target`, also when that one has a rule. The
  // targets between still count as untold.
  void tell_failure(Target& target);
  // While makefiles are remade: before the first thing that is said of one that could not be read, why.
  void tell_goal_error(uint32_t goal);
  void tell_missing(const ReadMakefile& makefile);
  // Once: make ends, and jobs still run.
  void tell_waiting();

 private:
  void say_no_rule(Target& target, uint32_t goal);

  const Plan& plan_;
  Goals& goals_;
  const Loop& loop_;
  Executor& executor_;
  Status stop_ = Status::none;
  int signal_ = 0;
  bool said_waiting_ = false;
};

}  // namespace cmz
