// make's options as a table, and what each does to `Options`. Private to the parser.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/cli/options.h"

namespace cmz {

enum class Takes : uint8_t { nothing, argument, optional };

// Who gives an option. A makefile may say less than the others.
enum class OptionSource : uint8_t { command_line, environment, makefile };

// What an option does. Aliases share one.
enum class OptionId : uint8_t {
  ignored,
  always_make,
  debug_all,
  environment_overrides,
  help,
  ignore_errors,
  keep_going,
  check_symlink_times,
  dry_run,
  print_data_base,
  question,
  no_builtin_rules,
  no_builtin_variables,
  silent,
  no_keep_going,
  touch,
  version,
  print_directory,
  directory,
  file,
  include_dir,
  jobs,
  load_average,
  old_file,
  output_sync,
  what_if,
  debug,
  jobserver_auth,
  jobserver_style,
  trace,
  no_print_directory,
  warn_undefined_variables,
  sync_mutex,
  no_silent,
  shuffle,
  eval,
  temp_stdin,
  warn,
  print_targets,
  jobserver,
  events,
  stats,
};

struct OptionInfo {
  OptionId id;
  char letter;  // '\0': none
  Takes takes;
  std::string_view name;  // empty: none
};

constexpr size_t kOptions = 53;
// Those behind are not in GNU Make 4.4.1: they are written out in full, and under GNU Make's names there are none.
constexpr size_t kOldOptions = 48;

// The old ones in the order in which make lists the possibilities of an ambiguous option.
const std::array<OptionInfo, kOptions>& option_table();

const OptionInfo* find_option(char letter);

// Looks up a long option, abbreviated or not. `candidates` gets all that `name` may mean when it is
// ambiguous; returns nullptr when there is none or more than one.
const OptionInfo* find_option(std::string_view name, Dialect dialect, std::vector<const OptionInfo*>* candidates);

// Does what an option says. `argument` is nullptr when there is none. Returns what is wrong with the
// argument, e.g. "the '-j' option requires a positive integer argument", or nothing. Throws Fatal for
// a bad --warn.
std::string apply_option(const OptionInfo& info, const std::string* argument, OptionSource source, Options& options);

// Throw Fatal for a bad value; of the last -O only.
void check_debug(const Options& options);
void check_output_sync(const Options& options);

}  // namespace cmz
