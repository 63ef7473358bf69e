#include "cmzmake/run/local_executor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/process/v2/process.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cmzmake/run/command_line.h"
#include "fatal_signals.h"
#include "launcher.h"

namespace cmz {

namespace asio = boost::asio;
using Process = boost::process::v2::basic_process<asio::io_context::executor_type>;

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

// The status of a child that is waited for.
int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

struct LocalExecutor::Impl {
  // One job and the process of its present line.
  struct Running {
    JobId id;
    Job job;
    size_t line = 0;
    Outcome outcome;
    std::unique_ptr<Process> process;
    int pid = 0;
    bool has_stdin = false;
  };

  InheritedState state = read_inherited_state();
  asio::io_context loop{1};
  FatalSignals signals;
  asio::posix::stream_descriptor signal_watch{loop};  // a view of what `signals` owns
  asio::steady_timer timer{loop};
  std::unique_ptr<asio::posix::stream_descriptor> token;
  bool token_armed = false;
  TokenPool* pool = nullptr;
  JobListener* listener = nullptr;
  std::unordered_map<JobId, std::unique_ptr<Running>> jobs;
  std::vector<Process::handle_type> past;  // of processes that have ended
  JobId next_id = 1;
  int fatal_signal = 0;
  std::function<void()> on_user_signal;
  bool woken = false;  // something that wait() waits for has happened
  bool stdin_taken = false;
  int broken_stdin = -1;  // reads as end of file, for jobs that must not share make's stdin

  Impl() {
    // An inherited SIG_IGN for SIGCHLD would let children vanish before they are waited for.
    std::signal(SIGCHLD, SIG_DFL);
    raise_stack_limit(state);
  }

  ~Impl() {
    if (broken_stdin >= 0) ::close(broken_stdin);
    leave_signals();
    for (auto& [id, running] : jobs)
      if (running->process) running->process->detach();
  }

  // From here on a signal does not end make at once.
  void attend_signals() {
    if (signals.descriptor() >= 0) return;
    signals.attend();
    if (signals.descriptor() < 0) return;
    signal_watch.assign(signals.descriptor());
    watch_signals();
  }

  void leave_signals() {
    if (signal_watch.is_open()) signal_watch.release();
    signals.leave();
  }

  void watch_signals() {
    signal_watch.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
      if (error) return;
      take_signals();
      watch_signals();
    });
  }

  void take_signals() {
    while (const int number = signals.take()) {
      if (number == SIGUSR1) {
        if (on_user_signal) on_user_signal();
        continue;
      }
      if (fatal_signal == 0) fatal_signal = number;
      woken = true;
    }
  }

  // Reads to the end of file; false when a signal that ends make came first.
  bool read_output(int fd, std::string& out) {
    char buffer[8192];
    pollfd sources[] = {{fd, POLLIN, 0}, {signals.descriptor(), POLLIN, 0}};
    for (;;) {
      if (signals.descriptor() >= 0) {
        if (::poll(sources, 2, -1) < 0) continue;
        if (sources[1].revents != 0) {
          take_signals();
          if (fatal_signal != 0) return false;
          continue;
        }
      }
      const ssize_t n = ::read(fd, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return true;
      out.append(buffer, static_cast<size_t>(n));
    }
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

  // A descriptor that becomes readable when the process ends, or -1.
  int process_handle(pid_t pid) {
    const auto open = [pid] { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); };
    const int handle = open();
    return handle < 0 && errno == EMFILE && raise_descriptor_limit(state) ? open() : handle;
  }

  // The listener may refuse by an exception: then there is no such job.
  void ask_for_environment(Running& running) {
    try {
      running.job.environment = listener->environment(running.id);
    } catch (...) {
      jobs.erase(running.id);
      throw;
    }
  }

  // Goes on with the job's lines until one runs as a process or all are done.
  void advance(Running& running) {
    while (running.line < running.job.lines.size()) {
      CommandLine& line = running.job.lines[running.line];
      listener->line_begins(running.id, running.line);
      if (!line.execute) {
        ++running.line;
        continue;
      }
      if (!running.job.environment) ask_for_environment(running);
      const std::vector<std::string> argv = command_argv(
          line.text, running.job.shell, line.shell_flags.empty() ? running.job.shell_flags : line.shell_flags,
          running.job.one_shell, running.job.environment ? running.job.environment->get("IFS") : nullptr);
      if (argv.empty()) {
        ++running.line;
        continue;
      }
      static char* const kNoEnvironment[] = {nullptr};
      const bool captured = !line.recursive || running.job.capture_recursive;
      std::vector<int> inherit;
      if (line.recursive && pool) inherit = pool->inherited_descriptors();
      LaunchSpec spec;
      spec.argv = argv;
      spec.envp = running.job.environment ? running.job.environment->envp() : kNoEnvironment;
      spec.in = stdin_for(running);
      if (captured) {
        spec.out = running.job.stdout_fd;
        spec.err = running.job.stderr_fd;
      }
      spec.inherit = inherit;
      spec.state = &state;
      const LaunchResult launched = launch(spec);
      running.outcome.ran = true;
      if (launched.pid < 0) {
        listener->line_not_executed(running.id, running.line,
                                    fmt::format("{}: {}", argv[0], std::strerror(launched.error)));
        Exit exit;
        exit.status = kNotExecuted;
        if (!line_ended(running, exit)) return;
        continue;
      }
      listener->process_started(running.id, running.line, launched.pid);
      running.pid = launched.pid;
      const int handle = process_handle(launched.pid);
      if (handle < 0) {  // no handle to be had: better one at a time than not at all
        if (!line_ended(running, exit_of(wait_for(launched.pid)))) return;
        continue;
      }
      running.process = std::make_unique<Process>(loop.get_executor(), launched.pid, handle);
      const JobId id = running.id;
      running.process->async_wait([this, id](const boost::system::error_code&, int) { ended(id); });
      return;
    }
    finish(running);
  }

  // Takes note of a line's end; false when the job is over because of it.
  bool line_ended(Running& running, const Exit& exit) {
    running.outcome.exit = exit;
    running.outcome.line_index = running.line;
    if (!exit.ok()) {
      if (!running.job.lines[running.line].ignore_errors || exit.how == Exit::How::signalled) {
        if (!(running.job.lines[running.line].ignore_errors && fatal_signal == 0)) {
          finish(running);
          return false;
        }
      }
      listener->line_failed_ignored(running.id, running.line, exit);
      running.outcome.exit = Exit{};
    }
    ++running.line;
    return true;
  }

  void ended(JobId id) {
    auto it = jobs.find(id);
    if (it == jobs.end()) return;
    Running& running = *it->second;
    const int status = running.process->native_exit_code();
    past.push_back(running.process->detach());
    running.process.reset();
    take_signals();  // one that came before this child's end counts
    listener->process_ended(id, running.pid, exit_of(status).ok());
    if (!line_ended(running, exit_of(status))) return;
    if (fatal_signal != 0 && running.line < running.job.lines.size()) {
      // Make is ending and starts nothing more: the rest of the job is missing.
      running.outcome.exit.how = Exit::How::signalled;
      running.outcome.exit.status = fatal_signal;
      finish(running);
      return;
    }
    advance(running);
  }

  // Handles what has happened until now.
  // Asio gives what it keeps for a descriptor to the next one as soon as the first is closed, even
  // while an event of the first still waits in the queue. That event would tell Boost.Process that
  // the next process has ended, and it would block in waitpid. So descriptors are closed only when
  // the queue is empty.
  void drain() {
    const auto forgotten = std::exchange(past, {});
    loop.restart();
    loop.poll();
  }

  void finish(Running& running) {
    if (running.has_stdin) stdin_taken = false;
    const JobId id = running.id;
    const Outcome outcome = running.outcome;
    jobs.erase(id);
    woken = true;
    listener->job_ended(id, outcome);
  }

  // Asks once to be told of a token. What was asked for in an earlier wait still counts: a pool
  // that is not watched tells nothing.
  void arm_token() {
    if (pool == nullptr || !pool->watched() || token_armed) return;
    const int descriptor = pool->watch_descriptor();
    if (descriptor < 0) return;
    if (!token) {
      const int own = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
      if (own < 0) return;
      token = std::make_unique<asio::posix::stream_descriptor>(loop, own);
    }
    token_armed = true;
    token->async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
      if (error) return;
      token_armed = false;
      woken = true;
    });
  }
};

LocalExecutor::LocalExecutor() : impl_(std::make_unique<Impl>()) {}
LocalExecutor::~LocalExecutor() = default;

void LocalExecutor::set_pool(TokenPool* pool) {
  impl_->token.reset();
  impl_->token_armed = false;
  impl_->pool = pool;
}
void LocalExecutor::on_user_signal(std::function<void()> hear) { impl_->on_user_signal = std::move(hear); }
void LocalExecutor::attend_signals() { impl_->attend_signals(); }
void LocalExecutor::leave_signals() { impl_->leave_signals(); }
void LocalExecutor::set_listener(JobListener* listener) { impl_->listener = listener; }
size_t LocalExecutor::running() const { return impl_->jobs.size(); }
int LocalExecutor::fatal_signal() const { return impl_->fatal_signal; }

JobId LocalExecutor::start(Job job) {
  impl_->attend_signals();
  auto running = std::make_unique<Impl::Running>();
  const JobId id = impl_->next_id++;
  running->id = id;
  running->job = std::move(job);
  Impl::Running& r = *running;
  impl_->jobs.emplace(id, std::move(running));
  impl_->advance(r);
  return id;
}

void LocalExecutor::poll() {
  impl_->drain();
  impl_->woken = false;
}

void LocalExecutor::wait(int timeout_ms) {
  Impl& i = *impl_;
  i.arm_token();
  const bool waits_for_token = i.token_armed && i.pool->watched() && i.pool->watch_descriptor() >= 0;
  if (i.jobs.empty() && !waits_for_token && timeout_ms < 0) return;
  if (timeout_ms >= 0) {
    i.timer.expires_after(std::chrono::milliseconds(timeout_ms));
    i.timer.async_wait([&i](const boost::system::error_code& error) {
      if (!error) i.woken = true;
    });
  }
  if (!i.past.empty()) i.drain();
  i.loop.restart();
  while (!i.woken && i.loop.run_one() != 0) {
  }
  i.woken = false;
  if (timeout_ms >= 0) i.timer.cancel();
}

void LocalExecutor::kill_all(int signal) {
  for (auto& [id, running] : impl_->jobs)
    if (running->process) ::kill(running->process->id(), signal);
}

Captured LocalExecutor::capture(const std::vector<std::string>& argv, char* const* envp, int stderr_fd) {
  Captured out;
  if (argv.empty()) return out;
  if (impl_->fatal_signal != 0) {  // make is ending: nothing more is started
    out.exit.how = Exit::How::signalled;
    out.exit.status = impl_->fatal_signal;
    return out;
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
  const bool complete = impl_->read_output(ends[0], out.output);
  ::close(ends[0]);
  if (!complete) {
    // The command may take no notice of the signal: it is left to itself.
    if (impl_->fatal_signal == SIGTERM) ::kill(launched.pid, SIGTERM);
    out.exit.how = Exit::How::signalled;
    out.exit.status = impl_->fatal_signal;
    return out;
  }
  out.exit = exit_of(wait_for(launched.pid));
  return out;
}

int LocalExecutor::replace_process(const std::vector<std::string>& argv, char* const* envp) {
  std::vector<char*> pointers;
  for (const std::string& word : argv) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  if (impl_->pool)
    for (int fd : impl_->pool->inherited_descriptors()) ::fcntl(fd, F_SETFD, 0);
  restore_limits(impl_->state);
  ::sigprocmask(SIG_SETMASK, &impl_->state.mask, nullptr);
  environ = const_cast<char**>(envp);
  ::execvp(argv[0].c_str(), pointers.data());
  return errno;
}

}  // namespace cmz
