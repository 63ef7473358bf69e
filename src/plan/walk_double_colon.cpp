// The frame `double_colon` of the walk, and what a double-colon target answers. Manual, "Double-Colon Rules".
#include <unordered_set>

#include "walker.h"

namespace cmz {

// The rules of a double-colon target, one after the other.
void Walker::step_double_colon(Frame& frame) {
  Target& head = *frame.target;
  if (frame.phase == Frame::Phase::begin) {
    states_.set(head, Progress::visiting);
    head.goal = goals_.current;
    if (plan_.debug) considered_[&head] = ready_.pass();
    frame.entry = head.next_double_colon;
    frame.phase = Frame::Phase::prerequisites;
  }
  if (has_delivered_ && frame.waiting_child) {
    has_delivered_ = false;
    frame.waiting_child = false;
    if (delivered_.running) {
      if (frame.entry->progress != Progress::finished) wait_for(frame, *frame.entry);
      if (head.pending > 0) {
        suspend(frame);
        return;
      }
    }
    if (delivered_.status != Status::none) frame.status = delivered_.status;
    frame.entry = failures_.ends_look(frame.status) ? nullptr : frame.entry->next_double_colon;
  }
  while (frame.entry && frame.entry->progress == Progress::finished) {
    if (frame.entry->status == Status::failed) frame.status = Status::failed;
    if (frame.entry->status == Status::question) frame.status = Status::question;
    frame.entry = frame.entry->next_double_colon;
  }
  if (frame.entry) {
    Target& entry = *frame.entry;
    Target* const parent = entry.is_target ? head.parent : entry.parent;  // -W adds one that nobody wants
    entry.parent = parent;
    if (entry.progress == Progress::running || entry.progress == Progress::waiting) {
      wait_for(frame, entry);
      suspend(frame);
      return;
    }
    visit(entry, frame);
    entry.parent = parent;
    return;
  }
  bool ran = false;
  Status status = Status::success;
  for (Target* t = head.next_double_colon; t; t = t->next_double_colon) {
    ran |= t->updated;
    head.time_changed |= t->time_changed;
    head.untold |= t->untold;
    if (t->status == Status::failed) status = Status::failed;
    if (t->status == Status::question && status != Status::failed) status = Status::question;
    if (t->mtime > head.mtime || head.mtime.is_unknown()) TargetTimes::set(head, t->mtime);
  }
  head.updated = ran;
  if (!head.phony && ran && !plan_.pretends()) TargetTimes::forget(head);
  states_.finish(head, status);
  if (stack_.size() > 1 && head.status != head.next_double_colon->status) considered_heads_[&head] = ready_.pass();
  Result result;
  result.status = status == Status::success ? Status::none : status;
  pop(result);
  finisher_.release_waiters(head);
}

Status Walker::answer(const Target& target, const Target* asker) {
  if (!target.double_colon || target.next_double_colon->status == target.status) return target.status;
  uint32_t& considered = considered_heads_[&target];
  bool first = considered != ready_.pass();
  if (first && asker) {
    const Target* const found = first_asker(target);
    first = !found || found == asker;
  }
  considered = ready_.pass();
  return first ? target.status : target.next_double_colon->status;
}

// Which unfinished target needs `head` first, if the present pass went through all of them from the goals on.
const Target* Walker::first_asker(const Target& head) const {
  struct Place {
    const Target* target;
    size_t next;
    bool unfinished;  // something before `next`
  };
  std::vector<Place> path;
  std::unordered_set<const Target*> seen;
  const auto enter = [&](const Target* t) {
    if (t->progress == Progress::finished || t->progress == Progress::running) return;
    if (t->double_colon) {
      t = t->next_double_colon;
      while (t && t->progress == Progress::finished) t = t->next_double_colon;
    }
    if (t && t->progress != Progress::running && seen.insert(t).second) path.push_back({t, 0, false});
  };
  for (const Target* goal : goals_.list()) {
    enter(goal);
    while (!path.empty()) {
      Place& place = path.back();
      const Target& target = *place.target;
      if (place.next == target.prerequisites.size()) {
        path.pop_back();
        continue;
      }
      const Prerequisite& p = target.prerequisites[place.next++];
      if (p.target == &head) return &target;
      if (!p.target) continue;
      if ((p.wait_before || target.not_parallel) && place.unfinished) {
        path.pop_back();
        continue;
      }
      place.unfinished |= p.target->progress != Progress::finished;
      enter(p.target);  // `place` may move
    }
  }
  return nullptr;
}

}  // namespace cmz
