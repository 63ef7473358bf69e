#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cmzmake/base/archive_name.h"
#include "cmzmake/base/debug_log.h"
#include "cmzmake/eval/evaluator.h"
#include "cmzmake/eval/recipes.h"
#include "cmzmake/report/event.h"
#include "cmzmake/report/output.h"
#include "cmzmake/run/executor.h"
#include "cmzmake/run/load.h"
#include "cmzmake/run/token_pool.h"
#include "cmzmake/search/search.h"

namespace cmz {

// How the order of goals and prerequisites is shuffled: --shuffle.
struct Shuffle {
  enum class Mode : uint8_t { none, reverse, random } mode = Mode::none;
  uint32_t seed = 0;
};

// What the command line decides about building.
struct BuildOptions {
  bool keep_going = false;
  bool dry_run = false;
  bool question = false;
  bool touch = false;
  bool always_make = false;
  bool ignore_errors = false;
  bool silent = false;
  bool check_symlink_times = false;
  bool one_at_a_time = true;  // -j1 and no jobserver: the walk waits for each recipe
  double max_load = -1;       // -l; negative: no limit
  Shuffle shuffle;
  // Last changes to a child's environment: MAKEFLAGS with or without the jobserver.
  std::function<void(std::vector<std::pair<std::string, std::string>>&, bool recursive)> adjust_environment;
};

// The seams and floors that a build stands on. All outlive the builder.
struct BuildContext {
  Evaluator& evaluator;
  Search& search;
  Disk& disk;
  Executor& executor;
  TokenPool& tokens;
  EventSink& events;
  OutputCapture* capture = nullptr;
  DebugLog* debug = nullptr;
  LoadGauge* load = nullptr;  // for BuildOptions::max_load; without it there is no limit
};

// Brings goals up to date: walks the graph with an explicit stack, decides what is out of date,
// starts recipes in make's order as slots become free. docs/architecture.md, "The walk".
class Builder : private JobListener {
 public:
  Builder(BuildContext context, BuildOptions options);
  ~Builder() override;

  // Builds `goals` in order. The exit status of make: 0, 1 (-q: something is out of date), 2.
  int build(const std::vector<Target*>& goals);

  bool already_restarted = false;  // -B counts only the first time
  enum class Remade { nothing, changed, failed };
  // Brings makefiles up to date before the build: failures of optional ones are silent, nothing is
  // said of those that are up to date. `changed` when one of them did, so that all must be read
  // again.
  Remade remake_makefiles(std::vector<ReadMakefile>& makefiles);

  // Has the times of all that is known below `goals` asked for, in the order of the walk, if that pays.
  void look_ahead(const std::vector<Target*>& goals);

  // Removes intermediate files, and says so.
  void remove_intermediates();

  // A signal ended the build: 0 or its number.
  int fatal_signal() const { return signal_; }
  bool clock_skew() const { return clock_skew_; }
  // Who hears what the build thinks from now on, or null.
  void set_debug(DebugLog* debug) { debug_ = debug; }
  // Waits for all running jobs, whatever comes of them; says that it waits if asked to.
  void drain(bool say);

 private:
  // A target on the walk's stack. See walk.cpp.
  struct Frame {
    enum class Kind : uint8_t { update, check, double_colon };
    enum class Phase : uint8_t { begin, prerequisites, intermediates, decide };
    Kind kind;
    Phase phase = Phase::begin;
    bool must_make = false;
    bool running = false;  // something below is not finished
    bool absent = false;
    bool waiting_child = false;  // a child frame's result is expected
    Status status = Status::none;
    Target* target;
    Target* owner;             // the target that waits for what is unfinished: itself, or a check's asker
    Target* entry = nullptr;   // double_colon: the rule that is considered
    Target* walked = nullptr;  // update: whose prerequisites are looked at: the target or a peer of its group
    uint32_t member = 0;       // the next peer
    uint32_t depth = 0;        // for -d
    size_t next = 0;           // prerequisite
    uint32_t node = 0;         // the same in the chain, when the target is in a group; 0: behind the last
    uint32_t last_kept = 0;    // the node before it that was not dropped as circular
    FileTime time;             // update: the target's own; check: the asker's
  };
  struct Result {
    Status status = Status::none;
    bool running = false;
    bool must_make = false;
  };
  struct RunningJob {
    Target* target = nullptr;
    std::vector<ExpandedLine> lines;
    std::unique_ptr<VariableSet> automatic;  // until there is an environment
    int capture = -1;
    bool any_process = false;    // it holds a slot
    bool recursive = false;      // and may take tokens by itself
    bool any_recursive = false;  // a line of it is, whether it runs or not
    int pid = 0;                 // of its present process
    bool on_chain = false;       // -d has named it
    size_t line = 0;
    bool in_question = false;  // -q: behind its lines comes one that is not run
    int touches = 0;           // -t: how often the target is touched at the end
  };
  // One prerequisite of a target that is in a group. Node 0 is none.
  struct PrerequisiteNode {
    Prerequisite prerequisite;
    uint32_t next = 0;
  };
  struct Chain {
    uint32_t first = 0;
    size_t size = 0;
  };
  struct Ready {
    uint32_t order;
    Target* target;
    bool operator>(const Ready& other) const { return order > other.order; }
  };

  // the loop (builder.cpp)
  Status run(const std::vector<Target*>& goals);
  void pass_begins();
  void pass_comes_to(size_t end);
  bool visit_ready();
  bool wanted(Target& target) const;
  void finish_goal(size_t index, Status status);
  bool stopping() const { return stop_ != Status::none || signal_ != 0; }
  // Whether what was found of some prerequisites ends the look at the others.
  bool ends_look(Status status) const {
    return !options_.keep_going && (status == Status::failed || status == Status::question);
  }

  // the walk (walk.cpp)
  void walk(Target* goal);
  void resume_walk(Target* target);
  void run_stack();
  void step(Frame& frame);
  void step_update(Frame& frame);
  void step_check(Frame& frame);
  void step_double_colon(Frame& frame);
  void begin_update(Frame& frame);
  void pass_finished(Frame& frame, const Target& target) const;
  bool next_prerequisite(Frame& frame);
  void rewind(Frame& frame);
  void begin_list(Frame& frame, Target& walked);
  Prerequisite* looked_at(const Frame& frame);
  void advance(Frame& frame);
  Target* resolve(Target* target);
  void tell_seen(Target& target, size_t depth);
  void visit(Target& target, Frame& from);
  void visit_check(Target& target, Frame& from);
  void pop(Result result);
  void deliver(Result result);
  void weigh_delivered(const Prerequisite& p, bool by_time, Frame& frame);
  bool was_not_made(Target& child, const Result& result);
  Status answer(const Target& target, const Target* asker);
  const Target* first_asker(const Target& head) const;
  void wait_for(Frame& frame, Target& target);
  void suspend(Frame& frame);
  void prepare(Target& target);
  void add_extra_prerequisites(Target& target, bool implicit);

  // --shuffle (shuffle.cpp)
  void shuffle_goals();
  void shuffle_late(Target& target, bool anew);
  void shuffle_below(std::vector<Target*> next);
  std::vector<uint32_t> shuffled(size_t size);
  Prerequisite& prerequisite_at(Target& target, size_t place);

  void tell_circular(const Target& asker, const Target& needed);
  void drop_circular(Target& target, size_t place);

  // the prerequisites of groups (walk_group.cpp)
  bool next_member(Frame& frame);
  void begin_chain(Frame& frame);
  void advance_chain(Frame& frame);
  void drop_from_chain(Frame& frame);

  // decisions (decide.cpp)
  void decide(Frame& frame);
  void remake(Target& target, const Frame& frame);
  void no_rule(Target& target);
  void say_no_rule(Target& target, uint32_t goal);
  // Whether `target` is made for an optional makefile only.
  static bool in_silence(const Target& target);
  void come_by_failed(Target& target, Target& asker);
  void tell_failure(Target& target);
  void show_goal_error(uint32_t goal);
  void show_missing(const ReadMakefile& makefile);
  bool is_intermediate(const Target& target) const {
    return !target.phony && (target.intermediate || (db_.special.secondary_all && !target.not_intermediate));
  }
  enum class Ran : uint8_t {
    no,
    yes,      // a recipe, even if there was nothing to do for a shell
    touched,  // the target alone, in the recipe's place
  };
  void finish(Target& target, Status status, Ran ran);
  void finished(Target& target);
  std::string reason(const Target& target, FileTime time) const;

  // times (times.cpp)
  FileTime mtime(Target& target);
  FileTime time_as_target(Target& target);
  FileTime read_mtime(Target& target);
  FileTime mtime_of_rule(Target& rule, Target& head);
  void leave_vpath(Target& target);
  FileTime read_member_mtime(Target& target, const ArchiveName& name);
  void member_was_made(const Target& target);
  FileTime ask_disk(const Target& target, std::error_code* error);
  void known_since_read(const ReadMakefile& makefile);
  void check_future(Target& target, FileTime time);
  void merge(Target& from, Target& into);
  bool touch(Target& target);
  bool touch_member(std::string_view archive, std::string_view member);

  // slots (slots.cpp)
  bool acquire_slot(bool recursive);
  bool acquire_token();
  void release_slot(const RunningJob& ended);
  void return_spare_tokens();
  Settlement settle_tokens();
  bool make_pool_whole();
  bool load_allows();

  // jobs (jobs.cpp)
  void start_recipe(Target& target, FileTime time);
  void run_recipe(RunningJob& running, FileTime time);
  void leave_to_recursive_lines(RunningJob& running) const;
  void finish_touched(RunningJob& running);
  int output_of(const RunningJob& running, size_t line) const;
  void close_capture(RunningJob& running);
  std::shared_ptr<const Environment> environment_for(RunningJob& running);
  void delete_half_made(Target& target);
  void check_signal();
  void line_begins(JobId job, size_t index) override;
  std::shared_ptr<const Environment> environment(JobId job) override;
  void line_not_executed(JobId job, size_t index, std::string_view message) override;
  void line_failed_ignored(JobId job, size_t index, const Exit& exit) override;
  void job_ended(JobId job, const Outcome& outcome) override;
  void process_started(JobId job, size_t index, int pid) override;
  void process_ended(JobId job, int pid, bool ok) override;
  void tell_live_children() const;

  Evaluator& e_;
  Database& db_;
  Search& search_;
  Disk& disk_;
  Executor& executor_;
  TokenPool& tokens_;
  EventSink& events_;
  OutputCapture* capture_;
  DebugLog* debug_;
  LoadGauge* load_;
  BuildOptions options_;

  std::vector<Frame> stack_;
  std::deque<PrerequisiteNode> nodes_ = std::deque<PrerequisiteNode>(1);
  std::unordered_map<const Target*, Chain> chains_;
  Result delivered_;
  bool has_delivered_ = false;
  uint32_t order_ = 0;
  uint32_t pass_ = 0;
  std::unordered_map<const Target*, uint32_t> considered_;        // for -d: in which pass last
  std::unordered_map<const Target*, uint32_t> considered_heads_;  // double-colon targets whose later rules count
  uint32_t cursor_ = 0;  // the present pass looks at ready targets from here on
  std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready_, later_;
  bool waiter_finished_ = false;   // a peer's recipe made a target that was waiting
  std::vector<Target*> unwanted_;  // ready, but nobody waits for them since

  std::vector<Target*> goals_;
  std::vector<char> goal_changed_;
  std::vector<char> goal_told_;
  size_t pass_goal_ = 0;                    // the present pass is done with the goals before it
  bool goals_to_tell_ = false;              // one had finished when the pass began
  bool some_goal_finished_ = false;         // since then
  Status first_trouble_ = Status::success;  // of the goal that finished first without success
  uint32_t goal_ = 0;
  bool remaking_makefiles_ = false;
  std::vector<const ReadMakefile*> goal_makefiles_;  // while they are remade: why each goal is one
  std::unordered_map<const Target*, const ReadMakefile*> makefile_of_;
  Status stop_ = Status::none;  // failed or (a recipe that ran under -q) question, without -k: nothing more is started
  bool said_waiting_ = false;
  int signal_ = 0;
  bool clock_skew_ = false;
  std::unordered_map<JobId, RunningJob> jobs_;
  RunningJob* starting_ = nullptr;  // the job whose start() is on the stack
  size_t slots_used_ = 0;           // running jobs
  size_t tokens_held_ = 0;          // for all of them but one
  size_t recursive_running_ = 0;
  size_t given_up_ = 0;  // missing tokens that were waited for in vain
  std::shared_ptr<const Environment> shared_environment_[2];
  std::unique_ptr<VariableSet> spare_automatic_;  // of a job that has its environment, for the next one
  uint64_t shared_version_[2] = {UINT64_MAX, UINT64_MAX};
  std::unique_ptr<TimesAhead> times_ahead_;
  uint64_t ahead_generation_ = 0;  // of the disk, when it began
  int64_t now_ = 0;                // the clock when it was last read, ns
  uint32_t random_state_ = 0;
  // --shuffle: the order in which prerequisites are visited; the written one stays for $^.
  std::unordered_map<const Target*, std::vector<uint32_t>> visit_order_;
};

}  // namespace cmz
