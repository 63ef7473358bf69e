// make's options as data, and the texts made of them: the command line, MAKEFLAGS, --help.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/eval/warnings.h"
#include "cmzmake/syntax/statement.h"

namespace cmz {

// What -d, --debug and --trace ask for.
struct DebugFlags {
  bool basic = false, verbose = false, implicit = false, jobs = false, makefile = false, print = false, why = false;
  bool any() const { return basic || verbose || implicit || jobs || makefile || print || why; }
};

// Everything that make's command line and MAKEFLAGS can say. Manual, "Summary of Options".
struct Options {
  static constexpr int kJobsUnset = -1;
  static constexpr int kJobsUnlimited = 0;
  static constexpr double kNoLoadLimit = -1;

  // Named make or gmake, the program has GNU Make's options and no others.
  Dialect dialect = Dialect::own;

  bool always_make = false;
  bool debug_all = false;  // -d
  std::vector<std::string> debug;
  bool environment_overrides = false;
  std::vector<std::string> evals;
  std::vector<std::string> makefiles;
  std::vector<std::string> directories;
  std::vector<std::string> include_dirs;  // as given; "-" forgets those before it and the default ones
  bool help = false;
  bool ignore_errors = false;
  int jobs = kJobsUnset;
  bool jobs_here = false;  // -j on the own command line: a parent's jobserver is not used
  std::string jobserver_auth;
  bool jobserver_wanted = false;  // --jobserver (ours): also with -j1, which needs none
  std::string jobserver_style;    // unchecked: it matters only to the one who serves
  std::string sync_mutex;
  bool keep_going = false;
  bool stop = false;  // -S was the last word about -k
  double max_load = kNoLoadLimit;
  bool check_symlink_times = false;
  bool dry_run = false;
  std::vector<std::string> old_files;
  std::vector<std::string> new_files;
  std::string output_sync;  // none, line, target, recurse; empty: not said
  bool print_data_base = false;
  bool print_targets = false;
  bool statistics = false;  // --stats
  std::string events;       // --events: FILE or fd:N
  bool question = false;
  bool no_builtin_rules = false;
  bool no_builtin_variables = false;
  std::string shuffle;  // as MAKEFLAGS shows it: "reverse", "identity" (as without), a seed
  bool silent = false;
  bool no_silent = false;
  bool touch = false;
  bool trace = false;
  bool version = false;
  bool print_directory = false;     // -w
  bool no_print_directory = false;  // --no-print-directory
  WarningControl warnings;          // --warn, all together
  bool warn_undefined = false;      // --warn-undefined-variables without a --warn

  std::vector<std::string> goals;
  std::vector<std::string> assignments;  // VAR=value, in order

  // A makefile cannot change these: switches that were given before it was read, as bits of the option table's rows,
  // and the -j of the command line.
  uint64_t given = 0;
  int command_line_jobs = kJobsUnset;

  DebugFlags debug_flags() const;
};

// Hears of assignments and mistakes among the words, in their order: options that stand before one count already. GNU
// Make defines variables, and complains, while it reads its options.
class OptionListener {
 public:
  virtual ~OptionListener() = default;
  // NAME=VALUE, with any operator.
  virtual void assignment(const std::string& text) = 0;
  // A word that is no option; `line` is getopt's complete message.
  virtual void wrong_option(const std::string& line) = 0;
  // A wrong argument; `message` is to follow the program's name.
  virtual void wrong_argument(const std::string& message) = 0;
};

// Reads the command line, after the environment's flags. `program` is argv[0] as given, for getopt's messages. False
// when something was wrong: then the usage is due, and exit status 2. Throws Fatal for a bad --warn, and whatever
// `listener` throws.
bool parse_command_line(const std::vector<std::string>& arguments, std::string_view program, Options& options,
                        OptionListener& listener);

// Reads the expanded value of GNUMAKEFLAGS or MAKEFLAGS (in this order) from the environment:
// letters without a dash first, options, `--`, assignments, goals. Returns and throws the same.
bool parse_makeflags(std::string_view text, Options& options, OptionListener& listener);

// Checks the values of --debug and -O when a source of options has been read. Throws Fatal.
void check_values(const Options& options);
// Checks and normalizes that of --shuffle when all have been read. Throws Fatal.
void check_shuffle(Options& options);

// What a MAKEFLAGS set in a makefile says beyond options.
struct MakefileFlags {
  std::vector<std::string> assignments;  // to be defined as if they stood in the makefile
  std::vector<std::string> complaints;   // messages that stop nothing
};

// Reads the expanded value of MAKEFLAGS after a makefile set it. Unknown options, goals, and options that are for the
// command line only are ignored; switches of the environment and the command line stay; other values change. Throws
// Fatal for a bad --debug, -O or --warn.
MakefileFlags parse_makefile_flags(std::string_view text, Options& options);

// To be called when all makefiles are read: the command line's -j counts again, and -R means -r, too. True when
// `options` changed.
bool finish_makefile_flags(Options& options);

// The arguments for a make that starts again after standard input was read into `file`: -f - becomes --temp-stdin.
std::vector<std::string> arguments_with_temp_stdin(const std::vector<std::string>& arguments, const std::string& file);

// Which parts of MAKEFLAGS a reader gets.
struct MakeflagsParts {
  bool jobserver = true;    // --jobserver-auth and --sync-mutex
  bool assignments = true;  // `-- VAR=value`
  bool evals = true;
  // Evals as $(-*-eval-flags-*-) and assignments as $(OVERRIDES), whether there are any or not: what
  // $(value MAKEFLAGS) shows.
  bool by_reference = false;
  std::string_view overrides = "MAKEOVERRIDES";
};

// MAKEFLAGS as make writes it: a leading blank when there are no letters. Dollars are doubled: it
// is the value of a recursive variable.
std::string makeflags_text(const Options& options, const MakeflagsParts& parts);
// MFLAGS: the same with a leading dash, without assignments and evals.
std::string mflags_text(const Options& options);
// The value of the simple variable -*-eval-flags-*-.
std::string eval_flags_text(const Options& options);
// How a variable of the command line stands in -*-command-variables-*-: NAME=VALUE or NAME:=VALUE,
// quoted. The variable joins them by blanks, those defined last first.
std::string override_word(std::string_view name, bool simple, std::string_view value);
// A MAKEFLAGS or MFLAGS that has a --jobserver-auth, with `--jobserver-auth=-2,-2` behind its
// options: the child must not use the jobserver. Others stay as they are.
std::string without_jobserver(std::string_view flags);

// Whose options and language the program has under its name: GNU Make's when it is called make or gmake.
Dialect dialect_of(std::string_view program);

// The help text and the version text.
std::string usage_text(std::string_view program);
std::string version_text();

}  // namespace cmz
