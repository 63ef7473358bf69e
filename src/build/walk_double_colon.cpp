// The frame `double_colon` of the walk. Manual, "Double-Colon Rules".
#include "cmzmake/build/builder.h"

namespace cmz {

// The rules of a double-colon target, one after the other.
void Builder::step_double_colon(Frame& frame) {
  Target& head = *frame.target;
  if (frame.phase == Frame::Phase::begin) {
    head.progress = Progress::visiting;
    head.goal = goal_;
    if (debug_) considered_[&head] = pass_;
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
    frame.entry = ends_look(frame.status) ? nullptr : frame.entry->next_double_colon;
  }
  while (frame.entry && frame.entry->progress == Progress::finished) {
    if (frame.entry->status == Status::failed) frame.status = Status::failed;
    if (frame.entry->status == Status::question) frame.status = Status::question;
    frame.entry = frame.entry->next_double_colon;
  }
  if (frame.entry) {
    Target& entry = *frame.entry;
    entry.parent = head.parent;
    if (entry.progress == Progress::running || entry.progress == Progress::waiting) {
      wait_for(frame, entry);
      suspend(frame);
      return;
    }
    visit(entry, frame);
    entry.parent = head.parent;
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
    if (t->mtime > head.mtime || head.mtime.is_unknown()) head.mtime = t->mtime;
  }
  head.updated = ran;
  if (!head.phony && ran && !options_.dry_run && !options_.touch && !options_.question)
    head.mtime = FileTime::unknown();
  head.status = status;
  head.progress = Progress::finished;
  Result result;
  result.status = status == Status::success ? Status::none : status;
  pop(result);
  finished(head);
}

}  // namespace cmz
