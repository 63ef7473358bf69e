#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace cmz {

// -d and --debug: make thinking aloud. Those who have something to say hold a pointer to it, which
// is null when nobody listens, so that a test of that pointer is all it costs. Manual, "Summary of
// Options".
class DebugLog {
 public:
  enum Kind : uint8_t { basic = 1, verbose = 2, jobs = 4, implicit = 8, makefiles = 16, print = 32, why = 64 };

  explicit DebugLog(std::function<void(const std::string&)> out) : out_(std::move(out)) {}

  // Which kinds are heard: a sum of them. `print` and `why` are what --trace asks for: recipes are
  // shown even where they are silent, and why a target is remade.
  void set_kinds(unsigned kinds) { kinds_ = kinds; }
  unsigned kinds() const { return kinds_; }
  bool wants(Kind kind) const { return (kinds_ & kind) != 0 && !(quiet_ && !(kinds_ & makefiles)); }
  // While makefiles are remade, only those who asked for that hear anything.
  void set_quiet(bool quiet) { quiet_ = quiet; }

  // One line, indented by `depth`.
  template <class... Args>
  void say(Kind kind, size_t depth, fmt::format_string<Args...> text, Args&&... args) {
    if (wants(kind)) out_(std::string(depth, ' ') + fmt::format(text, std::forward<Args>(args)...) + '\n');
  }

 private:
  std::function<void(const std::string&)> out_;
  unsigned kinds_ = 0;
  bool quiet_ = false;
};

}  // namespace cmz
