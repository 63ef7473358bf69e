#pragma once

#include <cstddef>
#include <vector>

namespace cmz {

// What came of TokenPool::settle().
struct Settlement {
  size_t replaced = 0;  // tokens that were lost, and are there again
  size_t removed = 0;   // tokens that were too many, and are gone
  size_t missing = 0;   // tokens that somebody may still have: ask again later
};

// The right to run one more job beside the first. The first job of a make needs no token: it runs
// on the implicit slot, which the build keeps account of.
class TokenPool {
 public:
  virtual ~TokenPool() = default;

  // Takes a token if there is one now. Never blocks.
  virtual bool try_acquire() = 0;

  // Gives one token back. Only after a successful try_acquire().
  virtual void release() = 0;

  // Says that no job runs that would take tokens by itself, as a recursive one does: all of them
  // must be here. Those that a killed client took with it are replaced.
  virtual Settlement settle() { return {}; }

  // While on, Executor::wait() also returns when a token may be there.
  virtual void watch(bool on) { watched_ = on; }
  bool watched() const { return watched_; }

  // The descriptor that becomes readable when a token may be there and watch() is on; -1 when no
  // waiting is needed.
  virtual int watch_descriptor() const { return -1; }

  // The descriptors that recursive lines inherit, and no other child.
  virtual std::vector<int> inherited_descriptors() const { return {}; }

 private:
  bool watched_ = false;
};

}  // namespace cmz
