#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cmz {

// What --debug asks for.
struct DebugFlags {
  bool basic = false, verbose = false, implicit = false, jobs = false, makefile = false, print = false,
       why = false;
  bool any() const { return basic || verbose || implicit || jobs || makefile; }
};

// Everything that make's command line and MAKEFLAGS can say. Manual, "Summary of Options".
struct Options {
  static constexpr int kJobsUnset = -1;
  static constexpr int kJobsUnlimited = 0;

  bool always_make = false;
  bool debug_all = false;  // -d
  std::vector<std::string> debug;
  bool environment_overrides = false;
  std::vector<std::string> evals;
  std::vector<std::string> makefiles;
  std::vector<std::string> directories;
  std::vector<std::string> include_dirs;
  bool help = false;
  bool ignore_errors = false;
  int jobs = kJobsUnset;
  bool jobs_here = false;  // -j on the own command line: a parent's jobserver is not used
  std::string jobserver_auth;
  std::string jobserver_style;
  std::string sync_mutex;
  bool keep_going = false;
  bool stop = false;       // -S was the last word about -k
  double max_load = -1;
  bool check_symlink_times = false;
  bool dry_run = false;
  std::vector<std::string> old_files;
  std::vector<std::string> new_files;
  std::string output_sync;  // none, line, target, recurse; empty: not said
  bool print_data_base = false;
  bool question = false;
  bool no_builtin_rules = false;
  bool no_builtin_variables = false;
  std::string shuffle;      // as MAKEFLAGS shows it; empty: not said
  bool silent = false;
  bool no_silent = false;
  bool touch = false;
  bool trace = false;
  bool version = false;
  bool print_directory = false;     // -w
  bool no_print_directory = false;  // --no-print-directory
  bool warn_undefined = false;

  std::string temporary_makefile;   // a copy of standard input, to be removed at the end

  std::vector<std::string> goals;
  std::vector<std::string> assignments;  // VAR=value, in order

  DebugFlags debug_flags() const;
};

// A wrong command line: `what()` is the message, printed as it is; then the usage, and exit status 2.
class UsageError : public std::runtime_error {
 public:
  // `fatal`: no usage text, but "make: *** MESSAGE.  Stop."
  UsageError(const std::string& message, bool is_fatal)
      : std::runtime_error(message), fatal(is_fatal) {}
  bool fatal;
};

// Reads the command line. `program` is argv[0] as given, for messages. Throws UsageError.
void parse_command_line(const std::vector<std::string>& arguments, std::string_view program, Options& options);

// Reads the value of MAKEFLAGS or GNUMAKEFLAGS: letters without a dash first, options, `--`, assignments.
// Assignments go to `assignments` in front of what is there. Throws UsageError.
void parse_makeflags(std::string_view text, Options& options);

// Which parts of MAKEFLAGS a reader gets.
struct MakeflagsParts {
  bool jobserver = true;    // --jobserver-auth and --sync-mutex
  bool assignments = true;  // `-- VAR=value`
  bool evals = true;
};

// MAKEFLAGS as make writes it: a leading blank when there are no letters.
std::string makeflags_text(const Options& options, const MakeflagsParts& parts);
// MFLAGS: the same with a leading dash, without assignments and evals.
std::string mflags_text(const Options& options);

// The help text and the version text.
std::string usage_text(std::string_view program);
std::string version_text();

}  // namespace cmz
