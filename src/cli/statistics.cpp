#include "statistics.h"

#include <fmt/format.h>
#include <sys/resource.h>

namespace cmz {
namespace {

double seconds(Stretches::Time from, Stretches::Time to) { return std::chrono::duration<double>(to - from).count(); }

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

std::string line(std::string_view name, std::string_view text) { return fmt::format("  {:<18}{}\n", name, text); }

}  // namespace

std::string statistics_text(const Stretches& stretches, const Disk& disk, const Evaluator& evaluator,
                            const Search& search, const Builder* builder, const LocalExecutor& executor) {
  const EvalCounts& eval = evaluator.counts;
  const DiskCounts files = disk.counts();
  const PlanCounts plan = builder ? builder->counts() : PlanCounts{};
  const ExecutorCounts processes = executor.counts();
  rusage self{};
  ::getrusage(RUSAGE_SELF, &self);
  const double asleep = static_cast<double>(plan.asleep_ns) * 1e-9;

  std::string out = "Statistics:\n";
  out += line("time",
              fmt::format("{:.3f} s: {:.3f} reading, {:.3f} remaking makefiles, {:.3f} building; {:.3f} of it asleep",
                          seconds(stretches.began, stretches.built), seconds(stretches.began, stretches.read),
                          seconds(stretches.read, stretches.makefiles_made),
                          seconds(stretches.makefiles_made, stretches.built), asleep));
  out +=
      line("processor", fmt::format("{:.3f} s user, {:.3f} s system", seconds(self.ru_utime), seconds(self.ru_stime)));
  out += line("memory", fmt::format("{:.1f} MiB at most", static_cast<double>(self.ru_maxrss) / 1024));
  out += line("makefiles",
              fmt::format("{} read, {} of them ahead; {} bytes", eval.makefiles, eval.makefiles_ahead, eval.bytes));
  out += line("targets",
              fmt::format("{}; {} pattern rules", evaluator.db.targets().size(), evaluator.db.pattern_rules.size()));
  out += line("expansions", fmt::format("{}", eval.expansions));
  out += line("file times", fmt::format("{} asked for, {} of them ahead; {} known to be absent",
                                        files.times + plan.times_ahead, plan.times_ahead, files.absent));
  out += line("directories", fmt::format("{} listed", files.directories));
  out += line("implicit rules",
              fmt::format("{} searches: {} before the built-in rules were made, {} at a glance; {} rules tried",
                          search.counts.searches, search.counts.deferred, search.counts.at_a_glance,
                          search.counts.rules_tried));
  out += line("processes", fmt::format("{} for recipe lines, {} for $(shell); {} commands without one; {} sleeps",
                                       processes.processes, processes.captured, processes.simple, plan.sleeps));
  return out;
}

}  // namespace cmz
