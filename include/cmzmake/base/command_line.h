#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cmz {

// The `@`, `-` and `+` before a recipe line, and what the line mentions.
struct LineFlags {
  bool silent = false;         // @
  bool ignore_errors = false;  // -: a failure does not end the job
  bool recursive = false;      // + or $(MAKE): inherits the jobserver

  LineFlags& operator|=(const LineFlags& other) {
    silent |= other.silent;
    ignore_errors |= other.ignore_errors;
    recursive |= other.recursive;
    return *this;
  }
};

// Takes prefix characters, and blanks between them, from the beginning of a recipe line. A newline ends them: the first
// line of a .ONESHELL recipe. Manual, "Recipe Echoing", "Errors in Recipes", "Instead of Executing Recipes".
LineFlags take_line_prefixes(std::string_view& text);

// One line of a recipe, expanded: from the evaluator, which makes it, to the executor, which runs it.
struct CommandLine {
  std::string text;   // what the shell gets: without prefix characters and leading blanks
  uint32_t line = 0;  // its line in the makefile, for messages
  LineFlags flags;
  bool execute = true;      // false: only announced (-n)
  std::string shell_flags;  // for this line; empty: the job's
};

}  // namespace cmz
