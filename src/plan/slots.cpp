#include "slots.h"

#include <utility>

namespace cmz {

using For = event::JobWaits::For;

bool Slots::load_allows() const {
  return plan_.options.max_load < 0 || used_ == 0 || load_ == nullptr ||
         load_->allows_job(plan_.options.max_load, used_);
}

std::optional<Slots::Wait> Slots::ask(bool recursive) {
  wants_token_ = false;
  if (!has_token_) {
    if (const auto wait = ask_for_token()) return wait;
    has_token_ = true;
  }
  if (recursive && recursive_ == 0)
    if (const auto wait = ask_for_whole_pool()) return wait;
  return std::nullopt;
}

// The first job needs no token, each further one needs one.
std::optional<Slots::Wait> Slots::ask_for_token() {
  constexpr int kAskAgainMs = 1000;
  while (tokens_held_ < used_) {
    if (!load_allows()) return Wait{For::load, kAskAgainMs};  // first: a token that waits for the load helps nobody
    if (tokens_.try_acquire()) {
      ++tokens_held_;
      break;
    }
    const Settlement settled = recursive_ == 0 ? settle() : Settlement{};
    if (settled.replaced > 0) continue;
    wants_token_ = true;
    return Wait{For::slot, settled.missing > 0 ? kAskAgainMs : -1};
  }
  return std::nullopt;
}

// Before the first sub-make starts, all tokens should be in the pool: while sub-makes run, nobody can tell a lost token
// from one that a sub-make holds. Tokens may be missing because a process that is no child of ours still has the pool
// open (a make whose parent was killed goes on for a while). Such a process gets some time to end, once.
std::optional<Slots::Wait> Slots::ask_for_whole_pool() {
  constexpr int kPatienceMs = 5000, kAskAgainMs = 100;
  const size_t missing = settle().missing;
  if (missing <= given_up_) return std::nullopt;
  if (patience_ms_ >= kPatienceMs) {
    given_up_ = missing;
    return std::nullopt;
  }
  patience_ms_ += kAskAgainMs;
  return Wait{For::tokens, kAskAgainMs};
}

// No job runs that takes tokens by itself: all must be here or in the pool.
Settlement Slots::settle() {
  const Settlement settled = tokens_.settle();
  if (plan_.debug && settled.replaced > 0)
    plan_.debug->say(DebugLog::jobs, 0, "Replaced {} lost job tokens", settled.replaced);
  if (plan_.debug && settled.removed > 0)
    plan_.debug->say(DebugLog::jobs, 0, "Removed {} job tokens that were too many", settled.removed);
  if (settled.missing < given_up_) given_up_ = settled.missing;
  return settled;
}

void Slots::withdraw() {
  has_token_ = wants_token_ = false;
  patience_ms_ = 0;
  return_spare_tokens();
}

void Slots::take(bool recursive) {
  has_token_ = wants_token_ = false;
  patience_ms_ = 0;
  if (recursive) ++recursive_;
  if (load_ && plan_.options.max_load >= 0) load_->job_starts();
  plan_.disk.set_something_runs(++used_ > 0);
}

void Slots::give_back(bool recursive) {
  plan_.disk.set_something_runs(--used_ > 0);
  if (recursive) --recursive_;
  return_spare_tokens();
}

// A job that asks may have its token already.
void Slots::return_spare_tokens() {
  const size_t jobs = used_ + (has_token_ ? 1 : 0);
  while (tokens_held_ > 0 && tokens_held_ + 1 > jobs) {
    --tokens_held_;
    tokens_.release();
  }
}

Slots::~Slots() {
  loop_.unwatch(watch_);
  loop_.cancel(timer_);
}

// The watch stays: while the pool is not watched its descriptor is never ready.
void Slots::before_sleep(int patience_ms) {
  tokens_.watch(wants_token_);
  if (wants_token_ && watch_ == 0 && tokens_.watch_descriptor() >= 0)
    watch_ = loop_.watch(tokens_.watch_descriptor(), Loop::Ready::read, When::at_rest, [this] { loop_.wake(); });
  if (patience_ms >= 0)
    timer_ = loop_.after(std::chrono::milliseconds(patience_ms), When::at_rest, [this] { loop_.wake(); });
}

void Slots::after_sleep() {
  tokens_.watch(false);
  loop_.cancel(std::exchange(timer_, 0));
}

}  // namespace cmz
