// Whether a target is out of date, and what follows. Reference: manual, "How `make` Processes a
// Makefile", "Using Implicit Rules", "Rules without Recipes or Prerequisites".
#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <unordered_set>

#include "cmzmake/base/archive_name.h"
#include "cmzmake/plan/builder.h"

namespace cmz {

void Builder::decide(Frame& frame) {
  Target& target = *frame.target;
  Result result;
  const size_t depth = frame.depth;
  if (debug_)
    debug_->say(DebugLog::verbose, depth, "Finished prerequisites of target file '{}'.", target.hashed_name.view());

  if (frame.status == Status::failed || frame.status == Status::question) {
    const Status status = frame.status;
    result.status = status;
    if (debug_) debug_->say(DebugLog::verbose, depth, "Giving up on target file '{}'.", target.hashed_name.view());
    pop(result);
    // Not of a goal that make came to on its way to another one.
    const Target& goal = target.double_colon_head ? *target.double_colon_head : target;
    if (status == Status::failed && goals_[target.goal] == &goal && options_.keep_going && !options_.dry_run &&
        !options_.question && !remaking_makefiles_) {
      Event event{};
      event.kind = Event::Kind::not_remade;
      event.target = target.hashed_name.view();
      events_.on(event);
    }
    finish(target, status, Ran::no);
    return;
  }

  bool prerequisites_changed = false;
  for (Prerequisite& p : target.prerequisites) {
    while (p.target->merged_into) p.target = p.target->merged_into;
    const FileTime time = mtime(*p.target);
    const bool missing = time.is_absent() && !is_intermediate(*p.target);
    if (!p.order_only && missing) frame.must_make = true;
    const bool changed = p.target->time_changed || (p.target->phony && p.target->updated);
    const bool newer = changed || time > frame.time;
    prerequisites_changed |= changed || (!p.order_only && missing);
    if (debug_ && !frame.absent) {
      if (p.order_only)
        debug_->say(DebugLog::verbose, depth + 1, "Prerequisite '{}' is order-only for target '{}'.",
                    p.target->name.view(), target.hashed_name.view());
      else if (time.is_absent())
        debug_->say(DebugLog::basic, depth + 1, "Prerequisite '{}' of target '{}' does not exist.",
                    p.target->name.view(), target.hashed_name.view());
      else
        debug_->say(newer ? DebugLog::basic : DebugLog::verbose, depth + 1, "Prerequisite '{}' is {} than target '{}'.",
                    p.target->name.view(), newer ? "newer" : "older", target.hashed_name.view());
    }
    p.changed = newer || frame.absent || missing || options_.always_make;
  }

  // A double-colon rule without prerequisites always applies. Manual, "Double-Colon Rules".
  if (target.double_colon_head && target.prerequisites.empty()) frame.must_make = true;
  bool make_it = frame.must_make || (options_.always_make && target.recipe);
  if (make_it && !frame.absent && target.is_target && !prerequisites_changed && !target.recipe) make_it = false;
  if (debug_) {
    const std::string_view name = target.name.view();
    if (target.double_colon_head && target.prerequisites.empty())
      debug_->say(DebugLog::basic, depth, "Target '{}' is double-colon and has no prerequisites.", name);
    else if (!make_it && target.is_target && !prerequisites_changed && !target.recipe)
      debug_->say(DebugLog::verbose, depth, "No recipe for '{}' and no prerequisites actually changed.",
                  target.hashed_name.view());
    else if (!frame.must_make && make_it)
      debug_->say(DebugLog::verbose, depth, "Making '{}' due to always-make flag.", name);
    if (make_it)
      debug_->say(DebugLog::basic, depth, "Must remake target '{}'.", target.hashed_name.view());
    else if (target.name == target.hashed_name)
      debug_->say(DebugLog::verbose, depth, "No need to remake target '{}'.", name);
    else
      debug_->say(DebugLog::verbose, depth, "No need to remake target '{}'; using VPATH name '{}'.",
                  target.hashed_name.view(), name);
    if (make_it && target.name != target.hashed_name && !target.ignore_vpath)
      debug_->say(DebugLog::basic, depth + 1, "Ignoring VPATH name '{}'.", name);
  }
  if (!make_it) {
    pop(result);
    finish(target, Status::success, Ran::no);
    return;
  }

  if (target.name != target.hashed_name && !target.ignore_vpath) leave_vpath(target);
  remake(target, frame);
  // Without -k, make ends with the first failure.
  if (debug_ && (stop_ == Status::none || (target.recipe && target.status != Status::failed))) {
    const std::string_view name = target.name.view();
    if (target.progress == Progress::running)
      debug_->say(DebugLog::verbose, depth, "Recipe of '{}' is being run.", name);
    else if (target.status == Status::failed)
      debug_->say(DebugLog::basic, depth, "Failed to remake target file '{}'.", name);
    else if (target.status == Status::question)
      debug_->say(DebugLog::basic, depth, "Target file '{}' needs to be remade under -q.", name);
    else
      debug_->say(DebugLog::basic, depth, "Successfully remade target file '{}'.", name);
  }
  if (target.progress == Progress::running) {
    result.running = true;
  } else if (target.status == Status::failed || target.status == Status::question) {
    result.status = target.status;
  }
  pop(result);
}

void Builder::remake(Target& target, const Frame& frame) {
  const FileTime time = frame.time;
  if (target.recipe == nullptr) {
    if (target.phony || target.is_target) {
      finish(target, Status::success, Ran::no);
    } else {
      no_rule(target);
      if (stopping())
        target.progress = Progress::untouched;  // make ends right here
      else
        finish(target, Status::failed, Ran::no);
    }
    return;
  }
  start_recipe(target, time);
}

// While makefiles are remade: before the first thing that is said of one that could not be read,
// why.
void Builder::show_goal_error(uint32_t goal) {
  if (!remaking_makefiles_ || goal >= goals_.size() || goal_makefiles_[goal]->optional) return;
  const auto found = makefile_of_.find(goals_[goal]);
  if (found == makefile_of_.end() || found->second->error == 0) return;
  show_missing(*found->second);
  makefile_of_.erase(found);
}

void Builder::show_missing(const ReadMakefile& makefile) {
  if (makefile.named) return;
  const std::string why = std::generic_category().message(makefile.error);
  Event event{};
  event.kind = Event::Kind::makefile_missing;
  event.target = makefile.target->name.view();
  event.where = makefile.where;
  event.text = why;
  events_.on(event);
}

bool Builder::in_silence(const Target& target) {
  for (const Target* t = &target; t; t = t->parent)
    if (t->optional_makefile) return true;
  return false;
}

void Builder::no_rule(Target& target) {
  if (in_silence(target)) return;
  say_no_rule(target, target.goal);
}

void Builder::say_no_rule(Target& target, uint32_t goal) {
  show_goal_error(goal);
  Event event{};
  event.kind = Event::Kind::no_rule;
  event.target = target.name.view();
  if (target.parent) event.other = target.parent->hashed_name.view();
  event.fatal = !options_.keep_going;
  events_.on(event);
  if (!options_.keep_going) stop_ = Status::failed;
}

// `asker` needs what has failed already.
void Builder::come_by_failed(Target& target, Target& asker) {
  target.parent = &asker;
  if (target.untold && !in_silence(asker)) tell_failure(target);
}

// Says of the first thing that failed below `target` that it has no rule, whatever went wrong there. The
// targets between still count as untold.
void Builder::tell_failure(Target& target) {
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
  say_no_rule(*culprit, goal_);
}

// The target's own part is over: its time, its peers, and everybody who waits for it.
void Builder::finish(Target& target, Status status, Ran ran) {
  if (target.progress == Progress::finished) return;
  target.progress = Progress::finished;
  target.status = status;
  target.untold = status == Status::failed && in_silence(target);
  const bool pretending = options_.dry_run || options_.question || options_.touch;

  if (ran != Ran::no) {
    if (!pretending) disk_.forget_all();  // a recipe may make more than its target
    target.updated = true;
    if (target.time_before.is_unknown()) target.time_before = target.mtime;
    if (!target.phony) {
      bool really = !pretending;
      if (!really && target.recipe) {  // recursive lines run even then
        really = true;
        for (const RecipeLine& line : target.recipe->lines) really &= line.flags.recursive;
      }
      if (really) {
        target.mtime = FileTime::unknown();
        target.vpath_searched = target.ignore_vpath;
        disk_.changed(target.name.view());
        member_was_made(target);
      } else {
        target.mtime = FileTime::newest();
      }
      target.time_changed = mtime(target) != target.time_before;
    }
    if (target.group && ran == Ran::yes)
      for (Target* member : target.group->members) {
        if (member == &target || member->progress == Progress::finished) continue;
        if (member->progress == Progress::waiting) waiter_finished_ = true;
        member->progress = Progress::finished;
        member->status = status;
        member->updated = true;
        if (!member->phony) {
          const FileTime before = member->mtime;
          disk_.changed(member->name.view());
          member->mtime = pretending ? FileTime::newest() : FileTime::unknown();
          member->time_changed = mtime(*member) != before;
          if (!pretending && status == Status::success && target.time_changed && !mtime(target).is_absent() &&
              !target.stem.empty() && !target.has_static_pattern && mtime(*member).is_absent())
            e_.diagnostics.message(
                target.recipe->where,
                fmt::format("warning: pattern recipe did not update peer target '{}'.", member->name.view()));
        }
        finished(*member);
      }
  }
  finished(target);
}

void Builder::finished(Target& target) {
  if (target.command_line || remaking_makefiles_) some_goal_finished_ = true;
  std::vector<Target*> waiters = std::move(target.waiters);
  target.waiters.clear();
  for (Target* waiter : waiters)
    if (--waiter->pending == 0 && waiter->progress == Progress::waiting)
      (waiter->order >= cursor_ ? ready_ : later_).push({waiter->order, waiter});
}

// Why a target is remade, for --trace: for its own sake, not for that of a peer. An archive that is not there is no
// reason for its members, nor for itself once one of them was made; it is the members' that are named.
std::string Builder::reason(const Target& target, FileTime time) const {
  if (target.phony) return "target is .PHONY";
  const std::string_view name = target.name.view();
  const auto member = split_archive_name(name);
  const Target* const archive = member ? db_.find_target(member->archive) : nullptr;
  bool absent = time.is_absent() && !(archive && archive->mtime.is_absent());
  std::string newer;
  std::unordered_set<const Target*> named;  // once each, as in $?
  for (const Prerequisite& p : target.prerequisites) {
    if (p.order_only || !p.target) continue;
    const auto part = split_archive_name(p.target->name.view());
    if (absent && part && part->archive == name && p.target->updated) absent = disk_.mtime(name).is_absent();
    if ((p.changed || p.target->mtime > time) && named.insert(p.target).second) {
      if (!newer.empty()) newer += ' ';
      newer += part ? part->member : p.target->name.view();
    }
  }
  if (absent) return "target does not exist";
  return newer.empty() ? std::string("unknown reasons") : newer;
}

}  // namespace cmz
