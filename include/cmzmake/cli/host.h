#pragma once

#include <string>
#include <vector>

#include "cmzmake/loop/event_loop.h"
#include "cmzmake/report/console.h"
#include "cmzmake/run/inherited_state.h"
#include "cmzmake/run/temporary_file.h"

namespace cmz {

// What a process has once, however many sessions run in it: limits that children get back, the loop with the process's
// signals, the terminal, standard input. Make one in the first thread, before any other exists.
struct Host {
  // `arguments`: the process's, which may tell of a file that it made before it executed itself.
  explicit Host(const std::vector<std::string>& arguments);

  // The makefile that was read from standard input. First: signals that were held back until now remove it.
  TemporaryFile stored_makefile;
  InheritedState state = read_inherited_state();  // before the loop takes signals
  EventLoop loop{[this] { return raise_descriptor_limit(state); }};
  Console console;
};

}  // namespace cmz
