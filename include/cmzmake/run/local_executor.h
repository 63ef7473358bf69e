#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cmzmake/base/counts.h"
#include "cmzmake/loop/loop.h"
#include "cmzmake/run/executor.h"
#include "cmzmake/run/inherited_state.h"
#include "cmzmake/run/token_pool.h"

namespace cmz {

// The output of a command that was run for it.
struct Captured {
  std::string output;
  Exit exit;
  std::string error;  // why it could not be executed: "foo: No such file or directory"
};

// Runs jobs as processes of this machine.
class LocalExecutor : public Executor {
 public:
  // `state`: what children get back; the number of descriptors may be raised in it. Both outlive the executor.
  LocalExecutor(Loop& loop, InheritedState& state);
  ~LocalExecutor() override;
  LocalExecutor(const LocalExecutor&) = delete;
  LocalExecutor& operator=(const LocalExecutor&) = delete;

  // The pool whose descriptors recursive lines inherit, or null.
  void set_pool(TokenPool* pool);

  // Whether a few commands (see simple_commands.h) are done without a process where that is the same; off at first. A
  // job that comes to its end so ends in a later Loop::wait(), as one with processes does.
  void do_simple_commands(bool on);

  ExecutorCounts counts() const;

  void set_listener(JobListener* listener) override;
  void start(std::shared_ptr<const Job> job) override;
  size_t running() const override;
  void cancel(JobId job, int signal) override;
  void cancel_all(int signal) override;

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
