#pragma once

#include <memory>

#include "cmzmake/base/job_settings.h"
#include "cmzmake/eval/evaluator.h"

namespace cmz {

// What the makefile sets for the job that makes `target`, which is looked up in the target's scope (target_scope())
// and, for what that does not set, in those of its peers in a group, in their order. Null: nothing; always so where
// cmzmake is to be exactly GNU Make. Throws Fatal, at the place of the definition, for a value that means nothing.
// docs/settings.md.
std::shared_ptr<const JobSettings> job_settings(Evaluator& e, Target& target);

}  // namespace cmz
