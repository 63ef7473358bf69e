#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cmzmake/eval/evaluator.h"
#include "cmzmake/event/debug_log.h"
#include "cmzmake/search/glance.h"

namespace cmz {

// Pattern rules by the fixed text behind their `%`, so that a name meets only the few that can match it.
class RuleIndex {
 public:
  // A prerequisite, taken apart once.
  struct Piece {
    PatternText pattern;
    bool plain = false;   // the name is the pattern with the stem put in, and nothing else happens to it
    bool simple = false;  // and may be refused by its last characters
    uint32_t text = 0;    // equal for equal texts; dense
    uint32_t folder = 0;  // of the prefix, up to its last `/`; dense
  };
  struct Candidate {
    const PatternRule* rule;
    uint32_t target;  // which of its target patterns
    uint32_t order;
    bool slash;           // the pattern holds one: whole names are matched
    bool anything;        // the pattern is `%`
    bool terminal;        // the rule is
    const Piece* pieces;  // one for each prerequisite
  };
  void build(const std::vector<std::unique_ptr<PatternRule>>& rules);
  // The candidates whose suffix fits a name, in rule order. Prefixes are not checked.
  struct Reached {
    const std::vector<Candidate>& candidates;
    uint32_t node;  // of all names with this ending
    size_t ending;  // its size
  };
  Reached reach(std::string_view name) const;

  size_t texts() const { return texts_; }
  size_t nodes() const { return nodes_.size(); }
  const std::vector<std::string>& folders() const { return folders_; }

 private:
  // A suffix, read backwards from the root.
  struct Node {
    char c = 0;
    uint32_t child = 0, next = 0;  // 0: none
    uint32_t parent = 0;
    uint32_t list = kNoList;  // the candidates of this suffix and of all shorter ones; made when a name comes here
    std::vector<Candidate> own;
  };
  static constexpr uint32_t kNoList = UINT32_MAX;
  uint32_t list_of(uint32_t node) const;
  uint32_t find_child(uint32_t node, char c) const {
    uint32_t child = nodes_[node].child;
    while (child != 0 && nodes_[child].c != c) child = nodes_[child].next;
    return child;
  }
  uint32_t child_of(uint32_t node, char c);

  mutable std::vector<Node> nodes_;
  mutable std::deque<std::vector<Candidate>> lists_;
  std::deque<std::vector<Piece>> pieces_;
  Arena arena_;
  std::vector<std::string> folders_;
  size_t texts_ = 0;
};

// Finds what makes a target: prerequisites that wait for their second expansion, implicit rules, files
// in the directories of vpath. Changes only the target it is asked about (and makes intermediate ones).
class Search {
 public:
  explicit Search(Evaluator& evaluator) : e_(evaluator) {}

  // Looks for an implicit rule for `target`; sets its recipe, stem and prerequisites when one applies.
  // Manual, "Implicit Rule Search Algorithm".
  bool implicit_rule(Target& target);

  // There are no rules but the built-in ones, and `make` makes those, as soon as they may matter.
  void defer_rules(std::function<void()> make);

  // Second expansion of the prerequisites that wait for it. Manual, "Secondary Expansion".
  bool expand_prerequisites(Target& target);

  // Where the vpath directives, VPATH, or (for `-lNAME`) .LIBPATTERNS find `name`; nullopt when nowhere.
  // Manual, "Searching Directories for Prerequisites".
  struct Found {
    std::string path;
    bool in_gpath = false;  // its directory is in GPATH: the found name stays even when it is remade
    size_t rank = 0;        // how many directories are searched before it
  };
  // A name there that is only mentioned counts as a file, unless it is looked for in place of a target.
  std::optional<Found> vpath(std::string_view name, bool for_target = false);
  // Whether a directory of vpath or VPATH holds `name`; libraries are not looked for.
  bool in_vpath(std::string_view name);

  // Whether `name` exists, archive members included; from the directory cache.
  bool exists(std::string_view name);

  // Hears of each step, for -d; null: nobody listens. The depth of the target that is searched for.
  DebugLog* debug = nullptr;
  size_t debug_depth = 0;

 private:
  struct Match;
  struct FoundRule;
  struct FoundPrerequisite;

  std::unique_ptr<FoundRule> find_rule(Target* target, std::string_view name, bool archive_member, int depth);
  bool try_rule(Target* target, std::string_view name, Match& match, bool chains, bool compatible, int depth,
                std::unique_ptr<FoundRule>& out, bool* mentioned_only);
  void add_names(const PatternPrerequisite& p, Target* target, std::string_view name, const Match& match,
                 bool& order_only, std::vector<FoundPrerequisite>& out);
  void make_deferred_rules();
  bool out_of_builtin_reach(std::string_view name);
  bool nothing_at_a_glance(std::string_view name);
  bool may_be_there(const Glance::Ask& ask, std::string_view base, uint64_t tail);
  bool vpath_may_hold(std::string_view stem, std::string_view suffix) const;
  const NameSet* names_here(uint32_t folder);
  bool refused(std::string_view directory, std::string_view stem, const RuleIndex::Piece& piece);
  static bool is_odd(std::string_view name);
  void enter_directory(std::string_view directory, std::string_view name);
  bool found_directly(Target* target, std::string_view name, bool compatible, bool* mentioned);
  bool found_aloud(Target* target, const std::string& name, const Match& match, bool compatible, size_t indent,
                   bool* mentioned);
  void add_globbed(FoundPrerequisite&& found, std::vector<FoundPrerequisite>& out);
  bool ought_to_exist(Target* target, std::string_view name, bool compatible, bool* mentioned);
  void apply(Target& target, FoundRule& found);
  std::optional<Found> library(std::string_view name);
  std::optional<Found> search_directories(std::string_view name, bool for_target = false);
  void load_vpath();

  Evaluator& e_;
  std::function<void()> deferred_rules_;
  size_t early_searches_ = 0;  // before they were made
  RuleIndex index_;
  uint64_t index_version_ = UINT64_MAX;
  std::unordered_set<Symbol> impossible_;

  // What is in a folder beside a name; names is null when only the disk knows.
  struct Folder {
    const NameSet* names = nullptr;
    bool asked = false;
  };
  // What an area asks for around a directory, without those asks of which everything is certainly missing there.
  struct LiveAsks {
    std::string extension = {};
    bool certain = false;         // false: only the disk knows
    uint32_t shapes_version = 0;  // of the names in the database
    std::vector<const Glance::Ask*> asks = {};
  };
  // A directory with what is around it.
  struct Around {
    std::vector<Folder> folders;              // for each of folders_
    std::vector<std::vector<LiveAsks>> live;  // by number of area
  };
  const LiveAsks& live_asks(const Glance::Area& area, std::string_view extension);
  bool may_be_live(const Glance::Ask& ask, std::string_view extension);
  std::unordered_map<std::string_view, Around> around_;  // by directory
  uint64_t around_generation_ = 0;
  // Where a name that is searched for is.
  struct Place {
    std::string_view directory;
    Around* around = nullptr;
    bool odd = false;         // the name holds wildcards or parentheses
    uint64_t generation = 0;  // of what the disk said
  };
  struct Root {
    std::string_view directory, base;
  };
  Place here_;
  std::vector<std::string> folders_;  // that rules' prerequisites name, each with its `/`
  std::vector<Glance> glances_;       // by node of the index
  uint32_t areas_ = 0;                // that they have
  Root root_;                         // the name that implicit_rule() is asked for
  std::vector<uint64_t> hopeless_;    // by text of a prerequisite: the search in which it could not be made from root_
  uint64_t searches_ = 0;
  std::string scratch_;
  bool vpath_loaded_ = false;
  size_t vpaths_ = 0;  // directives that glances know
  std::string vpath_text_;
  std::vector<std::string_view> general_vpath_;
  std::vector<std::string> gpath_;
};

}  // namespace cmz
