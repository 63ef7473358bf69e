#include "cmzmake/cli/host.h"

#include <string_view>

namespace cmz {
namespace {

std::string stored_before_restart(const std::vector<std::string>& arguments) {
  constexpr std::string_view kOption = "--temp-stdin=";
  for (const std::string& argument : arguments)
    if (argument.starts_with(kOption)) return argument.substr(kOption.size());
  return {};
}

}  // namespace

Host::Host(const std::vector<std::string>& arguments) : stored_makefile(stored_before_restart(arguments)) {
  raise_stack_limit(state);
}

}  // namespace cmz
