#include "finisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "failure_policy.h"

namespace cmz {

void Finisher::finish(Target& target, Status status, Ran ran) {
  if (target.progress == Progress::finished) return;
  states_.finish(target, status);
  target.untold = status == Status::failed && FailurePolicy::in_silence(target);
  if (ran != Ran::no) {
    if (!plan_.pretends()) plan_.disk.forget_all();  // a recipe may make more than its target
    target.updated = true;
    if (target.time_before.is_unknown()) target.time_before = target.mtime;
    const bool really = ran_really(target);
    if (!target.phony) take_new_time(target, really);
    if (target.group && ran == Ran::yes) finish_peers(target, status, really);
  }
  release_waiters(target);
}

// Recursive lines run also when make pretends.
bool Finisher::ran_really(const Target& target) const {
  if (!plan_.pretends()) return true;
  if (!target.recipe) return false;
  const std::vector<RecipeLine>& lines = target.recipe->lines;
  return std::all_of(lines.begin(), lines.end(), [](const RecipeLine& line) { return line.flags.recursive; });
}

void Finisher::take_new_time(Target& target, bool really) {
  if (really) {
    TargetTimes::forget(target);
    target.vpath_searched = target.ignore_vpath;
    plan_.disk.changed(target.name.view());
    times_.member_was_made(target);
  } else {
    TargetTimes::set(target, FileTime::newest());
  }
  target.time_changed = times_.of(target) != target.time_before;
}

void Finisher::finish_peers(Target& target, Status status, bool really) {
  const bool pretending = plan_.pretends();
  for (Target* member : target.group->members) {
    if (member == &target || member->progress == Progress::finished) continue;
    if (member->progress == Progress::waiting) made_a_waiter_ = true;
    states_.finish(*member, status);
    member->updated = true;
    if (!member->phony) {
      const FileTime before = member->mtime;
      plan_.disk.changed(member->name.view());
      TargetTimes::set(*member, really ? FileTime::unknown() : FileTime::newest());
      member->time_changed = times_.of(*member) != before;
      if (!pretending && !target.group->is_explicit && target.time_changed && !times_.of(target).is_absent() &&
          times_.of(*member).is_absent())
        plan_.evaluator.diagnostics.warning(
            target.recipe->where, fmt::format("pattern recipe did not update peer target '{}'.", member->name.view()));
    }
    release_waiters(*member);
  }
}

void Finisher::release_waiters(Target& target) {
  if (target.command_line || goals_.are_makefiles) goals_.some_finished = true;
  const std::vector<Target*> waiters = std::exchange(target.waiters, {});
  for (Target* waiter : waiters)
    if (--waiter->pending == 0 && waiter->progress == Progress::waiting) ready_.push(*waiter);
}

}  // namespace cmz
