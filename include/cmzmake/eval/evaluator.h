#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/base/counts.h"
#include "cmzmake/base/fatal.h"
#include "cmzmake/base/memory_reserve.h"
#include "cmzmake/base/stack_room.h"
#include "cmzmake/disk/disk.h"
#include "cmzmake/eval/shell.h"
#include "cmzmake/eval/warnings.h"
#include "cmzmake/event/debug_log.h"
#include "cmzmake/event/diagnostics.h"
#include "cmzmake/model/database.h"
#include "cmzmake/syntax/expr.h"
#include "cmzmake/syntax/statement.h"

namespace cmz {

// What the command line decides about reading and expanding.
struct EvalSettings {
  bool environment_overrides = false;  // -e
  bool no_builtin_rules = false;       // -r
  bool no_builtin_variables = false;   // -R
  std::string program = "make";        // for messages
  std::string directory;               // where make works
  bool shell_known = true;             // false: SHELL has not got its default value yet
  Dialect dialect = Dialect::own;      // gnu: what 4.4.1 does not have means nothing
  unsigned level = 0;                  // of recursion: children get one more
  std::vector<std::string> include_dirs;
};

// A makefile that was read, an object that was loaded, or one of them that `include` could not
// find: what has to be brought up to date before the build. Manual, "How Makefiles Are Remade".
struct ReadMakefile {
  Target* target;
  Location where;                       // of the include; unknown for -f and default makefiles
  bool optional = false;                // -include
  int error = 0;                        // errno when it could not be read, else 0
  bool named = false;                   // and that was already said
  bool is_default = false;              // searched for, not asked for
  bool is_object = false;               // what `load` or `-load` named, not read at all
  FileTime time = FileTime::unknown();  // of what was read
  uint64_t generation = 0;              // of what the disk knew then
};

// They stay where they are: recipes of the build that remakes them may read more.
using ReadMakefiles = std::deque<ReadMakefile>;

class LoadedObjects;
struct ReaderScratch;

// Gives the language its meaning: expands, assigns, and reads statements into the database.
class Evaluator {
 public:
  Evaluator(Database& db, Disk& disk, Shell& shell, Diagnostics& diagnostics);
  ~Evaluator();

  EvalSettings settings;
  EvalCounts counts;
  Warnings warnings;  // what --warn and .WARNINGS ask for

  // --- expansion (expander.cpp) ---
  // Appends the expansion of `text` to `out`. Errors throw Fatal.
  void expand(std::string_view text, std::string& out);
  std::string expand(std::string_view text);
  void expand(const Expr& expr, std::string& out) { expand_list(expr, expr.first, out); }
  // The expanded value of a variable, as $(name) gives it.
  void expand_name(std::string_view name, std::string& out);
  std::string value_of(std::string_view name);
  // The same as seen in `scope`.
  std::string value_of(std::string_view name, const Scope* scope);

  // Parts of expressions, for functions that expand their own arguments.
  void expand_list(const Expr& expr, uint32_t first, std::string& out);

  // The symbols that mean something to this floor (src/eval/names.h).
  struct Names;
  const Names& names() const { return *names_; }

  // The variable that `name` means in the present scope, or nullptr. Computed variables are brought up to date.
  Variable* lookup(Symbol name);
  Variable* lookup(std::string_view name);
  void expand_variable(Variable& variable, std::string& out);

  // What references see now: the global set, a target's, a call's.
  const Scope* scope() const { return scope_; }
  const Scope* global_scope() const { return &global_scope_; }
  // Swaps the scope in; returns the old one.
  const Scope* set_scope(const Scope* scope) { return std::exchange(scope_, scope); }

  // The place that errors and warnings name while something is expanded.
  Location where;
  // The first line of the recipe that is being expanded: where rules stand that $(eval) reads there.
  Location recipe_place;
  // The definition of the recursive variable that is being expanded; unknown outside.
  const Location& error_place() const { return variable_place_.known() ? variable_place_ : where; }

  // --- variables (variables.cpp) ---
  // Defines without expanding. A weaker origin leaves a stronger definition alone.
  Variable* define(VariableSet& set, std::string_view name, std::string value, Origin origin, Flavor flavor,
                   Location place = {});
  Variable* define_global(std::string_view name, std::string value, Origin origin, Flavor flavor = Flavor::simple) {
    return define(db.globals, name, std::move(value), origin, flavor);
  }
  // An assignment as written. `set` is the target's or pattern's set, or the global one.
  Variable* assign(VariableSet& set, std::string_view name, AssignOp op, std::string_view text, Origin origin,
                   bool target_specific = false);
  // The same with the name expanded; `place` is where the definition stands.
  Variable* assign_named(VariableSet& set, std::string_view name, AssignOp op, std::string_view text, Origin origin,
                         Location place, bool target_specific = false);
  // A target- or pattern-specific assignment. Returns the variable that got the modifiers, which is the outer one when
  // a `?=` finds an outer definition.
  Variable& assign_for_target(VariableSet& set, std::string_view name, AssignOp op, std::string_view text,
                              Origin origin, const Modifiers& modifiers, bool for_pattern);
  // Gives `variable` the modifiers of its last assignment. An assignment without `private` takes an earlier `private`
  // away; one without `export` takes an earlier `export` away for patterns only.
  void modify_for_target(Variable& variable, const Modifiers& modifiers, bool for_pattern);
  // Finds the global variable whose value a target- or pattern-specific assignment of `origin` gets instead of its own:
  // one of the command line, or one of the environment under -e. Returns nullptr when there is none. A variable of the
  // environment is known here as soon as some makefile has assigned it.
  const Variable* overruling(Symbol name, Origin origin);
  void undefine(VariableSet& set, std::string_view name, Origin origin);
  // `VAR=value` of a command line; nullptr when `text` is no assignment.
  Variable* assign_command_line(std::string_view text, Origin origin);
  // Called when a makefile assigns MAKEFLAGS.
  std::function<void()> on_makeflags;
  bool export_all_by_directive = false;  // `export` alone

  // --- makefiles (makefile_reader.cpp) ---
  // Reads a makefile; `optional` leaves a missing one to be remade without an error.
  // Returns false when it could not be read (noted in `makefiles`). `ahead` may have read it.
  bool read_makefile(std::string_view name, bool search_include_dirs, bool optional, bool is_default = false,
                     bool sets_default_goal = true, FilesAhead* ahead = nullptr);
  // Evaluates text, as $(eval) does now. Its lines are not counted: all of them stand where the $(eval) does,
  // but the rules in it where the recipe begins in which it may stand. The text must not change meanwhile.
  void eval_text(const std::string& text);
  // The same for a text with a place of its own: --eval, gmk_eval.
  void eval_text(const std::string& text, Location place, Location rules);
  ReadMakefiles makefiles;

  // --- loaded objects (loaded_objects.h) ---
  LoadedObjects& objects();
  bool has_objects() const { return objects_ != nullptr; }

  // Declarations complete: special targets are applied to what they name, and .EXTRA_PREREQS become prerequisites.
  void finish_reading();
  std::vector<Prerequisite> extra_prerequisites;  // those that all targets get, for what implicit rules make

  // The built-in variables and rules (builtins.cpp). Computed ones, .VARIABLES, show what there is at any time.
  void define_computed_variables();
  void define_builtin_variables();
  void define_builtin_rules();
  void convert_suffix_rules();
  // Whether the makefiles, when all are read, leave the implicit rules as they are built in.
  bool has_only_builtin_rules() const;

  // --- $(shell) (shell_function.cpp) ---
  // `strip_all`: whether all newlines at the end of the output vanish, or one (`!=`).
  std::string run_shell(std::string_view command, bool strip_all = true);

  // --- exported variables (environment.cpp) ---
  // The NAME=VALUE pairs for a child of a recipe that sees `scope`, in the order of GNU Make's.
  std::vector<std::pair<std::string, std::string>> exported(const Scope* scope, bool for_shell_function);
  // What make itself got for `name`; nullopt when it got nothing.
  std::optional<std::string_view> original_value(std::string_view name) const;
  // Whether exported() gives the same for every target without variables of its own.
  bool exports_are_constant();

  Database& db;
  Disk& disk;
  Shell& shell;
  Diagnostics& diagnostics;

  bool any_private = false;  // some variable is private: targets must not see their parents' ones
  VariableSet* empty_set() { return &empty_set_; }

  DebugLog* debug = nullptr;  // -d; null: nobody listens
  char recipe_prefix = '\t';
  bool reading_makefiles = false;
  std::vector<std::string> original_environment;  // NAME=VALUE as make got it

 private:
  friend class FunctionCall;
  friend class MakefileReader;

  // To be asked by everything that makefiles can nest.
  void check_depth() const {
    if (StackRoom::is_low()) too_deep();
    MemoryReserve::check();
  }
  [[noreturn]] void too_deep() const;
  void expand_part(const Expr& expr, const Part& part, std::string& out);
  void expand_named(Symbol name, std::string& out);
  void expand_computed(const Expr& expr, const Part& part, std::string& out);
  void substitute(Symbol name, std::string_view from, std::string_view to, std::string& out);
  void expand_appended(Variable& variable, std::string& out);
  void expand_value(Variable& variable, std::string& out);
  void call_function(const Expr& expr, const Part& part, std::string& out);
  void possible_call(const Expr& expr, const Part& part, std::string& out);
  // A reference to `name`, which means `variable` or nothing, as warnings see it.
  void judge_reference(Symbol name, const Variable* variable);
  // Warns, throws Fatal or does nothing, as `type` is to be treated.
  void warn(Warning type, const Location& place, const std::string& text);
  void bring_up_to_date(Variable& variable);
  uint64_t variables_listed_ = 0;     // the membership of the global set that .VARIABLES shows
  bool recipe_prefix_stays_ = false;  // .RECIPEPREFIX was undefined
  struct Exported {
    Symbol name;
    const VariableSet* set;
  };
  void collect_exports(const Scope* scope, std::vector<Exported>& out);
  const std::vector<uint32_t>& export_order(const std::vector<Exported>& variables);
  void look_at_makeflags(const VariableSet& set, const Variable& v);
  void assigned(VariableSet& set, Variable& variable);
  void read_warnings(Variable& variable);

  Scope global_scope_;
  VariableSet empty_set_;
  const Scope* scope_;
  Location variable_place_;
  // $(file <) has put a NUL into a text that is being expanded: it ends there.
  bool nul_in_output_ = false;
  void end_at_nul(size_t before, std::string& out);
  std::string& new_source();
  std::deque<std::string> sources_;         // the bytes of makefiles: recipes point into them
  std::vector<std::string*> free_sources_;  // nothing points into these: the next makefiles take their memory
  std::unique_ptr<ReaderScratch> take_scratch();
  void give_scratch(std::unique_ptr<ReaderScratch> scratch);
  std::vector<std::unique_ptr<ReaderScratch>> free_scratch_;
  static constexpr int kMostOpenMakefiles = 1000;
  size_t call_arguments_ = 0;  // the most that one of the calls around has, and one for its name
  int evals_open_ = 0;         // $(eval) inside $(eval)
  int makefiles_open_ = 0;     // one that includes itself never ends otherwise
  int shell_depth_ = 0;        // $(shell) inside the values that it would export
  std::vector<Exported> last_exports_;
  std::vector<uint32_t> export_order_;  // their order
  uint64_t exports_version_ = 0;
  int exports_constant_ = -1;
  std::unique_ptr<Names> names_;
  std::unique_ptr<LoadedObjects> objects_;  // null until the first is wanted
};

// Swaps a scope in for its lifetime.
class ScopeGuard {
 public:
  ScopeGuard(Evaluator& evaluator, const Scope* scope) : evaluator_(evaluator), old_(evaluator.set_scope(scope)) {}
  ~ScopeGuard() { evaluator_.set_scope(old_); }
  ScopeGuard(const ScopeGuard&) = delete;
  ScopeGuard& operator=(const ScopeGuard&) = delete;

 private:
  Evaluator& evaluator_;
  const Scope* old_;
};

// Names another place in messages for its lifetime.
class PlaceGuard {
 public:
  PlaceGuard(Evaluator& evaluator, Location place)
      : evaluator_(evaluator), old_(std::exchange(evaluator.where, place)) {}
  ~PlaceGuard() { evaluator_.where = old_; }
  PlaceGuard(const PlaceGuard&) = delete;
  PlaceGuard& operator=(const PlaceGuard&) = delete;

 private:
  Evaluator& evaluator_;
  Location old_;
};

}  // namespace cmz
