#pragma once

#include <chrono>
#include <string>

#include "cmzmake/disk/disk.h"
#include "cmzmake/eval/evaluator.h"
#include "cmzmake/plan/builder.h"
#include "cmzmake/run/local_executor.h"
#include "cmzmake/search/search.h"

namespace cmz {

// When the stretches of a run were over; what did not come to pass has the time of what did.
struct Stretches {
  using Time = std::chrono::steady_clock::time_point;
  Time began{}, read{}, makefiles_made{}, built{};
};

// --stats: what this program did itself, as lines for a person. `builder` may be null.
std::string statistics_text(const Stretches& stretches, const Disk& disk, const Evaluator& evaluator,
                            const Search& search, const Builder* builder, const LocalExecutor& executor);

}  // namespace cmz
