#include "cmzmake/run/local_executor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cmzmake/loop/attended_signals.h"
#include "cmzmake/run/command_line.h"
#include "launcher.h"
#include "program.h"
#include "simple_commands.h"

namespace cmz {
namespace {

Exit exit_of(int status) {
  Exit exit;
  if (WIFSIGNALED(status)) {
    exit.how = Exit::How::signalled;
    exit.status = WTERMSIG(status);
    exit.core_dumped = WCOREDUMP(status);
  } else {
    exit.status = WEXITSTATUS(status);
  }
  return exit;
}

// Writes all or nothing; false also when it is no plain file, or when to write too much of it would be answered with a
// signal, which is not for make.
bool append_to_file(int fd, std::string_view text) {
  if (text.empty()) return true;
  struct stat before;
  if (::fstat(fd, &before) != 0 || !S_ISREG(before.st_mode)) return false;
  rlimit largest;
  if (::getrlimit(RLIMIT_FSIZE, &largest) != 0 || largest.rlim_cur != RLIM_INFINITY) return false;
  const ssize_t written = ::write(fd, text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size())) return true;
  if (written > 0 && ::ftruncate(fd, before.st_size) == 0) ::lseek(fd, -written, SEEK_CUR);
  return false;
}

Exit ended_by(int signal) {
  Exit exit;
  exit.how = Exit::How::signalled;
  exit.status = signal;
  return exit;
}

}  // namespace

struct LocalExecutor::Impl {
  // One job and the process of its present line.
  struct Running {
    std::shared_ptr<const Job> job;
    std::shared_ptr<const Environment> environment;
    size_t line = 0;
    Outcome outcome;
    pid_t pid = 0;  // 0: none runs
    bool has_stdin = false;
    bool done_simply = false;  // the last line that ran needed no process
  };

  Loop& loop;
  InheritedState& state;
  TokenPool* pool = nullptr;
  JobListener* listener = nullptr;
  std::unordered_map<JobId, std::unique_ptr<Running>> jobs;
  SimpleCommands simple_commands;
  bool does_simple_commands = false;
  ExecutorCounts counts;
  bool stdin_taken = false;
  int broken_stdin = -1;  // reads as end of file, for jobs that must not share make's stdin

  Impl(Loop& its_loop, InheritedState& its_state) : loop(its_loop), state(its_state) {}

  ~Impl() {
    for (const auto& [id, running] : jobs)
      if (running->pid != 0) loop.forget_child(running->pid);
    if (broken_stdin >= 0) ::close(broken_stdin);
  }

  int stdin_for(Running& running) {
    if (!stdin_taken) {
      stdin_taken = running.has_stdin = true;
      return -1;
    }
    if (running.has_stdin) return -1;
    if (broken_stdin < 0) {
      int ends[2];
      if (::pipe2(ends, O_CLOEXEC) != 0) return -1;
      ::close(ends[1]);
      broken_stdin = ends[0];
    }
    return broken_stdin;
  }

  // Does `work` for a job. The listener may refuse by an exception, or there is no memory: then there is no such job.
  template <typename Work>
  void for_job(JobId id, Work work) {
    try {
      work();
    } catch (...) {
      const auto found = jobs.find(id);
      if (found != jobs.end() && found->second->pid == 0) {
        if (found->second->has_stdin) stdin_taken = false;
        jobs.erase(found);
      }
      throw;
    }
  }

  static void send(const Running& running, int signal) {
    if (running.pid != 0) ::kill(running.job->own_process_group ? -running.pid : running.pid, signal);
  }

  void ask_for_environment(Running& running) {
    running.environment = listener->environment(running.job->id);
    if (!running.environment) running.environment = std::make_shared<Environment>();
  }

  // Goes on with the job's lines until one runs as a process or the job is over. True when it has gone through all.
  bool advance(Running& running) {
    while (running.line < running.job->lines.size()) {
      const CommandLine& line = running.job->lines[running.line];
      listener->line_begins(running.job->id, running.line);
      if (!line.execute) {
        ++running.line;
        continue;
      }
      if (!running.environment) ask_for_environment(running);
      const Environment& environment = *running.environment;
      const std::vector<std::string> argv = command_argv(
          line.text, running.job->shell, line.shell_flags.empty() ? running.job->shell_flags : line.shell_flags,
          running.job->one_shell, environment.ifs());
      if (argv.empty()) {
        ++running.line;
        continue;
      }
      const Program program = find_program(argv[0], environment.path());
      const int in = stdin_for(running);
      running.outcome.ran = true;
      running.done_simply =
          does_simple_commands && running.job->directory.empty() && do_simply(running, line, program, argv);
      if (running.done_simply) {
        ++counts.simple;
        loop.take_signals();  // as at a process's end
        if (!line_ended(running, Exit{})) return false;
        continue;
      }
      const LaunchResult launched = launch_line(running, line, program, argv, in);
      if (launched.pid < 0) {
        listener->line_not_executed(running.job->id, running.line,
                                    fmt::format("{}: {}", argv[0], std::strerror(launched.error)));
        Exit exit;
        exit.status = kNotExecuted;
        if (!line_ended(running, exit)) return false;
        continue;
      }
      ++counts.processes;
      listener->process_started(running.job->id, running.line, launched.pid);
      const auto hear = [this, process = &running](int status, const Usage& usage) { ended(*process, status, usage); };
      if (loop.watch_child(launched.pid, When::at_rest, hear)) {
        running.pid = launched.pid;
        return false;
      }
      // No way to hear of its end: better one at a time than not at all.
      if (!line_ended(running, exit_of(loop.wait_for_child(launched.pid)))) return false;
    }
    return true;
  }

  // Whether a line writes where the job says; others write where make does.
  static bool is_captured(const Running& running, const CommandLine& line) {
    return !line.flags.recursive || running.job->capture_recursive;
  }

  // True when the line has been done without a process.
  bool do_simply(const Running& running, const CommandLine& line, const Program& program,
                 const std::vector<std::string>& argv) {
    const int out = is_captured(running, line) ? running.job->stdout_fd : -1;
    std::string text;
    return simple_commands.run(program, argv, running.environment->envp(), out >= 0 ? &text : nullptr) &&
           append_to_file(out, text);
  }

  LaunchResult launch_line(const Running& running, const CommandLine& line, const Program& program,
                           const std::vector<std::string>& argv, int in) const {
    std::vector<int> inherit;
    if (line.flags.recursive && pool) inherit = pool->inherited_descriptors();
    LaunchSpec spec;
    spec.program = &program;
    spec.argv = argv;
    spec.envp = running.environment->envp();
    spec.in = in;
    if (!running.job->directory.empty()) spec.directory = running.job->directory.c_str();
    spec.own_process_group = running.job->own_process_group;
    if (is_captured(running, line)) {
      spec.out = running.job->stdout_fd;
      spec.err = running.job->stderr_fd;
    }
    spec.inherit = inherit;
    spec.state = &state;
    return launch(spec);
  }

  // Takes note of a line's end; false when the job is over because of it.
  bool line_ended(Running& running, const Exit& exit) {
    running.outcome.exit = exit;
    running.outcome.line_index = running.line;
    if (!exit.ok()) {
      if (!running.job->lines[running.line].flags.ignore_errors ||
          (exit.how == Exit::How::signalled && loop.fatal_signal() != 0)) {
        finish(running);
        return false;
      }
      listener->line_failed_ignored(running.job->id, running.line, exit);
      running.outcome.exit = Exit{};
    }
    ++running.line;
    if (loop.fatal_signal() != 0 && running.line < running.job->lines.size()) {
      // Make is ending and starts nothing more: the rest of the job is missing.
      running.outcome.exit = ended_by(loop.fatal_signal());
      finish(running);
      return false;
    }
    return true;
  }

  // A process has ended: the end of a job, or the time for its next line.
  void ended(Running& running, int status, const Usage& usage) {
    const pid_t pid = std::exchange(running.pid, 0);
    const Exit exit = exit_of(status);
    for_job(running.job->id, [&] {
      listener->process_ended(running.job->id, pid, exit, usage);
      if (line_ended(running, exit) && advance(running)) finish(running);
    });
  }

  // The end of a job that was over when it had been started.
  void tell_done(JobId id) {
    const auto found = jobs.find(id);
    if (found != jobs.end()) finish(*found->second);
  }

  // Reads to the end of file, and waits for the child. Nothing when a signal that ends make came first.
  std::optional<int> collect(int output, pid_t child, std::string& out) {
    std::optional<int> status;
    bool open = true;
    const bool hears = loop.watch_child(child, When::any_time, [&status](int how, const Usage&) { status = how; });
    const auto read_some = [&] {
      char buffer[65536];
      const ssize_t n = ::read(output, buffer, sizeof buffer);
      if (n > 0)
        out.append(buffer, static_cast<size_t>(n));
      else if (n == 0 || errno != EINTR)
        open = false;
    };
    const Loop::Id watch = loop.watch(output, Loop::Ready::read, When::any_time, read_some);
    while (watch == 0 && open) read_some();  // no room for a watch
    const bool complete = loop.wait_for([&] { return !open && (status || !hears); });
    loop.unwatch(watch);
    if (hears && !status) loop.forget_child(child);
    if (!complete) return std::nullopt;
    return status ? *status : loop.wait_for_child(child);
  }

  void finish(Running& running) {
    if (running.has_stdin) stdin_taken = false;
    const JobId id = running.job->id;
    const Outcome outcome = running.outcome;
    jobs.erase(id);
    loop.wake();
    listener->job_ended(id, outcome);
  }
};

LocalExecutor::LocalExecutor(Loop& loop, InheritedState& state) : impl_(std::make_unique<Impl>(loop, state)) {}
LocalExecutor::~LocalExecutor() = default;

void LocalExecutor::set_pool(TokenPool* pool) { impl_->pool = pool; }
void LocalExecutor::set_listener(JobListener* listener) { impl_->listener = listener; }
ExecutorCounts LocalExecutor::counts() const { return impl_->counts; }
size_t LocalExecutor::running() const { return impl_->jobs.size(); }
void LocalExecutor::do_simple_commands(bool on) { impl_->does_simple_commands = on; }

void LocalExecutor::start(std::shared_ptr<const Job> job) {
  impl_->loop.attend_signals();
  auto running = std::make_unique<Impl::Running>();
  const JobId id = job->id;
  running->environment = job->environment;
  running->job = std::move(job);
  Impl::Running& r = *running;
  impl_->jobs.emplace(id, std::move(running));
  impl_->for_job(id, [&] {
    if (!impl_->advance(r)) return;
    if (r.done_simply)  // as a short process would: in its order, one at a time
      impl_->loop.post([impl = impl_.get(), id] { impl->tell_done(id); });
    else
      impl_->finish(r);
  });
}

void LocalExecutor::cancel(JobId job, int signal) {
  const auto found = impl_->jobs.find(job);
  if (found != impl_->jobs.end()) Impl::send(*found->second, signal);
}

void LocalExecutor::cancel_all(int signal) {
  for (const auto& [id, running] : impl_->jobs) Impl::send(*running, signal);
}

Captured LocalExecutor::capture(const std::vector<std::string>& argv, char* const* envp, int stderr_fd) {
  Captured out;
  if (argv.empty()) return out;
  Loop& loop = impl_->loop;
  if (loop.fatal_signal() != 0) {  // make is ending: nothing more is started
    out.exit = ended_by(loop.fatal_signal());
    return out;
  }
  const Program program = find_program(argv[0], find_in_environment(envp, "PATH"));
  if (impl_->does_simple_commands) {
    if (impl_->simple_commands.run(program, argv, envp, &out.output)) {
      ++impl_->counts.simple;
      return out;
    }
    out.output.clear();
  }
  int ends[2];
  int made = ::pipe2(ends, O_CLOEXEC);
  if (made != 0 && errno == EMFILE && raise_descriptor_limit(impl_->state)) made = ::pipe2(ends, O_CLOEXEC);
  if (made != 0) {
    out.exit.status = kNotExecuted;
    out.error = fmt::format("pipe: {}", std::strerror(errno));
    return out;
  }
  LaunchSpec spec;
  spec.program = &program;
  spec.argv = argv;
  spec.envp = envp;
  spec.out = ends[1];
  spec.err = stderr_fd;
  spec.state = &impl_->state;
  const LaunchResult launched = launch(spec);
  ::close(ends[1]);
  if (launched.pid < 0) {
    ::close(ends[0]);
    out.exit.status = kNotExecuted;
    out.error = fmt::format("{}: {}", argv[0], std::strerror(launched.error));
    return out;
  }
  ++impl_->counts.captured;
  const std::optional<int> status = impl_->collect(ends[0], launched.pid, out.output);
  ::close(ends[0]);
  if (status) {
    out.exit = exit_of(*status);
    return out;
  }
  // The command may take no notice of the signal: it is left to itself.
  if (loop.fatal_signal() == SIGTERM) ::kill(launched.pid, SIGTERM);
  out.exit = ended_by(loop.fatal_signal());
  return out;
}

void LocalExecutor::wait_for_all() noexcept {
  while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
  }
}

int LocalExecutor::replace_process(const std::vector<std::string>& argv, char* const* envp, bool hold_signals) {
  std::vector<char*> pointers;
  for (const std::string& word : argv) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  if (impl_->pool)
    for (int fd : impl_->pool->inherited_descriptors()) ::fcntl(fd, F_SETFD, 0);
  const sigset_t ending = ending_signals();
  restore_limits(impl_->state);
  if (hold_signals)
    ::sigprocmask(SIG_SETMASK, &ending, nullptr);
  else
    unblock_signals();
  environ = const_cast<char**>(envp);
  ::execvp(argv[0].c_str(), pointers.data());
  return errno;
}

}  // namespace cmz
