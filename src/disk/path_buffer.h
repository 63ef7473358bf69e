#pragma once

#include <climits>
#include <cstring>
#include <string_view>

namespace cmz {

// A path with a NUL at its end, on the stack. A path that is too long for the kernel becomes one
// that the kernel refuses for the same reason.
class PathBuffer {
 public:
  explicit PathBuffer(std::string_view path) {
    const size_t size = path.size() < PATH_MAX ? path.size() : PATH_MAX;
    if (size > 0) std::memcpy(text_, path.data(), size);
    text_[size] = '\0';
  }
  operator const char*() const { return text_; }

 private:
  char text_[PATH_MAX + 1];
};

}  // namespace cmz
