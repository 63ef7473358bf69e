#include "cmzmake/run/load.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "cmzmake/run/cpus.h"

namespace cmz {
namespace {

// A look of that age counts a third.
constexpr double kMemorySeconds = 1;
// Between two looks at the control group's use: shorter ones are all noise.
constexpr double kUsageSeconds = 0.05;

// /proc/loadavg, kept open: "0.20 0.18 0.12 1/80 11206".
class LoadFile {
 public:
  LoadFile() : fd_(::open("/proc/loadavg", O_RDONLY | O_CLOEXEC)) {}
  ~LoadFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  LoadFile(const LoadFile&) = delete;
  LoadFile& operator=(const LoadFile&) = delete;

  double running() const {
    char text[128];
    const ssize_t n = fd_ < 0 ? -1 : ::pread(fd_, text, sizeof text - 1, 0);
    unsigned tasks = 0;
    if (n > 0) {
      text[n] = '\0';
      if (std::sscanf(text, "%*f %*f %*f %u/", &tasks) == 1) return tasks;
    }
    double average = -1;
    return ::getloadavg(&average, 1) == 1 ? average + 1 : -1;
  }

 private:
  int fd_;
};

}  // namespace

LoadSources system_load_sources() {
  LoadSources out;
  out.seconds = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  out.running = [file = std::make_shared<LoadFile>()] { return file->running(); };
  const CpuQuota quota = cpu_quota();
  const auto machine = static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
  if (quota.cpus > 0 && quota.cpus < machine) {
    out.group_cpus = quota.cpus;
    out.group_usage = [quota] { return cpu_seconds(quota); };
  }
  return out;
}

namespace {

// What is left of a thing after so many seconds: exp(-seconds / kMemorySeconds) to a thousandth. The program's start
// would pay for loading libm.
double remembered(double seconds) {
  double left = 1 / (1 + seconds / kMemorySeconds / 1024);
  for (int i = 0; i < 10; ++i) left *= left;
  return left;
}

}  // namespace

void LoadGauge::smooth(double& average, double value, double seconds) const {
  average += (1 - remembered(seconds)) * (value - average);
}

void LoadGauge::look() {
  if (!sources_.seconds) sources_ = system_load_sources();
  const double now = sources_.seconds();
  const double passed = now - last_;
  const double tasks = std::max(1.0, sources_.running());
  if (!looked_)
    tasks_ = tasks;  // what others do counts from the first look on
  else
    smooth(tasks_, tasks, passed);
  looked_ = true;
  last_ = now;

  if (sources_.group_cpus <= 0) return;
  const double since = now - usage_time_;
  if (usage_seconds_ >= 0 && since < kUsageSeconds) return;
  const double used = sources_.group_usage();
  if (used >= 0 && usage_seconds_ >= 0) smooth(usage_, (used - usage_seconds_) / since, since);
  usage_seconds_ = used;
  usage_time_ = now;
}

void LoadGauge::job_starts() {
  look();
  young_.push_back(last_);
}

bool LoadGauge::allows_job(double limit, size_t running) {
  look();
  // Jobs that have ended are in what was seen, as far as they ran.
  while (young_.size() > running) young_.pop_front();
  double unseen = 0;
  for (const double start : young_) unseen += remembered(last_ - start);
  double load = tasks_;
  if (sources_.group_cpus > 0) {
    limit = std::min(limit, std::ceil(sources_.group_cpus));
    load = std::max(load, usage_ + 1);
  }
  return static_cast<double>(static_cast<int64_t>(load + unseen + 0.5)) <= limit;
}

}  // namespace cmz
