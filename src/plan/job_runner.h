// Recipes become jobs: they are expanded, wait for a slot, and run; what becomes of them is told and counted.
// Manual, "Writing Recipes in Rules", "Instead of Executing Recipes".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cmzmake/eval/recipes.h"
#include "failure_policy.h"
#include "finisher.h"
#include "slots.h"

namespace cmz {

class JobRunner : private JobListener {
 public:
  struct Rooms {
    Loop& loop;
    Executor& executor;
    TargetStates& states;
    TargetTimes& times;
    Goals& goals;
    FailurePolicy& failures;
    Finisher& finisher;
    Slots& slots;
  };
  JobRunner(Plan& plan, const Rooms& rooms);
  ~JobRunner() override;

  // Makes `target`, which is out of date. `time`: the target's, for the reason that --trace tells.
  enum class Step : uint8_t {
    settled,     // it is finished, or its recipe runs
    wants_slot,  // go_on() when something has happened
  };
  Step begin(Target& target, FileTime time);
  // Asks again for the slot that the job in hand waits for; gives up when the build stops.
  Step go_on();
  // When to go on at the latest, in milliseconds; -1: when something has happened.
  int patience_ms() const { return wait_ ? wait_->ask_again_ms : -1; }
  // A fatal error has ended the walk: the job in hand is not started.
  void drop_waiting();

  size_t running() const { return jobs_.size(); }
  // For -d, before make sleeps.
  void tell_live_children() const;

 private:
  struct RunningJob {
    Target* target = nullptr;
    std::shared_ptr<Job> job = std::make_shared<Job>();  // the executor's too, once it is started
    std::unique_ptr<VariableSet> automatic;              // until there is an environment
    int capture = -1;
    bool any_process = false;    // it holds a slot
    bool recursive = false;      // and may take tokens by itself
    bool any_recursive = false;  // a line of it is, whether it runs or not
    int pid = 0;                 // of its present process
    bool on_chain = false;       // -d has named it
    size_t line = 0;
    bool in_question = false;  // -q: behind its lines comes one that is not run
    int touches = 0;           // -t: how often the target is touched at the end
    int64_t began_ns = 0;
    Usage usage;
  };
  // from a recipe to a job (prepare_job.cpp)
  static bool is_blank(const Recipe& recipe);
  void prepare(RunningJob& running, FileTime time);
  void expand(RunningJob& running);
  void leave_to_recursive_lines(RunningJob& running) const;
  void fill_job(RunningJob& running);
  std::string reason(const Target& target, FileTime time) const;

  // its life
  void note_times_before(Target& target);
  void unload_objects(Target& target);
  void finish_without_job(RunningJob& running);
  void start();
  OutputId output_of(const RunningJob& running, size_t line) const;
  void close_capture(RunningJob& running);
  std::shared_ptr<const Environment> environment_for(RunningJob& running);
  Status status_of(RunningJob& running, const Outcome& outcome);
  void tell_ended(const RunningJob& running, event::JobEnded::How how, const Exit& exit);
  void tell_line_failed(RunningJob& running, size_t line, const Exit& exit, bool ignored);

  // what executors tell
  void line_begins(JobId job, size_t index) override;
  std::shared_ptr<const Environment> environment(JobId job) override;
  void line_not_executed(JobId job, size_t index, std::string_view message) override;
  void line_failed_ignored(JobId job, size_t index, const Exit& exit) override;
  void job_ended(JobId job, const Outcome& outcome) override;
  void process_started(JobId job, size_t index, int pid) override;
  void process_ended(JobId job, int pid, const Exit& exit, const Usage& usage) override;

  // -t, and what a failed recipe leaves (touch.cpp, half_made.cpp)
  void finish_touched(RunningJob& running);
  bool touch(Target& target);
  bool touch_member(std::string_view archive, std::string_view member);
  void delete_half_made(Target& target);
  void delete_if_changed(Target& target, const Target* made_by);

  Plan& plan_;
  Loop& loop_;
  Executor& executor_;
  TargetStates& states_;
  TargetTimes& times_;
  Goals& goals_;
  FailurePolicy& failures_;
  Finisher& finisher_;
  Slots& slots_;

  std::optional<RunningJob> waiting_;  // expanded, and waits for a slot
  std::optional<Slots::Wait> wait_;    // why
  JobId next_id_ = 1;
  std::unordered_map<JobId, RunningJob> jobs_;
  std::shared_ptr<const Environment> shared_environment_[2];
  std::unique_ptr<VariableSet> spare_automatic_;  // of a job that has its environment, for the next one
  uint64_t shared_version_[2] = {UINT64_MAX, UINT64_MAX};
};

}  // namespace cmz
