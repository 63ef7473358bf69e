#pragma once

#include <cstdint>

namespace cmz {

// How often this program has done things itself, for --stats. Each floor counts its own part while it works; to count
// is an addition to memory that is at hand.

struct DiskCounts {
  uint64_t times = 0;        // asked for: a stat each
  uint64_t absent = 0;       // times that needed no stat: the directory's listing has no such name
  uint64_t directories = 0;  // listed
};

struct SearchCounts {
  uint64_t searches = 0;     // for implicit rules
  uint64_t deferred = 0;     // answered before the built-in rules were made
  uint64_t at_a_glance = 0;  // cut short: nothing that a rule may want is there
  uint64_t rules_tried = 0;  // patterns that matched, chains included
};

struct EvalCounts {
  uint64_t expansions = 0;       // references to variables and functions
  uint64_t makefiles = 0;        // read
  uint64_t makefiles_ahead = 0;  // of them, by the second thread
  uint64_t bytes = 0;            // of makefiles
};

struct PlanCounts {
  uint64_t times_ahead = 0;  // that the second thread had asked for already
  uint64_t sleeps = 0;       // how often make has slept
  int64_t asleep_ns = 0;     // how long; 0 when nobody asked
};

struct ExecutorCounts {
  uint64_t processes = 0;  // started for recipe lines
  uint64_t captured = 0;   // and for $(shell) and !=
  uint64_t simple = 0;     // commands that were done without a process
};

}  // namespace cmz
