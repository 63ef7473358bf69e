#pragma once

#include <span>
#include <string_view>

namespace cmz {

struct BuiltinVariable {
  std::string_view name;
  std::string_view value;  // recursive
};

struct BuiltinRule {
  std::string_view target;
  std::string_view prerequisites;
  std::string_view recipe;  // lines separated by newlines
  bool terminal = false;
};

std::string_view builtin_suffixes();
std::span<const BuiltinVariable> builtin_variables();
std::span<const BuiltinRule> builtin_suffix_rules();
std::span<const BuiltinRule> builtin_pattern_rules();

}  // namespace cmz
