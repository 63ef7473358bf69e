#include "fatal_signals.h"

#include <fcntl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <initializer_list>
#include <utility>

namespace cmz {
namespace {

// Everything that would end make without its jobserver and temporary files being removed: what a
// terminal and a system send to end a program, and the rest of those that end one by default, but
// for those that stand for an error in this program. SIGUSR1 only asks make to think aloud.
sigset_t attended_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGXCPU, SIGXFSZ, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1,
                     SIGUSR2, SIGIO, SIGPWR, SIGSTKFLT})
    ::sigaddset(&set, signal);
  for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) ::sigaddset(&set, signal);
  return set;
}

}  // namespace

void FatalSignals::leave() {
  if (descriptor_ < 0) return;
  ::close(std::exchange(descriptor_, -1));
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void FatalSignals::attend() {
  if (descriptor_ >= 0) return;
  sigset_t fatal = attended_signals();
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    struct sigaction action;
    // A blocked signal would be kept even though it is ignored.
    if (::sigismember(&fatal, signal) == 1 && ::sigaction(signal, nullptr, &action) == 0 &&
        action.sa_handler == SIG_IGN)
      ::sigdelset(&fatal, signal);
  }
  descriptor_ = ::signalfd(-1, &fatal, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor_ < 0) return;  // they go on ending the process at once
  ::pthread_sigmask(SIG_BLOCK, &fatal, &before_);
}

int FatalSignals::take() {
  if (descriptor_ < 0) return 0;
  signalfd_siginfo info;
  if (::read(descriptor_, &info, sizeof info) != sizeof info) return 0;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace cmz
