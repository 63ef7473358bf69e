// Makefiles are targets, too: they are brought up to date before anything else. Manual, "How Makefiles Are Remade".
#include <utility>

#include "rooms.h"

namespace cmz {

struct Builder::MakefileGoals {
  std::vector<Target*> targets;
  std::vector<const ReadMakefile*> unreadable;  // those that no rule can help
};

Builder::MakefileGoals Builder::makefiles_to_remake(ReadMakefiles& read) {
  Rooms& r = *rooms_;
  Goals::Makefiles& makefiles = r.goals.makefiles;
  makefiles = {};
  MakefileGoals out;
  for (size_t i = 0; i < read.size(); ++i) {  // one more may come from the expansion of VPATH
    ReadMakefile& makefile = read[i];
    Target* target = makefile.target;
    makefile.optional |= makefile.is_default;
    if (makefiles.of_target.contains(target)) {  // read twice: needed twice, or now by no mere -include
      out.targets.push_back(target);
      makefiles.of_goal.push_back(&makefile);
      continue;
    }
    // A double-colon target without prerequisites would be remade for ever.
    bool endless = false;
    for (const Target* t = target->next_double_colon; t; t = t->next_double_colon)
      endless |= t->prerequisites.empty() && t->recipe != nullptr;
    if (endless || target->phony) {  // it cannot help one that could not be read
      if (makefile.error != 0 && !makefile.optional && !makefile.is_object) out.unreadable.push_back(&makefile);
      continue;
    }
    std::error_code error;
    if (makefile.is_object && makefile.error != 0 && r.plan.disk.mtime(target->name.view(), &error).is_absent() &&
        error)
      TargetTimes::set(*target, FileTime::absent());  // why it cannot be looked at is said where it could not be loaded
    r.times.known_since_read(makefile);
    makefiles.of_target[target] = &makefile;
    out.targets.push_back(target);
    makefiles.of_goal.push_back(&makefile);
  }
  return out;
}

Builder::Remade Builder::remake_makefiles(ReadMakefiles& read) {
  Rooms& r = *rooms_;
  const MakefileGoals goals = makefiles_to_remake(read);
  for (auto it = goals.unreadable.rbegin(); it != goals.unreadable.rend(); ++it) r.failures.tell_missing(**it);
  if (!goals.unreadable.empty()) return Remade::failed;
  if (goals.targets.empty()) return Remade::nothing;
  std::vector<FileTime> before;
  for (Target* goal : goals.targets) before.push_back(r.times.of(*goal));

  BuildOptions& options = r.plan.options;
  const BuildOptions saved = options;
  options.dry_run = options.question = options.touch = false;  // makefiles are remade for real
  options.always_make = options.always_make && !already_restarted;
  r.goals.are_makefiles = true;
  run(goals.targets);
  if (r.failures.stop() != Status::none) {  // make ends here, whatever else it was to do
    drain(true);
    remove_intermediates();
    r.intermediates_removed = true;
  }
  r.goals.are_makefiles = false;
  options = saved;
  return r.failures.signal() ? Remade::failed : judge_makefiles(goals.targets, before);
}

// What became of the makefiles; `before`: their times.
Builder::Remade Builder::judge_makefiles(const std::vector<Target*>& makefiles, const std::vector<FileTime>& before) {
  Rooms& r = *rooms_;
  const bool keep_going = r.plan.options.keep_going;
  const bool stopped = r.failures.stop() != Status::none;
  bool changed = false, failed = stopped;
  for (size_t i = 0; i < before.size(); ++i) {
    Target& goal = *makefiles[i];
    const Target& judged = goal.double_colon ? *goal.next_double_colon : goal;  // its first rule alone
    if (judged.progress == Progress::finished && judged.status == Status::failed) {
      const ReadMakefile& makefile = *r.goals.makefiles.of_goal[i];
      if (makefile.optional) continue;
      failed = true;
      if (keep_going || !stopped) r.plan.events.on(event::MakefileFailed{goal.name.view(), makefile.where});
      continue;
    }
    if (goal.updated && r.times.of(goal) != before[i]) changed = true;
  }
  r.failures.forget_stop();
  for (Target* goal : makefiles) goal->optional_makefile = false;
  if (changed && (!failed || (keep_going && !stopped))) return Remade::changed;
  return failed ? Remade::failed : Remade::nothing;
}

}  // namespace cmz
