#include "cmzmake/syntax/function.h"

#include <iterator>

namespace cmz {
namespace {

using F = Function;

// In the order of the enumeration.
constexpr FunctionInfo kFunctions[] = {
    {"", F::none, 0, 0, true},
    {"abspath", F::abspath, 0, 1, true},
    {"addprefix", F::addprefix, 2, 2, true},
    {"addsuffix", F::addsuffix, 2, 2, true},
    {"and", F::and_, 1, 0, false},
    {"basename", F::basename, 0, 1, true},
    {"call", F::call, 1, 0, true},
    {"dir", F::dir, 0, 1, true},
    {"error", F::error, 0, 1, true},
    {"eval", F::eval, 0, 1, true},
    {"file", F::file, 1, 2, true},
    {"filter", F::filter, 2, 2, true},
    {"filter-out", F::filter_out, 2, 2, true},
    {"findstring", F::findstring, 2, 2, true},
    {"firstword", F::firstword, 0, 1, true},
    {"flavor", F::flavor, 0, 1, true},
    {"foreach", F::foreach, 3, 3, false},
    {"if", F::if_, 2, 3, false},
    {"info", F::info, 0, 1, true},
    {"intcmp", F::intcmp, 2, 5, false},
    {"join", F::join, 2, 2, true},
    {"lastword", F::lastword, 0, 1, true},
    {"let", F::let, 3, 3, false},
    {"notdir", F::notdir, 0, 1, true},
    {"or", F::or_, 1, 0, false},
    {"origin", F::origin, 0, 1, true},
    {"patsubst", F::patsubst, 3, 3, true},
    {"realpath", F::realpath, 0, 1, true},
    {"shell", F::shell, 0, 1, true},
    {"sort", F::sort, 0, 1, true},
    {"strip", F::strip, 0, 1, true},
    {"subst", F::subst, 3, 3, true},
    {"suffix", F::suffix, 0, 1, true},
    {"value", F::value, 0, 1, true},
    {"warning", F::warning, 0, 1, true},
    {"wildcard", F::wildcard, 0, 1, true},
    {"word", F::word, 2, 2, true},
    {"wordlist", F::wordlist, 3, 3, true},
    {"words", F::words, 0, 1, true},
};

constexpr bool table_is_ordered() {
  for (size_t i = 0; i < std::size(kFunctions); ++i)
    if (static_cast<size_t>(kFunctions[i].function) != i) return false;
  for (size_t i = 1; i < std::size(kFunctions); ++i)
    if (!(kFunctions[i - 1].name < kFunctions[i].name)) return false;
  return true;
}
static_assert(table_is_ordered());

}  // namespace

const FunctionInfo* find_function(std::string_view name) {
  size_t low = 1, high = std::size(kFunctions);
  while (low < high) {
    size_t middle = (low + high) / 2;
    int order = kFunctions[middle].name.compare(name);
    if (order == 0) return &kFunctions[middle];
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return nullptr;
}

const FunctionInfo& function_info(Function function) { return kFunctions[static_cast<size_t>(function)]; }

}  // namespace cmz
