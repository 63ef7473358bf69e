#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace cmz {

// The last four characters of each name of a set. It tells at once, and for certain, of most names that they
// are not in the set: the search for implicit rules asks for many that do not exist.
class TailFilter {
 public:
  static constexpr size_t kTail = 4;

  // `bits`: a power of two, about eight for each name.
  explicit TailFilter(size_t bits) : words_((bits + 63) / 64), shift_(32 - log2(bits)) {}

  // Names shorter than a tail are not kept: nobody may ask for them.
  void add(std::string_view name) {
    if (name.size() < kTail) return;
    const uint32_t at = place(tail_of(name));
    words_[at / 64] |= uint64_t{1} << at % 64;
  }
  // False: no name that ends with these four characters is in the set.
  bool may_hold(uint32_t tail) const {
    const uint32_t at = place(tail);
    return words_[at / 64] >> at % 64 & 1;
  }
  void clear() { words_.assign(words_.size(), 0); }
  size_t bits() const { return words_.size() * 64; }

  // The last four characters; `text` has at least so many.
  static uint32_t tail_of(std::string_view text) {
    uint32_t tail;
    std::memcpy(&tail, text.data() + text.size() - kTail, kTail);
    return tail;
  }
  // Of the name that `stem` and `suffix` form; nullopt when it is too short or a `/` is among them.
  static std::optional<uint32_t> tail_of(std::string_view stem, std::string_view suffix) {
    char text[kTail];
    const size_t back = suffix.size() < kTail ? suffix.size() : kTail;
    if (stem.size() < kTail - back) return std::nullopt;
    std::memcpy(text, stem.data() + stem.size() - (kTail - back), kTail - back);
    std::memcpy(text + kTail - back, suffix.data() + suffix.size() - back, back);
    for (const char c : text)
      if (c == '/') return std::nullopt;
    return tail_of({text, kTail});
  }

 private:
  static int log2(size_t bits) { return bits <= 64 ? 6 : 63 - __builtin_clzll(bits); }
  uint32_t place(uint32_t tail) const { return tail * 0x9E3779B1u >> shift_; }

  std::vector<uint64_t> words_;
  int shift_;
};

}  // namespace cmz
