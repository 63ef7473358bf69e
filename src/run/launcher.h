#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

#include "program.h"

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

struct LaunchSpec {
  const Program* program;  // the file of argv[0]
  std::span<const std::string> argv;
  char* const* envp;
  int in = -1, out = -1, err = -1;  // -1: make's own
  std::span<const int> inherit;     // descriptors that stay open in the child
  const InheritedState* state;
};

struct LaunchResult {
  pid_t pid = -1;
  int error = 0;  // errno of exec (or of making the process) when pid is -1
};

// The exit status that stands for a failed exec.
constexpr int kNotExecuted = 127;

// Starts a process without copying make's memory: the parent sleeps until the child has executed.
// A file that is no program is given to /bin/sh.
LaunchResult launch(const LaunchSpec& spec);

}  // namespace cmz
