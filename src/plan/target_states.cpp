#include "target_states.h"

#include <cassert>
#include <numeric>

namespace cmz {
namespace {

// The picture in target_states.h.
[[maybe_unused]] bool may_follow(const Target& target, Progress next) {
  const Progress now = target.progress;
  // A peer's recipe has come before, while the target was on the walk's stack.
  const bool overtaken = target.being_checked && (now == Progress::running || now == Progress::finished);
  switch (next) {
    case Progress::untouched:
      return true;
    case Progress::visiting:
      return now == Progress::untouched || now == Progress::waiting || now == Progress::visiting;
    case Progress::waiting:
    case Progress::running:
      return now == Progress::visiting || overtaken;
    case Progress::finished:
      return now != Progress::finished;
  }
  return false;
}

}  // namespace

void TargetStates::set(Target& target, Progress progress) {
  assert(may_follow(target, progress));
  change(target, progress);
}

void TargetStates::run_as_peer(Target& target) {
  if (target.progress != Progress::finished) change(target, Progress::running);
}

void TargetStates::change(Target& target, Progress progress) {
  if (target.progress != Progress::untouched) --count(target.progress);
  if (target.progress == Progress::finished && target.status == Status::failed) --failed_;
  target.progress = progress;
  if (progress != Progress::untouched) ++count(progress);
}

void TargetStates::finish(Target& target, Status status) {
  set(target, Progress::finished);
  target.status = status;
  if (status == Status::failed) ++failed_;
}

void TargetStates::reopen(Target& target) {
  const auto forget = [this](Target& t) {
    set(t, Progress::untouched);
    t.status = Status::none;
  };
  if (target.progress != Progress::finished) return;
  forget(target);
  if (target.double_colon) forget(*target.next_double_colon);
}

TargetCounts TargetStates::counts() const {
  TargetCounts out;
  out.known = std::accumulate(counts_.begin(), counts_.end(), 0u);
  out.waiting = counts_[static_cast<size_t>(Progress::waiting)];
  out.running = counts_[static_cast<size_t>(Progress::running)];
  out.finished = counts_[static_cast<size_t>(Progress::finished)];
  out.failed = failed_;
  out.walking = walking_;
  return out;
}

}  // namespace cmz
