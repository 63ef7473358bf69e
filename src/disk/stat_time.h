#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>

#include "cmzmake/disk/file_time.h"

namespace cmz {

// What stat says, as make counts: in nanoseconds, as far as they reach.
inline FileTime file_time(const timespec& time) {
  constexpr int64_t kBillion = 1'000'000'000;
  int64_t ns;
  if (__builtin_mul_overflow(static_cast<int64_t>(time.tv_sec), kBillion, &ns) ||
      __builtin_add_overflow(ns, static_cast<int64_t>(time.tv_nsec), &ns))
    ns = time.tv_sec < 0 ? FileTime::kOldest : FileTime::kNewest;
  return {std::clamp(ns, FileTime::kOldest + 1, FileTime::kNewest - 1)};
}

}  // namespace cmz
