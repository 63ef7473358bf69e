#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace cmz {

// A modification time in nanoseconds since the epoch, with four values that are no time.
// The order is make's: absent < oldest < every real time < newest.
struct FileTime {
  int64_t ns = kUnknown;

  static constexpr int64_t kUnknown = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kAbsent = kUnknown + 1;
  static constexpr int64_t kOldest = kUnknown + 2;
  static constexpr int64_t kNewest = std::numeric_limits<int64_t>::max();

  static constexpr FileTime unknown() { return {kUnknown}; }  // nobody has asked the disk yet
  static constexpr FileTime absent() { return {kAbsent}; }    // no such file
  static constexpr FileTime oldest() { return {kOldest}; }    // -o FILE: older than everything
  static constexpr FileTime newest() { return {kNewest}; }    // -W FILE, or made but not on disk

  constexpr bool is_unknown() const { return ns == kUnknown; }
  constexpr bool is_absent() const { return ns == kAbsent; }
  constexpr bool is_real() const { return ns > kOldest && ns < kNewest; }

  auto operator<=>(const FileTime&) const = default;
};

}  // namespace cmz
