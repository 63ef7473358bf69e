#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/base/symbol.h"
#include "cmzmake/disk/file_time.h"
#include "cmzmake/model/recipe.h"
#include "cmzmake/model/variable.h"

namespace cmz {

struct Target;

// Prerequisites whose text waits for its second expansion.
struct PendingPrerequisites {
  std::string_view text;
  Location where;
  std::string_view stem;  // of a static pattern rule
  bool is_static_pattern = false;
};

// One prerequisite of a target. Sixteen bytes: a large build has millions.
struct Prerequisite {
  Target* target = nullptr;  // null: a text is still to be expanded,
  uint32_t pending = 0;      // Database::pending() has it
  bool order_only : 1 = false;
  bool wait_before : 1 = false;  // .WAIT stands before it
  bool hidden : 1 = false;       // mentioned elsewhere too: not in $^ and $+ (.EXTRA_PREREQS)
  bool changed : 1 = false;      // newer than the target, or remade: in $?
};

// The targets that one run of a recipe makes (grouped targets, pattern rules with several targets).
struct TargetGroup {
  // The last one that the rule names comes first: in this order everything is done with them.
  std::vector<Target*> members;
  bool is_explicit = false;  // by `&:`; otherwise of a pattern rule
};

// How far the build has come with a target.
enum class Progress : uint8_t {
  untouched,
  visiting,  // on the walk's stack
  waiting,   // some prerequisite is not finished
  running,   // its recipe runs
  finished,
};

enum class Status : uint8_t {
  none,  // not known yet
  success,
  question,  // -q: out of date
  failed,
};

// A file or a name that the makefiles mention, or that the search brought in. The first 64 bytes are what reading and
// walking look at for each edge of the graph.
struct alignas(64) Target {
  Symbol name;  // as the makefile calls it, or where vpath found it
  std::vector<Prerequisite> prerequisites;
  FileTime mtime = FileTime::unknown();
  uint32_t ahead = 0;  // 1 + its place among those whose times were asked for ahead
  Progress progress = Progress::untouched;
  Status status = Status::none;

  // What was declared.
  bool is_target : 1 = false;     // a rule names it as a target
  bool is_explicit : 1 = false;   // mentioned in a makefile as target or prerequisite
  bool double_colon : 1 = false;  // its rules are in next_double_colon
  bool phony : 1 = false;
  bool precious : 1 = false;
  bool intermediate : 1 = false;
  bool secondary : 1 = false;
  bool not_intermediate : 1 = false;
  bool entered : 1 = false;        // named otherwise: implicit rules know it, but it may be intermediate
  bool silent : 1 = false;         // named by .SILENT
  bool ignore_errors : 1 = false;  // named by .IGNORE
  bool not_parallel : 1 = false;   // named by .NOTPARALLEL: its prerequisites wait for each other
  bool low_resolution_time : 1 = false;
  bool has_static_pattern : 1 = false;  // its stem comes from a static pattern rule
  bool command_line : 1 = false;        // a goal
  bool suffix_rule : 1 = false;         // no file: became a pattern rule when all makefiles were read
  bool builtin : 1 = false;             // its recipe is built in: replacing it is no override
  bool snapped : 1 = false;             // second expansion is done
  bool pattern_variables_known : 1 = false;

  // What the search and the build found out.
  bool searched : 1 = false;  // an implicit rule was looked for
  bool vpath_searched : 1 = false;
  bool peer : 1 = false;               // known only as another target of a pattern rule that was applied
  bool ignore_vpath : 1 = false;       // found by vpath, but remade here
  bool optional_makefile : 1 = false;  // remade for an -include: being unable to make it is no error
  bool untold : 1 = false;             // it failed in silence: who needs it next is told
  bool updated : 1 = false;            // its recipe ran
  bool expanded : 1 = false;           // and was expanded for that
  bool time_changed : 1 = false;       // and its modification time is another one
  bool being_checked : 1 = false;      // on the walk's path: seeing it again is a cycle
  bool recipe_known : 1 = false;       // rules were searched for, second expansion done
  bool old_file : 1 = false;           // -o
  bool shuffled : 1 = false;           // --shuffle has come by
  bool well_ended : 1 = false;         // a goal that was done with before any goal failed

  Target* merged_into = nullptr;  // vpath found it under the name of that other target: they are one

  Recipe* recipe = nullptr;
  Symbol hashed_name;     // as the makefile calls it: so messages call it, too, until it is known whether it is remade
  Location where;         // of the rule that made it a target
  std::string_view stem;  // of the pattern rule that applies
  VariableSet* variables = nullptr;  // target-specific; null when there are none
  VariableSet* pattern_variables = nullptr;
  const Scope* scope = nullptr;  // what its recipe sees; made when it is first considered
  Target* parent = nullptr;      // the target that first wanted it; once it has failed, the one that did last
  TargetGroup* group = nullptr;
  // A target of double-colon rules has no rule of its own: each of its rules is a Target of the same name
  // (not found by look-up), linked here in order. Manual, "Double-Colon Rules".
  Target* next_double_colon = nullptr;
  Target* double_colon_head = nullptr;         // of such a rule: the target they are rules of
  FileTime time_before = FileTime::unknown();  // before its recipe ran
  uint32_t order = 0;                          // position in the walk; what is ready starts in this order
  uint32_t pending = 0;                        // unfinished targets that it waits for
  uint32_t goal = 0;                           // the goal that first wanted it
  std::vector<Target*> waiters;                // targets that wait for this one
};

}  // namespace cmz
