// Recipes become jobs: slots, echo, failures, half-made targets.
// Reference: manual, "Writing Recipes in Rules", "Interrupting or Killing make", "Instead of
// Executing Recipes".
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>

#include "cmzmake/base/archive_name.h"
#include "cmzmake/base/strings.h"
#include "cmzmake/plan/builder.h"
#include "cmzmake/eval/loaded_objects.h"
#include "cmzmake/run/command_line.h"

namespace cmz {
namespace {

// While it lives, make's own lines go to a job's output.
class CurrentCapture {
 public:
  CurrentCapture(OutputCapture* output, int capture) : output_(capture >= 0 ? output : nullptr) {
    if (output_) old_ = output_->current(), output_->set_current(capture);
  }
  ~CurrentCapture() {
    if (output_) output_->set_current(old_);
  }
  CurrentCapture(const CurrentCapture&) = delete;
  CurrentCapture& operator=(const CurrentCapture&) = delete;

 private:
  OutputCapture* output_;
  int old_ = -1;
};

// Sets `pointer` while it lives, also when an exception ends that.
template <typename T>
class PointTo {
 public:
  PointTo(T*& pointer, T* value) : pointer_(pointer) { pointer = value; }
  ~PointTo() { pointer_ = nullptr; }
  PointTo(const PointTo&) = delete;
  PointTo& operator=(const PointTo&) = delete;

 private:
  T*& pointer_;
};

}  // namespace

void Builder::start_recipe(Target& target, FileTime time) {
  Recipe& recipe = *target.recipe;
  prepare_recipe(e_, recipe);
  if (target.group)
    for (Target* member : target.group->members)
      if (member->time_before.is_unknown() && member != &target) member->time_before = mtime(*member);
  target.time_before = target.phony ? FileTime::absent() : mtime(target);

  if (options_.touch && !recipe.any_recursive) {
    if (target.phony) {
      finish(target, Status::success, Ran::yes);
      return;
    }
    goal_changed_[target.goal] = 1;
    RunningJob touched;
    touched.target = &target;
    touched.touches = 1;
    finish_touched(touched);
    return;
  }

  bool blank = true;
  for (const RecipeLine& line : recipe.lines) {
    std::string_view text = line.text;
    while (!text.empty() && (is_space(text[0]) || text[0] == '@' || text[0] == '-' || text[0] == '+'))
      text.remove_prefix(1);
    blank &= text.empty();
  }
  if (blank) {  // an empty recipe runs nothing, but makes the target count as remade
    finish(target, Status::success, Ran::yes);
    return;
  }

  if (e_.has_objects()) {  // even a recipe that is only shown: GNU Make expands it without them
    e_.objects().unload(target);
    if (target.group)
      for (const Target* member : target.group->members)
        if (member != &target) e_.objects().unload(*member);
  }

  target.expanded = true;
  RunningJob running;
  running.target = &target;
  try {
    run_recipe(running, time);
  } catch (const Fatal&) {
    close_capture(running);  // the error comes behind what the job has written
    throw;
  }
  if (options_.one_at_a_time)
    while (target.progress == Progress::running && signal_ == 0) {
      tell_live_children();
      executor_.wait();
      check_signal();
    }
}

// Under -q and -t only recursive lines are run. With -q the first other one gives the answer. With -t the
// target is touched when there is one, though it be empty, and, as GNU Make does it, once more when the last
// line is one.
void Builder::leave_to_recursive_lines(RunningJob& running) const {
  std::vector<ExpandedLine>& lines = running.lines;
  const auto runs = [](const auto& line) { return line.flags.recursive; };
  if (options_.question) {
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

// The end of what -t does. The target counts as the newest of all.
void Builder::finish_touched(RunningJob& running) {
  Target& target = *running.target;
  bool ok = true;
  for (; running.touches > 0; --running.touches) ok = touch(target) && ok;
  finish(target, ok ? Status::success : Status::failed, running.lines.empty() ? Ran::touched : Ran::yes);
}

// Expands the recipe and starts its first process, if there is one to start: then `running` is
// moved from.
void Builder::run_recipe(RunningJob& running, FileTime time) {
  Target& target = *running.target;
  const Recipe& recipe = *target.recipe;
  // What is written while the recipe is expanded belongs to the job's output.
  if (capture_ && capture_->mode() != OutputSync::none) running.capture = capture_->open();
  {
    const CurrentCapture current(capture_, running.capture);
    running.automatic = spare_automatic_ ? std::move(spare_automatic_) : std::make_unique<VariableSet>();
    running.lines = expand_recipe(e_, target, *running.automatic);
  }
  const bool pretend = options_.dry_run || options_.question || options_.touch;

  if (debug_ && debug_->wants(DebugLog::why)) {
    Event event{};
    event.kind = Event::Kind::updating;
    event.target = target.name.view();
    event.where = recipe.where;
    const std::string why = reason(target, time);
    event.text = why;
    events_.on(event);
  }
  if (options_.question || options_.touch) leave_to_recursive_lines(running);
  if (running.lines.empty()) {
    close_capture(running);
    if (running.in_question)
      finish(target, Status::question, Ran::no);
    else if (running.touches > 0)
      finish_touched(running);
    else
      finish(target, Status::success, Ran::yes);
    return;
  }

  Job job;
  job.target = target.name.view();
  job.one_shell = recipe.one_shell;
  bool any_process = false;
  for (const ExpandedLine& line : running.lines) {
    CommandLine c;
    c.text = line.text;
    c.line = line.line;
    c.silent = line.flags.silent;
    c.ignore_errors =
        line.flags.ignore_errors || options_.ignore_errors || db_.special.ignore_all || target.ignore_errors;
    c.recursive = line.flags.recursive;
    c.execute = !pretend || c.recursive;
    running.any_recursive |= c.recursive;
    job.lines.push_back(std::move(c));
  }
  {
    const CurrentCapture current(capture_, running.capture);
    ScopeGuard guard(e_, target_scope(e_, target));
    PlaceGuard place(e_, recipe.where);
    job.shell = e_.value_of("SHELL");
    job.shell_flags = e_.value_of(".SHELLFLAGS");
    const Variable* flags = db_.special.posix ? e_.lookup(".SHELLFLAGS") : nullptr;
    if (flags && flags->origin == Origin::default_)  // POSIX's -e is not for lines whose errors do not count
      for (size_t i = 0; i < running.lines.size(); ++i)
        if (running.lines[i].flags.ignore_errors) job.lines[i].shell_flags = "-c";
  }
  if (job.shell.empty()) job.shell = "/bin/sh";
  for (CommandLine& line : job.lines) {
    line.execute = line.execute && !runs_nothing(line.text, job.shell, job.shell_flags);
    any_process |= line.execute;
  }
  running.any_process = any_process;
  running.recursive = any_process && running.any_recursive;

  if (any_process && !acquire_slot(running.recursive)) {
    close_capture(running);
    finish(target, Status::failed, Ran::no);
    return;
  }
  if (running.capture >= 0) {
    job.stdout_fd = capture_->stdout_fd(running.capture);
    job.stderr_fd = capture_->stderr_fd(running.capture);
    job.capture_recursive = capture_->mode() == OutputSync::recurse;
  }

  target.progress = Progress::running;
  if (target.group)
    for (Target* member : target.group->members)
      if (member->progress != Progress::finished) member->progress = Progress::running;
  goal_changed_[target.goal] = 1;
  if (any_process) {
    times_ahead_.reset();  // also under -n: what runs may change any file before it ends
    if (running.recursive) ++recursive_running_;
    if (load_ && options_.max_load >= 0) load_->job_starts();
    disk_.set_something_runs(++slots_used_ > 0);
    Event event{};
    event.kind = Event::Kind::started;
    event.target = target.name.view();
    events_.on(event);
  }
  {
    const PointTo starting(starting_, &running);
    const JobId id = executor_.start(std::move(job));
    if (starting_ == nullptr) return;  // it ended inside start()
    jobs_.emplace(id, std::exchange(running, {}));
  }
}

void Builder::close_capture(RunningJob& running) {
  if (running.capture < 0) return;
  capture_->dump(running.capture);
  capture_->close(std::exchange(running.capture, -1));
}

void Builder::check_signal() {
  if (signal_ != 0) return;
  signal_ = executor_.fatal_signal();
  // The terminal sends SIGINT and SIGHUP to the children too; SIGTERM comes to make alone.
  if (signal_ == SIGTERM) executor_.kill_all(signal_);
}

std::shared_ptr<const Environment> Builder::environment_for(RunningJob& running) {
  Target& target = *running.target;
  const Scope* scope = target_scope(e_, target);
  const bool shared = !target.variables && !target.pattern_variables &&
                      (!target.parent || target.scope == e_.global_scope()) && e_.exports_are_constant();
  const size_t kind = running.any_recursive ? 1 : 0;
  if (shared && shared_version_[kind] == db_.globals.version()) return shared_environment_[kind];

  Scope with_automatic{running.automatic.get(), scope, false};
  auto pairs = e_.exported(&with_automatic, false);
  if (options_.adjust_environment) options_.adjust_environment(pairs, running.any_recursive);
  auto environment = std::make_shared<Environment>();
  for (const auto& [name, value] : pairs) environment->add(name, value);
  if (shared) {
    shared_environment_[kind] = environment;
    shared_version_[kind] = db_.globals.version();
  }
  return environment;
}

void Builder::line_begins(JobId job, size_t index) {
  RunningJob& running = starting_ ? *starting_ : jobs_.at(job);
  running.line = index;
  const ExpandedLine& line = running.lines[index];
  if (running.capture >= 0 && index > 0 &&
      (capture_->mode() == OutputSync::line || (line.flags.recursive && capture_->mode() != OutputSync::recurse)))
    capture_->dump(running.capture);
  const bool show = options_.dry_run || (debug_ && debug_->wants(DebugLog::print)) ||
                    (!line.flags.silent && !options_.silent && !db_.special.silent_all && !running.target->silent &&
                     (!options_.question || line.flags.recursive));
  if (!show) return;
  Event event{};
  event.kind = Event::Kind::command;
  event.text = line.text;
  event.target = running.target->name.view();
  event.output = output_of(running, index);
  events_.on(event);
}

// Where what is said of a line goes: sub-makes keep their own output together, unless it is all kept together here.
int Builder::output_of(const RunningJob& running, size_t line) const {
  const bool direct = running.lines[line].flags.recursive && capture_ && capture_->mode() != OutputSync::recurse;
  return direct ? -1 : running.capture;
}

std::shared_ptr<const Environment> Builder::environment(JobId job) {
  RunningJob& running = starting_ ? *starting_ : jobs_.at(job);
  const CurrentCapture current(capture_, running.capture);
  const auto made = environment_for(running);
  spare_automatic_ = std::move(running.automatic);
  return made;
}

void Builder::line_not_executed(JobId job, size_t index, std::string_view message) {
  RunningJob& running = starting_ ? *starting_ : jobs_.at(job);
  Event event{};
  event.kind = Event::Kind::not_executed;
  event.text = message;
  event.output = output_of(running, index);
  events_.on(event);
}

void Builder::line_failed_ignored(JobId job, size_t index, const Exit& exit) {
  if (options_.silent || db_.special.silent_all) return;
  RunningJob& running = starting_ ? *starting_ : jobs_.at(job);
  show_goal_error(running.target->goal);
  Event event{};
  event.kind = Event::Kind::failed;
  event.target = running.target->name.view();
  event.where = {running.target->recipe->where.file, running.lines[index].line};
  if (exit.how == Exit::How::signalled)
    event.signal = exit.status;
  else
    event.status = exit.status;
  event.core_dumped = exit.core_dumped;
  event.flag = true;
  event.output = output_of(running, index);
  events_.on(event);
}

// The manual does not say what these lines hold; those of GNU Make name the job by an address.
void Builder::process_started(JobId id, size_t, int pid) {
  if (!debug_) return;
  RunningJob& running = starting_ ? *starting_ : jobs_.at(id);
  running.pid = pid;
  if (std::exchange(running.on_chain, true))
    tell_live_children();  // make goes back to sleep
  else
    debug_->say(DebugLog::jobs, 0, "Putting child {} ({}) PID {} on the chain.", fmt::ptr(running.target),
                running.target->name.view(), pid);
}

void Builder::process_ended(JobId id, int pid, bool ok) {
  if (!debug_) return;
  const RunningJob& running = starting_ ? *starting_ : jobs_.at(id);
  debug_->say(DebugLog::jobs, 0, "Reaping {} child {} PID {} ", ok ? "winning" : "losing", fmt::ptr(running.target),
              pid);
}

void Builder::tell_live_children() const {
  if (!debug_ || !debug_->wants(DebugLog::jobs)) return;
  for (const auto& [id, running] : jobs_)
    debug_->say(DebugLog::jobs, 0, "Live child {} ({}) PID {} ", fmt::ptr(running.target), running.target->name.view(),
                running.pid);
}

void Builder::job_ended(JobId job, const Outcome& outcome) {
  RunningJob running;
  if (starting_) {
    running = std::exchange(*starting_, {});
    starting_ = nullptr;
  } else {
    auto it = jobs_.find(job);
    running = std::move(it->second);
    jobs_.erase(it);
  }
  Target& target = *running.target;
  if (debug_ && running.on_chain)
    debug_->say(DebugLog::jobs, 0, "Removing child {} PID {} from chain.", fmt::ptr(running.target), running.pid);
  if (running.any_process) release_slot(running);
  check_signal();

  Status status = Status::success;
  if (!outcome.ok()) {
    status = Status::failed;
    const bool quiet = in_silence(target);
    const Exit& exit = outcome.exit;
    const bool signalled = exit.how == Exit::How::signalled;
    if (signal_ != 0) delete_half_made(target);
    if (options_.question && !signalled && exit.status == 1) {
      status = Status::question;
    } else if (!quiet) {
      show_goal_error(target.goal);
      Event event{};
      event.kind = Event::Kind::failed;
      event.target = target.name.view();
      event.where = {target.recipe->where.file, running.lines[outcome.line_index].line};
      if (signalled)
        event.signal = exit.status;
      else
        event.status = exit.status;
      event.core_dumped = exit.core_dumped;
      event.output = output_of(running, outcome.line_index);
      events_.on(event);
    }
    if (signal_ == 0 && (signalled || db_.special.delete_on_error)) delete_half_made(target);
    if (!options_.keep_going && !quiet && stop_ != Status::failed) stop_ = status;
  }
  if (status == Status::success && running.in_question) {
    status = Status::question;
    delete_half_made(target);
  }
  close_capture(running);
  if (status == Status::success && running.touches > 0)
    finish_touched(running);
  else
    finish(target, status, Ran::yes);
}

// A target whose recipe failed is deleted if the recipe has changed it: the next run must not take
// it for done.
void Builder::delete_half_made(Target& target) {
  const auto remove = [&](Target& t, const Target* by) {
    if (t.precious || t.phony) return;
    const std::string_view name = t.name.view();
    const auto part = split_archive_name(name);
    disk_.changed(part ? part->archive : name);
    if (part) {  // left alone: it may be new, or in an archive that is
      if (disk_.member_mtime(part->archive, part->member) == t.time_before && !disk_.mtime(part->archive).is_absent())
        return;
    } else {
      const FileTime now = disk_.mtime(name);
      if (now.is_absent() || now == t.time_before || disk_.is_directory(name)) return;
    }
    Event event{};
    event.kind = part ? Event::Kind::bogus_member : Event::Kind::deleting;
    event.target = name;
    if (by) event.other = by->name.view();
    events_.on(event);
    if (part) return;
    const std::error_code error = disk_.remove(name);
    disk_.changed(name);
    if (!error || error == std::errc::no_such_file_or_directory) return;
    e_.diagnostics.message({}, fmt::format("unlink: {}: {}", name, error.message()));
  };
  remove(target, nullptr);
  if (target.group)
    for (Target* member : target.group->members)
      if (member != &target) remove(*member, &target);
}

}  // namespace cmz
