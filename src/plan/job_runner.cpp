#include "job_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "cmzmake/base/memory_reserve.h"
#include "cmzmake/eval/loaded_objects.h"
#include "current_capture.h"

namespace cmz {
namespace {

int64_t now_ns() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970).count();
}

}  // namespace

JobRunner::JobRunner(Plan& plan, const Rooms& rooms)
    : plan_(plan),
      loop_(rooms.loop),
      executor_(rooms.executor),
      states_(rooms.states),
      times_(rooms.times),
      goals_(rooms.goals),
      failures_(rooms.failures),
      finisher_(rooms.finisher),
      slots_(rooms.slots) {
  executor_.set_listener(this);
}

JobRunner::~JobRunner() { executor_.set_listener(nullptr); }

// What the targets' times were, to see afterwards whether the recipe has changed them.
void JobRunner::note_times_before(Target& target) {
  if (target.group)
    for (Target* member : target.group->members)
      if (member->time_before.is_unknown() && member != &target) member->time_before = times_.of(*member);
  target.time_before = target.phony ? FileTime::absent() : times_.of(target);
}

void JobRunner::unload_objects(Target& target) {
  if (!plan_.evaluator.has_objects()) return;
  plan_.evaluator.objects().unload(target);
  if (!target.group) return;
  for (const Target* member : target.group->members)
    if (member != &target) plan_.evaluator.objects().unload(*member);
}

JobRunner::Step JobRunner::begin(Target& target, FileTime time) {
  MemoryReserve::check();
  Recipe& recipe = *target.recipe;
  prepare_recipe(plan_.evaluator, recipe);
  note_times_before(target);
  RunningJob running;
  running.target = &target;

  if (plan_.options.touch && !recipe.any_recursive) {
    if (target.phony) {
      finisher_.finish(target, Status::success, Finisher::Ran::touched);
      return Step::settled;
    }
    goals_.note_changed(target.goal);
    running.touches = 1;
    finish_touched(running);
    return Step::settled;
  }
  if (is_blank(recipe)) {
    finisher_.finish(target, Status::success, Finisher::Ran::yes);
    return Step::settled;
  }

  unload_objects(target);  // even for a recipe that is only shown: GNU Make expands it without them
  target.expanded = true;
  try {
    prepare(running, time);
  } catch (...) {
    close_capture(running);  // the error comes behind what the job has written
    throw;
  }
  if (!waiting_) return Step::settled;
  waiting_->job->id = next_id_++;
  if (waiting_->any_process) {
    loop_.poll();
    failures_.look_for_signal();
    return go_on();
  }
  start();
  return Step::settled;
}

JobRunner::Step JobRunner::go_on() {
  RunningJob& running = *waiting_;
  if (failures_.stopping()) {
    slots_.withdraw();
    wait_.reset();
    RunningJob given_up = std::move(*waiting_);
    waiting_.reset();
    close_capture(given_up);
    finisher_.finish(*given_up.target, Status::failed, Finisher::Ran::no);
    return Step::settled;
  }
  if (plan_.debug && slots_.needs_token()) {
    tell_live_children();
    plan_.debug->say(DebugLog::jobs, 0, "Need a job token; we have children");
  }
  const auto before = std::exchange(wait_, slots_.ask(running.recursive));
  if (!wait_) {
    start();
    return Step::settled;
  }
  if (!before || before->reason != wait_->reason)
    plan_.events.on(event::JobWaits{running.job->id, running.target->name.view(), wait_->reason});
  return Step::wants_slot;
}

void JobRunner::drop_waiting() {
  wait_.reset();
  if (!waiting_) return;
  slots_.withdraw();
  RunningJob dropped = std::move(*waiting_);
  waiting_.reset();
  close_capture(dropped);
}

// There is nothing to run.
void JobRunner::finish_without_job(RunningJob& running) {
  close_capture(running);
  if (running.in_question)
    finisher_.finish(*running.target, Status::question, Finisher::Ran::no);
  else if (running.touches > 0)
    finish_touched(running);
  else
    finisher_.finish(*running.target, Status::success, Finisher::Ran::yes);
}

// The job has its slot.
void JobRunner::start() {
  RunningJob prepared = std::move(*waiting_);
  waiting_.reset();
  const JobId id = prepared.job->id;
  RunningJob& running = jobs_.emplace(id, std::move(prepared)).first->second;
  Job& job = *running.job;
  Target& target = *running.target;
  if (running.capture >= 0) {
    job.stdout_fd = plan_.capture->stdout_fd(running.capture);
    job.stderr_fd = plan_.capture->stderr_fd(running.capture);
    job.capture_recursive = plan_.capture->mode() == OutputSync::recurse;
  }
  states_.set(target, Progress::running);
  if (target.group)
    for (Target* member : target.group->members)
      if (member != &target) states_.run_as_peer(*member);
  goals_.note_changed(target.goal);
  if (running.any_process) {
    times_.stop_looking_ahead();  // also under -n: what runs may change any file before it ends
    slots_.take(running.recursive);
  }
  running.began_ns = now_ns();
  event::JobBegan began;
  began.job = id;
  began.target = target.name.view();
  began.where = target.recipe->where;
  began.runs = running.any_process;
  began.recursive = running.recursive;
  began.counts = states_.counts();
  plan_.events.on(began);
  try {
    executor_.start(running.job);
  } catch (...) {
    if (const auto refused = jobs_.find(id); refused != jobs_.end()) {
      if (running.any_process) slots_.give_back(running.recursive);
      close_capture(running);
      tell_ended(running, event::JobEnded::How::failed, {Exit::How::exited, kNotExecuted});
      jobs_.erase(refused);
    }
    throw;
  }
}

void JobRunner::close_capture(RunningJob& running) {
  if (running.capture < 0) return;
  plan_.capture->dump(running.capture);
  plan_.capture->close(std::exchange(running.capture, -1));
}

std::shared_ptr<const Environment> JobRunner::environment_for(RunningJob& running) {
  Evaluator& e = plan_.evaluator;
  Target& target = *running.target;
  const Scope* scope = target_scope(e, target);
  const bool shared = !target.variables && !target.pattern_variables &&
                      (!target.parent || target.scope == e.global_scope()) && e.exports_are_constant();
  const size_t kind = running.any_recursive ? 1 : 0;
  if (shared && shared_version_[kind] == plan_.db.globals.version()) return shared_environment_[kind];

  Scope with_automatic{running.automatic.get(), scope, false};
  auto pairs = e.exported(&with_automatic, false);
  if (plan_.options.adjust_environment) plan_.options.adjust_environment(pairs, running.any_recursive);
  auto environment = std::make_shared<Environment>();
  for (const auto& [name, value] : pairs) environment->add(name, value);
  if (shared) {
    shared_environment_[kind] = environment;
    shared_version_[kind] = plan_.db.globals.version();
  }
  return environment;
}

void JobRunner::line_begins(JobId id, size_t index) {
  RunningJob& running = jobs_.at(id);
  running.line = index;
  const CommandLine& line = running.job->lines[index];
  OutputCapture* const capture = plan_.capture;
  if (running.capture >= 0 && index > 0 &&
      (capture->mode() == OutputSync::line || (line.flags.recursive && capture->mode() != OutputSync::recurse)))
    capture->dump(running.capture);
  event::LineBegan began;
  began.job = id;
  began.target = running.target->name.view();
  began.where = {running.target->recipe->where.file, line.line};
  began.text = line.text;
  began.shown = plan_.options.dry_run || (plan_.debug && plan_.debug->wants(DebugLog::print)) ||
                (!line.flags.silent && !plan_.silent() && !running.target->silent &&
                 (!plan_.options.question || line.flags.recursive));
  began.recursive = line.flags.recursive;
  began.output = output_of(running, index);
  plan_.events.on(began);
}

// Where what is said of a line goes: sub-makes keep their own output together, unless it is all kept together here.
OutputId JobRunner::output_of(const RunningJob& running, size_t line) const {
  const bool direct =
      running.job->lines[line].flags.recursive && plan_.capture && plan_.capture->mode() != OutputSync::recurse;
  return direct ? -1 : running.capture;
}

std::shared_ptr<const Environment> JobRunner::environment(JobId id) {
  RunningJob& running = jobs_.at(id);
  const CurrentCapture current(plan_.capture, running.capture);
  auto made = environment_for(running);
  spare_automatic_ = std::move(running.automatic);
  return made;
}

void JobRunner::line_not_executed(JobId id, size_t index, std::string_view message) {
  plan_.events.on(event::LineNotExecuted{id, message, output_of(jobs_.at(id), index)});
}

void JobRunner::line_failed_ignored(JobId id, size_t index, const Exit& exit) {
  if (plan_.silent()) return;
  tell_line_failed(jobs_.at(id), index, exit, true);
}

void JobRunner::tell_line_failed(RunningJob& running, size_t line, const Exit& exit, bool ignored) {
  failures_.tell_goal_error(running.target->goal);
  event::LineFailed failed;
  failed.job = running.job->id;
  failed.target = running.target->name.view();
  failed.where = {running.target->recipe->where.file, running.job->lines[line].line};
  failed.exit = exit;
  failed.ignored = ignored;
  failed.output = output_of(running, line);
  plan_.events.on(failed);
}

// The manual does not say what -d's lines hold; those of GNU Make name the job by an address.
void JobRunner::process_started(JobId id, size_t, int pid) {
  plan_.events.on(event::ProcessBegan{id, pid});
  if (!plan_.debug) return;
  RunningJob& running = jobs_.at(id);
  running.pid = pid;
  if (std::exchange(running.on_chain, true))
    tell_live_children();  // make goes back to sleep
  else
    plan_.debug->say(DebugLog::jobs, 0, "Putting child {} ({}) PID {} on the chain.", fmt::ptr(running.target),
                     running.target->name.view(), pid);
}

void JobRunner::process_ended(JobId id, int pid, const Exit& exit, const Usage& usage) {
  RunningJob& running = jobs_.at(id);
  running.usage += usage;
  plan_.events.on(event::ProcessEnded{id, pid, exit, usage});
  if (plan_.debug)
    plan_.debug->say(DebugLog::jobs, 0, "Reaping {} child {} PID {} ", exit.ok() ? "winning" : "losing",
                     fmt::ptr(running.target), pid);
}

void JobRunner::tell_live_children() const {
  if (!plan_.debug || !plan_.debug->wants(DebugLog::jobs)) return;
  for (const auto& [id, running] : jobs_)
    plan_.debug->say(DebugLog::jobs, 0, "Live child {} ({}) PID {} ", fmt::ptr(running.target),
                     running.target->name.view(), running.pid);
}

// What the job's end means for its target; says what failed.
Status JobRunner::status_of(RunningJob& running, const Outcome& outcome) {
  Target& target = *running.target;
  if (outcome.ok()) {
    if (!running.in_question) return Status::success;
    delete_half_made(target);
    return Status::question;
  }
  Status status = Status::failed;
  const bool quiet = FailurePolicy::in_silence(target);
  const bool signalled = outcome.exit.how == Exit::How::signalled;
  if (failures_.signal() != 0) delete_half_made(target);
  if (plan_.options.question && !signalled && outcome.exit.status == 1)
    status = Status::question;
  else if (!quiet)
    tell_line_failed(running, outcome.line_index, outcome.exit, false);
  if (failures_.signal() == 0 && (signalled || plan_.db.special.delete_on_error)) delete_half_made(target);
  if (!quiet) failures_.recipe_failed(status);
  return status;
}

void JobRunner::job_ended(JobId id, const Outcome& outcome) {
  const auto found = jobs_.find(id);
  RunningJob running = std::move(found->second);
  jobs_.erase(found);
  Target& target = *running.target;
  if (plan_.debug && running.on_chain)
    plan_.debug->say(DebugLog::jobs, 0, "Removing child {} PID {} from chain.", fmt::ptr(running.target), running.pid);
  if (running.any_process) slots_.give_back(running.recursive);
  failures_.look_for_signal();

  const Status status = status_of(running, outcome);
  close_capture(running);
  if (status == Status::success && running.touches > 0)
    finish_touched(running);
  else
    finisher_.finish(target, status, Finisher::Ran::yes);

  tell_ended(running,
             target.status == Status::failed     ? event::JobEnded::How::failed
             : target.status == Status::question ? event::JobEnded::How::question
                                                 : event::JobEnded::How::done,
             outcome.exit);
}

// Each job that began ends.
void JobRunner::tell_ended(const RunningJob& running, event::JobEnded::How how, const Exit& exit) {
  event::JobEnded ended;
  ended.job = running.job->id;
  ended.target = running.target->name.view();
  ended.how = how;
  ended.exit = exit;
  ended.began_ns = running.began_ns;
  ended.ended_ns = now_ns();
  ended.usage = running.usage;
  ended.counts = states_.counts();
  plan_.events.on(ended);
}

}  // namespace cmz
