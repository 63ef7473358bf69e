#pragma once

#include <vector>

namespace cmz {

// The right to run one more job beside the first. The first job of a make needs no token: it runs
// on the implicit slot, which the build keeps account of.
class TokenPool {
 public:
  virtual ~TokenPool() = default;

  // Takes a token if there is one now. Never blocks.
  virtual bool try_acquire() = 0;

  // Gives one token back. Only after a successful try_acquire().
  virtual void release() = 0;

  // While on, Executor::wait() also returns when a token may be there.
  virtual void watch(bool on) { watched_ = on; }
  bool watched() const { return watched_; }

  // The descriptor that becomes readable when a token may be there; -1 when no waiting is needed.
  virtual int watch_descriptor() const { return -1; }

  // The descriptors that recursive lines inherit, and no other child.
  virtual std::vector<int> inherited_descriptors() const { return {}; }

 private:
  bool watched_ = false;
};

}  // namespace cmz
