// From a recipe to a job: plain data that knows nothing of makefiles. Manual, "Recipe Execution", "Recursive Use of
// `make`", "Instead of Executing Recipes".
#include <algorithm>
#include <functional>
#include <unordered_set>

#include "cmzmake/base/archive_name.h"
#include "cmzmake/base/strings.h"
#include "cmzmake/eval/job_settings.h"
#include "cmzmake/run/command_line.h"
#include "current_capture.h"
#include "job_runner.h"

namespace cmz {

// An empty recipe runs nothing, but makes the target count as remade.
bool JobRunner::is_blank(const Recipe& recipe) {
  return std::all_of(recipe.lines.begin(), recipe.lines.end(), [](const RecipeLine& line) {
    std::string_view text = line.text;
    for (take_line_prefixes(text); !text.empty() && is_space(text[0]); take_line_prefixes(text)) text.remove_prefix(1);
    return text.empty();
  });
}

// Expands the recipe into `running` and, if there is something to run, into the job that waits for a slot.
void JobRunner::prepare(RunningJob& running, FileTime time) {
  Target& target = *running.target;
  // What is written while the recipe is expanded belongs to the job's output.
  if (plan_.capture && plan_.capture->mode() != OutputSync::none) running.capture = plan_.capture->open();
  expand(running);
  if (plan_.debug && plan_.debug->wants(DebugLog::why))
    plan_.events.on(event::Updating{target.name.view(), target.recipe->where, reason(target, time)});
  if (plan_.options.question || plan_.options.touch) leave_to_recursive_lines(running);
  if (running.job->lines.empty()) {
    finish_without_job(running);
    return;
  }
  fill_job(running);
  waiting_.emplace(std::move(running));
}

void JobRunner::expand(RunningJob& running) {
  const CurrentCapture current(plan_.capture, running.capture);
  running.automatic = spare_automatic_ ? std::move(spare_automatic_) : std::make_unique<VariableSet>();
  running.job->lines = expand_recipe(plan_.evaluator, *running.target, *running.automatic);
}

// Under -q and -t only recursive lines are run. With -q the first other one gives the answer. With -t the
// target is touched when there is one, though it be empty, and, as GNU Make does it, once more when the last
// line is one.
void JobRunner::leave_to_recursive_lines(RunningJob& running) const {
  std::vector<CommandLine>& lines = running.job->lines;
  const auto runs = [](const auto& line) { return line.flags.recursive; };
  if (plan_.options.question) {
    const auto first = std::find_if_not(lines.begin(), lines.end(), runs);
    running.in_question = first != lines.end();
    lines.erase(first, lines.end());
  } else if (!running.target->phony) {
    const std::vector<RecipeLine>& written = running.target->recipe->lines;
    if (!std::all_of(written.begin(), written.end(), runs)) ++running.touches;
    if (!lines.empty() && !runs(lines.back())) ++running.touches;
  }
  std::erase_if(lines, std::not_fn(runs));
}

void JobRunner::fill_job(RunningJob& running) {
  Target& target = *running.target;
  Evaluator& e = plan_.evaluator;
  Job& job = *running.job;
  job.target = target.name.view();
  job.one_shell = target.recipe->one_shell;
  {
    const CurrentCapture current(plan_.capture, running.capture);
    const ScopeGuard guard(e, target_scope(e, target));
    const PlaceGuard place(e, target.recipe->where);
    job.shell = e.value_of("SHELL");
    job.shell_flags = e.value_of(".SHELLFLAGS");
    const Variable* flags = plan_.db.special.posix ? e.lookup(".SHELLFLAGS") : nullptr;
    if (flags && flags->origin == Origin::default_)  // POSIX's -e is not for lines whose errors do not count
      for (CommandLine& line : job.lines)
        if (line.flags.ignore_errors) line.shell_flags = "-c";
    job.settings = job_settings(e, target);
  }
  if (job.shell.empty()) job.shell = "/bin/sh";
  const bool ignores_errors = plan_.options.ignore_errors || plan_.db.special.ignore_all || target.ignore_errors;
  for (CommandLine& line : job.lines) {
    line.flags.ignore_errors |= ignores_errors;
    running.any_recursive |= line.flags.recursive;
    line.execute = (!plan_.pretends() || line.flags.recursive) && !runs_nothing(line.text, job.shell, job.shell_flags);
    running.any_process |= line.execute;
  }
  running.recursive = running.any_process && running.any_recursive;
}

// Why a target is remade, for --trace: for its own sake, not for that of a peer. An archive that is not there is no
// reason for its members, nor for itself once one of them was made; it is the members' that are named. What is
// order-only is a reason when there is no better one, and it is not there.
std::string JobRunner::reason(const Target& target, FileTime time) const {
  if (target.phony) return "target is .PHONY";
  const std::string_view name = target.name.view();
  const auto member = split_archive_name(name);
  const Target* const archive = member ? plan_.db.find_target(member->archive) : nullptr;
  const auto is_missing = [this](const Target& t) {  // its time is not known after a member's recipe
    return t.mtime.is_unknown() ? plan_.disk.mtime(t.name.view()).is_absent() : t.mtime.is_absent();
  };
  bool absent = time.is_absent() && !(archive && is_missing(*archive));
  std::string newer, missing;
  std::unordered_set<const Target*> named;  // once each, as in $?
  const auto add = [&named](std::string& names, const Target* prerequisite, std::string_view called) {
    if (!named.insert(prerequisite).second) return;
    if (!names.empty()) names += ' ';
    names += called;
  };
  for (const Prerequisite& p : target.prerequisites) {
    if (p.hidden || !p.target) continue;
    if (p.order_only) {
      if (p.target->mtime.is_absent()) add(missing, p.target, p.target->name.view());
      continue;
    }
    const auto part = split_archive_name(p.target->name.view());
    if (absent && part && part->archive == name && p.target->updated) absent = plan_.disk.mtime(name).is_absent();
    if (p.changed || p.target->mtime > time) add(newer, p.target, part ? part->member : p.target->name.view());
  }
  if (absent) return "target does not exist";
  if (!newer.empty()) return newer;
  return missing.empty() ? std::string("unknown reasons") : missing;
}

}  // namespace cmz
