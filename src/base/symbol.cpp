#include "cmzmake/base/symbol.h"

#include <cstring>

namespace cmz {

uint64_t hash_text(std::string_view text) {
  constexpr uint64_t kA = 0xA0761D6478BD642Full, kB = 0xE7037ED1A0B428DBull;
  auto mix = [](uint64_t a, uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  };
  const char* p = text.data();
  size_t n = text.size();
  uint64_t h = kA ^ n;
  uint64_t word;
  for (; n >= 8; n -= 8, p += 8) {
    std::memcpy(&word, p, 8);
    h = mix(h ^ word, kB);
  }
  if (n > 0) {
    word = 0;
    std::memcpy(&word, p, n);
    h = mix(h ^ word, kB);
  }
  return mix(h, kA);
}

SymbolTable::SymbolTable() : slots_(4096) {}

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
  if (count_ * 2 > slots_.size()) grow();
  return Symbol(entry);
}

Symbol SymbolTable::find(std::string_view text) const {
  const auto hash = static_cast<uint32_t>(hash_text(text));
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask; slots_[i].entry != nullptr; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.hash == hash && Symbol(slot.entry).view() == text) return Symbol(slot.entry);
  }
  return {};
}

void SymbolTable::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.entry == nullptr) continue;
    size_t i = slot.hash & mask;
    while (slots_[i].entry != nullptr) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

}  // namespace cmz
