#include "cmzmake/loop/attended_signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <utility>

namespace cmz {
namespace {

// SIGUSR1 only asks make to think aloud; SIGCHLD is a child's end.
sigset_t attended_signals() {
  sigset_t set = ending_signals();
  ::sigaddset(&set, SIGUSR1);
  ::sigaddset(&set, SIGCHLD);
  return set;
}

// Of the threads that may have a signal the system takes any. One that was there before make (a preloaded library's) or
// that has unblocked SIGCHLD would be the end of it: the signal goes on to the first thread, where it waits to be
// taken.
void pass_on(int signal) {
  const int before = errno;
  if (::gettid() != ::getpid()) ::tgkill(::getpid(), ::getpid(), signal);
  errno = before;
}

void block_only(std::initializer_list<int> signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  ::pthread_sigmask(SIG_SETMASK, &set, nullptr);
}

}  // namespace

sigset_t ending_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGXCPU, SIGXFSZ, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR2,
                     SIGIO, SIGPWR, SIGSTKFLT})
    ::sigaddset(&set, signal);
  for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) ::sigaddset(&set, signal);
  return set;
}

AttendedSignals::AttendedSignals() {
  // Not ignored in any case: children would vanish before they are waited for.
  struct sigaction action = {};
  action.sa_handler = pass_on;
  action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
  ::sigaction(SIGCHLD, &action, nullptr);
  block_only({SIGCHLD, SIGUSR1});
}

void AttendedSignals::leave() {
  if (std::exchange(left_, true)) return;
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  sigset_t user;
  ::sigemptyset(&user);
  ::sigaddset(&user, SIGUSR1);
  const timespec now = {};
  ::sigtimedwait(&user, nullptr, &now);  // it asked for something, which is too late
  block_only({});
}

bool AttendedSignals::attend() {
  if (std::exchange(tried_, true)) return false;
  sigset_t attended = attended_signals();
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    struct sigaction action;
    // A blocked signal would be kept even though it is ignored.
    if (::sigismember(&attended, signal) == 1 && ::sigaction(signal, nullptr, &action) == 0 &&
        action.sa_handler == SIG_IGN)
      ::sigdelset(&attended, signal);
  }
  descriptor_ = ::signalfd(-1, &attended, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor_ < 0) return false;  // they go on ending the process at once
  ::pthread_sigmask(SIG_BLOCK, &attended, nullptr);
  return true;
}

std::span<const signalfd_siginfo> AttendedSignals::read_some() {
  if (descriptor_ < 0) return {};
  const ssize_t n = ::read(descriptor_, buffer_, sizeof buffer_);
  return {buffer_, n < 0 ? 0 : static_cast<size_t>(n) / sizeof buffer_[0]};
}

}  // namespace cmz
