// The walk comes to a target: its time, its rule, and what it needs before it can be judged.
#include "walker.h"

namespace cmz {

void Walker::begin_update(Frame& frame) {
  Target& target = *frame.target;
  states_.set(target, Progress::visiting);
  target.goal = goals_.current;
  if (plan_.debug) {
    considered_[&target] = ready_.pass();
    plan_.debug->say(DebugLog::verbose, frame.depth, "Considering target file '{}'.", target.hashed_name.view());
  }
  frame.time = times_.as_target(target);  // may find it elsewhere: the search for a rule takes that name
  if (plan_.debug && frame.time.is_absent())
    plan_.debug->say(DebugLog::basic, frame.depth + 1, "File '{}' does not exist.", target.hashed_name.view());
  plan_.search.debug_depth = frame.depth + 1;
  prepare(target);
  if (plan_.debug && target.recipe && target.recipe == plan_.db.default_recipe)
    plan_.debug->say(DebugLog::implicit, frame.depth + 1, "Using default recipe for '{}'.", target.name.view());
  frame.absent = frame.time.is_absent();
  if (target.group && target.group->is_explicit) weigh_peers_times(frame);
  frame.must_make = frame.absent;
  frame.phase = Frame::Phase::prerequisites;
  rewind(frame);
}

// A file that one recipe makes together with others is as old as the oldest of them. (The other
// targets of a pattern rule do not count: nobody may want them.)
void Walker::weigh_peers_times(Frame& frame) {
  const Target& target = *frame.target;
  for (Target* member : target.group->members) {
    if (member == &target) continue;
    const FileTime time = times_.as_target(*member);  // one that is phony is never there
    if (plan_.debug && time.is_absent() && !frame.absent)
      plan_.debug->say(DebugLog::basic, frame.depth + 1, "Grouped target peer '{}' of file '{}' does not exist.",
                       member->hashed_name.view(), target.hashed_name.view());
    if (time.is_absent())
      frame.absent = true;
    else if (time < frame.time)
      frame.time = time;
  }
}

// What a target needs before it can be judged: second expansion, a rule.
void Walker::prepare(Target& target) {
  if (target.recipe_known) return;
  target.recipe_known = true;
  const bool expanded = plan_.search.expand_prerequisites(target);
  bool implicit = false;
  if (!target.phony && target.recipe == nullptr && !target.searched && !target.double_colon) {
    target.searched = true;
    implicit = plan_.search.implicit_rule(target);
  }
  if (target.recipe == nullptr && !target.is_target && plan_.db.default_recipe && !target.double_colon)
    target.recipe = const_cast<Recipe*>(plan_.db.default_recipe);
  if (expanded || implicit) order_.shuffle_late(target);
}

}  // namespace cmz
