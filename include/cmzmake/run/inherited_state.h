#pragma once

#include <sys/resource.h>

#include <vector>

namespace cmz {

// What make itself changed at start and children must get back.
struct InheritedState {
  rlimit stack;
  bool stack_raised = false;
  rlimit descriptors;
  bool descriptors_raised = false;
  std::vector<int> handled;  // signals that have a handler in this process
};

// Reads the state of this process; call before anything is changed.
InheritedState read_inherited_state();

// Raises the soft limit of the stack as far as it goes: expansions may nest deeply.
void raise_stack_limit(InheritedState& state);

// Raises the number of descriptors make may have open; false when there is no more to get.
bool raise_descriptor_limit(InheritedState& state);

// Puts back the limits that were raised.
void restore_limits(const InheritedState& state);

// Nothing is blocked in what make executes, whatever was blocked when it started.
void unblock_signals();

}  // namespace cmz
