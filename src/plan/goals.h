#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cmzmake/eval/evaluator.h"
#include "cmzmake/model/target.h"

namespace cmz {

// What is built: the goals, or the makefiles while these are remade. And what became of each, as data.
class Goals {
 public:
  void begin(std::vector<Target*> goals) {
    goals_ = std::move(goals);
    changed_.assign(goals_.size(), 0);
    told_.assign(goals_.size(), 0);
    first_trouble = Status::success;
    some_finished = true;  // perhaps before
  }

  size_t size() const { return goals_.size(); }
  Target& operator[](size_t index) { return *goals_[index]; }
  const Target& operator[](size_t index) const { return *goals_[index]; }
  void replace(size_t index, Target* target) { goals_[index] = target; }
  std::vector<Target*>& list() { return goals_; }
  const std::vector<Target*>& list() const { return goals_; }

  // Something was done for the goal, or vpath has found it: it is not told that it is up to date.
  void note_changed(size_t index) { changed_[index] = 1; }
  bool changed(size_t index) const { return changed_[index] != 0; }
  // False the first time.
  bool tell(size_t index) { return std::exchange(told_[index], 1) != 0; }

  // Whether a goal is or waits for `target`. Only when a circle leads through the peers of a group is
  // there one for which nobody waits any more.
  bool want(Target& target) const;

  bool are_named = false;                  // by the command line
  uint32_t current = 0;                    // the walk looks at what this goal needs
  bool some_finished = false;              // since it was last looked at
  Status first_trouble = Status::success;  // of the goal that finished first without success

  // --- makefiles that are remade ---
  struct Makefiles {
    std::vector<const ReadMakefile*> of_goal;                          // why each goal is one
    std::unordered_map<const Target*, const ReadMakefile*> of_target;  // those that nothing was said of yet
  };
  Makefiles makefiles;
  bool are_makefiles = false;

 private:
  std::vector<Target*> goals_;
  std::vector<char> changed_, told_;
};

}  // namespace cmz
