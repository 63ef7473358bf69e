// What options with values do, and the checks of these values.
#include <fmt/format.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <utility>

#include "cmzmake/base/fatal.h"
#include "cmzmake/base/strings.h"
#include "cmzmake/run/cpus.h"
#include "option_table.h"

namespace cmz {
namespace {

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

// --warn=TEXT, where no text means `warn`. A --warn-undefined-variables before it becomes part of it.
void add_warnings(Options& o, std::string_view text) {
  const auto unknown = [](const std::string& complaint) { throw Fatal({}, complaint); };
  if (std::exchange(o.warn_undefined, false)) o.warnings.add("undefined-var", unknown);
  o.warnings.add(text.empty() ? "warn" : text, unknown);
}

}  // namespace

std::string take_makefile(const GivenOption& given, Options& o) {
  o.makefiles.emplace_back(without_dot_slash(*given.argument));
  return {};
}

std::string take_jobs(const GivenOption& given, Options& o) {
  int jobs = Options::kJobsUnlimited;
  if (given.argument && !parse_jobs(*given.argument, o.dialect, &jobs))
    return "the '-j' option requires a positive integer argument";
  // -j-1 asks for nothing: a sub-make goes on with what its parent has said.
  if (jobs == Options::kJobsUnset && !o.jobserver_auth.empty() && given.source != OptionSource::makefile) return {};
  o.jobs = jobs;
  if (given.source == OptionSource::command_line) {
    o.jobs_here = jobs != Options::kJobsUnset;
    o.command_line_jobs = jobs;
  }
  return {};
}

bool write_jobs(const Options& o, std::string& value) {
  if (o.jobs > 0) value = std::to_string(o.jobs);
  return o.jobs >= 0;
}

std::string take_load(const GivenOption& given, Options& o) {
  o.max_load = given.argument ? std::strtod(given.argument->c_str(), nullptr) : Options::kNoLoadLimit;
  return {};
}

bool write_load(const Options& o, std::string& value) {
  value = fmt::format("{:g}", o.max_load);
  return o.max_load != Options::kNoLoadLimit;
}

std::string take_warnings(const GivenOption& given, Options& o) {
  add_warnings(o, given.value());
  return {};
}

bool write_warnings(const Options& o, std::string& value) {
  if (o.warnings.empty()) return false;
  value = o.warnings.text();
  if (value == "warn") value.clear();
  return true;
}

std::string take_undefined(const GivenOption& given, Options& o) {
  if (o.warnings.empty()) return take_switch(given, o);
  add_warnings(o, "undefined-var");
  return {};
}

// In a makefile's MAKEFLAGS, -R means -r only when all makefiles are read.
std::string take_no_variables(const GivenOption& given, Options& o) {
  if (given.source != OptionSource::makefile) o.no_builtin_rules = true;
  return take_switch(given, o);
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
