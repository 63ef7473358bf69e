#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "cmzmake/base/name_shapes.h"
#include "cmzmake/base/symbol.h"
#include "cmzmake/base/tail_filter.h"
#include "cmzmake/disk/glob.h"

namespace cmz {

// The names of one directory with what is known of each: a hash table over one block of bytes.
class NameSet {
 public:
  enum class Presence : uint8_t { present, absent, ask };  // ask: the disk knows, this set does not

  size_t size() const { return count_; }

  void clear() {
    bytes_.clear();
    slots_.clear();
    tails_.clear();
    shapes_.clear();
    count_ = 0;
  }

  // False: no name ends so.
  bool may_hold_tail(uint64_t tail) const { return tails_.may_hold(tail); }

  // How the names look; all of them count as being in the folder "".
  const NameShapes& shapes() const { return shapes_; }

  // Adds or replaces.
  void put(std::string_view name, EntryType type, Presence presence) {
    if ((count_ + 1) * 2 > slots_.size()) grow();
    const auto hash = static_cast<uint32_t>(hash_text(name));
    Slot& slot = slots_[index_of(name, hash)];
    if (slot.at == 0) {
      slot = {hash, static_cast<uint32_t>(bytes_.size()) + 1};
      ++count_;
      const auto size = static_cast<uint16_t>(name.size());
      bytes_.resize(bytes_.size() + kHeader);
      std::memcpy(&bytes_[slot.at - 1 + 2], &size, sizeof size);
      bytes_.insert(bytes_.end(), name.begin(), name.end());
      tails_.add(name);
      shapes_.add({}, name);
    }
    bytes_[slot.at - 1] = static_cast<char>(type);
    bytes_[slot.at] = static_cast<char>(presence);
  }

  // What is known of `name`; absent when it is not in the set.
  Presence presence(std::string_view name) const {
    if (slots_.empty()) return Presence::absent;
    const Slot& slot = slots_[index_of(name, static_cast<uint32_t>(hash_text(name)))];
    return slot.at == 0 ? Presence::absent : static_cast<Presence>(bytes_[slot.at]);
  }

  // Calls visit(name, type, presence) for every name in order of putting.
  template <class Visit>
  void each(Visit visit) const {
    for (size_t at = 0; at < bytes_.size();) {
      const std::string_view name = name_at(at);
      visit(name, static_cast<EntryType>(bytes_[at]), static_cast<Presence>(bytes_[at + 1]));
      at += kHeader + name.size();
    }
  }

 private:
  // In bytes_: type, presence, two bytes of length, the name.
  static constexpr size_t kHeader = 4;
  struct Slot {
    uint32_t hash = 0;
    uint32_t at = 0;  // 1 + position in bytes_; 0: free
  };

  std::string_view name_at(size_t at) const {
    uint16_t size;
    std::memcpy(&size, &bytes_[at + 2], sizeof size);
    return {bytes_.data() + at + kHeader, size};
  }

  // The slot of `name`, or the free one where it belongs.
  size_t index_of(std::string_view name, uint32_t hash) const {
    const size_t mask = slots_.size() - 1;
    size_t i = hash & mask;
    while (slots_[i].at != 0 && !(slots_[i].hash == hash && name_at(slots_[i].at - 1) == name)) i = (i + 1) & mask;
    return i;
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    const size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.at == 0) continue;
      size_t i = slot.hash & mask;
      while (slots_[i].at != 0) i = (i + 1) & mask;
      slots_[i] = slot;
    }
    tails_ = TailFilter(slots_.size() * 4);
    each([&](std::string_view name, EntryType, Presence) { tails_.add(name); });
  }

  std::vector<char> bytes_;
  std::vector<Slot> slots_;  // open addressing, power of two
  size_t count_ = 0;
  TailFilter tails_{64};
  NameShapes shapes_;
};

}  // namespace cmz
