#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/base/strings.h"
#include "cmzmake/eval/evaluator.h"
#include "cmzmake/syntax/plain_rule.h"
#include "cmzmake/syntax/reader.h"
#include "cmzmake/syntax/statement.h"

namespace cmz {

// The rule whose recipe lines are being collected.
struct OpenRule {
  bool open = false;
  bool no_targets = false;  // its targets expanded to nothing: its recipe goes nowhere
  std::vector<Symbol> targets;
  std::vector<Symbol> misplaced;                  // those of them that would be patterns in a pattern rule
  std::string_view fault;                         // what ends make when all of it is read
  std::vector<std::string_view> pattern_targets;  // when it is a pattern rule
  std::string prerequisites;                      // expanded once, `|` included
  std::vector<Symbol> plain_prerequisites;        // instead, of a plain rule
  std::string static_pattern;                     // of a static pattern rule
  bool is_static_pattern = false;
  bool double_colon = false;
  bool grouped = false;
  Recipe* recipe = nullptr;
  Location where;

  // As new, keeping the memory.
  void clear();
};

// What a reader works with, and the next one may take up: of thousands of `.d` files each would get its memory anew.
struct ReaderScratch {
  OpenRule rule;
  PlainRule plain;
  std::vector<Symbol> echoed;  // the prerequisites of which echoes() sees the targets
};

// Reads one text (a makefile, the text of an $(eval)) into the database, statement by statement.
class MakefileReader {
 public:
  // A makefile: `source` outlives the database.
  MakefileReader(Evaluator& evaluator, std::string_view source, Location start, bool set_default_goal);
  // The text of an $(eval), which is copied where it is kept: all of it stands at the place `where`, but for
  // rules, which stand at `rules`.
  MakefileReader(Evaluator& evaluator, std::string_view source, Location where, Location rules);

  ~MakefileReader();
  MakefileReader(const MakefileReader&) = delete;
  MakefileReader& operator=(const MakefileReader&) = delete;

  void run();
  // Whether the database has views of the source: of recipe lines.
  bool kept() const { return kept_; }

 private:
  // One `ifeq`...`endif` that is open.
  struct Condition {
    bool ignoring;        // its lines are skipped
    bool outer_ignoring;  // and all of it, by those around it
    bool done;            // a branch was taken already
    bool seen_else;
    Location where;
  };

  // reading (makefile_reader.cpp)
  void statement(const LogicalLine& line);
  bool recipe_line(const LogicalLine& line);
  void directive(const Statement& s, const LogicalLine& line);
  void assignment(const Statement& s);
  void define(const Statement& s);
  void include(const Statement& s, bool optional);
  void load(const Statement& s, bool optional);
  void export_(const Statement& s, bool on);
  void vpath(const Statement& s);
  Location place(uint32_t line) const { return is_file_ ? Location{rules_.file, line} : where_; }
  // The directive that is being read, as rules and loaded objects see it.
  Location rule_place() const { return is_file_ ? e_.where : rules_; }
  std::string_view keep(std::string_view text) {
    kept_ = true;
    return is_file_ ? text : e_.db.arena.copy(text);
  }

  // plain rules (plain_rules.cpp)
  bool plain_rule();
  void echoes();

  // conditionals (conditionals.cpp)
  void condition(const Statement& s);
  std::optional<bool> condition_holds(const Statement& s);
  bool compare(const Statement& s, bool* equal);
  bool ignoring() const { return ignoring_; }
  void update_ignoring();

  // rules and what looks like them (rule_reader.cpp)
  struct RuleLine;
  void rule(std::string_view line, const LogicalLine& raw);
  static void find_recipe(std::string_view line, RuleLine& out);
  bool cut_rule(const LogicalLine& raw, RuleLine& out);
  size_t expand_to_colon(std::string_view head, size_t* end, std::string& expanded);
  static void take_kind(RuleLine& line, OpenRule& rule);
  bool target_assignment(const LogicalLine& raw, const RuleLine& parts);
  void target_variable(std::string_view targets, const Statement& s);
  void take_static_pattern(std::string_view& prerequisites, std::string_view marks, OpenRule& rule);
  void take_targets(std::string_view targets, OpenRule& rule);
  [[noreturn]] void missing_separator(const LogicalLine& raw);

  // what a rule says enters the database (rule_recorder.cpp, pattern_rules.cpp)
  void add_recipe_line(std::string_view text, uint32_t line);
  void close_rule();
  void record_targets(OpenRule& rule);
  void record_pattern_rule(OpenRule& rule);
  Target& record_target(OpenRule& rule, Target& target);
  void add_prerequisites(const OpenRule& rule, Target& target, std::vector<Prerequisite>& out, std::string_view stem);
  void set_default_goal(const std::vector<Symbol>& targets);

  Evaluator& e_;
  LineReader lines_;
  bool is_file_;
  bool kept_ = false;
  Location where_, rules_;  // where it begins
  bool set_default_goal_;
  bool ignoring_ = false;
  bool skipping_define_ = false;  // between `define` and `endef` in skipped text
  std::vector<Condition> conditions_;
  std::unique_ptr<ReaderScratch> scratch_;
  OpenRule& rule_ = scratch_->rule;
  PlainRule& plain_ = scratch_->plain;
  std::vector<Symbol>& echoed_ = scratch_->echoed;
  std::string collapse_buffer_, comment_buffer_;
};

}  // namespace cmz
