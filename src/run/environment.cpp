#include <cstring>

#include "cmzmake/run/executor.h"

namespace cmz {

void Environment::add(std::string_view name, std::string_view value) {
  if (name == "PATH" && path_.entry == kNone) path_ = {entries_.size(), name.size() + 1};
  if (name == "IFS" && ifs_.entry == kNone) ifs_ = {entries_.size(), name.size() + 1};
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

const char* find_in_environment(const char* const* envp, std::string_view name) {
  for (; envp && *envp; ++envp)
    if (std::strncmp(*envp, name.data(), name.size()) == 0 && (*envp)[name.size()] == '=')
      return *envp + name.size() + 1;
  return nullptr;
}

}  // namespace cmz
