#include "target_states.h"

#include <cassert>
#include <numeric>

namespace cmz {
namespace {

// The picture in target_states.h.
[[maybe_unused]] bool may_follow(const Target& target, Progress next) {
  const Progress now = target.progress;
  const bool in_group = target.group != nullptr;
  switch (next) {
    case Progress::untouched:
      return true;
    case Progress::visiting:
      return now == Progress::untouched || now == Progress::waiting || now == Progress::visiting;
    case Progress::waiting:
      return now == Progress::visiting;
    case Progress::running:
      return now == Progress::visiting || (in_group && now != Progress::finished);
    case Progress::finished:
      return now != Progress::finished;
  }
  return false;
}

}  // namespace

void TargetStates::set(Target& target, Progress progress) {
  assert(may_follow(target, progress));
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
