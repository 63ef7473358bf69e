#include "cmzmake/base/table_order.h"

#include <bit>
#include <cstddef>
#include <utility>

namespace cmz {
namespace {

// Up to four bytes of `text` from `at`, the first one lowest.
uint32_t word_at(std::string_view text, size_t at) {
  uint32_t word = 0;
  for (size_t i = 0; i < 4 && at + i < text.size(); ++i)
    word |= static_cast<uint32_t>(static_cast<unsigned char>(text[at + i])) << (8 * i);
  return word;
}

struct State {
  uint32_t a, b, c;

  void add(std::string_view text, size_t at) {
    a += word_at(text, at);
    b += word_at(text, at + 4);
    c += word_at(text, at + 8);
  }
  void mix() {
    const auto step = [](uint32_t& x, uint32_t& y, uint32_t z, int bits) {
      x -= y;
      x ^= std::rotl(y, bits);
      y += z;
    };
    step(a, c, b, 4);
    step(b, a, c, 6);
    step(c, b, a, 8);
    step(a, c, b, 16);
    step(b, a, c, 19);
    step(c, b, a, 4);
  }
  void finish() {
    const auto step = [](uint32_t& x, uint32_t y, int bits) {
      x ^= y;
      x -= std::rotl(y, bits);
    };
    step(c, b, 14);
    step(a, c, 11);
    step(b, a, 25);
    step(c, b, 16);
    step(a, c, 4);
    step(b, a, 14);
    step(c, b, 24);
  }
};

}  // namespace

uint32_t table_hash(std::string_view name) {
  constexpr uint32_t kStart = 0xdeadbeef;
  State state{kStart, kStart, kStart};
  size_t at = 0;
  for (; name.size() - at > 12; at += 12) {
    state.add(name, at);
    state.mix();
  }
  if (at < name.size()) {
    state.add(name, at);
    state.finish();
  }
  return state.c;
}

uint32_t variable_hash(std::string_view name) {
  const uint32_t start = 0xdeadbeef + static_cast<uint32_t>(name.size());
  State state{start, start, start};
  size_t at = 0;
  for (; name.size() - at > 12; at += 12) {
    state.add(name, at);
    state.mix();
  }
  const size_t words = (name.size() - at + 3) / 4;
  if (words == 0) return state.c;
  if (words > 2) state.a += word_at(name, at);
  if (words > 1) state.b += word_at(name, at + 4 * (words - 2));
  state.c += word_at(name, at + 4 * (words - 1));
  state.finish();
  return state.c;
}

std::vector<uint32_t> table_order(std::span<const std::string_view> names, size_t initial,
                                  uint32_t (*hash)(std::string_view)) {
  constexpr uint32_t kFree = UINT32_MAX;
  std::vector<uint32_t> hashes;
  for (std::string_view name : names) hashes.push_back(hash(name));
  std::vector<uint32_t> slots(initial, kFree);
  const auto insert = [&](uint32_t index) {
    size_t at = hashes[index] & (slots.size() - 1);
    while (slots[at] != kFree) at = (at + 1) & (slots.size() - 1);
    slots[at] = index;
  };
  for (uint32_t i = 0; i < names.size(); ++i) {
    insert(i);
    if (table_size(slots.size(), i + 1) == slots.size()) continue;
    const std::vector<uint32_t> old = std::exchange(slots, std::vector<uint32_t>(2 * slots.size(), kFree));
    for (uint32_t index : old)
      if (index != kFree) insert(index);
  }
  std::erase(slots, kFree);
  return slots;
}

size_t table_size(size_t initial, size_t entries) {
  while (entries > initial / 16 * 15) initial *= 2;
  return initial;
}

}  // namespace cmz
