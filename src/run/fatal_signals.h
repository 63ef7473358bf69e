#pragma once

#include <csignal>

namespace cmz {

// The signals that ask make to end. Until attend() they end the process at once; from then on they
// wait to be taken, so that make can stop its children and clean up first.
class FatalSignals {
 public:
  FatalSignals() = default;
  ~FatalSignals() { leave(); }
  FatalSignals(const FatalSignals&) = delete;
  FatalSignals& operator=(const FatalSignals&) = delete;

  // Those that were ignored when make started stay ignored.
  void attend();
  // They end the process at once again; one that nobody took does so here.
  void leave();
  // Readable when a signal waits; -1 before attend().
  int descriptor() const { return descriptor_; }
  // The next signal that waits, or 0.
  int take();

 private:
  sigset_t before_;  // the mask that attend() found
  int descriptor_ = -1;
};

}  // namespace cmz
