#pragma once

#include <cstring>

#include "cmzmake/eval/shell.h"
#include "cmzmake/report/plain.h"
#include "cmzmake/run/command_line.h"
#include "cmzmake/run/local_executor.h"

namespace cmz {

// $(shell) runs through the same launcher as recipes.
class LocalShell : public Shell {
 public:
  explicit LocalShell(LocalExecutor& executor) : executor_(executor) {}
  PlainReport* report = nullptr;

  ShellResult run(const ShellRequest& request) override {
    ShellResult out;
    const char* ifs = nullptr;
    for (const char* const* e = request.environment; *e; ++e)
      if (std::strncmp(*e, "IFS=", 4) == 0) ifs = *e + 4;
    const auto argv =
        command_argv(request.command, request.shell.empty() ? "/bin/sh" : request.shell,
                     request.shell_flags, false, ifs);
    Captured captured = executor_.capture(argv, const_cast<char* const*>(request.environment),
                                          report ? report->shell_stderr() : -1);
    out.output = std::move(captured.output);
    out.status = captured.exit.status + (captured.exit.how == Exit::How::signalled ? 128 : 0);
    out.error = std::move(captured.error);
    return out;
  }

 private:
  LocalExecutor& executor_;
};

}  // namespace cmz
