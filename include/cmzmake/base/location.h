#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cmz {

// A place in a makefile. `file` points into memory that outlives the session's makefiles.
// An empty file means "no place": the command line, the environment, a built-in.
struct Location {
  std::string_view file;
  uint32_t line = 0;  // 1-based; 0 when unknown

  bool known() const { return !file.empty(); }
};

}  // namespace cmz
