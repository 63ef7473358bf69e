#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cmzmake/eval/evaluator.h"
#include "cmzmake/event/debug_log.h"
#include "cmzmake/event/sink.h"
#include "cmzmake/loop/loop.h"
#include "cmzmake/report/output_capture.h"
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
  bool statistics = false;  // PlanCounts::asleep_ns is wanted
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
  Loop& loop;  // the executor's
  Executor& executor;
  TokenPool& tokens;
  EventSink& events;
  OutputCapture* capture = nullptr;
  DebugLog* debug = nullptr;
  LoadGauge* load = nullptr;  // for BuildOptions::max_load; without it there is no limit
};

// Brings goals up to date. The rooms it is made of (src/plan) each have one part of it: the walk decides what is out of
// date, the job runner makes recipes into jobs, slots say how many may run; here is the one loop that lets them go on
// and sleeps in between. docs/architecture.md, "The plan".
class Builder {
 public:
  Builder(BuildContext context, BuildOptions options);
  ~Builder();

  // Builds `goals` in order; `named`: the command line names them. The exit status of make: 0, 1 (-q: something is out
  // of date), 2.
  int build(const std::vector<Target*>& goals, bool named = true);

  // Brings makefiles up to date before the build: failures of optional ones are silent, nothing is
  // said of those that are up to date. `changed`: one of them is another, so that all must be read again.
  enum class Remade { nothing, changed, failed };
  Remade remake_makefiles(ReadMakefiles& makefiles);
  // True after make has remade makefiles and started again: -B then does not count for makefiles a second time.
  bool already_restarted = false;

  // -o: `target` is very old and is not remade. -W: it is as new as can be.
  void assume_old(Target& target);
  void assume_new(Target& target);
  // No rule remakes `target`.
  void assume_done(Target& target);

  // Has the times of all that is known below `goals` asked for, in the order of the walk, if that pays.
  void look_ahead(const std::vector<Target*>& goals);

  // Removes intermediate files, and says so.
  void remove_intermediates();

  // A signal ended the build: 0 or its number.
  int fatal_signal() const;
  bool clock_skew() const;
  const PlanCounts& counts() const;
  // Who hears what the build thinks from now on, or null.
  void set_debug(DebugLog* debug);
  // Waits for all running jobs, whatever comes of them; says that it waits if asked to.
  void drain(bool say);

 private:
  struct Rooms;

  Status run(const std::vector<Target*>& goals);
  enum class Move : uint8_t { went_on, sleep, done };
  Move next_move();
  void sleep();
  void visit_goal();
  Move visit_ready();
  Status result() const;

  void pass_begins();
  void pass_comes_to(size_t end);
  void tell_goal(size_t index);

  struct MakefileGoals;
  MakefileGoals makefiles_to_remake(ReadMakefiles& makefiles);
  Remade judge_makefiles(const std::vector<Target*>& makefiles, const std::vector<FileTime>& before);

  std::unique_ptr<Rooms> rooms_;
};

}  // namespace cmz
