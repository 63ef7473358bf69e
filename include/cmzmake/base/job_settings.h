#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace cmz {

// What a rule says beside its recipe: target-specific variables whose names begin with a dot (docs/settings.md). What
// nobody has set is empty, 0 or less.
struct JobSettings {
  using Milliseconds = std::chrono::milliseconds;

  Milliseconds timeout{0};        // .TIMEOUT: of one attempt
  unsigned retries = 0;           // .RETRIES: further attempts after a failure
  std::string pool;               // .POOL
  unsigned weight = 1;            // .WEIGHT: job slots
  uint64_t memory = 0;            // .MEMORY: bytes that must be available
  std::string ready;              // .READY: how a service is known to be ready
  Milliseconds ready_timeout{0};  // .READY_TIMEOUT
  unsigned restarts = 0;          // .RESTART: of a service that ends by itself
  std::string progress;           // .PROGRESS: a command whose first line tells of it
  std::string worktree;           // .WORKTREE: a branch

  bool operator==(const JobSettings&) const = default;
};

}  // namespace cmz
