#pragma once

#include <cstdint>

namespace cmz {

// The exit status that stands for a failed exec.
inline constexpr int kNotExecuted = 127;

// How one process ended.
struct Exit {
  enum class How : uint8_t { exited, signalled };
  How how = How::exited;
  int status = 0;  // exit status (127, 126 when it could not be executed) or signal number
  bool core_dumped = false;

  bool ok() const { return how == How::exited && status == 0; }
};

// What processes have used until they ended: getrusage(2), of themselves and of what they have waited for.
struct Usage {
  int64_t user_us = 0;       // processor time in the program, microseconds
  int64_t system_us = 0;     // and in the kernel
  int64_t peak_rss_kib = 0;  // the most memory of any one of them at once, KiB

  Usage& operator+=(const Usage& other) {
    user_us += other.user_us;
    system_us += other.system_us;
    if (other.peak_rss_kib > peak_rss_kib) peak_rss_kib = other.peak_rss_kib;
    return *this;
  }
};

}  // namespace cmz
