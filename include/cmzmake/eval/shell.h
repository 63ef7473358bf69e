#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace cmz {

// What $(shell) and `!=` ask for.
struct ShellRequest {
  std::string_view command;
  std::string_view shell;          // $(SHELL)
  std::string_view shell_flags;    // $(.SHELLFLAGS)
  const char* const* environment;  // NAME=VALUE, NULL at the end
  bool one_shell = false;          // .ONESHELL has been read
};

struct ShellResult {
  std::string output;  // as written, final newlines included
  int status = 0;      // exit status; 127 when it could not be executed
  std::string error;   // why it could not be executed, as exec says it
};

// Runs a command for its output. `cli` plugs `run` in here; tests plug a fake.
class Shell {
 public:
  virtual ~Shell() = default;
  virtual ShellResult run(const ShellRequest& request) = 0;
};

}  // namespace cmz
