#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/process/v2/process.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "attended_signals.h"
#include "cmzmake/event/exit.h"
#include "cmzmake/run/token_pool.h"
#include "launcher.h"

namespace cmz {

// Where make sleeps: until a child ends, a signal comes, a token may be there or time is over.
//
// SIGCHLD tells of all children by one descriptor. Where signals cannot be had as a descriptor, each child has one of
// its own (Boost.Process), which costs a tenth of what starting a process does. Where the system has no room for Asio
// either, no child is watched: who starts one waits for it.
class EventLoop {
 public:
  // `state` is what children get back; the number of descriptors may be raised in it.
  explicit EventLoop(InheritedState& state) : state_(state) {}
  ~EventLoop() { leave_signals(); }
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Who hears of a watched child's end, with the status of waitpid and what it has used, from inside wait() and
  // poll().
  void on_child_end(std::function<void(pid_t, int, const Usage&)> hear) { on_child_end_ = std::move(hear); }
  // Who hears of SIGUSR1, from inside everything that looks at signals.
  void on_user_signal(std::function<void()> hear) { on_user_signal_ = std::move(hear); }
  // The pool that a token may come from, or null.
  void set_pool(TokenPool* pool);

  // From here on a signal does not end make at once.
  void attend_signals();
  // They do so again, and one that has come does it now.
  void leave_signals();
  // The signal that asks make to end, or 0. Sticky.
  int fatal_signal() const { return fatal_signal_; }
  // Looks whether a signal has come.
  void take_signals();

  // Hears of the end of this child. False when there is no way to: it can only be waited for.
  bool watch(pid_t pid);
  // The next wait() returns at once.
  void wake() { woken_ = true; }

  // Hands out what has happened until now.
  void poll();
  // Sleeps until wake() is called by what it hands out, or another of the reasons comes. Returns at once
  // when `jobs_run` is false and there is no other reason to wait.
  void wait(int timeout_ms, bool jobs_run);

  // Reads to the end of file; false when a signal that ends make came first.
  bool read_output(int fd, std::string& out);
  // The status of a child that is not watched; nothing when a signal that ends make came first.
  std::optional<int> wait_for(pid_t pid);

 private:
  using Process = boost::process::v2::basic_process<boost::asio::io_context::executor_type>;

  // What needs descriptors and memory of the system.
  struct Asio {
    boost::asio::io_context loop{1};
    boost::asio::posix::stream_descriptor signal_watch{loop};  // a view of what `signals_` owns
    boost::asio::steady_timer timer{loop};
    std::unique_ptr<boost::asio::posix::stream_descriptor> token;
    std::unordered_map<pid_t, Process> handles;  // of children with a descriptor of their own
    std::vector<Process::handle_type> past;      // of such that have ended
  };

  void make_asio();
  void watch_signals();
  void reap();
  void forget_children();
  void handle_ended(pid_t pid);
  int process_handle(pid_t pid);
  void drain();
  void sleep(int timeout_ms);
  void arm_token();

  InheritedState& state_;
  AttendedSignals signals_;
  std::unique_ptr<Asio> asio_;  // null until make_asio(), and when the system has no room for it
  bool asio_tried_ = false;
  bool token_armed_ = false;
  TokenPool* pool_ = nullptr;
  std::function<void(pid_t, int, const Usage&)> on_child_end_;
  std::function<void()> on_user_signal_;
  std::unordered_set<pid_t> children_;  // of whom SIGCHLD tells
  int fatal_signal_ = 0;
  bool child_signal_ = false;  // SIGCHLD has been taken, and nobody has looked yet
  bool woken_ = false;         // something that wait() waits for has happened
};

}  // namespace cmz
