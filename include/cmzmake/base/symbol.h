#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "cmzmake/base/arena.h"

namespace cmz {

// An interned name: of a variable, a target, a directory. Two symbols of one table are equal
// exactly when their texts are, and comparing them costs one instruction.
class Symbol {
 public:
  Symbol() = default;

  std::string_view view() const { return entry_ ? std::string_view(text(), entry_->size) : ""; }
  const char* c_str() const { return entry_ ? text() : ""; }
  // Dense, from 0 in order of interning: an index for side tables.
  uint32_t id() const { return entry_->id; }

  explicit operator bool() const { return entry_ != nullptr; }
  bool operator==(const Symbol&) const = default;

 private:
  friend class SymbolTable;
  struct Entry {  // followed by the text and a NUL
    uint32_t id;
    uint32_t size;
  };
  explicit Symbol(const Entry* entry) : entry_(entry) {}
  const char* text() const { return reinterpret_cast<const char*>(entry_ + 1); }

  const Entry* entry_ = nullptr;
};

// All names of one session. Symbols live as long as their table.
class SymbolTable {
 public:
  SymbolTable();
  SymbolTable(const SymbolTable&) = delete;
  SymbolTable& operator=(const SymbolTable&) = delete;

  Symbol intern(std::string_view text);
  // The symbol of a name that was interned before, or a null symbol.
  Symbol find(std::string_view text) const;

  size_t size() const { return count_; }

 private:
  struct Slot {
    uint32_t hash = 0;
    const Symbol::Entry* entry = nullptr;
  };
  void grow();

  Arena arena_;
  // Two bits for each name that is there. find() asks for many that are not, and the slots of a large table are far
  // away: this is a thirtieth of them.
  class Filter {
   public:
    void resize(size_t slots) { words_.assign(slots * kBits / 64, 0); }
    void add(uint32_t hash) {
      words_[word(hash)] |= uint64_t{1} << (hash & 63);
      words_[word(second(hash))] |= uint64_t{1} << (second(hash) & 63);
    }
    bool may_hold(uint32_t hash) const {
      return words_[word(hash)] >> (hash & 63) & words_[word(second(hash))] >> (second(hash) & 63) & 1;
    }

   private:
    static constexpr size_t kBits = 4;  // for each slot, of which at most half are in use
    static uint32_t second(uint32_t hash) { return hash * 0x9E3779B1u; }
    size_t word(uint32_t hash) const { return (hash >> 6) & (words_.size() - 1); }
    std::vector<uint64_t> words_;
  };

  std::vector<Slot> slots_;  // open addressing, power of two
  Filter filter_;
  uint32_t count_ = 0;
};

// A fast hash of short names; not stable between versions, not safe against an adversary.
uint64_t hash_text(std::string_view text);

}  // namespace cmz

template <>
struct std::hash<cmz::Symbol> {
  size_t operator()(cmz::Symbol s) const noexcept { return s.id() * 0x9E3779B97F4A7C15ull; }
};
