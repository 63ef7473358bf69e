#pragma once

#include <functional>
#include <memory>

#include "cmzmake/loop/loop.h"

namespace cmz {

// The loop of a process, on Asio.
//
// SIGCHLD tells of all children by one descriptor. Where signals cannot be had as a descriptor, each child has one of
// its own (Boost.Process), which costs a tenth of what starting a process does. Where the system has no room for Asio,
// poll(2) does.
//
// Make one in the first thread, before any other exists. See AttendedSignals for what it does to signals.
class EventLoop final : public Loop {
 public:
  // `more_descriptors` lets make have more of them; false when there are no more to be had.
  explicit EventLoop(std::function<bool()> more_descriptors = [] { return false; });
  ~EventLoop() override;

  // Who hears of SIGUSR1, from inside everything that looks at signals.
  void on_user_signal(Call hear);
  // Signals end make at once again, and one that has come does it now. The loop's end does the same.
  void leave_signals();

  Time now() const override { return std::chrono::steady_clock::now(); }
  Id after(Duration time, When when, Call call) override;
  void cancel(Id timer) override;
  Id watch(int descriptor, Ready ready, When when, Call call) override;
  void unwatch(Id watch) override;
  bool watch_child(pid_t child, When when, ChildEnded call) override;
  void forget_child(pid_t child) override;
  int wait_for_child(pid_t child) override;
  void post(Call call) override;
  void attend_signals() override;
  void take_signals() override;
  int fatal_signal() const override;
  void wake() override;
  void poll() override;
  void wait() override;
  bool wait_for(const std::function<bool()>& done) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cmz
