// MAKEFLAGS as make writes it for its children. Manual, "Communicating Options to a Sub-make".
#include <fmt/format.h>

#include <algorithm>

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

// Assignments as given, the last first; one that is overwritten later is left out.
std::string assignment_words(const std::vector<std::string>& assignments, Dialect dialect) {
  struct Word {
    std::string_view name;
    std::string text;
  };
  std::vector<Word> words;
  for (const std::string& each : assignments) {
    Statement s;
    if (!parse_assignment(each, &s, dialect)) continue;
    const bool simple = s.op.kind == AssignOp::simple || s.op.kind == AssignOp::posix_immediate;
    std::string text = override_word(s.name, simple, s.text);
    const auto same = [&](const Word& word) { return word.name == s.name; };
    const auto old = std::find_if(words.begin(), words.end(), same);
    if (old == words.end())
      words.push_back({s.name, std::move(text)});
    else
      old->text = std::move(text);
  }
  std::string out;
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    if (!out.empty()) out += ' ';
    out += word->text;
  }
  return out;
}

}  // namespace

std::string override_word(std::string_view name, bool simple, std::string_view value) {
  return quote(name) + (simple ? ":=" : "=") + quote(value);
}

std::string eval_flags_text(const Options& o) {
  std::string out;
  for (const std::string& text : o.evals) {
    if (!out.empty()) out += ' ';
    out += "--eval=" + quote(text);
  }
  return out;
}

std::string makeflags_text(const Options& o, const MakeflagsParts& parts) {
  std::string out = letters_of(o);
  const auto add = [&](std::string_view option, std::string_view value = {}) {
    out += ' ';
    out += option;
    out += quote(value);
  };
  for (const std::string& d : o.include_dirs) add("-I", d);
  if (o.jobs == Options::kJobsUnlimited) add("-j");
  if (o.jobs > 0) add("-j", std::to_string(o.jobs));
  if (o.max_load != Options::kNoLoadLimit) add("-l", fmt::format("{:g}", o.max_load));
  if (!o.output_sync.empty()) add("-O", o.output_sync);
  for (const std::string& d : o.debug) add("--debug=", d);
  if (parts.jobserver && !o.jobserver_auth.empty()) add("--jobserver-auth=", o.jobserver_auth);
  if (o.trace) add("--trace");
  if (o.no_print_directory) add("--no-print-directory");
  if (o.warn_undefined) add("--warn-undefined-variables");
  if (!o.warnings.empty()) {
    const std::string text = o.warnings.text();
    add("--warn", text == "warn" ? "" : "=" + text);
  }
  if (parts.jobserver && !o.sync_mutex.empty()) add("--sync-mutex=", o.sync_mutex);
  if (o.no_silent) add("--no-silent");
  if (!o.shuffle.empty()) add("--shuffle=", o.shuffle);
  if (parts.evals && !o.evals.empty()) {
    out += ' ';
    out += parts.by_reference ? "$(-*-eval-flags-*-)" : eval_flags_text(o);
  }
  if (parts.assignments && parts.by_reference)
    out += fmt::format(" -- $({})", parts.overrides);
  else if (parts.assignments && !o.assignments.empty())
    out += " -- " + assignment_words(o.assignments, o.dialect);
  return out;
}

std::string mflags_text(const Options& o) {
  MakeflagsParts parts;
  parts.assignments = parts.evals = false;
  std::string text = makeflags_text(o, parts);
  if (text.empty()) return text;
  return text[0] == ' ' ? text.substr(1) : "-" + text;
}

std::string without_jobserver(std::string_view flags) {
  constexpr std::string_view kNone = " --jobserver-auth=-2,-2";
  const size_t end = std::min(flags.find(" -- "), flags.size());
  if (flags.substr(0, end).find("--jobserver-auth=") == std::string_view::npos) return std::string(flags);
  std::string out(flags.substr(0, end));
  out += kNone;
  out += flags.substr(end);
  return out;
}

}  // namespace cmz
