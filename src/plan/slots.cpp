// How many jobs may run: the load, tokens, and a pool that has lost some. docs/jobserver.md.
// Reference: manual, "Parallel Execution".
#include "cmzmake/plan/builder.h"

namespace cmz {

bool Builder::load_allows() {
  return options_.max_load < 0 || slots_used_ == 0 || load_ == nullptr ||
         load_->allows_job(options_.max_load, slots_used_);
}

// Waits until one more job may run. False when the build stops meanwhile.
bool Builder::acquire_slot(bool recursive) {
  if (!acquire_token()) return false;
  if (!recursive || recursive_running_ > 0 || make_pool_whole()) return true;
  return_spare_tokens();
  return false;
}

// The first job needs no token, each further one needs one.
bool Builder::acquire_token() {
  constexpr int kAskAgainMs = 1000;
  executor_.poll();
  check_signal();
  for (;;) {
    if (stopping()) return false;
    if (tokens_held_ >= slots_used_) return true;
    if (debug_) {
      tell_live_children();
      debug_->say(DebugLog::jobs, 0, "Need a job token; we have children");
    }
    if (!load_allows()) {  // asked first: a token that waits for the load would help nobody
      executor_.wait(kAskAgainMs);
    } else if (tokens_.try_acquire()) {
      ++tokens_held_;
    } else {
      const Settlement settled = recursive_running_ == 0 ? settle_tokens() : Settlement{};
      if (settled.replaced > 0) continue;
      tokens_.watch(true);
      executor_.wait(settled.missing > 0 ? kAskAgainMs : -1);
      tokens_.watch(false);
    }
    check_signal();
  }
}

// No job runs that takes tokens by itself: all must be here or in the pool.
Settlement Builder::settle_tokens() {
  const Settlement settled = tokens_.settle();
  if (debug_ && settled.replaced > 0) debug_->say(DebugLog::jobs, 0, "Replaced {} lost job tokens", settled.replaced);
  if (debug_ && settled.removed > 0)
    debug_->say(DebugLog::jobs, 0, "Removed {} job tokens that were too many", settled.removed);
  if (settled.missing < given_up_) given_up_ = settled.missing;
  return settled;
}

// Sub-makes are to find all tokens that there ought to be: once they run, nobody can tell those
// that are lost from those that they have. Where tokens are missing and a process that is no child
// of ours has the pool open (a make whose parent was killed goes on for a while), that process gets
// some time to end, once. False when the build stops meanwhile.
bool Builder::make_pool_whole() {
  constexpr int kPatienceMs = 5000, kAskAgainMs = 100;
  size_t missing = settle_tokens().missing;
  for (int waited = 0; missing > given_up_; waited += kAskAgainMs) {
    if (waited >= kPatienceMs) {
      given_up_ = missing;
      break;
    }
    executor_.wait(kAskAgainMs);
    check_signal();
    if (stopping()) return false;
    missing = settle_tokens().missing;
  }
  return true;
}

// A job has ended: whichever it was, the implicit slot is the last to stay in use.
void Builder::release_slot(const RunningJob& ended) {
  disk_.set_something_runs(--slots_used_ > 0);
  if (ended.recursive) --recursive_running_;
  return_spare_tokens();
}

void Builder::return_spare_tokens() {
  while (tokens_held_ > 0 && tokens_held_ + 1 > slots_used_) {
    --tokens_held_;
    tokens_.release();
  }
}

}  // namespace cmz
