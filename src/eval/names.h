#pragma once

#include "cmzmake/eval/evaluator.h"

namespace cmz {

// The names whose definition or value means something to the evaluator itself, and those of automatic variables
// (manual, "Automatic Variables").
struct Evaluator::Names {
  explicit Names(SymbolTable& symbols)
      : recipe_prefix(symbols.intern(".RECIPEPREFIX")),
        variables(symbols.intern(".VARIABLES")),
        makeflags(symbols.intern("MAKEFLAGS")),
        shell(symbols.intern("SHELL")),
        shell_flags(symbols.intern(".SHELLFLAGS")),
        shell_status(symbols.intern(".SHELLSTATUS")),
        makelevel(symbols.intern("MAKELEVEL")),
        makefile_list(symbols.intern("MAKEFILE_LIST")),
        default_goal(symbols.intern(".DEFAULT_GOAL")),
        path(symbols.intern("PATH")),
        warnings(symbols.intern(".WARNINGS")),
        target(symbols.intern("@")),
        member(symbols.intern("%")),
        stem(symbols.intern("*")),
        first(symbols.intern("<")),
        all(symbols.intern("^")),
        every(symbols.intern("+")),
        newer(symbols.intern("?")),
        order_only(symbols.intern("|")) {
    for (int i = 0; i < 10; ++i) digits[i] = symbols.intern(std::string(1, static_cast<char>('0' + i)));
  }

  Symbol recipe_prefix, variables, makeflags, shell, shell_flags, shell_status, makelevel, makefile_list, default_goal,
      path, warnings;
  Symbol target, member, stem, first, all, every, newer, order_only;
  Symbol digits[10];
};

}  // namespace cmz
