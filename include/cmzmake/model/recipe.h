#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "cmzmake/base/command_line.h"
#include "cmzmake/base/location.h"
#include "cmzmake/syntax/expr.h"

namespace cmz {

// One logical line of a recipe, unexpanded.
struct RecipeLine {
  std::string_view text;  // without prefix characters
  // As messages name it: the recipe's place, and one more for each line of the recipe before it.
  uint32_t line = 0;
  LineFlags flags;
  ExprPtr tree;  // null when there is no `$` in it
};

// A recipe as written, shared by all targets of its rule.
struct Recipe {
  Location where;  // of its first line
  char prefix = '\t';
  // The lines, without the recipe prefix; memory outlives the recipe.
  std::vector<std::string_view> source;
  std::vector<RecipeLine> lines;  // made from source when the recipe is first needed
  bool prepared = false;
  bool any_recursive = false;
  bool one_shell = false;

  bool empty() const { return source.empty(); }
};

}  // namespace cmz
