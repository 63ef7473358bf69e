// A loop in which nothing happens but what a test lets happen, and whose clock stands still until make sleeps.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "cmzmake/loop/loop.h"
#include "cmzmake/loop/timer_queue.h"

namespace cmz {

class FakeLoop : public Loop {
 public:
  // What tests set and see.
  Time clock{};
  int signal = 0;    // that asks make to end
  int sleeps = 0;    // how often make had to wait for time to pass
  int attended = 0;  // how often somebody asked for signals
  // A watched descriptor is ready in the next wait.
  void make_ready(int descriptor) { ready_.push_back(descriptor); }
  // A watched child ends in the next wait.
  void end_child(pid_t child, int status) { ended_.emplace_back(child, status); }
  bool has_timers() const { return !at_rest_.empty() || !any_time_.empty(); }
  size_t watched() const { return watches_.size(); }

  Time now() const override { return clock; }
  Id after(Duration time, When when, Call call) override {
    (when == When::at_rest ? at_rest_ : any_time_).add(++last_, clock + time, std::move(call));
    return last_;
  }
  void cancel(Id timer) override {
    if (!at_rest_.cancel(timer)) any_time_.cancel(timer);
  }
  Id watch(int descriptor, Ready, When, Call call) override {
    watches_.emplace(++last_, std::pair(descriptor, std::move(call)));
    return last_;
  }
  void unwatch(Id watch) override { watches_.erase(watch); }
  bool watch_child(pid_t child, When, ChildEnded call) override {
    children_[child] = std::move(call);
    return true;
  }
  void forget_child(pid_t child) override { children_.erase(child); }
  int wait_for_child(pid_t) override { return 0; }
  void post(Call call) override { posted_.push_back(std::move(call)); }
  void attend_signals() override { ++attended; }
  void take_signals() override {}
  int fatal_signal() const override { return signal; }
  void wake() override { woken_ = true; }

  void poll() override {
    hand_out();
    woken_ = false;
  }
  // The clock goes on to the next timer when nothing else happens.
  void wait() override {
    hand_out();
    if (!posted_.empty()) {
      const Call call = std::move(posted_.front());
      posted_.pop_front();
      call();
    } else {
      while (!woken_ && has_timers()) sleep();
    }
    woken_ = false;
  }
  bool wait_for(const std::function<bool()>& done) override {
    while (!done() && signal == 0 && has_timers()) sleep();
    return signal == 0;
  }

 private:
  void hand_out() {
    while (!ended_.empty()) {
      const auto [child, status] = ended_.front();
      ended_.pop_front();
      const auto found = children_.find(child);
      if (found == children_.end()) continue;
      const ChildEnded call = std::move(found->second);
      children_.erase(found);
      call(status, {});
    }
    for (const int descriptor : std::exchange(ready_, {}))
      for (const auto& [id, watch] : std::map(watches_))
        if (watch.first == descriptor) watch.second();
    run_timers();
  }
  void sleep() {
    ++sleeps;
    const auto first = at_rest_.earliest(), second = any_time_.earliest();
    clock = std::max(clock, !second || (first && *first < *second) ? *first : *second);
    run_timers();
  }
  void run_timers() {
    while (any_time_.run_one(clock)) {
    }
    while (at_rest_.run_one(clock)) {
    }
  }

  TimerQueue at_rest_, any_time_;
  std::map<Id, std::pair<int, Call>> watches_;
  std::map<pid_t, ChildEnded> children_;
  std::deque<Call> posted_;
  std::deque<std::pair<pid_t, int>> ended_;
  std::deque<int> ready_;
  Id last_ = 0;
  bool woken_ = false;
};

}  // namespace cmz
