#pragma once

#include <cstdint>
#include <ctime>

namespace cmz {

// The clock that the kernel stamps files with.
inline timespec file_clock_now() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now;
}

inline bool same_time(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

// Whether another change right now could carry the same time stamp as `changed`.
inline bool within_clock_tick(const timespec& changed, const timespec& now) {
  constexpr int64_t kSecond = 1'000'000'000;
  const int64_t since = (int64_t{now.tv_sec} - changed.tv_sec) * kSecond + now.tv_nsec - changed.tv_nsec;
  // No fraction of a second: a file system that may have none.
  return since < (changed.tv_nsec == 0 ? 2 * kSecond : kSecond / 50);
}

}  // namespace cmz
