#pragma once

#include "cmzmake/eval/evaluator.h"

namespace cmz {

// -p: variables, directories, rules and targets, as text on standard output.
void print_data_base(Evaluator& e);

}  // namespace cmz
