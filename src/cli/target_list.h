#pragma once

#include <string>

#include "cmzmake/model/database.h"

namespace cmz {

// --print-targets: the names of the targets that makefiles define, a line each. Special targets and
// suffix rules are none. To be called when all makefiles are read.
std::string target_list(const Database& db);

}  // namespace cmz
