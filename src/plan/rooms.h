#pragma once

#include "cmzmake/plan/builder.h"
#include "failure_policy.h"
#include "finisher.h"
#include "goals.h"
#include "job_runner.h"
#include "plan.h"
#include "ready_queue.h"
#include "slots.h"
#include "target_states.h"
#include "target_times.h"
#include "visit_order.h"
#include "walker.h"

namespace cmz {

// What a Builder is made of: each room knows those above it in this list, and no other.
struct Builder::Rooms {
  Rooms(const BuildContext& context, BuildOptions options)
      : loop(context.loop),
        executor(context.executor),
        plan(context, std::move(options)),
        slots(plan, context.loop, context.tokens, context.load) {}

  Loop& loop;
  Executor& executor;
  Plan plan;
  TargetStates states;
  ReadyQueue ready;
  Goals goals;
  VisitOrder order{plan};
  Slots slots;
  TargetTimes times{plan, states, order};
  FailurePolicy failures{plan, goals, loop, executor};
  Finisher finisher{plan, states, times, ready, goals};
  JobRunner jobs{plan, {loop, executor, states, times, goals, failures, finisher, slots}};
  Walker walker{plan, {states, times, order, ready, goals, failures, finisher, jobs}};

  // The goals that the first walk has come to.
  size_t next_goal = 0;
  bool in_goal = false;  // it is at the last of them
  // The present pass: it is done with the goals before `pass_goal`.
  size_t pass_goal = 0;
  bool goals_to_tell = false;          // one had finished when the pass began
  bool intermediates_removed = false;  // at the end of makefiles that could not be remade
  Walker::Pause pause = Walker::Pause::none;
};

}  // namespace cmz
