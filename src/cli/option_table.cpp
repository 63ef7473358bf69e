#include "option_table.h"

#include <fmt/format.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <utility>

#include "cmzmake/base/fatal.h"
#include "cmzmake/base/strings.h"
#include "cmzmake/run/cpus.h"

namespace cmz {
namespace {

using Id = OptionId;

constexpr std::array<OptionInfo, kOptions> kTable = {{
    {Id::ignored, 'b', Takes::nothing, ""},
    {Id::always_make, 'B', Takes::nothing, "always-make"},
    {Id::debug_all, 'd', Takes::nothing, ""},
    {Id::environment_overrides, 'e', Takes::nothing, "environment-overrides"},
    {Id::help, 'h', Takes::nothing, "help"},
    {Id::ignore_errors, 'i', Takes::nothing, "ignore-errors"},
    {Id::keep_going, 'k', Takes::nothing, "keep-going"},
    {Id::check_symlink_times, 'L', Takes::nothing, "check-symlink-times"},
    {Id::ignored, 'm', Takes::nothing, ""},
    {Id::dry_run, 'n', Takes::nothing, "just-print"},
    {Id::print_data_base, 'p', Takes::nothing, "print-data-base"},
    {Id::question, 'q', Takes::nothing, "question"},
    {Id::no_builtin_rules, 'r', Takes::nothing, "no-builtin-rules"},
    {Id::no_builtin_variables, 'R', Takes::nothing, "no-builtin-variables"},
    {Id::silent, 's', Takes::nothing, "silent"},
    {Id::no_keep_going, 'S', Takes::nothing, "no-keep-going"},
    {Id::touch, 't', Takes::nothing, "touch"},
    {Id::version, 'v', Takes::nothing, "version"},
    {Id::print_directory, 'w', Takes::nothing, "print-directory"},
    {Id::directory, 'C', Takes::argument, "directory"},
    {Id::file, 'f', Takes::argument, "file"},
    {Id::include_dir, 'I', Takes::argument, "include-dir"},
    {Id::jobs, 'j', Takes::optional, "jobs"},
    {Id::load_average, 'l', Takes::optional, "load-average"},
    {Id::old_file, 'o', Takes::argument, "old-file"},
    {Id::output_sync, 'O', Takes::optional, "output-sync"},
    {Id::what_if, 'W', Takes::argument, "what-if"},
    {Id::debug, '\0', Takes::optional, "debug"},
    {Id::jobserver_auth, '\0', Takes::argument, "jobserver-auth"},
    {Id::jobserver_auth, '\0', Takes::argument, "jobserver-fds"},
    {Id::jobserver_style, '\0', Takes::argument, "jobserver-style"},
    {Id::trace, '\0', Takes::nothing, "trace"},
    {Id::no_print_directory, '\0', Takes::nothing, "no-print-directory"},
    {Id::warn_undefined_variables, '\0', Takes::nothing, "warn-undefined-variables"},
    {Id::sync_mutex, '\0', Takes::argument, "sync-mutex"},
    {Id::no_silent, '\0', Takes::nothing, "no-silent"},
    {Id::shuffle, '\0', Takes::optional, "shuffle"},
    {Id::eval, 'E', Takes::argument, "eval"},
    {Id::temp_stdin, '\0', Takes::argument, "temp-stdin"},
    {Id::silent, '\0', Takes::nothing, "quiet"},
    {Id::no_keep_going, '\0', Takes::nothing, "stop"},
    {Id::what_if, '\0', Takes::argument, "new-file"},
    {Id::what_if, '\0', Takes::argument, "assume-new"},
    {Id::old_file, '\0', Takes::argument, "assume-old"},
    {Id::load_average, '\0', Takes::optional, "max-load"},
    {Id::dry_run, '\0', Takes::nothing, "dry-run"},
    {Id::dry_run, '\0', Takes::nothing, "recon"},
    {Id::file, '\0', Takes::argument, "makefile"},
    {Id::warn, '\0', Takes::optional, "warn"},
    {Id::print_targets, '\0', Takes::nothing, "print-targets"},
    {Id::jobserver, '\0', Takes::nothing, "jobserver"},
    {Id::events, '\0', Takes::argument, "events"},
    {Id::stats, '\0', Takes::nothing, "stats"},
}};

// Options that a makefile's MAKEFLAGS cannot give.
bool for_command_line_only(Id id) {
  switch (id) {
    case Id::ignored:
    case Id::help:
    case Id::version:
    case Id::directory:
    case Id::file:
    case Id::old_file:
    case Id::what_if:
    case Id::temp_stdin:
    case Id::print_targets:
    case Id::events:
    case Id::stats:
      return true;
    default:
      return false;
  }
}

constexpr uint64_t bit(Id id) { return uint64_t{1} << static_cast<unsigned>(id); }

// The switch that `id` turns off, or `id` itself.
constexpr Id opposite(Id id) {
  switch (id) {
    case Id::keep_going:
      return Id::no_keep_going;
    case Id::no_keep_going:
      return Id::keep_going;
    case Id::silent:
      return Id::no_silent;
    case Id::no_silent:
      return Id::silent;
    case Id::print_directory:
      return Id::no_print_directory;
    case Id::no_print_directory:
      return Id::print_directory;
    default:
      return id;
  }
}

bool* switch_of(Options& o, Id id) {
  switch (id) {
    case Id::always_make:
      return &o.always_make;
    case Id::debug_all:
      return &o.debug_all;
    case Id::environment_overrides:
      return &o.environment_overrides;
    case Id::help:
      return &o.help;
    case Id::ignore_errors:
      return &o.ignore_errors;
    case Id::keep_going:
      return &o.keep_going;
    case Id::no_keep_going:
      return &o.stop;
    case Id::check_symlink_times:
      return &o.check_symlink_times;
    case Id::dry_run:
      return &o.dry_run;
    case Id::print_data_base:
      return &o.print_data_base;
    case Id::print_targets:
      return &o.print_targets;
    case Id::question:
      return &o.question;
    case Id::no_builtin_rules:
      return &o.no_builtin_rules;
    case Id::no_builtin_variables:
      return &o.no_builtin_variables;
    case Id::silent:
      return &o.silent;
    case Id::no_silent:
      return &o.no_silent;
    case Id::touch:
      return &o.touch;
    case Id::trace:
      return &o.trace;
    case Id::version:
      return &o.version;
    case Id::print_directory:
      return &o.print_directory;
    case Id::no_print_directory:
      return &o.no_print_directory;
    case Id::warn_undefined_variables:
      return &o.warn_undefined;
    case Id::jobserver:
      return &o.jobserver_wanted;
    case Id::stats:
      return &o.statistics;
    default:
      return nullptr;
  }
}

void turn_on(Id id, OptionSource source, Options& o) {
  bool* on = switch_of(o, id);
  if (on == nullptr) return;
  if (source == OptionSource::makefile) {
    if (o.given & (bit(id) | bit(opposite(id)))) return;
  } else {
    o.given |= bit(id);
  }
  if (opposite(id) != id) *switch_of(o, opposite(id)) = false;
  *on = true;
  // In a makefile's MAKEFLAGS, -R means -r only when all makefiles are read.
  if (id == Id::no_builtin_variables && source != OptionSource::makefile) o.no_builtin_rules = true;
}

// -j: as strtoul() reads it, cut to 32 bits; `auto` stands for the processors there are to use.
// False: no positive number.
bool parse_jobs(const std::string& text, Dialect dialect, int* jobs) {
  if (text == "auto" && dialect == Dialect::own) {
    *jobs = static_cast<int>(usable_cpus(cpu_quota()));
    return true;
  }
  char* end = nullptr;
  const unsigned value = static_cast<unsigned>(std::strtoul(text.c_str(), &end, 10));
  if (end == text.c_str() || *end != '\0' || value == 0) return false;
  if (value == UINT_MAX)
    *jobs = Options::kJobsUnset;
  else
    *jobs = static_cast<int>(std::min<unsigned>(value, INT_MAX));
  return true;
}

// --warn=TEXT, where no text means `warn`. A --warn-undefined-variables before it becomes part of
// it.
void add_warnings(Options& o, std::string_view text) {
  const auto unknown = [](const std::string& complaint) { throw Fatal({}, complaint); };
  if (std::exchange(o.warn_undefined, false)) o.warnings.add("undefined-var", unknown);
  o.warnings.add(text.empty() ? "warn" : text, unknown);
}

void add_new(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

}  // namespace

const std::array<OptionInfo, kOptions>& option_table() { return kTable; }

const OptionInfo* find_option(char letter) {
  if (letter == '\0') return nullptr;
  for (const OptionInfo& info : kTable)
    if (info.letter == letter) return &info;
  return nullptr;
}

const OptionInfo* find_option(std::string_view name, Dialect dialect, std::vector<const OptionInfo*>* candidates) {
  candidates->clear();
  for (size_t i = 0; i < (dialect == Dialect::own ? kOptions : kOldOptions); ++i) {
    const OptionInfo& info = kTable[i];
    if (info.name == name) return &info;
    if (i < kOldOptions && info.name.starts_with(name)) candidates->push_back(&info);
  }
  const auto same = [&](const OptionInfo* other) {
    return other->id == candidates->front()->id && other->takes == candidates->front()->takes;
  };
  if (candidates->empty() || !std::all_of(candidates->begin(), candidates->end(), same)) return nullptr;
  return candidates->front();
}

std::string apply_option(const OptionInfo& info, const std::string* argument, OptionSource source, Options& o) {
  if (source == OptionSource::makefile && for_command_line_only(info.id)) return {};
  if (argument && argument->empty() && info.id != Id::jobs && info.id != Id::load_average) {
    const OptionInfo* main = &info;  // an alias is called by the letter of what it stands for
    for (const OptionInfo& each : kTable)
      if (each.id == info.id && each.letter) main = &each;
    return fmt::format("the '{}{}' option requires a non-empty string argument", main->letter ? "-" : "--",
                       main->letter ? std::string_view(&main->letter, 1) : main->name);
  }
  const std::string none;
  const std::string& value = argument ? *argument : none;
  switch (info.id) {
    case Id::directory:
      add_new(o.directories, value);  // as GNU Make: the same one again is no step
      break;
    case Id::file:
      o.makefiles.emplace_back(without_dot_slash(value));
      break;
    case Id::include_dir:
      add_new(o.include_dirs, value);
      break;
    case Id::old_file:
      o.old_files.push_back(value);
      break;
    case Id::what_if:
      o.new_files.push_back(value);
      break;
    case Id::eval:
      add_new(o.evals, value);
      break;
    case Id::debug:
      add_new(o.debug, argument ? value : "basic");
      break;
    case Id::jobserver_auth:
      o.jobserver_auth = value;
      break;
    case Id::jobserver_style:
      o.jobserver_style = value;
      break;
    case Id::sync_mutex:
      o.sync_mutex = value;
      break;
    case Id::output_sync:
      o.output_sync = argument ? value : "target";
      break;
    case Id::warn:
      add_warnings(o, value);
      break;
    case Id::shuffle:
      o.shuffle = argument ? value : "random";
      break;
    case Id::events:
      o.events = value;
      break;
    case Id::temp_stdin:
      o.makefiles.push_back(value);
      break;
    case Id::load_average:
      o.max_load = argument ? std::strtod(value.c_str(), nullptr) : Options::kNoLoadLimit;
      break;
    case Id::jobs: {
      int jobs = Options::kJobsUnlimited;
      if (argument && !parse_jobs(value, o.dialect, &jobs))
        return "the '-j' option requires a positive integer argument";
      // -j-1 asks for nothing: a sub-make goes on with what its parent has said.
      if (jobs == Options::kJobsUnset && !o.jobserver_auth.empty() && source != OptionSource::makefile) break;
      o.jobs = jobs;
      if (source == OptionSource::command_line) {
        o.jobs_here = jobs != Options::kJobsUnset;
        o.command_line_jobs = jobs;
      }
      break;
    }
    case Id::warn_undefined_variables:
      if (o.warnings.empty())
        turn_on(info.id, source, o);
      else
        add_warnings(o, "undefined-var");
      break;
    default:
      turn_on(info.id, source, o);
      break;
  }
  return {};
}

namespace {

// Adds what one --debug says. Returns the rest from the first level on that there is not.
std::string_view add_debug(std::string_view text, DebugFlags& flags) {
  while (!text.empty()) {
    switch (text[0] | 0x20) {
      case 'a':
        flags.basic = flags.verbose = flags.implicit = flags.jobs = flags.makefile = true;
        flags.print = flags.why = true;
        break;
      case 'b':
        flags.basic = true;
        break;
      case 'i':
        flags.basic = flags.implicit = true;
        break;
      case 'j':
        flags.jobs = true;
        break;
      case 'm':
        flags.basic = flags.makefile = true;
        break;
      case 'n':
        flags = DebugFlags{};
        break;
      case 'p':
        flags.print = true;
        break;
      case 'v':
        flags.basic = flags.verbose = true;
        break;
      case 'w':
        flags.why = true;
        break;
      default:
        return text;
    }
    const size_t end = text.find_first_of(", ");
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return {};
}

std::string random_seed() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  const uint64_t mixed = (static_cast<uint64_t>(now) ^ (static_cast<uint64_t>(::getpid()) << 40)) * 0x9e3779b97f4a7c15u;
  return std::to_string(static_cast<uint32_t>(mixed >> 32));
}

}  // namespace

DebugFlags Options::debug_flags() const {
  DebugFlags flags;
  flags.print = flags.why = trace;
  if (debug_all) add_debug("a", flags);
  for (const std::string& text : debug) add_debug(text, flags);
  return flags;
}

void check_debug(const Options& o) {
  DebugFlags flags;
  for (const std::string& text : o.debug)
    if (const std::string_view bad = add_debug(text, flags); !bad.empty())
      throw Fatal({}, fmt::format("unknown debug level specification '{}'", bad));
}

void check_output_sync(const Options& o) {
  for (std::string_view type : {"", "none", "line", "target", "recurse"})
    if (o.output_sync == type) return;
  throw Fatal({}, fmt::format("unknown output-sync type '{}'", o.output_sync));
}

void check_shuffle(Options& o) {
  const char* text = o.shuffle.c_str();
  if (*text == '\0') return;
  if (::strcasecmp(text, "random") == 0) {
    o.shuffle = random_seed();
  } else if (::strcasecmp(text, "reverse") == 0) {
    o.shuffle = "reverse";
  } else if (::strcasecmp(text, "identity") == 0) {
    o.shuffle = "identity";
  } else if (::strcasecmp(text, "none") == 0) {
    o.shuffle.clear();
  } else {
    char* end = nullptr;
    const unsigned long seed = std::strtoul(text, &end, 10);
    if (end == text || *end != '\0') throw Fatal({}, fmt::format("invalid shuffle mode: Invalid value: '{}'", text));
    o.shuffle = std::to_string(static_cast<uint32_t>(seed));
  }
}

}  // namespace cmz
