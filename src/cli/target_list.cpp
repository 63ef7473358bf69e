#include "target_list.h"

#include <algorithm>
#include <vector>

#include "cmzmake/base/table_order.h"

namespace cmz {
namespace {

// `.PHONY`, `.DELETE_ON_ERROR` and whatever else is written like them.
bool is_special(std::string_view name) {
  return name.size() > 1 && name[0] == '.' &&
         std::all_of(name.begin() + 1, name.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

}  // namespace

std::string target_list(const Database& db) {
  std::vector<std::string_view> names;
  size_t entries = 0;
  for (const Target& t : db.targets()) {
    if (t.double_colon_head) continue;  // one of several rules of a target
    ++entries;
    if (t.is_target && !t.suffix_rule && !t.builtin && !is_special(t.name.view())) names.push_back(t.name.view());
  }
  const size_t size = table_size(1024, entries);
  std::stable_sort(names.begin(), names.end(), [size](std::string_view a, std::string_view b) {
    return table_place(a, size) < table_place(b, size);
  });
  std::string out;
  for (std::string_view name : names) {
    out += name;
    out += '\n';
  }
  return out;
}

}  // namespace cmz
