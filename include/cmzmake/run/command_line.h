#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cmz {

// How a recipe line, or the command of $(shell), is executed: its words, when it holds nothing that only a shell
// understands and the shell is the default one; otherwise `shell flags... line`. Empty for a blank line.
// Newlines are part of the words, or separate commands with .ONESHELL; a shell gets none that is not behind a
// backslash. `ifs`: the value of IFS for the child, or nullptr. Manual, "Recipe Execution".
std::vector<std::string> command_argv(std::string_view line, std::string_view shell, std::string_view shell_flags,
                                      bool one_shell, const char* ifs);

// Whether `line` is a lone `:` for a shell like sh: there is nothing to run, and make runs nothing.
bool runs_nothing(std::string_view line, std::string_view shell, std::string_view shell_flags);

}  // namespace cmz
