#include "cmzmake/base/symbol.h"

#include <cstring>

namespace cmz {

namespace {

uint64_t load8(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, 8);
  return word;
}

uint64_t load4(const char* p) {
  uint32_t word;
  std::memcpy(&word, p, 4);
  return word;
}

uint64_t mix(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace

// Bytes in pieces of eight; the last piece overlaps the one before it, so that no piece has a size that is not known.
// Names have 10 to 50 bytes: what counts is the longest chain of multiplications.
uint64_t hash_text(std::string_view text) {
  constexpr uint64_t kA = 0xA0761D6478BD642Full, kB = 0xE7037ED1A0B428DBull, kC = 0x8EBC6AF09C88C6E3ull;
  const char* p = text.data();
  const size_t n = text.size();
  if (n > 16) {
    uint64_t h = kC;
    const char* const last = p + n - 16;
    for (; p < last; p += 16) h = mix(load8(p) ^ kA, load8(p + 8) ^ h);
    return mix(h ^ n, mix(load8(last) ^ kB, load8(last + 8) ^ kC));
  }
  if (n >= 8) return mix(load8(p) ^ kA ^ n, load8(p + n - 8) ^ kB);
  if (n >= 4) return mix(load4(p) ^ kA ^ n, load4(p + n - 4) ^ kB);
  if (n == 0) return kA;
  const auto byte = [p](size_t i) { return static_cast<uint64_t>(static_cast<unsigned char>(p[i])); };
  return mix(kA ^ n, (byte(0) | byte(n / 2) << 8 | byte(n - 1) << 16) ^ kB);
}

SymbolTable::SymbolTable() : slots_(2048) { filter_.resize(slots_.size()); }

Symbol SymbolTable::intern(std::string_view text) {
  const auto hash = static_cast<uint32_t>(hash_text(text));
  const size_t mask = slots_.size() - 1;
  size_t i = hash & mask;
  for (; slots_[i].entry != nullptr; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.hash == hash && Symbol(slot.entry).view() == text) return Symbol(slot.entry);
  }
  void* memory = arena_.allocate(sizeof(Symbol::Entry) + text.size() + 1, alignof(Symbol::Entry));
  auto* entry = new (memory) Symbol::Entry{count_++, static_cast<uint32_t>(text.size())};
  char* copy = reinterpret_cast<char*>(entry + 1);
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  slots_[i] = {hash, entry};
  filter_.add(hash);
  if (count_ * 2 > slots_.size()) grow();
  return Symbol(entry);
}

Symbol SymbolTable::find(std::string_view text) const {
  const auto hash = static_cast<uint32_t>(hash_text(text));
  if (!filter_.may_hold(hash)) return {};
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask; slots_[i].entry != nullptr; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.hash == hash && Symbol(slot.entry).view() == text) return Symbol(slot.entry);
  }
  return {};
}

void SymbolTable::grow() {
  std::vector<Slot> old(slots_.size() * 4);
  old.swap(slots_);
  filter_.resize(slots_.size());
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.entry == nullptr) continue;
    size_t i = slot.hash & mask;
    while (slots_[i].entry != nullptr) i = (i + 1) & mask;
    slots_[i] = slot;
    filter_.add(slot.hash);
  }
}

}  // namespace cmz
