// The one loop of a build: the walk goes on as far as it can, then make sleeps until something has happened.
//
//        ┌──────────────► the walk goes on: goals in their order, then what has become ready, pass by pass
//        │                  │ pauses: a recipe waits for a slot, or runs one at a time; or nothing is ready
//        │                  ▼
//     woken by ◄───────── sleep: the only place
//     a child's end, a token, a signal, a timer
//
// A pass speaks of a finished goal once it is done with it.
#include "cmzmake/plan/builder.h"

#include <algorithm>
#include <utility>

#include "rooms.h"

namespace cmz {

Builder::Builder(BuildContext context, BuildOptions options)
    : rooms_(std::make_unique<Rooms>(context, std::move(options))) {}

Builder::~Builder() = default;

int Builder::fatal_signal() const { return rooms_->failures.signal(); }
const PlanCounts& Builder::counts() const { return rooms_->plan.counts; }
bool Builder::clock_skew() const { return rooms_->times.clock_skew(); }
void Builder::set_debug(DebugLog* debug) { rooms_->plan.debug = debug; }
void Builder::look_ahead(const std::vector<Target*>& goals) { rooms_->times.look_ahead(goals); }

void Builder::assume_old(Target& target) {
  target.old_file = true;
  TargetTimes::set(target, FileTime::oldest());
  rooms_->states.finish(target, Status::success);
}

void Builder::assume_done(Target& target) { rooms_->states.finish(target, Status::success); }

void Builder::assume_new(Target& target) { TargetTimes::set(target, FileTime::newest()); }

int Builder::build(const std::vector<Target*>& goals, bool named) {
  rooms_->goals.are_named = named;
  for (Target* goal : goals) goal->command_line = true;
  const Status status = run(goals);
  if (status == Status::failed) return 2;
  return status == Status::question ? 1 : 0;
}

Status Builder::run(const std::vector<Target*>& goals) {
  Rooms& r = *rooms_;
  r.goals.begin(goals);
  if (!r.goals.are_makefiles) r.order.shuffle(r.goals.list());
  r.ready.reset();
  r.finisher.forget();
  r.states.set_walking(true);
  r.next_goal = 0;
  r.in_goal = false;
  pass_begins();
  try {
    for (Move move = Move::went_on; move != Move::done && !r.failures.stopping(); move = next_move())
      if (move == Move::sleep) sleep();
  } catch (...) {
    r.walker.abandon();
    throw;
  }
  if (r.failures.stopping()) {
    if (!r.walker.at_rest()) r.walker.go_on();  // to where it gives up
    drain(r.failures.signal() == 0 && r.failures.stop() == Status::failed);
  }
  return result();
}

// What to do next: one step of the walk, or nothing.
Builder::Move Builder::next_move() {
  Rooms& r = *rooms_;
  if (!r.walker.at_rest()) {
    r.pause = r.walker.go_on();
    return r.pause == Walker::Pause::none ? Move::went_on : Move::sleep;
  }
  if (std::exchange(r.in_goal, false)) pass_comes_to(r.next_goal);
  if (r.next_goal < r.goals.size()) {
    visit_goal();
    return Move::went_on;
  }
  r.states.set_walking(false);
  r.loop.poll();
  r.failures.look_for_signal();
  return r.failures.stopping() ? Move::went_on : visit_ready();
}

// The only place where a build sleeps.
void Builder::sleep() {
  Rooms& r = *rooms_;
  if (r.pause != Walker::Pause::slot) r.jobs.tell_live_children();  // it was told why it waits
  if (r.walker.at_rest()) r.ready.rewind();
  r.slots.before_sleep(r.jobs.patience_ms());
  ++r.plan.counts.sleeps;
  const Loop::Time before = r.plan.options.statistics ? r.loop.now() : Loop::Time();
  r.loop.wait();
  if (r.plan.options.statistics) r.plan.counts.asleep_ns += (r.loop.now() - before) / std::chrono::nanoseconds(1);
  r.slots.after_sleep();
  r.failures.look_for_signal();
  if (r.walker.at_rest()) pass_begins();
}

void Builder::visit_goal() {
  Rooms& r = *rooms_;
  const size_t index = r.next_goal++;
  r.in_goal = true;
  r.goals.current = static_cast<uint32_t>(index);
  r.ready.follow_walk();
  Target* const found = r.times.resolve(&r.goals[index]);
  if (&r.goals[index] != found) {  // by vpath: nothing is said of it
    r.goals.note_changed(index);
    r.states.reopen(*found);
  }
  r.goals.replace(index, found);
  if (found->progress == Progress::untouched) {
    if (r.goals.are_makefiles) found->optional_makefile = r.goals.makefiles.of_goal[index]->optional;
    r.walker.visit_goal(*found);
  } else if (r.plan.debug) {
    r.walker.tell_seen(*found, r.walker.goal_depth());
  }
}

// Looks at the next target that has become ready.
Builder::Move Builder::visit_ready() {
  Rooms& r = *rooms_;
  if (r.ready.pass_is_empty()) {
    pass_comes_to(r.goals.size());
    if (r.ready.next_is_empty() && !r.goals.some_finished) return r.executor.running() == 0 ? Move::done : Move::sleep;
    r.ready.begin_pass();
    pass_begins();
    if (r.ready.pass_is_empty()) return Move::went_on;
  }
  Target& next = r.ready.pop();
  pass_comes_to(next.goal);
  if (next.progress != Progress::waiting) return Move::went_on;
  if (r.finisher.made_a_waiter() && !r.goals.want(next))
    r.ready.put_aside(next);
  else
    r.walker.visit_again(next);
  return Move::went_on;
}

Status Builder::result() const {
  const Rooms& r = *rooms_;
  if (r.failures.stop() != Status::none) return r.failures.stop();
  if (r.goals.first_trouble == Status::success)
    for (const Target* goal : r.goals.list())
      if (goal->progress != Progress::finished) return Status::failed;
  return r.goals.first_trouble;
}

void Builder::pass_begins() {
  rooms_->pass_goal = 0;
  rooms_->goals_to_tell = std::exchange(rooms_->goals.some_finished, false);
}

// The pass is done with the goals before `end`.
void Builder::pass_comes_to(size_t end) {
  Rooms& r = *rooms_;
  if (r.goals_to_tell || r.goals.some_finished) {
    for (size_t i = r.pass_goal; i < end && !r.failures.stopping(); ++i) {
      Target& goal = r.goals[i];
      if (goal.progress != Progress::finished || r.goals.tell(i)) continue;
      const Status status = r.walker.answer(goal, nullptr);
      Status& trouble = r.goals.first_trouble;
      if (trouble == Status::success && (status == Status::failed || status == Status::question)) trouble = status;
      goal.well_ended = trouble == Status::success;
      if (goal.untold && !(r.goals.are_makefiles && r.goals.makefiles.of_goal[i]->optional)) {
        r.goals.current = static_cast<uint32_t>(i);
        r.failures.tell_failure(goal);
      }
      if (status == Status::success) tell_goal(i);
    }
  }
  r.pass_goal = std::max(r.pass_goal, end);
}

// It needed nothing, unless something was done for it.
void Builder::tell_goal(size_t index) {
  const Rooms& r = *rooms_;
  const Target& goal = r.goals[index];
  if (r.goals.are_makefiles || r.goals.changed(index) || r.plan.silent() || r.plan.options.question) return;
  const Target* rule = goal.double_colon ? goal.next_double_colon : &goal;
  while (rule->next_double_colon) rule = rule->next_double_colon;
  r.plan.events.on(event::UpToDate{goal.name.view(), goal.phony || rule->recipe == nullptr});
}

void Builder::drain(bool say) {
  Rooms& r = *rooms_;
  r.walker.abandon();
  r.pause = Walker::Pause::none;
  if (r.executor.running() > 0 && say) r.failures.tell_waiting();
  while (r.executor.running() > 0) sleep();
}

}  // namespace cmz
