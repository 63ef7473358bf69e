#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cmzmake/run/token_pool.h"

namespace cmz {

// `-j` without a number: there is always one more slot.
class UnlimitedPool : public TokenPool {
 public:
  bool try_acquire() override { return true; }
  void release() override {}
};

// `-j1`: only the implicit slot.
class SingleSlotPool : public TokenPool {
 public:
  bool try_acquire() override { return false; }
  void release() override {}
};

// A pool of one-byte tokens in a pipe or fifo, shared with other makes. Manual, "Sharing Job Slots
// with GNU `make`". The very bytes that were read are written back.
class JobserverPool : public TokenPool {
 public:
  ~JobserverPool() override;

  bool try_acquire() override;
  void release() override;
  int watch_descriptor() const override { return reader_; }
  std::vector<int> inherited_descriptors() const override;

  // Called once when the pool turns out to be gone; the build goes on with its implicit slot.
  void on_lost(std::function<void(std::string_view)> tell) { on_lost_ = std::move(tell); }

  // Gives back every token that is held.
  void return_all();
  // The value of --jobserver-auth for children.
  const std::string& auth() const { return auth_; }
  // Whether this make made the pool, and so knows how many tokens there are.
  virtual bool is_server() const { return false; }

 protected:
  JobserverPool() = default;

  int read_end_ = -1;  // as children see it
  int write_end_ = -1;
  int reader_ = -1;  // our own non-blocking view of the read end
  bool fifo_ = false;
  bool owns_ends_ = false;
  std::string auth_;
  std::vector<char> held_;
  std::function<void(std::string_view)> on_lost_;
};

enum class JobserverStyle { fifo, pipe };

// The pool of a top-level make.
class JobserverServer : public JobserverPool {
 public:
  // `jobs` >= 2: jobs - 1 tokens are made. `directory`: where the fifo goes; empty: TMPDIR or /tmp. A fifo
  // that cannot be made becomes a pipe. Throws std::system_error when neither can be made.
  JobserverServer(unsigned jobs, JobserverStyle style, const std::string& directory = {});
  ~JobserverServer() override;
  bool is_server() const override { return true; }

 private:
  std::string directory_, path_;
};

// Takes part in the pool of a parent make. Null, and the reason in `why`, when `auth` (`R,W` or
// `fifo:PATH`) cannot be used; null and no reason when it says that there is none (`-2,-2`).
std::unique_ptr<JobserverPool> open_jobserver(std::string_view auth, std::string* why);

}  // namespace cmz
