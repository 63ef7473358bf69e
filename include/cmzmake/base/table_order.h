#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cmz {

// Where make lists several names at once (removed intermediate files, -p), they come in the order of its
// hash tables. Observed: the order of Bob Jenkins' public lookup3 hash of the name, started without the
// length, cut to the size of the table. What collides there may still come in another order.

// The hash of `name`.
uint32_t table_hash(std::string_view name);

// The size of a table that began with `initial` slots (a power of two) and has come to hold `entries`.
size_t table_size(size_t initial, size_t entries);

// Names are listed by growing place in a table of `size` slots.
inline uint32_t table_place(std::string_view name, size_t size) {
  return table_hash(name) & static_cast<uint32_t>(size - 1);
}

}  // namespace cmz
