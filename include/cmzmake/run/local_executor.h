#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cmzmake/run/executor.h"
#include "cmzmake/run/token_pool.h"

namespace cmz {

// The output of a command that was run for it.
struct Captured {
  std::string output;
  Exit exit;
  std::string error;  // why it could not be executed: "foo: No such file or directory"
};

// Runs jobs as processes of this machine. One event loop sleeps until a child ends, a token may be
// there, a signal comes or time is over. Make one per session, before any other thread exists.
// A signal that ends programs ends make at once until the first start() or attend_signals(); from
// then on it is kept for fatal_signal(), and blocked until leave_signals().
class LocalExecutor : public Executor {
 public:
  LocalExecutor();
  ~LocalExecutor() override;
  LocalExecutor(const LocalExecutor&) = delete;
  LocalExecutor& operator=(const LocalExecutor&) = delete;

  // The pool whose tokens wait() may wait for and whose descriptors recursive lines inherit.
  void set_pool(TokenPool* pool);
  // To be called before something exists that must be removed when make ends.
  void attend_signals();
  // The last thing: signals end the process at once again, and one that has come does so now. The executor's end does
  // the same.
  void leave_signals();
  // Who hears of SIGUSR1, from inside wait(), poll() and capture().
  void on_user_signal(std::function<void()> hear);

  // Whether a few commands (see simple_commands.h) are done without a process where that is the same; off at first. A
  // job that comes to its end so ends in a later wait(), as one with processes does.
  void do_simple_commands(bool on);

  void set_listener(JobListener* listener) override;
  void start(Job job) override;
  void wait(int timeout_ms = -1) override;
  void poll() override;
  size_t running() const override;
  int fatal_signal() const override;
  void kill_all(int signal) override;

  // Runs a command to its end and returns what it wrote to standard output. Jobs go on meanwhile;
  // the listener hears of them later. When a signal asks make to end, so does this, with what there
  // is.
  Captured capture(const std::vector<std::string>& argv, char* const* envp, int stderr_fd = -1);

  // Waits for all children of this process, whatever comes of them, and hears of nothing else: when there is no memory
  // for more.
  static void wait_for_all() noexcept;

  // Replaces this process, with what children would inherit restored. Returns only when exec fails. `hold_signals`:
  // those that end make wait until the new program takes them on.
  int replace_process(const std::vector<std::string>& argv, char* const* envp, bool hold_signals);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cmz
