#pragma once

#include <cstdint>
#include <string_view>

namespace cmz {

// The built-in functions. Their names are part of the syntax: only a known name followed by a
// blank makes `$(name ...)` a call, and a name decides how many commas split arguments.
// Objects that are loaded bring more of them while makefiles are read: Part::Kind::possible_call.
enum class Function : uint8_t {
  none,
  abspath,
  addprefix,
  addsuffix,
  and_,
  basename,
  call,
  dir,
  error,
  eval,
  file,
  filter,
  filter_out,
  findstring,
  firstword,
  flavor,
  foreach,
  if_,
  info,
  intcmp,
  join,
  lastword,
  let,
  notdir,
  or_,
  origin,
  patsubst,
  realpath,
  shell,
  sort,
  strip,
  subst,
  suffix,
  value,
  warning,
  wildcard,
  word,
  wordlist,
  words,
  loaded,  // none of these: one that a loaded object brought; it is not in the table
};

struct FunctionInfo {
  std::string_view name;
  Function function;
  uint8_t min_args;
  uint8_t max_args;   // commas after that many arguments are text; 0: no limit
  bool expands_args;  // false: the function expands its arguments itself, if and when it wants
};

// The function called `name`, or nullptr.
const FunctionInfo* find_function(std::string_view name);
const FunctionInfo& function_info(Function function);

// What the name of a function consists of: letters, digits, `_`, `-` and `.`.
constexpr bool is_function_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

}  // namespace cmz
