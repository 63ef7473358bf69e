// The frame `check` of the walk.
#include "walker.h"

namespace cmz {

// An intermediate file: it is not made for its own sake. What it is made from is brought up to
// date, and counts for the one who asks.
void Walker::step_check(Frame& frame) {
  Target& target = *frame.target;
  Target& rule = target.double_colon ? *target.next_double_colon : target;  // of several the first
  if (frame.phase == Frame::Phase::begin) {
    plan_.search.debug_depth = frame.depth + 1;
    prepare(rule);
    const FileTime time = times_.of(target);
    if (!time.is_absent() && time > frame.time) {
      Result result;
      result.must_make = true;
      pop(result);
      return;
    }
    frame.phase = Frame::Phase::prerequisites;
  }

  if (has_delivered_ && frame.waiting_child) {
    has_delivered_ = false;
    frame.waiting_child = false;
    Prerequisite& p = order_.at(rule, frame.next);
    if (delivered_.running) {
      if (p.target->progress == Progress::waiting || p.target->progress == Progress::running)
        wait_for(frame, *p.target);
      frame.running = true;
    }
    weigh_delivered(p, !p.order_only, frame);
    ++frame.next;
    if (failures_.ends_look(frame.status)) frame.next = rule.prerequisites.size();
    return;
  }
  if (frame.next >= rule.prerequisites.size()) {
    Result result;
    result.status = frame.status;
    result.running = frame.running;
    result.must_make = frame.must_make;
    pop(result);
    return;
  }
  Target& child = *times_.resolve(order_.at(rule, frame.next).target);
  order_.at(rule, frame.next).target = &child;  // what vpath merges may have added to the list meanwhile
  if (child.being_checked) {
    drop_circular(rule, frame.next);
    return;
  }
  Result result;
  if (plan_.debug && child.progress != Progress::untouched) tell_seen(child, frame.depth + 1);
  switch (child.progress) {
    case Progress::finished:
      if (const Status status = answer(child, &target); status != Status::success) result.status = status;
      if (result.status == Status::failed) failures_.come_by_failed(child, target);
      if (was_not_made(child, result)) {
        visit_check(child, frame);
        return;
      }
      frame.waiting_child = true;
      deliver(result);
      return;
    case Progress::waiting:
    case Progress::running:
      result.running = true;
      frame.waiting_child = true;
      deliver(result);
      return;
    default:
      break;
  }
  if (plan_.is_intermediate(child)) {
    visit_check(child, frame);
    return;
  }
  visit(child, frame);
}

}  // namespace cmz
