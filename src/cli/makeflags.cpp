// MAKEFLAGS as make writes it for its children. Manual, "Communicating Options to a Sub-make".
#include <fmt/format.h>

#include "cmzmake/cli/options.h"
#include "cmzmake/syntax/statement.h"

namespace cmz {
namespace {

// Blanks and backslashes are quoted, dollars doubled: the text is a variable's value and is split again.
std::string quote(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '$') out += '$';
    if (c == ' ' || c == '\t' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string letters_of(const Options& o) {
  std::string out;
  const auto add = [&](bool on, char letter) {
    if (on) out += letter;
  };
  add(o.always_make, 'B');
  add(o.debug_all, 'd');
  add(o.environment_overrides, 'e');
  add(o.ignore_errors, 'i');
  add(o.keep_going, 'k');
  add(o.check_symlink_times, 'L');
  add(o.dry_run, 'n');
  add(o.print_data_base, 'p');
  add(o.question, 'q');
  add(o.no_builtin_rules, 'r');
  add(o.no_builtin_variables, 'R');
  add(o.silent, 's');
  add(o.stop, 'S');
  add(o.touch, 't');
  add(o.print_directory, 'w');
  return out;
}

}  // namespace

std::string makeflags_text(const Options& o, const MakeflagsParts& parts) {
  std::string out = letters_of(o);
  const auto add = [&](const std::string& word) {
    out += ' ';
    out += word;
  };
  for (const std::string& d : o.include_dirs) add("-I" + quote(d));
  if (o.jobs == Options::kJobsUnlimited) add("-j");
  if (o.jobs > 1 || (o.jobs == 1 && o.jobs_here)) add(fmt::format("-j{}", o.jobs));
  if (o.max_load >= 0) add(fmt::format("-l{:g}", o.max_load));
  if (!o.output_sync.empty()) add("-O" + o.output_sync);
  for (const std::string& d : o.debug) add("--debug=" + d);
  if (parts.jobserver && !o.jobserver_auth.empty()) add("--jobserver-auth=" + quote(o.jobserver_auth));
  if (o.trace) add("--trace");
  if (o.no_print_directory) add("--no-print-directory");
  if (o.warn_undefined) add("--warn-undefined-variables");
  if (parts.jobserver && !o.sync_mutex.empty()) add("--sync-mutex=" + quote(o.sync_mutex));
  if (o.no_silent) add("--no-silent");
  if (!o.shuffle.empty()) add("--shuffle=" + o.shuffle);
  if (parts.evals)
    for (const std::string& e : o.evals) add("--eval=" + quote(e));
  if (parts.assignments && !o.assignments.empty()) {
    out += " --";
    for (auto it = o.assignments.rbegin(); it != o.assignments.rend(); ++it) add(quote(*it));
  }
  return out;
}

std::string mflags_text(const Options& o) {
  MakeflagsParts parts;
  parts.assignments = parts.evals = false;
  std::string text = makeflags_text(o, parts);
  if (text.empty()) return text;
  return text[0] == ' ' ? text.substr(1) : "-" + text;
}

}  // namespace cmz
