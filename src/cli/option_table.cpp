// The rows, and what follows from them.
#include "option_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace cmz {
namespace {

using O = Options;

// A further option is a row here, and a member of Options.
// clang-format off
constexpr OptionRow kTable[] = {
    {.letters = "bm", .passed = Passed::never, .in_makefile = false, .help = "Ignored for compatibility."},
    {.letters = "B", .names = {"always-make"}, .member = &O::always_make,
     .help = "Unconditionally make all targets."},
    {.letters = "d", .member = &O::debug_all, .help = "Print lots of debugging information."},
    {.letters = "e", .names = {"environment-overrides"}, .member = &O::environment_overrides,
     .help = "Environment variables override makefiles."},
    {.letters = "h", .names = {"help"}, .member = &O::help, .passed = Passed::never, .in_makefile = false,
     .help = "Print this message and exit."},
    {.letters = "i", .names = {"ignore-errors"}, .member = &O::ignore_errors, .help = "Ignore errors from recipes."},
    {.letters = "k", .names = {"keep-going"}, .member = &O::keep_going, .opposite = &O::stop,
     .help = "Keep going when some targets can't be made."},
    {.letters = "L", .names = {"check-symlink-times"}, .member = &O::check_symlink_times,
     .help = "Use the latest mtime between symlinks and target."},
    {.letters = "n", .names = {"just-print", "dry-run", "recon"}, .member = &O::dry_run,
     .help = "Don't actually run any recipe; just print them."},
    {.letters = "p", .names = {"print-data-base"}, .member = &O::print_data_base,
     .help = "Print make's internal database."},
    {.letters = "q", .names = {"question"}, .member = &O::question,
     .help = "Run no recipe; exit status says if up to date."},
    {.letters = "r", .names = {"no-builtin-rules"}, .member = &O::no_builtin_rules,
     .help = "Disable the built-in implicit rules."},
    {.letters = "R", .names = {"no-builtin-variables"}, .member = &O::no_builtin_variables, .act = take_no_variables,
     .help = "Disable the built-in variable settings."},
    {.letters = "s", .names = {"silent", "quiet"}, .member = &O::silent, .opposite = &O::no_silent,
     .help = "Don't echo recipes."},
    {.letters = "S", .names = {"no-keep-going", "stop"}, .member = &O::stop, .opposite = &O::keep_going,
     .help = "Turns off -k."},
    {.letters = "t", .names = {"touch"}, .member = &O::touch, .help = "Touch targets instead of remaking them."},
    {.letters = "v", .names = {"version"}, .member = &O::version, .passed = Passed::never, .in_makefile = false,
     .help = "Print the version number of make and exit."},
    {.letters = "w", .names = {"print-directory"}, .member = &O::print_directory, .opposite = &O::no_print_directory,
     .help = "Print the current directory."},
    // The same directory again is no step, as in GNU Make.
    {.letters = "C", .names = {"directory"}, .takes = Takes::argument, .argument = "DIRECTORY",
     .member = &O::directories, .passed = Passed::never, .in_makefile = false,
     .help = "Change to DIRECTORY before doing anything."},
    {.letters = "I", .names = {"include-dir"}, .takes = Takes::argument, .argument = "DIRECTORY",
     .member = &O::include_dirs, .help = "Search DIRECTORY for included makefiles."},
    {.letters = "j", .names = {"jobs"}, .takes = Takes::optional, .argument = "N", .act = take_jobs,
     .number_begins = "0123456789", .number_goes_on = "0123456789", .may_be_empty = true, .write = write_jobs,
     .help = "Allow N jobs at once; infinite jobs with no arg."},
    {.letters = "l", .names = {"load-average", "max-load"}, .takes = Takes::optional, .argument = "N",
     .act = take_load, .number_begins = ".0123456789", .may_be_empty = true, .write = write_load,
     .help = "Don't start multiple jobs unless load is below N."},
    {.letters = "f", .names = {"file", "makefile"}, .takes = Takes::argument, .argument = "FILE",
     .act = take_makefile, .passed = Passed::never, .in_makefile = false, .help = "Read FILE as a makefile."},
    {.letters = "W", .names = {"what-if", "new-file", "assume-new"}, .takes = Takes::argument, .argument = "FILE",
     .member = &O::new_files, .repeats = true, .passed = Passed::never, .in_makefile = false,
     .help = "Consider FILE to be infinitely new."},
    {.letters = "o", .names = {"old-file", "assume-old"}, .takes = Takes::argument, .argument = "FILE",
     .member = &O::old_files, .repeats = true, .passed = Passed::never, .in_makefile = false,
     .help = "Consider FILE to be very old and don't remake it."},
    {.letters = "O", .names = {"output-sync"}, .takes = Takes::optional, .argument = "TYPE", .otherwise = "target",
     .member = &O::output_sync, .help = "Synchronize output of parallel jobs by TYPE."},
    {.names = {"debug"}, .takes = Takes::optional, .argument = "FLAGS", .otherwise = "basic", .member = &O::debug,
     .help = "Print various types of debugging information."},
    {.names = {"jobserver-auth"}, .takes = Takes::argument, .member = &O::jobserver_auth,
     .passed = Passed::jobserver},
    {.names = {"jobserver-fds"}, .takes = Takes::argument, .member = &O::jobserver_auth, .passed = Passed::never},
    {.names = {"jobserver-style"}, .takes = Takes::argument, .argument = "STYLE", .member = &O::jobserver_style,
     .passed = Passed::never, .help = "Select the style of jobserver to use."},
    {.names = {"trace"}, .member = &O::trace, .help = "Print tracing information."},
    {.names = {"no-print-directory"}, .member = &O::no_print_directory, .opposite = &O::print_directory,
     .help = "Turn off -w, even if it was turned on implicitly.", .place = "w00"},
    {.names = {"warn-undefined-variables"}, .member = &O::warn_undefined, .act = take_undefined,
     .help = "Warn when an undefined variable is referenced."},
    {.names = {"warn"}, .takes = Takes::optional, .argument = "CONTROL", .act = take_warnings,
     .write = write_warnings, .whose = Whose::ours, .help = "Ignore, warn of or fail at flaws in makefiles."},
    {.names = {"sync-mutex"}, .takes = Takes::argument, .member = &O::sync_mutex, .passed = Passed::jobserver},
    {.names = {"no-silent"}, .member = &O::no_silent, .opposite = &O::silent,
     .help = "Echo recipes (disable --silent mode).", .place = "s00"},
    {.names = {"shuffle"}, .takes = Takes::optional, .argument = "{SEED|random|reverse|none}", .otherwise = "random",
     .member = &O::shuffle, .help = "Perform shuffle of prerequisites and goals.", .place = "s"},
    {.letters = "E", .names = {"eval"}, .takes = Takes::argument, .argument = "STRING", .member = &O::evals,
     .passed = Passed::evals, .help = "Evaluate STRING as a makefile statement."},
    {.names = {"temp-stdin"}, .takes = Takes::argument, .member = &O::makefiles, .repeats = true,
     .passed = Passed::never, .in_makefile = false},
    {.names = {"print-targets"}, .member = &O::print_targets, .passed = Passed::never, .in_makefile = false,
     .whose = Whose::ours, .help = "Print the targets that makefiles define, and exit."},
    {.names = {"jobserver"}, .member = &O::jobserver_wanted, .passed = Passed::never, .whose = Whose::ours,
     .help = "Serve a jobserver for -j1 as well."},
    {.names = {"events"}, .takes = Takes::argument, .argument = "FILE|fd:N", .member = &O::events,
     .passed = Passed::never, .in_makefile = false, .whose = Whose::ours,
     .help = "Write what happens as lines of JSON."},
    {.names = {"stats"}, .member = &O::statistics, .passed = Passed::never, .in_makefile = false,
     .whose = Whose::ours, .help = "Say at the end what this program did itself."},
};
// clang-format on

static_assert(std::size(kTable) <= 64, "Options::given and describe() have a bit for each row");

uint64_t bit(const OptionRow& row) { return uint64_t{1} << (&row - kTable); }

// That of the row which sets `member`.
uint64_t bit_of(bool Options::*member) {
  for (const OptionRow& row : kTable)
    if (const auto* own = std::get_if<bool Options::*>(&row.member); own && *own == member) return bit(row);
  return 0;
}

}  // namespace

std::span<const OptionRow> option_table() { return kTable; }

std::string OptionRow::spelling() const {
  return letters.empty() ? fmt::format("--{}", names[0]) : fmt::format("-{}", letters[0]);
}

std::string GivenOption::value() const { return argument ? *argument : std::string(row.otherwise); }

const OptionRow* find_option(char letter) {
  for (const OptionRow& row : kTable)
    if (row.letters.find(letter) != std::string_view::npos) return &row;
  return nullptr;
}

LongOption find_option(std::string_view name, Dialect dialect, std::vector<LongOption>& candidates) {
  candidates.clear();
  for (const bool chief : {true, false}) {  // GNU Make's other names stand behind all chief ones
    for (const OptionRow& row : kTable) {
      if (row.whose == Whose::ours && dialect != Dialect::own) continue;
      const std::span<const std::string_view> names = row.names;
      for (const std::string_view known : chief ? names.first(1) : names.subspan(1)) {
        if (known == name) return {&row, known};  // an option without one has an empty name, as for getopt: --=x
        if (row.whose == Whose::gnu && !known.empty() && known.starts_with(name)) candidates.push_back({&row, known});
      }
    }
  }
  const auto same = [&](const LongOption& other) { return other.row == candidates.front().row; };
  if (candidates.empty() || !std::all_of(candidates.begin(), candidates.end(), same)) return {};
  return candidates.front();
}

std::string take_switch(const GivenOption& given, Options& o) {
  const OptionRow& row = given.row;
  if (given.source != OptionSource::makefile)
    o.given |= bit(row);
  else if (o.given & (bit(row) | bit_of(row.opposite)))
    return {};
  if (row.opposite) o.*row.opposite = false;
  o.*std::get<bool Options::*>(row.member) = true;
  return {};
}

std::string apply_option(const GivenOption& given, Options& o) {
  const OptionRow& row = given.row;
  if (given.source == OptionSource::makefile && !row.in_makefile) return {};
  if (given.argument && given.argument->empty() && !row.may_be_empty)
    return fmt::format("the '{}' option requires a non-empty string argument", row.spelling());
  if (row.act) return row.act(given, o);
  if (std::holds_alternative<bool Options::*>(row.member)) return take_switch(given, o);
  if (const auto* text = std::get_if<std::string Options::*>(&row.member)) {
    o.** text = given.value();
  } else if (const auto* list = std::get_if<std::vector<std::string> Options::*>(&row.member)) {
    std::vector<std::string>& values = o.**list;
    std::string value = given.value();
    if (row.repeats || std::find(values.begin(), values.end(), value) == values.end())
      values.push_back(std::move(value));
  }
  return {};
}

}  // namespace cmz
