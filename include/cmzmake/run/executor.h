#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/base/command_line.h"
#include "cmzmake/base/job_settings.h"
#include "cmzmake/event/event.h"

namespace cmz {

// The environment of a child, built once and shared by the jobs that have the same.
class Environment {
 public:
  // Adds NAME=VALUE; a later one with the same name does not replace an earlier (callers see to
  // that).
  void add(std::string_view name, std::string_view value);
  // A NULL-terminated array as execve takes it; valid until the next add().
  char* const* envp() const;

  // What is asked for each process; nullptr: not set.
  const char* path() const { return value(path_); }
  const char* ifs() const { return value(ifs_); }

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);
  // Where an entry is, and where its value begins in it.
  struct Place {
    size_t entry = kNone;
    size_t value = 0;
  };
  const char* value(const Place& place) const {
    return place.entry == kNone ? nullptr : entries_[place.entry].c_str() + place.value;
  }

  std::vector<std::string> entries_;
  mutable std::vector<char*> pointers_;
  Place path_, ifs_;
};

// The value of `name` in an array as execve takes it, or nullptr.
const char* find_in_environment(const char* const* envp, std::string_view name);

// What it takes to update one target: plain data, knows nothing of makefiles.
struct Job {
  JobId id = 0;                                    // the caller's: no two jobs of one executor have the same
  std::string target;                              // for debugging output only
  std::vector<CommandLine> lines;                  // run in order, one process each
  std::shared_ptr<const Environment> environment;  // for every line; null: the listener has it
  std::string shell = "/bin/sh";                   // $(SHELL)
  std::string shell_flags = "-c";                  // $(.SHELLFLAGS), split at blanks
  bool one_shell = false;                          // .ONESHELL: lines[0].text is the whole recipe
  std::string directory;                           // where its processes start; empty: where make is
  bool own_process_group = false;                  // each of its processes leads one
  bool must_stay_here = false;                     // no executor may send it to another machine
  int stdout_fd = -1;                              // -1: inherit
  int stderr_fd = -1;                              // -1: inherit
  bool capture_recursive = false;                  // recursive lines also write to the two above
  std::shared_ptr<const JobSettings> settings;     // null: the makefile says nothing of that kind
};

// How a job ended. A failed recipe is data, never an exception.
struct Outcome {
  Exit exit;              // of the line that ended the job; of the last line when all went well
  size_t line_index = 0;  // that line
  bool ran = false;       // at least one line was executed, or tried to be

  bool ok() const { return exit.ok(); }
};

// Hears of a job's progress, always from inside Executor::start(), Loop::wait() or Loop::poll().
class JobListener {
 public:
  virtual ~JobListener() = default;
  // Before line `index` is started (or skipped because execute is false): the time to echo it.
  virtual void line_begins(JobId job, size_t index) = 0;
  // The environment of a job that was started without one; asked once, after the first line that
  // runs has begun: to make one may print something.
  virtual std::shared_ptr<const Environment> environment(JobId) { return nullptr; }
  // Line `index` could not be executed: `message` is what exec said, e.g. "foo: No such file or
  // directory".
  virtual void line_not_executed(JobId job, size_t index, std::string_view message) = 0;
  // Line `index` failed, and the job goes on because the line says so.
  virtual void line_failed_ignored(JobId job, size_t index, const Exit& exit) = 0;
  // The job is over. It may be forgotten; nothing more will be said of it.
  virtual void job_ended(JobId job, const Outcome& outcome) = 0;
  // Line `index` runs as process `pid`; that process ended. For those who watch closely (-d).
  virtual void process_started(JobId, size_t /*index*/, int /*pid*/) {}
  virtual void process_ended(JobId, int /*pid*/, const Exit&, const Usage&) {}
};

// Runs jobs: starts them, cancels them, and reports. Whoever sleeps until they end does so in the loop that the
// executor was made with. Real: local processes. Fake: a script of outcomes.
class Executor {
 public:
  virtual ~Executor() = default;

  virtual void set_listener(JobListener* listener) = 0;

  // Starts `job`. Lines that need no process (execute == false, or empty) are passed over; a job
  // without any process ends inside this call. Never blocks on a child. The end of a job wakes the loop.
  virtual void start(std::shared_ptr<const Job> job) = 0;

  virtual size_t running() const = 0;

  // Sends `signal` to the present process of this job (to its process group if it leads one), or to those of all jobs.
  // The jobs end as their processes do.
  virtual void cancel(JobId job, int signal) = 0;
  virtual void cancel_all(int signal) = 0;
};

}  // namespace cmz
