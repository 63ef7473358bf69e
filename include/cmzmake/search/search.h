#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cmzmake/eval/evaluator.h"

namespace cmz {

// Pattern rules by the fixed text behind their `%`, so that a name meets only the few that can match it.
class RuleIndex {
 public:
  struct Candidate {
    const PatternRule* rule;
    uint32_t target;  // which of its target patterns
    uint32_t order;
  };
  void build(const std::vector<std::unique_ptr<PatternRule>>& rules);
  // The candidates whose suffix fits `name`, in rule order. Prefixes are not checked.
  void collect(std::string_view name, std::vector<Candidate>& out) const;

 private:
  std::unordered_map<std::string_view, std::vector<Candidate>> by_suffix_;
  std::vector<size_t> lengths_;
};

// Finds what makes a target: prerequisites that wait for their second expansion, implicit rules, files
// in the directories of vpath. Changes only the target it is asked about (and makes intermediate ones).
class Search {
 public:
  explicit Search(Evaluator& evaluator) : e_(evaluator) {}

  // Looks for an implicit rule for `target`; sets its recipe, stem and prerequisites when one applies.
  // Manual, "Implicit Rule Search Algorithm".
  bool implicit_rule(Target& target);

  // Second expansion of the prerequisites that wait for it. Manual, "Secondary Expansion".
  void expand_prerequisites(Target& target);

  // Where the vpath directives, VPATH, or (for `-lNAME`) .LIBPATTERNS find `name`; nullopt when nowhere.
  // Manual, "Searching Directories for Prerequisites".
  struct Found {
    std::string path;
    bool in_gpath = false;  // its directory is in GPATH: the found name stays even when it is remade
    size_t rank = 0;        // how many directories are searched before it
  };
  std::optional<Found> vpath(std::string_view name);

  // Whether `name` exists, archive members included; from the directory cache.
  bool exists(std::string_view name);

  // Hears of each step, for -d; unset: nothing is said.
  std::function<void(int depth, const std::string&)> trace;

 private:
  struct Match;
  struct FoundRule;
  struct FoundPrerequisite;

  std::unique_ptr<FoundRule> find_rule(Target* target, std::string_view name, bool archive_member, int depth);
  bool try_rule(Target* target, std::string_view name, Match& match, bool chains, bool compatible,
                int depth, FoundRule& out, bool* mentioned_only);
  void add_names(const PatternPrerequisite& p, Target* target, std::string_view name, const Match& match,
                 bool& order_only, std::vector<FoundPrerequisite>& out);
  void add_globbed(FoundPrerequisite&& found, std::vector<FoundPrerequisite>& out);
  bool ought_to_exist(Target* target, std::string_view name, bool compatible, bool* mentioned);
  void apply(Target& target, FoundRule& found);
  std::optional<Found> library(std::string_view name);
  std::optional<Found> search_directories(std::string_view name);
  void load_vpath();

  Evaluator& e_;
  RuleIndex index_;
  uint64_t index_version_ = UINT64_MAX;
  std::unordered_set<Symbol> impossible_;
  bool vpath_loaded_ = false;
  std::string vpath_text_;
  std::vector<std::string_view> general_vpath_;
  std::vector<std::string> gpath_;
};

}  // namespace cmz
