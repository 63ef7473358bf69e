#pragma once

#include <string>

#include "cmzmake/cli/options.h"
#include "cmzmake/eval/evaluator.h"

namespace cmz {

// What -p prints: variables, rules and targets, and what the run has made of them.
std::string data_base_text(Evaluator& e, const Options& options);

}  // namespace cmz
