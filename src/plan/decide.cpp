// Whether a target is out of date, and what follows. The decision itself is in verdict.h. Manual, "How `make` Processes
// a Makefile", "Using Implicit Rules", "Rules without Recipes or Prerequisites".
#include <utility>

#include "verdict.h"
#include "walker.h"

namespace cmz {

Walker::Pause Walker::decide(Frame& frame) {
  Target& target = *frame.target;
  if (plan_.debug)
    plan_.debug->say(DebugLog::verbose, frame.depth, "Finished prerequisites of target file '{}'.",
                     target.hashed_name.view());
  if (frame.status == Status::failed || frame.status == Status::question) {
    give_up(frame);
    return Pause::none;
  }

  TargetFacts facts;
  facts.prerequisite_changed = weigh_prerequisites(frame);
  facts.absent = frame.absent;
  facts.must_make = frame.must_make;
  facts.is_target = target.is_target;
  facts.has_recipe = target.recipe != nullptr;
  facts.lone_double_colon = target.double_colon_head && target.prerequisites.empty();
  facts.always_make = plan_.options.always_make;
  const Verdict verdict = judge(facts);
  if (plan_.debug) tell_verdict(frame, verdict);
  if (!verdict.make) {
    pop({});
    finisher_.finish(target, Status::success, Finisher::Ran::no);
    return Pause::none;
  }
  return remake(frame);
}

// A prerequisite could not be made, or -q has its answer.
void Walker::give_up(Frame& frame) {
  Target& target = *frame.target;
  Result result;
  result.status = frame.status;
  if (plan_.debug)
    plan_.debug->say(DebugLog::verbose, frame.depth, "Giving up on target file '{}'.", target.hashed_name.view());
  pop(result);
  // Not of a goal that make came to on its way to another one.
  const Target& goal = target.double_colon_head ? *target.double_colon_head : target;
  if (result.status == Status::failed && &goals_[target.goal] == &goal && plan_.options.keep_going &&
      !plan_.options.dry_run && !plan_.options.question && !goals_.are_makefiles)
    plan_.events.on(event::NotRemade{target.hashed_name.view()});
  finisher_.finish(target, result.status, Finisher::Ran::no);
}

// What the prerequisites mean for the target; true when something was done to one of them.
bool Walker::weigh_prerequisites(Frame& frame) {
  bool any_changed = false;
  std::vector<Prerequisite>& list = frame.target->prerequisites;
  for (size_t i = 0; i < list.size(); ++i) {
    Target* found = list[i].target;
    while (found->merged_into) found = found->merged_into;
    PrerequisiteFacts facts;
    facts.time = times_.of(*found);  // what is merged here may add to the list
    Prerequisite& p = list[i];
    p.target = found;
    facts.order_only = p.order_only;
    facts.intermediate = plan_.is_intermediate(*p.target);
    facts.remade = p.target->time_changed || (p.target->phony && p.target->updated);
    const PrerequisiteVerdict verdict = judge(facts, frame.time);
    frame.must_make |= verdict.makes_target;
    any_changed |= verdict.changed;
    if (plan_.debug && !frame.absent) tell_prerequisite(frame, p, facts.time, verdict.newer);
    p.changed = verdict.newer || frame.absent || verdict.missing || plan_.options.always_make;
  }
  return any_changed;
}

void Walker::tell_prerequisite(const Frame& frame, const Prerequisite& p, FileTime time, bool newer) const {
  const std::string_view name = p.target->name.view(), target = frame.target->hashed_name.view();
  const size_t depth = frame.depth + 1;
  if (p.order_only)
    plan_.debug->say(DebugLog::verbose, depth, "Prerequisite '{}' is order-only for target '{}'.", name, target);
  else if (time.is_absent())
    plan_.debug->say(DebugLog::basic, depth, "Prerequisite '{}' of target '{}' does not exist.", name, target);
  else
    plan_.debug->say(newer ? DebugLog::basic : DebugLog::verbose, depth, "Prerequisite '{}' is {} than target '{}'.",
                     name, newer ? "newer" : "older", target);
}

void Walker::tell_verdict(const Frame& frame, const Verdict& verdict) const {
  using Why = Verdict::Why;
  const Target& target = *frame.target;
  const std::string_view name = target.name.view(), hashed = target.hashed_name.view();
  const size_t depth = frame.depth;
  DebugLog& debug = *plan_.debug;
  if (verdict.why == Why::lone_double_colon)
    debug.say(DebugLog::basic, depth, "Target '{}' is double-colon and has no prerequisites.", name);
  else if (verdict.why == Why::nothing_changed)
    debug.say(DebugLog::verbose, depth, "No recipe for '{}' and no prerequisites actually changed.", hashed);
  else if (verdict.why == Why::always_make)
    debug.say(DebugLog::verbose, depth, "Making '{}' due to always-make flag.", name);
  if (verdict.make)
    debug.say(DebugLog::basic, depth, "Must remake target '{}'.", hashed);
  else if (target.name == target.hashed_name)
    debug.say(DebugLog::verbose, depth, "No need to remake target '{}'.", name);
  else
    debug.say(DebugLog::verbose, depth, "No need to remake target '{}'; using VPATH name '{}'.", hashed, name);
  if (verdict.make && target.name != target.hashed_name && !target.ignore_vpath)
    debug.say(DebugLog::basic, depth + 1, "Ignoring VPATH name '{}'.", name);
}

Walker::Pause Walker::remake(Frame& frame) {
  Target& target = *frame.target;
  if (target.name != target.hashed_name && !target.ignore_vpath) times_.leave_vpath(target);
  if (target.recipe) {
    const bool waits = jobs_.begin(target, frame.time) == JobRunner::Step::wants_slot;
    frame.phase = waits ? Frame::Phase::slot : Frame::Phase::recipe;
    return waits ? Pause::slot : Pause::none;
  }
  if (target.phony || target.is_target) {
    finisher_.finish(target, Status::success, Finisher::Ran::no);
  } else {
    failures_.no_rule(target);
    if (failures_.stopping())
      states_.set(target, Progress::untouched);  // make ends right here
    else
      finisher_.finish(target, Status::failed, Finisher::Ran::no);
  }
  conclude(frame);
  return Pause::none;
}

// The target's recipe runs, or the target is finished.
void Walker::conclude(Frame& frame) {
  const Target& target = *frame.target;
  // Without -k, make ends with the first failure.
  if (plan_.debug && (failures_.stop() == Status::none || (target.recipe && target.status != Status::failed))) {
    const std::string_view name = target.name.view();
    const size_t depth = frame.depth;
    if (target.progress == Progress::running)
      plan_.debug->say(DebugLog::verbose, depth, "Recipe of '{}' is being run.", name);
    else if (target.status == Status::failed)
      plan_.debug->say(DebugLog::basic, depth, "Failed to remake target file '{}'.", name);
    else if (target.status == Status::question)
      plan_.debug->say(DebugLog::basic, depth, "Target file '{}' needs to be remade under -q.", name);
    else
      plan_.debug->say(DebugLog::basic, depth, "Successfully remade target file '{}'.", name);
  }
  Result result;
  if (target.progress == Progress::running)
    result.running = true;
  else if (target.status == Status::failed || target.status == Status::question)
    result.status = target.status;
  pop(result);
}

}  // namespace cmz
