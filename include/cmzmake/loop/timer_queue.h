#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace cmz {

// Calls that are due at their times. Knows no clock: whoever has one asks what is due.
class TimerQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Call = std::function<void()>;
  using Id = uint64_t;  // never 0

  // Calls due at the same time are made in the order in which they were added.
  void add(Id id, Time due, Call call) { timers_.emplace(std::pair(due, id), std::move(call)); }
  // False when there is no such timer, or no longer.
  bool cancel(Id id) {
    return std::erase_if(timers_, [id](const auto& timer) { return timer.first.second == id; }) > 0;
  }

  bool empty() const { return timers_.empty(); }
  std::optional<Time> earliest() const {
    return timers_.empty() ? std::nullopt : std::optional(timers_.begin()->first.first);
  }
  // Makes the first call that is due at `now`, which may add and cancel timers. False when none is.
  bool run_one(Time now) {
    if (timers_.empty() || timers_.begin()->first.first > now) return false;
    const Call call = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    call();
    return true;
  }

 private:
  std::map<std::pair<Time, Id>, Call> timers_;
};

}  // namespace cmz
