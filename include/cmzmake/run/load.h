#pragma once

#include <cstddef>
#include <deque>
#include <functional>

namespace cmz {

// Where a LoadGauge reads. Real: the system; tests: numbers.
struct LoadSources {
  std::function<double()> seconds;      // a clock that never goes back
  std::function<double()> running;      // tasks that run or could, but for this process; < 0: unknown
  std::function<double()> group_usage;  // processor seconds of the control group; < 0: unknown
  double group_cpus = 0;                // its quota; 0: none
};

// /proc/loadavg (where there is none, the load average of a minute) and the control groups.
LoadSources system_load_sources();

// The load that -l speaks of: how many tasks run now, make itself among them. One more job may
// start while that number is not above the limit. A single look may hit a moment when jobs that
// keep a processor busy just wait for the disk, so that looks are smoothed over about a second; a
// job of that age is not seen yet, and counts by itself. In a control group with a quota, what the
// quota leaves is all there is: the limit is never above it, and the group's own use counts as
// well, since tasks that it stops are not seen running. docs/jobserver.md, "Load".
class LoadGauge {
 public:
  // Reads nothing before it is asked.
  LoadGauge() = default;
  explicit LoadGauge(LoadSources sources) : sources_(std::move(sources)) {}

  // Says that a job is about to start.
  void job_starts();
  // Whether one more job may start beside `running` ones of this make.
  bool allows_job(double limit, size_t running);

 private:
  void look();
  void smooth(double& average, double value, double seconds) const;

  LoadSources sources_;
  bool looked_ = false;
  double last_ = 0;
  double tasks_ = 0;  // smoothed
  double usage_ = 0;  // smoothed: processors that the control group uses
  double usage_seconds_ = -1, usage_time_ = 0;
  std::deque<double> young_;  // when the last jobs started
};

}  // namespace cmz
