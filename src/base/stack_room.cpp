#include "cmzmake/base/stack_room.h"

#include <sys/resource.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <optional>

namespace cmz {
namespace {

// What a fatal error needs to be made and handled.
constexpr uintptr_t kReserve = 256 * 1024;
// More than twice what GNU Make gets along with, where it is to be had: what has no end is to be told of soon.
constexpr uintptr_t kMost = 16 * 1024 * 1024;
// What the system keeps free between a stack and what lies below it.
constexpr uintptr_t kGap = 1024 * 1024;

struct Stack {
  uintptr_t lowest;  // to which it is there, or may grow
  uintptr_t end;
};

uintptr_t size_limit() {
  rlimit limit;
  if (::getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kMost;
  return std::min<uintptr_t>(limit.rlim_cur, kMost);
}

// The stack that `address` is on. The first thread's grows down to its limit, or to what lies there.
std::optional<Stack> stack_around(uintptr_t address) {
  const std::unique_ptr<FILE, int (*)(FILE*)> maps(std::fopen("/proc/self/maps", "re"), std::fclose);
  if (!maps) return std::nullopt;
  char line[512];
  for (uintptr_t below = 0, begin = 0, end = 0; std::fgets(line, sizeof line, maps.get()); below = end) {
    int name = 0;
    if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*s %*s %*s %n", &begin, &end, &name) < 2) continue;
    if (address < begin || address >= end) continue;
    constexpr char kName[] = "[stack]";
    if (name == 0 || !std::equal(kName, kName + sizeof kName - 1, line + name)) return Stack{begin, end};
    return Stack{std::max(below + kGap, end - size_limit()), end};
  }
  return std::nullopt;
}

}  // namespace

uintptr_t StackRoom::limit_ = UINTPTR_MAX;

// The first answer is a safe one: few makefiles come below it. Only for those the system is asked.
bool StackRoom::look() {
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  const uintptr_t size = size_limit();
  if (limit_ == UINTPTR_MAX) {
    limit_ = here - std::min(kReserve, size / 4);
    return false;
  }
  static uintptr_t lowest = 0;
  if (lowest == 0) {
    const std::optional<Stack> stack = stack_around(here);
    lowest = stack ? stack->lowest : here - size / 4;
    const uintptr_t whole = stack ? stack->end - lowest : size / 4;
    limit_ = lowest + std::min(kReserve, whole / 4);
  }
  return here < limit_;
}

}  // namespace cmz
