#include "walker.h"

#include <fmt/format.h>

#include <algorithm>

namespace cmz {

Walker::Walker(Plan& plan, const Rooms& rooms)
    : plan_(plan),
      states_(rooms.states),
      times_(rooms.times),
      order_(rooms.order),
      ready_(rooms.ready),
      goals_(rooms.goals),
      failures_(rooms.failures),
      finisher_(rooms.finisher),
      jobs_(rooms.jobs) {}

void Walker::push_root(Target& target) {
  Frame root{};
  root.kind = target.double_colon ? Frame::Kind::double_colon : Frame::Kind::update;
  root.target = root.owner = &target;
  root.depth = static_cast<uint32_t>(goal_depth());
  target.being_checked = true;
  stack_.push_back(root);
}

void Walker::visit_goal(Target& goal) {
  if (goal.progress == Progress::untouched) push_root(goal);
}

void Walker::visit_again(Target& target) {
  goals_.current = target.goal;
  push_root(target);
}

Walker::Pause Walker::go_on() {
  // A recipe in hand comes to its end or is given up, even if the build stops.
  const auto has_recipe_in_hand = [this] { return stack_.back().phase >= Frame::Phase::slot; };
  while (!stack_.empty() && (!failures_.stopping() || has_recipe_in_hand())) {
    const Pause pause = step(stack_.back());  // pushes a child, pops its frame, or goes on
    if (pause != Pause::none) return pause;
  }
  if (failures_.stopping()) stop();
  return Pause::none;
}

// The build stops: what was looked at stays undecided.
void Walker::stop() {
  for (const Frame& f : stack_) {
    f.target->being_checked = false;
    if (failures_.stop() == Status::failed) states_.set(*f.target, Progress::untouched);
  }
  stack_.clear();
}

void Walker::abandon() {
  jobs_.drop_waiting();
  for (const Frame& f : stack_) f.target->being_checked = false;
  stack_.clear();
}

Walker::Pause Walker::step(Frame& frame) {
  switch (frame.kind) {
    case Frame::Kind::update:
      return step_update(frame);
    case Frame::Kind::check:
      step_check(frame);
      break;
    case Frame::Kind::double_colon:
      step_double_colon(frame);
      break;
  }
  return Pause::none;
}

void Walker::pop(Result result) {
  stack_.back().target->being_checked = false;
  stack_.pop_back();
  deliver(result);
}

void Walker::deliver(Result result) {
  delivered_ = result;
  has_delivered_ = true;
}

// What the answer about prerequisite `p` means for the frame's target. It is to be made for what is newer, or not
// there, when `by_time`; an intermediate file may be missing.
void Walker::weigh_delivered(const Prerequisite& p, bool by_time, Frame& frame) {
  if (delivered_.status == Status::failed) frame.status = Status::failed;
  if (delivered_.status == Status::question && frame.status != Status::failed) frame.status = Status::question;
  if (!by_time) return;
  if (delivered_.must_make) frame.must_make = true;
  const bool intermediate = plan_.is_intermediate(*p.target);
  if (delivered_.running || (intermediate && p.target->progress == Progress::untouched)) return;
  const FileTime time = times_.of(*p.target);
  if (time.is_absent() ? !intermediate : time > frame.time) frame.must_make = true;
}

// Whether `child`, which is finished, is an intermediate file that its recipe did not make: what it is made from
// counts.
bool Walker::was_not_made(Target& child, const Result& result) {
  return result.status == Status::none && plan_.is_intermediate(child) && times_.of(child).is_absent();
}

// `frame`'s owner is looked at again once `target` is finished.
void Walker::wait_for(Frame& frame, Target& target) {
  frame.running = true;
  Target& owner = *frame.owner;
  if (std::find(target.waiters.begin(), target.waiters.end(), &owner) != target.waiters.end()) return;
  target.waiters.push_back(&owner);
  ++owner.pending;
  ready_.take_up_aside();  // `frame` may wait for one of these, too
}

void Walker::suspend(Frame& frame) {
  Target& target = *frame.target;
  if (plan_.debug)
    plan_.debug->say(DebugLog::verbose, frame.depth, "The prerequisites of '{}' are being made.",
                     target.hashed_name.view());
  states_.set(target, Progress::waiting);
  ready_.give_place(target);
  Result result;
  result.running = true;
  result.must_make = frame.must_make;
  pop(result);
}

// A prerequisite that would close a cycle is forgotten.
void Walker::tell_circular(const Target& asker, const Target& needed) {
  const std::string_view child = needed.hashed_name.view();
  const Warnings& warnings = plan_.evaluator.warnings;
  switch (warnings.action(Warning::circular_dep)) {
    case WarningAction::ignore:
      break;
    case WarningAction::warn:
      plan_.events.on(event::CircularDropped{asker.hashed_name.view(), child, warnings.controlled()});
      break;
    case WarningAction::error:
      throw Fatal({}, fmt::format("circular {} <- {} dependency detected", asker.hashed_name.view(), child));
  }
}

void Walker::drop_circular(Target& target, size_t place) {
  tell_circular(target, *order_.at(target, place).target);
  order_.drop(target, place);
}

// For -d: a target that was looked at before is come by again.
void Walker::tell_seen(Target& target, size_t depth) {
  const std::string_view name = target.name.view();
  if (std::exchange(considered_[&target], ready_.pass()) == ready_.pass()) {
    plan_.debug->say(DebugLog::verbose, depth, "Pruning file '{}'.", name);
    return;
  }
  plan_.debug->say(DebugLog::verbose, depth, "Considering target file '{}'.", name);
  if (target.progress != Progress::finished)
    plan_.debug->say(DebugLog::verbose, depth, "Still updating file '{}'.", name);
  else if (target.status == Status::failed)
    plan_.debug->say(DebugLog::verbose, depth, "Recently tried and failed to update file '{}'.", name);
  else
    plan_.debug->say(DebugLog::verbose, depth, "File '{}' was considered already.", name);
}

void Walker::visit(Target& child, Frame& from) {
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
void Walker::visit_check(Target& child, Frame& from) {
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

Walker::Pause Walker::step_update(Frame& frame) {
  switch (frame.phase) {
    case Frame::Phase::begin:
      begin_update(frame);
      break;
    case Frame::Phase::prerequisites:
    case Frame::Phase::intermediates:
      if (!next_prerequisite(frame) && !next_member(frame)) end_prerequisites(frame);
      break;
    case Frame::Phase::decide:
      if (!frame.running) return decide(frame);
      if (frame.target->pending > 0)
        suspend(frame);
      else
        look_again(frame);
      break;
    case Frame::Phase::slot:
      if (jobs_.go_on() == JobRunner::Step::wants_slot) return Pause::slot;
      frame.phase = Frame::Phase::recipe;
      break;
    case Frame::Phase::recipe:
      if (plan_.options.one_at_a_time && frame.target->progress == Progress::running && failures_.signal() == 0)
        return Pause::job;
      conclude(frame);
      break;
  }
  return Pause::none;
}

// All prerequisites were looked at: next come the intermediate ones, if something has to be made, then the decision.
void Walker::end_prerequisites(Frame& frame) {
  const bool intermediates = frame.phase == Frame::Phase::prerequisites &&
                             (frame.must_make || plan_.options.always_make) &&
                             (frame.status != Status::failed || plan_.options.keep_going);
  frame.phase = intermediates ? Frame::Phase::intermediates : Frame::Phase::decide;
  if (intermediates) rewind(frame);
}

// All that the target waited for has ended meanwhile.
void Walker::look_again(Frame& frame) {
  frame.phase = Frame::Phase::prerequisites;
  rewind(frame);
  frame.running = false;
  frame.status = Status::none;
  frame.must_make = frame.absent;
}

void Walker::rewind(Frame& frame) {
  frame.member = 0;
  begin_list(frame, *frame.target);
}

// Goes on with the prerequisites of `walked`.
void Walker::begin_list(Frame& frame, Target& walked) {
  frame.walked = &walked;
  frame.next = 0;
  if (frame.target->group) begin_chain(frame);
}

// The prerequisite that is looked at; null behind the last one.
Prerequisite* Walker::looked_at(const Frame& frame) {
  if (frame.target->group) return frame.node == 0 ? nullptr : &nodes_[frame.node].prerequisite;
  Target& target = *frame.walked;
  return frame.next < target.prerequisites.size() ? &order_.at(target, frame.next) : nullptr;
}

void Walker::advance(Frame& frame) {
  ++frame.next;
  if (frame.target->group) advance_chain(frame);
}

// Goes past prerequisites that were made long ago, without a word about them: most of a graph's edges lead to such.
void Walker::pass_finished(Frame& frame, const Target& target) const {
  if (plan_.debug || order_.is_shuffled() || frame.target->not_parallel || frame.target->group) return;
  for (; frame.next < target.prerequisites.size(); ++frame.next) {
    const Prerequisite& p = target.prerequisites[frame.next];
    const Target& child = *p.target;
    if (child.progress != Progress::finished || child.status != Status::success || child.mtime.is_unknown() ||
        child.merged_into || child.being_checked || p.wait_before || plan_.is_intermediate(child))
      return;
    if (!p.order_only && (child.mtime.is_absent() || child.mtime > frame.time)) frame.must_make = true;
  }
}

// Looks at one more prerequisite; false when all are done with.
bool Walker::next_prerequisite(Frame& frame) {
  const bool second_round = frame.phase == Frame::Phase::intermediates;

  if (has_delivered_ && frame.waiting_child) {  // the answer about prerequisite `next`
    has_delivered_ = false;
    frame.waiting_child = false;
    Prerequisite& p = *looked_at(frame);
    if (delivered_.running) {
      if (p.target->progress != Progress::finished && frame.kind == Frame::Kind::update &&
          !(plan_.is_intermediate(*p.target) && !second_round && p.target->progress == Progress::untouched))
        wait_for(frame, *p.target);
      frame.running = true;
    }
    weigh_delivered(p, !p.order_only && !second_round, frame);
    advance(frame);
    return !failures_.ends_look(frame.status);
  }

  if (!second_round) pass_finished(frame, *frame.walked);
  const Prerequisite* const next = looked_at(frame);
  if (next == nullptr) return false;
  if (second_round && !plan_.is_intermediate(*next->target)) {  // it may not have been looked at: then it stays so
    advance(frame);
    return true;
  }
  Target& child = *times_.resolve(next->target);
  Prerequisite& p = *looked_at(frame);  // what vpath merges may have added to the list meanwhile
  p.target = &child;
  const bool serial = frame.target->not_parallel;
  if ((p.wait_before || serial) && frame.running && frame.next > 0) {
    return false;  // .WAIT: the rest is looked at when what came before is finished
  }
  // An intermediate file that is there is a file like any other: brought up to date in its turn,
  // whether the target needs that or not, and kept.
  if (child.progress == Progress::untouched && plan_.is_intermediate(child) && !times_.of(child).is_absent()) {
    child.intermediate = false;
    child.not_intermediate = true;
  }
  if (second_round && !plan_.is_intermediate(child)) {
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
  if (plan_.debug && child.progress != Progress::untouched) tell_seen(child, frame.depth + 1);
  switch (child.progress) {
    case Progress::finished:
      if (const Status status = answer(child, frame.target); status != Status::success) result.status = status;
      if (result.status == Status::failed) failures_.come_by_failed(child, *frame.target);
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
  if (!second_round && plan_.is_intermediate(child)) {
    visit_check(child, frame);
    return true;
  }
  visit(child, frame);
  return true;
}

}  // namespace cmz
