#pragma once

#include <sys/signalfd.h>

#include <csignal>
#include <span>

namespace cmz {

// The signals that would end make without its jobserver and temporary files being removed: what a terminal and a system
// send to end a program, and the rest of those that end one by default, but for those that stand for an error in this
// program.
sigset_t ending_signals();

// The signals that make attends to: those that ask it to end, SIGUSR1, and SIGCHLD, which tells that a child has ended.
// Until attend() the first do what they do by default; from then on they wait to be taken, so that make can stop its
// children and clean up before it ends. The other two wait from the beginning: SIGUSR1 would end make, and a thread
// that is made earlier (by an object that a makefile loads) must not be the one that gets SIGCHLD; one that gets it
// nevertheless passes it on. What was blocked when make started is no longer, neither here nor in children.
// Make one in the first thread, before any other exists.
class AttendedSignals {
 public:
  AttendedSignals();
  ~AttendedSignals() { leave(); }
  AttendedSignals(const AttendedSignals&) = delete;
  AttendedSignals& operator=(const AttendedSignals&) = delete;

  // True when from now on they can be taken. Those that were ignored when make started stay ignored. Tried once: false
  // afterwards, and when the system gives no descriptor for signals.
  bool attend();
  // They end the process at once again; one that nobody took does so here. Nothing is blocked any more.
  void leave();
  // Readable when a signal waits; -1 before attend(), or when the system gave none.
  int descriptor() const { return descriptor_; }
  // Takes all signals that wait and calls tell(NUMBER) for each.
  template <typename Tell>
  void take(Tell tell) {
    for (;;) {
      const std::span<const signalfd_siginfo> taken = read_some();
      for (const signalfd_siginfo& info : taken) tell(static_cast<int>(info.ssi_signo));
      if (taken.size() < std::size(buffer_)) return;
    }
  }

 private:
  // As many as the buffer holds; it is full when there may be more.
  std::span<const signalfd_siginfo> read_some();

  bool tried_ = false;
  bool left_ = false;
  int descriptor_ = -1;
  signalfd_siginfo buffer_[8];
};

}  // namespace cmz
