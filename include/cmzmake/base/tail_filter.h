#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace cmz {

// The last characters of each name of a set. It tells at once, and for certain, of most names that they are not
// in the set: the search for implicit rules asks for many that do not exist.
class TailFilter {
 public:
  // Up to so many last characters behind the last `/`: more than the longest of the common suffixes, so that
  // names that differ by suffix alone stay apart; few enough to repeat.
  static constexpr size_t kTail = 5;

  // `bits`: a power of two, about eight for each name.
  explicit TailFilter(size_t bits) : words_((bits + 63) / 64), shift_(64 - log2(bits)) {}

  void add(std::string_view name) {
    const auto [one, two] = places(tail_of({}, {}, name));
    words_[one / 64] |= uint64_t{1} << one % 64;
    words_[two / 64] |= uint64_t{1} << two % 64;
  }
  // False: no name of the set ends so.
  bool may_hold(uint64_t tail) const {
    const auto [one, two] = places(tail);
    return words_[one / 64] >> one % 64 & words_[two / 64] >> two % 64 & 1;
  }
  size_t bits() const { return words_.size() * 64; }
  void clear() { words_.assign(words_.size(), 0); }

  // The tail of the name that the three parts form.
  static uint64_t tail_of(std::string_view prefix, std::string_view stem, std::string_view suffix) {
    uint64_t tail = 0;
    size_t count = 0;
    for (const std::string_view part : {suffix, stem, prefix})
      for (size_t i = part.size(); i-- > 0; ++count) {
        if (count == kTail || part[i] == '/') return tail;
        tail = tail << 8 | static_cast<unsigned char>(part[i]);
      }
    return tail;
  }

  // The tail of base + suffix from those of the two. `base` has at least kTail characters and no `/`.
  static uint64_t join_tails(uint64_t base_tail, uint64_t suffix_tail, size_t suffix_size) {
    if (suffix_size >= kTail) return suffix_tail;
    return suffix_tail << 8 * (kTail - suffix_size) | base_tail >> 8 * suffix_size;
  }

 private:
  static int log2(size_t bits) { return bits <= 64 ? 6 : 63 - __builtin_clzll(bits); }
  // Two bits for each tail: one alone would let through a name in thirty, and looking that up misses the cache.
  std::pair<size_t, size_t> places(uint64_t tail) const {
    const uint64_t hash = tail * 0x9E3779B97F4A7C15ull;
    return {hash >> shift_, hash << (64 - shift_) >> shift_};
  }

  std::vector<uint64_t> words_;
  int shift_;
};

}  // namespace cmz
