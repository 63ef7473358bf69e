#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

#include "cmzmake/run/inherited_state.h"
#include "program.h"

namespace cmz {

struct LaunchSpec {
  const Program* program;  // the file of argv[0]
  std::span<const std::string> argv;
  char* const* envp;
  const char* directory = nullptr;  // where it starts; null: where make is
  bool own_process_group = false;
  int in = -1, out = -1, err = -1;  // -1: make's own
  std::span<const int> inherit;     // descriptors that stay open in the child
  const InheritedState* state;
};

struct LaunchResult {
  pid_t pid = -1;
  int error = 0;  // errno of exec (or of making the process) when pid is -1
};

// Starts a process without copying make's memory: the parent sleeps until the child has executed.
// A file that is no program is given to /bin/sh.
LaunchResult launch(const LaunchSpec& spec);

}  // namespace cmz
