#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cmzmake/run/token_channel.h"
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

// A pool of one-byte tokens, shared with other makes. Manual, "Sharing Job Slots with GNU `make`".
// Keeps a ledger of the bytes it holds: the very bytes that were read are written back, at the
// latest when it is destroyed. docs/jobserver.md.
class JobserverPool : public TokenPool {
 public:
  ~JobserverPool() override;

  bool try_acquire() override;
  // A token that finds the pool full stays here, is the next to be acquired, and goes back when
  // there is room.
  void release() override;
  void watch(bool on) override;
  int watch_descriptor() const override { return lost_ ? -1 : channel_->watch_descriptor(); }
  std::vector<int> inherited_descriptors() const override { return channel_->shared_ends(); }

  // Called once when the pool turns out to be gone; the build goes on with its implicit slot.
  void on_lost(std::function<void(std::string_view)> tell) { on_lost_ = std::move(tell); }

  // Gives back every token. Waits a second for room in a full pool, not longer: the process that
  // could make room may be waiting for our end.
  void return_all();
  // The value of --jobserver-auth for children.
  const std::string& auth() const { return auth_; }
  // Whether this make made the pool, and so knows how many tokens there are.
  virtual bool is_server() const { return false; }

 protected:
  JobserverPool() = default;

  size_t held() const { return held_.size(); }
  // How many tokens this make keeps out of the channel.
  size_t here() const { return held_.size() + owed_.size(); }

  std::unique_ptr<TokenChannel> channel_;
  std::string auth_;

 private:
  void return_owed();
  void lose(std::string_view cause);

  std::vector<char> held_;  // in use
  std::vector<char> owed_;  // given back, but there was no room
  bool lost_ = false;
  std::function<void(std::string_view)> on_lost_;
};

enum class JobserverStyle { fifo, pipe };

// The pool of a top-level make.
class JobserverServer : public JobserverPool {
 public:
  // `jobs` >= 1: jobs - 1 tokens are made, or as many as fit. `directory`: where a fifo goes, in a
  // folder of its own; one whose name would not survive MAKEFLAGS is replaced by /tmp, and a fifo that
  // cannot be made, for which `why` gives the reason, by a pipe. Throws std::system_error when there is
  // no pipe either.
  JobserverServer(unsigned jobs, JobserverStyle style, const std::string& directory = "/tmp",
                  std::string* why = nullptr);
  ~JobserverServer() override;

  bool try_acquire() override;
  Settlement settle() override;
  bool is_server() const override { return true; }
  // How many tokens there are beside the implicit slot.
  size_t tokens() const { return tokens_; }

 private:
  void make_fifo_in(const std::string& directory, std::string* why);
  size_t remove_surplus(size_t count);

  size_t tokens_ = 0;
  std::string folder_, path_;  // of the fifo
};

// Takes part in the pool of a parent make. Null, and the reason in `why`, when `auth` (`R,W` or
// `fifo:PATH`) cannot be used; null and no reason when it says that there is none (`-2,-2`).
std::unique_ptr<JobserverPool> open_jobserver(std::string_view auth, std::string* why);

}  // namespace cmz
