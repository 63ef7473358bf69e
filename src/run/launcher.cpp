#include "launcher.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "cmzmake/base/exit.h"

// ThreadSanitizer makes of a vfork a fork, whose child tells the parent nothing, and keeps account of handlers and
// descriptors in memory that the child of a vfork shares. The C library's functions have other names, too, which
// ThreadSanitizer does not know.
#ifdef __SANITIZE_THREAD__
extern "C" pid_t __vfork();
extern "C" int __sigaction(int, const struct sigaction*, struct sigaction*);
extern "C" int __dup2(int, int);
#define CMZ_SYSTEM(name) ::__##name
#else
#define CMZ_SYSTEM(name) ::name
#endif

namespace cmz {
namespace {

// What the child needs, made before it exists.
struct Child {
  const char* file;  // what is executed
  // /bin/sh, the command's words, nullptr. The first is for a file that is no program and goes to the shell.
  std::span<char*> words;
  const LaunchSpec* spec;
  std::span<const int> handled;  // signals to be given back to their default
  int in, out, err;              // -1: stays; never one of the three themselves
  volatile int failure = 0;      // errno of the failed exec
  volatile int stopped_by = 0;   // the signal that was to stop it too early
};

// Takes a signal of those by which a terminal stops programs, if one waits; else 0. A child that were stopped before it
// has executed would keep the parent in vfork, where only SIGKILL reaches it, and the shell from hearing of a stop.
int take_stop_signal() {
  sigset_t stops;
  ::sigemptyset(&stops);
  for (const int signal : {SIGTSTP, SIGTTIN, SIGTTOU}) ::sigaddset(&stops, signal);
  const timespec now = {};
  const int taken = ::sigtimedwait(&stops, nullptr, &now);
  return taken > 0 ? taken : 0;
}

// Runs in the child, on the parent's memory and with all signals blocked; never returns, which ThreadSanitizer would
// take for a call deeper and deeper.
[[noreturn, gnu::no_sanitize_thread]] void run_child(Child* child) {
  const LaunchSpec& spec = *child->spec;
  // A handler would run on the parent's memory.
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  for (int signal : child->handled) CMZ_SYSTEM(sigaction)(signal, &action, nullptr);
  if (child->in >= 0) CMZ_SYSTEM(dup2)(child->in, STDIN_FILENO);
  if (child->out >= 0) CMZ_SYSTEM(dup2)(child->out, STDOUT_FILENO);
  if (child->err >= 0) CMZ_SYSTEM(dup2)(child->err, STDERR_FILENO);
  for (int fd : spec.inherit) ::fcntl(fd, F_SETFD, 0);
  restore_limits(*spec.state);
  if (spec.own_process_group) ::setpgid(0, 0);
  if (spec.directory != nullptr && ::chdir(spec.directory) != 0) {
    child->failure = errno;
    ::_exit(kNotExecuted);
  }
  child->stopped_by = take_stop_signal();
  unblock_signals();

  ::execve(child->file, &child->words[1], spec.envp);
  if (errno == ENOEXEC) {
    child->words[1] = const_cast<char*>(child->file);
    ::execve("/bin/sh", child->words.data(), spec.envp);
  }
  child->failure = errno;
  ::_exit(kNotExecuted);
}

// Nothing of this frame changes between the two returns of vfork.
[[gnu::noinline, gnu::no_sanitize_thread]] pid_t vfork_child(Child* child) {
  const pid_t pid = CMZ_SYSTEM(vfork)();
  if (pid == 0) run_child(child);
  return pid;
}

// A descriptor that overwriting 0, 1 and 2 cannot hurt; it is closed with the object.
class SafeDescriptor {
 public:
  SafeDescriptor(int fd, int place) : fd_(fd == place ? -1 : fd) {
    if (fd < 0 || fd > STDERR_FILENO) return;
    // Also when it is in its place already: it may be marked to be closed by exec.
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (copy < 0) return;
    fd_ = copy_ = copy;
  }
  ~SafeDescriptor() {
    if (copy_ >= 0) ::close(copy_);
  }
  SafeDescriptor(const SafeDescriptor&) = delete;
  SafeDescriptor& operator=(const SafeDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
  int copy_ = -1;
};

}  // namespace

InheritedState read_inherited_state() {
  InheritedState state;
  ::getrlimit(RLIMIT_STACK, &state.stack);
  ::getrlimit(RLIMIT_NOFILE, &state.descriptors);
  for (int signal = 1; signal < SIGSYS; ++signal) {
    struct sigaction action;
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN)
      state.handled.push_back(signal);
  }
  return state;
}

void raise_stack_limit(InheritedState& state) {
  rlimit wanted = state.stack;
  if (wanted.rlim_cur == wanted.rlim_max) return;
  wanted.rlim_cur = wanted.rlim_max;
  state.stack_raised = ::setrlimit(RLIMIT_STACK, &wanted) == 0;
}

bool raise_descriptor_limit(InheritedState& state) {
  rlimit wanted;
  if (state.descriptors_raised || ::getrlimit(RLIMIT_NOFILE, &wanted) != 0 || wanted.rlim_cur == wanted.rlim_max)
    return false;
  wanted.rlim_cur = wanted.rlim_max;
  return state.descriptors_raised = ::setrlimit(RLIMIT_NOFILE, &wanted) == 0;
}

void restore_limits(const InheritedState& state) {
  if (state.stack_raised) ::setrlimit(RLIMIT_STACK, &state.stack);
  if (state.descriptors_raised) ::setrlimit(RLIMIT_NOFILE, &state.descriptors);
}

void unblock_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

LaunchResult launch(const LaunchSpec& spec) {
  if (spec.program->file.empty()) return {-1, spec.program->error};
  // Everything that needs memory is made before the child exists: it shares ours.
  std::vector<char*> words;
  words.reserve(spec.argv.size() + 2);
  words.push_back(const_cast<char*>("/bin/sh"));
  for (const std::string& word : spec.argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);

  Child child;
  child.file = spec.program->file.c_str();
  child.words = words;
  child.spec = &spec;
  child.handled = spec.state->handled;
  const SafeDescriptor in(spec.in, STDIN_FILENO), out(spec.out, STDOUT_FILENO), err(spec.err, STDERR_FILENO);
  child.in = in.get();
  child.out = out.get();
  child.err = err.get();

  // A handler must not run in the child, on our memory, before it has been taken away; nor must the child be stopped.
  sigset_t all, before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t pid = vfork_child(&child);
  const int fork_error = errno;
  if (child.stopped_by != 0 && child.failure == 0) ::kill(pid, child.stopped_by);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return {-1, fork_error};
  if (child.failure != 0) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return {-1, child.failure};
  }
  return {pid, 0};
}

}  // namespace cmz
