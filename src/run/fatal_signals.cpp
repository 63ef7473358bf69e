#include "fatal_signals.h"

#include <fcntl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace cmz {
namespace {

// Besides what a terminal and a system send to end a program, everything that would end make
// without its jobserver and temporary files being removed.
constexpr int kFatal[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGPIPE,
                          SIGXCPU, SIGXFSZ, SIGALRM, SIGUSR2};

}  // namespace

FatalSignals::~FatalSignals() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void FatalSignals::attend() {
  if (descriptor_ >= 0) return;
  sigset_t fatal;
  ::sigemptyset(&fatal);
  for (int signal : kFatal) {
    struct sigaction action;
    // A blocked signal would be kept even though it is ignored.
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;
    ::sigaddset(&fatal, signal);
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
