#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cmz {

// Where make lists several names at once (removed intermediate files, -p), they come in the order of its
// hash tables. Observed: the order of Bob Jenkins' public lookup3 hash of the name, started without the
// length, cut to the size of the table. What collides there may still come in another order.

// The hash of a file's name.
uint32_t table_hash(std::string_view name);

// The size of a table that began with `initial` slots (a power of two) and has come to hold `entries`.
size_t table_size(size_t initial, size_t entries);

// Names are listed by growing place in a table of `size` slots.
inline uint32_t table_place(std::string_view name, size_t size) {
  return table_hash(name) & static_cast<uint32_t>(size - 1);
}

// The hash of a variable's name, which is another one: lookup3 started with the length, and the
// words behind the last twelve bytes pushed to the end.
uint32_t variable_hash(std::string_view name);

// The order in which `names` are listed, as indexes: that of a table that began with `initial`
// slots and got the names one after the other. A name whose slot is taken goes to the next free
// one.
std::vector<uint32_t> table_order(std::span<const std::string_view> names, size_t initial,
                                  uint32_t (*hash)(std::string_view));

}  // namespace cmz
