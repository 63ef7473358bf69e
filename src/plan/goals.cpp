#include "goals.h"

#include <algorithm>
#include <unordered_set>

namespace cmz {

bool Goals::want(Target& target) const {
  std::vector<Target*> up{&target};
  std::unordered_set<const Target*> seen{&target};
  while (!up.empty()) {
    Target* t = up.back();
    up.pop_back();
    if (t->command_line) return true;
    if (are_makefiles && std::find(goals_.begin(), goals_.end(), t) != goals_.end()) return true;
    for (Target* waiter : t->waiters)
      if (waiter->progress == Progress::waiting && seen.insert(waiter).second) up.push_back(waiter);
  }
  return false;
}

}  // namespace cmz
