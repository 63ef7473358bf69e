#pragma once

namespace cmz {

// The right to run one more job beside the first. The first job of a make needs no token: it runs on
// the implicit slot, which the build keeps account of.
class TokenPool {
 public:
  virtual ~TokenPool() = default;

  // Takes a token if there is one now. Never blocks.
  virtual bool try_acquire() = 0;

  // Gives one token back. Only after a successful try_acquire().
  virtual void release() = 0;

  // While on, Executor::wait() also returns when a token may be there.
  virtual void watch(bool on) = 0;
};

}  // namespace cmz
