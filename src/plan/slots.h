// How many jobs may run at once: the load, tokens, and a pool that has lost some. docs/jobserver.md.
// Manual, "Parallel Execution".
//
// The first running job uses the implicit slot, each further one needs a token. Tokens are counted, not tied to jobs:
// whichever job ends, the implicit slot is the last that stays in use.
#pragma once

#include <cstddef>
#include <optional>

#include "cmzmake/loop/loop.h"
#include "cmzmake/run/load.h"
#include "cmzmake/run/token_pool.h"
#include "plan.h"

namespace cmz {

class Slots {
 public:
  Slots(const Plan& plan, Loop& loop, TokenPool& tokens, LoadGauge* load)
      : plan_(plan), loop_(loop), tokens_(tokens), load_(load) {}
  ~Slots();
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  // Why a job may not start yet.
  struct Wait {
    event::JobWaits::For reason = event::JobWaits::For::slot;
    int ask_again_ms = -1;  // ask again after that time; -1: when a token comes or a job has ended
  };
  // Asks for a slot for one more job; nothing: it has one. Otherwise ask again after something has happened, or
  // withdraw. `recursive`: the job is a make, or runs like one.
  std::optional<Wait> ask(bool recursive);
  // The job that asked does not start.
  void withdraw();
  // Whether the next ask() has to look for a token.
  bool needs_token() const { return !has_token_ && tokens_held_ < used_; }

  // The job that asked starts.
  void take(bool recursive);
  // A job has ended.
  void give_back(bool recursive);
  size_t used() const { return used_; }

  // Around a sleep in the loop: it ends when a token may be there, if somebody waits for one, and after
  // `patience_ms` (-1: whenever).
  void before_sleep(int patience_ms);
  void after_sleep();

 private:
  bool load_allows() const;
  std::optional<Wait> ask_for_token();
  std::optional<Wait> ask_for_whole_pool();
  Settlement settle();
  void return_spare_tokens();

  const Plan& plan_;
  Loop& loop_;
  TokenPool& tokens_;
  LoadGauge* load_;
  size_t used_ = 0;         // running jobs
  size_t tokens_held_ = 0;  // for all of them but one
  size_t recursive_ = 0;    // of the running jobs
  size_t given_up_ = 0;     // missing tokens that were waited for in vain

  // of the job that asks
  bool has_token_ = false;
  bool wants_token_ = false;
  int patience_ms_ = 0;  // that it has had

  // of a sleep
  Loop::Id watch_ = 0;  // of the tokens' descriptor; stays
  Loop::Id timer_ = 0;
};

}  // namespace cmz
