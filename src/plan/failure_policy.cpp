#include "failure_policy.h"

#include <algorithm>
#include <csignal>
#include <system_error>
#include <unordered_set>
#include <utility>

namespace cmz {

void FailurePolicy::look_for_signal() {
  if (signal_ != 0) return;
  signal_ = loop_.fatal_signal();
  // The terminal sends SIGINT and SIGHUP to the children too; SIGTERM comes to make alone.
  if (signal_ == SIGTERM) executor_.cancel_all(signal_);
}

bool FailurePolicy::in_silence(const Target& target) {
  for (const Target* t = &target; t; t = t->parent)
    if (t->optional_makefile) return true;
  return false;
}

void FailurePolicy::no_rule(Target& target) {
  if (!in_silence(target)) say_no_rule(target, target.goal);
}

void FailurePolicy::say_no_rule(Target& target, uint32_t goal) {
  tell_goal_error(goal);
  const bool fatal = !plan_.options.keep_going;
  plan_.events.on(
      event::NoRule{target.name.view(), target.parent ? target.parent->hashed_name.view() : std::string_view(), fatal});
  if (fatal) stop_ = Status::failed;
}

void FailurePolicy::come_by_failed(Target& target, Target& asker) {
  target.parent = &asker;
  if (target.untold && !in_silence(asker)) tell_failure(target);
}

void FailurePolicy::tell_failure(Target& target) {
  Target* culprit = &target;
  std::unordered_set<const Target*> seen;  // circles may have failed, too
  while (seen.insert(culprit).second) {
    const Target& rule = culprit->double_colon ? *culprit->next_double_colon : *culprit;
    const auto failed = std::find_if(rule.prerequisites.begin(), rule.prerequisites.end(), [](const Prerequisite& p) {
      return p.target && p.target->progress == Progress::finished && p.target->status == Status::failed;
    });
    if (failed == rule.prerequisites.end()) break;
    culprit = failed->target;
  }
  culprit->untold = false;
  say_no_rule(*culprit, goals_.current);
}

void FailurePolicy::tell_goal_error(uint32_t goal) {
  Goals::Makefiles& makefiles = goals_.makefiles;
  if (!goals_.are_makefiles || goal >= goals_.size() || makefiles.of_goal[goal]->optional) return;
  const auto found = makefiles.of_target.find(&goals_[goal]);
  if (found == makefiles.of_target.end() || found->second->error == 0) return;
  tell_missing(*found->second);
  makefiles.of_target.erase(found);
}

void FailurePolicy::tell_missing(const ReadMakefile& makefile) {
  if (makefile.named) return;
  const std::string why = std::generic_category().message(makefile.error);
  plan_.events.on(event::MakefileMissing{makefile.target->name.view(), makefile.where, why});
}

void FailurePolicy::tell_waiting() {
  if (!std::exchange(said_waiting_, true)) plan_.events.on(event::WaitingForJobs{});
}

}  // namespace cmz
