#include "target_states.h"

#include <numeric>

namespace cmz {

void TargetStates::set(Target& target, Progress progress) {
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
