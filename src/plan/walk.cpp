// The walk: depth first, left to right, on an explicit stack.
//
// A frame is one target that is being looked at. `update` brings it up to date; `check` looks
// through an intermediate file that does not exist, to see whether anything below it is newer than
// the file that asks; `double_colon` goes through the rules of a double-colon target. A frame whose
// prerequisites are not all finished leaves the stack as *waiting*: when the last of them is
// finished, the target is ready, and is looked at again in the order in which the first walk came
// by. Here are the walk and `update`; walk_group.cpp has what groups add to it, walk_check.cpp and
// walk_double_colon.cpp have the others.
#include <fmt/format.h>

#include <algorithm>

#include "cmzmake/base/strings.h"
#include "cmzmake/plan/builder.h"
#include "cmzmake/eval/special_targets.h"

namespace cmz {

void Builder::walk(Target* goal) {
  Frame root{};
  root.kind = goal->double_colon ? Frame::Kind::double_colon : Frame::Kind::update;
  root.target = root.owner = goal;
  if (goal->progress != Progress::untouched) return;
  goal->being_checked = true;
  root.depth = remaking_makefiles_ ? 1 : 0;
  stack_.push_back(root);
  run_stack();
}

void Builder::resume_walk(Target* target) {
  Frame frame{};
  frame.kind = target->double_colon ? Frame::Kind::double_colon : Frame::Kind::update;
  frame.target = frame.owner = target;
  frame.depth = remaking_makefiles_ ? 1 : 0;
  goal_ = target->goal;
  target->being_checked = true;
  stack_.push_back(frame);
  run_stack();
}

void Builder::run_stack() {
  while (!stack_.empty() && !stopping()) {
    step(stack_.back());  // pushes a child, pops its frame, or goes on
  }
  if (stopping()) {
    for (Frame& f : stack_) {
      f.target->being_checked = false;
      if (stop_ == Status::failed) f.target->progress = Progress::untouched;
    }
    stack_.clear();
  }
}

void Builder::step(Frame& frame) {
  switch (frame.kind) {
    case Frame::Kind::update:
      step_update(frame);
      break;
    case Frame::Kind::check:
      step_check(frame);
      break;
    case Frame::Kind::double_colon:
      step_double_colon(frame);
      break;
  }
}

void Builder::pop(Result result) {
  stack_.back().target->being_checked = false;
  stack_.pop_back();
  deliver(result);
}

void Builder::deliver(Result result) {
  delivered_ = result;
  has_delivered_ = true;
}

// What the answer about prerequisite `p` means for the frame's target. It is to be made for what is newer, or not
// there, when `by_time`; an intermediate file may be missing.
void Builder::weigh_delivered(const Prerequisite& p, bool by_time, Frame& frame) {
  if (delivered_.status == Status::failed) frame.status = Status::failed;
  if (delivered_.status == Status::question && frame.status != Status::failed) frame.status = Status::question;
  if (!by_time) return;
  if (delivered_.must_make) frame.must_make = true;
  const bool intermediate = is_intermediate(*p.target);
  if (delivered_.running || (intermediate && p.target->progress == Progress::untouched)) return;
  const FileTime time = mtime(*p.target);
  if (time.is_absent() ? !intermediate : time > frame.time) frame.must_make = true;
}

// Whether `child`, which is finished, is an intermediate file that its recipe did not make: what it is made from
// counts.
bool Builder::was_not_made(Target& child, const Result& result) {
  return result.status == Status::none && is_intermediate(child) && mtime(child).is_absent();
}

// `frame`'s owner is looked at again once `target` is finished.
void Builder::wait_for(Frame& frame, Target& target) {
  frame.running = true;
  Target& owner = *frame.owner;
  if (std::find(target.waiters.begin(), target.waiters.end(), &owner) != target.waiters.end()) return;
  target.waiters.push_back(&owner);
  ++owner.pending;
  // It may wait for one of these, too.
  for (Target* t : std::exchange(unwanted_, {})) later_.push({t->order, t});
}

void Builder::suspend(Frame& frame) {
  Target& target = *frame.target;
  if (debug_)
    debug_->say(DebugLog::verbose, frame.depth, "The prerequisites of '{}' are being made.", target.hashed_name.view());
  target.progress = Progress::waiting;
  if (target.order == 0) target.order = ++order_;
  Result result;
  result.running = true;
  result.must_make = frame.must_make;
  pop(result);
}

// What a target needs before it can be judged: second expansion, a rule.
void Builder::prepare(Target& target) {
  if (target.recipe_known) return;
  target.recipe_known = true;
  const bool expanded = search_.expand_prerequisites(target);
  bool implicit = false;
  if (!target.phony && target.recipe == nullptr && !target.searched && !target.double_colon) {
    target.searched = true;
    implicit = search_.implicit_rule(target);
  }
  add_extra_prerequisites(target, implicit);  // not those that only .DEFAULT makes
  if (target.recipe == nullptr && !target.is_target && db_.default_recipe && !target.double_colon)
    target.recipe = const_cast<Recipe*>(db_.default_recipe);
  shuffle_late(target, expanded || implicit);
}

// .EXTRA_PREREQS. Manual, "Other Special Variables".
void Builder::add_extra_prerequisites(Target& target, bool implicit) {
  if (target.double_colon) return;
  if (!target.recipe && !target.is_target) return;
  // The target's own or the global one: it is not inherited. A target's scope is not made for nothing:
  // that would run what patterns assign by `!=`.
  const Symbol name = db_.symbols.intern(".EXTRA_PREREQS");
  const auto is_extra = [name](const PatternVariable& p) { return p.name == name.view(); };
  if (std::any_of(db_.pattern_variables.begin(), db_.pattern_variables.end(), is_extra)) target_scope(e_, target);
  Variable* v = nullptr;
  bool own = true;
  if (target.variables) v = target.variables->find(name);
  if (!v && target.pattern_variables) v = target.pattern_variables->find(name);
  if (!v) {
    own = false;
    v = db_.globals.find(name);
  }
  if (!v) return;
  std::string text;
  {
    ScopeGuard guard(e_, target_scope(e_, target));
    e_.expand_variable(*v, text);
  }
  if (trim(text).empty()) return;
  std::vector<Prerequisite> extra;
  append_prerequisites(e_, text, nullptr, extra);
  // The global ones are of the implicit rule's, where there is one: before what the makefile says of the target.
  auto& all = target.prerequisites;
  auto at = all.end();
  if (implicit && !own) at = std::find_if(all.begin(), all.end(), [](const auto& p) { return !p.from_implicit; });
  for (Prerequisite& p : extra) {
    // Prerequisites of the global setting do not get each other as prerequisites, except with an
    // implicit rule: there that is a circle, which is told.
    if (own || !implicit) {
      if (p.target == &target) continue;
      if (!own &&
          std::any_of(extra.begin(), extra.end(), [&](const Prerequisite& other) { return other.target == &target; }))
        continue;
    }
    p.hidden = true;
    at = all.insert(at, p) + 1;
  }
}

// A prerequisite that would close a cycle is forgotten.
void Builder::tell_circular(const Target& asker, const Target& needed) {
  const std::string_view child = needed.hashed_name.view();
  const Warnings& warnings = e_.warnings;
  switch (warnings.action(Warning::circular_dep)) {
    case WarningAction::ignore:
      break;
    case WarningAction::warn: {
      Event event{};
      event.kind = Event::Kind::circular;
      event.target = asker.hashed_name.view();
      event.other = child;
      event.flag = warnings.controlled();
      events_.on(event);
      break;
    }
    case WarningAction::error:
      throw Fatal({}, fmt::format("circular {} <- {} dependency detected", asker.hashed_name.view(), child));
  }
}

void Builder::drop_circular(Target& target, size_t place) {
  tell_circular(target, *prerequisite_at(target, place).target);
  const auto found = visit_order_.find(&target);
  if (found != visit_order_.end()) {
    const uint32_t dropped = found->second[place];
    found->second.erase(found->second.begin() + static_cast<std::ptrdiff_t>(place));
    for (uint32_t& index : found->second)
      if (index > dropped) --index;
    place = dropped;
  }
  target.prerequisites.erase(target.prerequisites.begin() + static_cast<std::ptrdiff_t>(place));
}

void Builder::begin_update(Frame& frame) {
  Target& target = *frame.target;
  target.progress = Progress::visiting;
  target.goal = goal_;
  if (debug_) {
    considered_[&target] = pass_;
    debug_->say(DebugLog::verbose, frame.depth, "Considering target file '{}'.", target.hashed_name.view());
  }
  frame.time = time_as_target(target);  // may find it elsewhere: the search for a rule takes that name
  if (debug_ && frame.time.is_absent())
    debug_->say(DebugLog::basic, frame.depth + 1, "File '{}' does not exist.", target.hashed_name.view());
  search_.debug_depth = frame.depth + 1;
  prepare(target);
  if (debug_ && target.recipe && target.recipe == db_.default_recipe)
    debug_->say(DebugLog::implicit, frame.depth + 1, "Using default recipe for '{}'.", target.name.view());
  frame.absent = frame.time.is_absent();
  // A file that one recipe makes together with others is as old as the oldest of them. (The other
  // targets of a pattern rule do not count: nobody may want them.)
  if (target.group && target.group->is_explicit)
    for (Target* member : target.group->members) {
      if (member == &target) continue;
      const FileTime time = time_as_target(*member);  // one that is phony is never there
      if (debug_ && time.is_absent() && !frame.absent)
        debug_->say(DebugLog::basic, frame.depth + 1, "Grouped target peer '{}' of file '{}' does not exist.",
                    member->hashed_name.view(), target.hashed_name.view());
      if (time.is_absent())
        frame.absent = true;
      else if (time < frame.time)
        frame.time = time;
    }
  frame.must_make = frame.absent;
  frame.phase = Frame::Phase::prerequisites;
  rewind(frame);
}

// For -d: a target that was looked at before is come by again.
void Builder::tell_seen(Target& target, size_t depth) {
  const std::string_view name = target.name.view();
  if (std::exchange(considered_[&target], pass_) == pass_) {
    debug_->say(DebugLog::verbose, depth, "Pruning file '{}'.", name);
    return;
  }
  debug_->say(DebugLog::verbose, depth, "Considering target file '{}'.", name);
  if (target.progress != Progress::finished)
    debug_->say(DebugLog::verbose, depth, "Still updating file '{}'.", name);
  else if (target.status == Status::failed)
    debug_->say(DebugLog::verbose, depth, "Recently tried and failed to update file '{}'.", name);
  else
    debug_->say(DebugLog::verbose, depth, "File '{}' was considered already.", name);
}

// What vpath finds under the name of another target is that target.
Target* Builder::resolve(Target* t) {
  if (t->progress == Progress::untouched) mtime(*t);
  while (t->merged_into) t = t->merged_into;
  return t;
}

void Builder::visit(Target& child, Frame& from) {
  if (child.parent == nullptr && !child.scope) child.parent = from.target;
  Frame frame{};
  frame.target = &child;
  frame.owner = &child;
  frame.kind = child.double_colon ? Frame::Kind::double_colon : Frame::Kind::update;
  frame.depth = from.depth + (from.kind != Frame::Kind::double_colon);
  child.being_checked = true;
  from.waiting_child = true;
  stack_.push_back(frame);  // `from` may move
}

// The same for an intermediate file, which is only looked through.
void Builder::visit_check(Target& child, Frame& from) {
  if (child.parent == nullptr && !child.scope) child.parent = from.target;
  Frame frame{};
  frame.kind = Frame::Kind::check;
  frame.target = &child;
  frame.owner = from.owner;
  frame.time = from.time;
  frame.depth = from.depth + 1;
  child.being_checked = true;
  from.waiting_child = true;
  stack_.push_back(frame);
}

void Builder::step_update(Frame& frame) {
  Target& target = *frame.target;
  switch (frame.phase) {
    case Frame::Phase::begin:
      begin_update(frame);
      break;
    case Frame::Phase::prerequisites:
    case Frame::Phase::intermediates:
      if (next_prerequisite(frame)) break;
      if (next_member(frame)) break;
      if (frame.phase == Frame::Phase::prerequisites) {
        frame.phase = Frame::Phase::intermediates;
        rewind(frame);
        if (!(frame.must_make || options_.always_make) || (frame.status == Status::failed && !options_.keep_going))
          frame.phase = Frame::Phase::decide;
      } else {
        frame.phase = Frame::Phase::decide;
      }
      break;
    case Frame::Phase::decide:
      if (frame.running) {
        if (target.pending > 0) {
          suspend(frame);
        } else {  // all it waited for ended meanwhile: look once more
          frame.phase = Frame::Phase::prerequisites;
          rewind(frame);
          frame.running = false;
          frame.status = Status::none;
          frame.must_make = frame.absent;
        }
        break;
      }
      decide(frame);
      break;
  }
}

void Builder::rewind(Frame& frame) {
  frame.member = 0;
  begin_list(frame, *frame.target);
}

// Goes on with the prerequisites of `walked`.
void Builder::begin_list(Frame& frame, Target& walked) {
  frame.walked = &walked;
  frame.next = 0;
  if (frame.target->group) begin_chain(frame);
}

// The prerequisite that is looked at; null behind the last one.
Prerequisite* Builder::looked_at(const Frame& frame) {
  if (frame.target->group) return frame.node == 0 ? nullptr : &nodes_[frame.node].prerequisite;
  Target& target = *frame.walked;
  return frame.next < target.prerequisites.size() ? &prerequisite_at(target, frame.next) : nullptr;
}

void Builder::advance(Frame& frame) {
  ++frame.next;
  if (frame.target->group) advance_chain(frame);
}

// Goes past prerequisites that were made long ago, without a word about them: most of a graph's edges lead to such.
void Builder::pass_finished(Frame& frame, const Target& target) const {
  if (debug_ || options_.shuffle.mode != Shuffle::Mode::none || frame.target->not_parallel || frame.target->group)
    return;
  for (; frame.next < target.prerequisites.size(); ++frame.next) {
    const Prerequisite& p = target.prerequisites[frame.next];
    const Target& child = *p.target;
    if (child.progress != Progress::finished || child.status != Status::success || child.mtime.is_unknown() ||
        child.merged_into || child.being_checked || p.wait_before || is_intermediate(child))
      return;
    if (!p.order_only && (child.mtime.is_absent() || child.mtime > frame.time)) frame.must_make = true;
  }
}

// Looks at one more prerequisite; false when all are done with.
bool Builder::next_prerequisite(Frame& frame) {
  const bool second_round = frame.phase == Frame::Phase::intermediates;

  if (has_delivered_ && frame.waiting_child) {  // the answer about prerequisite `next`
    has_delivered_ = false;
    frame.waiting_child = false;
    Prerequisite& p = *looked_at(frame);
    if (delivered_.running) {
      if (p.target->progress != Progress::finished && frame.kind == Frame::Kind::update &&
          !(is_intermediate(*p.target) && !second_round && p.target->progress == Progress::untouched))
        wait_for(frame, *p.target);
      frame.running = true;
    }
    weigh_delivered(p, !p.order_only && !second_round, frame);
    advance(frame);
    return !ends_look(frame.status);
  }

  if (!second_round) pass_finished(frame, *frame.walked);
  Prerequisite* const next = looked_at(frame);
  if (next == nullptr) return false;
  Prerequisite& p = *next;
  if (second_round && !is_intermediate(*p.target)) {  // it may not have been looked at: then it stays so
    advance(frame);
    return true;
  }
  p.target = resolve(p.target);
  const bool serial = frame.target->not_parallel;
  if ((p.wait_before || serial) && frame.running && frame.next > 0) {
    return false;  // .WAIT: the rest is looked at when what came before is finished
  }
  Target& child = *p.target;
  // An intermediate file that is there is a file like any other: brought up to date in its turn,
  // whether the target needs that or not, and kept.
  if (child.progress == Progress::untouched && is_intermediate(child) && !mtime(child).is_absent()) {
    child.intermediate = false;
    child.not_intermediate = true;
  }
  if (second_round && !is_intermediate(child)) {
    advance(frame);
    return true;
  }
  if (child.being_checked) {
    if (frame.target->group)
      drop_from_chain(frame);
    else
      drop_circular(*frame.target, frame.next);
    return true;
  }

  Result result;
  if (debug_ && child.progress != Progress::untouched) tell_seen(child, frame.depth + 1);
  switch (child.progress) {
    case Progress::finished:
      if (const Status status = answer(child, frame.target); status != Status::success) result.status = status;
      if (result.status == Status::failed) come_by_failed(child, *frame.target);
      if (!second_round && was_not_made(child, result)) {
        visit_check(child, frame);
        return true;
      }
      frame.waiting_child = true;
      deliver(result);
      return true;
    case Progress::waiting:
    case Progress::running:
      result.running = true;
      frame.waiting_child = true;
      deliver(result);
      return true;
    default:
      break;
  }
  if (!second_round && is_intermediate(child)) {
    visit_check(child, frame);
    return true;
  }
  visit(child, frame);
  return true;
}

}  // namespace cmz
