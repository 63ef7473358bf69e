#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/cli/options.h"
#include "cmzmake/eval/shell.h"
#include "cmzmake/report/console.h"
#include "cmzmake/run/command_line.h"
#include "cmzmake/run/local_executor.h"

namespace cmz {

// $(shell) runs through the same launcher as recipes.
class LocalShell : public Shell {
 public:
  explicit LocalShell(LocalExecutor& executor) : executor_(executor) {}
  Console* console = nullptr;
  bool hides_jobserver = false;  // its descriptors are closed here, and MAKEFLAGS says so

  ShellResult run(const ShellRequest& request) override {
    ShellResult out;
    const char* const ifs = find_in_environment(request.environment, "IFS");
    const auto argv = command_argv(request.command, request.shell.empty() ? "/bin/sh" : request.shell,
                                   request.shell_flags, request.one_shell, ifs);
    std::vector<std::string> changed;
    std::vector<const char*> environment;
    if (hides_jobserver) environment = without_descriptors(request.environment, changed);
    Captured captured =
        executor_.capture(argv, const_cast<char* const*>(hides_jobserver ? environment.data() : request.environment),
                          console ? console->child_stderr() : -1);
    out.output = std::move(captured.output);
    out.status = captured.exit.status + (captured.exit.how == Exit::How::signalled ? 128 : 0);
    out.error = std::move(captured.error);
    return out;
  }

 private:
  // `kept` holds the texts that are new.
  static std::vector<const char*> without_descriptors(const char* const* environment, std::vector<std::string>& kept) {
    std::vector<const char*> out;
    kept.reserve(2);
    for (; *environment; ++environment) {
      const std::string_view entry = *environment;
      const size_t value = entry.find('=') + 1;
      if (kept.size() < 2 && (entry.starts_with("MAKEFLAGS=") || entry.starts_with("MFLAGS="))) {
        kept.push_back(std::string(entry.substr(0, value)) + without_jobserver(entry.substr(value)));
        out.push_back(kept.back().c_str());
      } else {
        out.push_back(*environment);
      }
    }
    out.push_back(nullptr);
    return out;
  }

  LocalExecutor& executor_;
};

}  // namespace cmz
