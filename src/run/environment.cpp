#include <cstring>

#include "cmzmake/run/executor.h"

namespace cmz {

void Environment::add(std::string_view name, std::string_view value) {
  std::string entry;
  entry.reserve(name.size() + value.size() + 1);
  entry.append(name).append(1, '=').append(value);
  entries_.push_back(std::move(entry));
  pointers_.clear();
}

char* const* Environment::envp() const {
  if (pointers_.empty()) {
    for (const std::string& entry : entries_) pointers_.push_back(const_cast<char*>(entry.c_str()));
    pointers_.push_back(nullptr);
  }
  return pointers_.data();
}

const char* Environment::get(std::string_view name) const {
  for (const std::string& entry : entries_)
    if (entry.size() > name.size() && entry[name.size()] == '=' && entry.compare(0, name.size(), name) == 0)
      return entry.c_str() + name.size() + 1;
  return nullptr;
}

}  // namespace cmz
