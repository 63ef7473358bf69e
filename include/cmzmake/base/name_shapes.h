#pragma once

#include <cstdint>
#include <string_view>

#include "cmzmake/base/symbol.h"

namespace cmz {

// A rough summary of a set of names: how they begin, how they end, in which folders they are. Three small Bloom filters
// hold it. When a filter says no, no name of the set is like the one that is looked for; a yes may be wrong.
class NameShapes {
 public:
  // `folder` is the last part of the name's directory, without `/`; `base` is what follows.
  void add(std::string_view folder, std::string_view base) {
    folders_.set(hash_text(folder), version_);
    if (base.size() >= kBeginning) beginnings_.set(hash_text(base.substr(0, kBeginning)), version_);
    for (size_t i = 1; i < base.size(); ++i)
      if (is_mark(base[i])) endings_.set(hash_text(base.substr(i)), version_);
  }
  void clear() { *this = NameShapes(); }

  // False: no name of the set begins so, ends so behind at least one character, or is in a folder of that name.
  bool may_begin(std::string_view text) const {
    return text.size() < kBeginning || beginnings_.get(hash_text(text.substr(0, kBeginning)));
  }
  bool may_end(std::string_view text) const {
    return text.empty() || !is_mark(text[0]) || endings_.get(hash_text(text));
  }
  bool may_be_in(std::string_view folder) const { return folders_.get(hash_text(folder)); }

  // Grows when an answer has changed.
  uint32_t version() const { return version_; }

 private:
  static constexpr size_t kBeginning = 2;  // as of an SCCS file: `s.`
  static bool is_mark(char c) { return c == '.' || c == ','; }

  struct Bits {
    uint64_t words[16] = {};
    void set(uint64_t hash, uint32_t& version) {
      const uint64_t bit = uint64_t{1} << (hash & 63);
      uint64_t& word = words[hash >> 6 & 15];
      if (word & bit) return;
      word |= bit;
      ++version;
    }
    bool get(uint64_t hash) const { return words[hash >> 6 & 15] >> (hash & 63) & 1; }
  };
  Bits beginnings_, endings_, folders_;
  uint32_t version_ = 0;
};

}  // namespace cmz
