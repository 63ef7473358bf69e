#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cmzmake/cli/host.h"

namespace cmz {

// One run of make: owns everything, from the command line to the exit status. Several may live in one
// process, one after the other.
class Session {
 public:
  // `arguments[0]` is the program as it was called; `environment` holds NAME=VALUE. `host` outlives the session.
  Session(Host& host, std::vector<std::string> arguments, std::vector<std::string> environment);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Reads, remakes makefiles, builds. Returns the exit status; a signal that ended the build is raised again.
  // Afterwards the session is nothing but memory.
  int run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cmz
