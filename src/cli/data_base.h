#pragma once

#include "cmzmake/eval/evaluator.h"

namespace cmz {

// -p: variables, directories, rules and targets, as text on standard output.
std::string data_base_text(Evaluator& e);

}  // namespace cmz
