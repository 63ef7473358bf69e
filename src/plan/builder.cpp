#include "cmzmake/plan/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "cmzmake/base/table_order.h"

namespace cmz {

Builder::Builder(BuildContext context, BuildOptions options)
    : e_(context.evaluator),
      db_(context.evaluator.db),
      search_(context.search),
      disk_(context.disk),
      executor_(context.executor),
      tokens_(context.tokens),
      events_(context.events),
      capture_(context.capture),
      debug_(context.debug),
      load_(context.load),
      options_(std::move(options)) {
  executor_.set_listener(this);
}

Builder::~Builder() { executor_.set_listener(nullptr); }

int Builder::build(const std::vector<Target*>& goals) {
  for (Target* goal : goals) goal->command_line = true;
  const Status status = run(goals);
  if (status == Status::failed) return 2;
  return status == Status::question ? 1 : 0;
}

// The passes: the first one walks the goals; each later one looks, in the first one's order, at
// what has become ready since. What becomes ready before the place where a pass has come to waits
// for the next. A pass speaks of a finished goal once it is done with it.
Status Builder::run(const std::vector<Target*>& goals) {
  goals_ = goals;
  if (!remaking_makefiles_) shuffle_goals();
  goal_changed_.assign(goals.size(), 0);
  goal_told_.assign(goals.size(), 0);
  first_trouble_ = Status::success;
  cursor_ = 0;
  order_ = 0;
  ++pass_;
  ready_ = {};
  later_ = {};
  waiter_finished_ = false;
  unwanted_.clear();

  some_goal_finished_ = true;  // perhaps before
  pass_begins();
  for (size_t i = 0; i < goals_.size() && !stopping(); ++i) {
    goal_ = static_cast<uint32_t>(i);
    cursor_ = order_ + 1;
    Target* const found = resolve(goals_[i]);
    if (goals_[i] != found) goal_changed_[i] = 1;  // by vpath: nothing is said of it
    goals_[i] = found;
    if (goals_[i]->progress == Progress::untouched) {
      if (remaking_makefiles_) goals_[i]->optional_makefile = goal_makefiles_[i]->optional;
      walk(goals_[i]);
    } else if (debug_) {
      tell_seen(*goals_[i], remaking_makefiles_ ? 1 : 0);
    }
    if (!stopping()) pass_comes_to(i + 1);
  }
  while (!stopping()) {
    executor_.poll();
    check_signal();
    if (stopping() || visit_ready()) continue;
    if (executor_.running() == 0) break;
    tell_live_children();
    cursor_ = 0;
    executor_.wait();
    check_signal();
    ++pass_;
    pass_begins();
  }
  if (stopping()) drain(signal_ == 0 && stop_ == Status::failed);

  if (stop_ != Status::none) return stop_;
  for (const Target* goal : goals_)
    if (goal->progress != Progress::finished && first_trouble_ == Status::success) return Status::failed;
  return first_trouble_;
}

void Builder::pass_begins() {
  pass_goal_ = 0;
  goals_to_tell_ = std::exchange(some_goal_finished_, false);
}

// The pass is done with the goals before `end`.
void Builder::pass_comes_to(size_t end) {
  if (goals_to_tell_ || some_goal_finished_) {
    for (size_t i = pass_goal_; i < end && !stopping(); ++i) {
      Target& goal = *goals_[i];
      if (goal.progress != Progress::finished || std::exchange(goal_told_[i], 1)) continue;
      const Status status = answer(goal, nullptr);
      if (first_trouble_ == Status::success && (status == Status::failed || status == Status::question))
        first_trouble_ = status;
      goal.well_ended = first_trouble_ == Status::success;
      if (goal.untold && !(remaking_makefiles_ && goal_makefiles_[i]->optional)) {
        goal_ = static_cast<uint32_t>(i);
        tell_failure(goal);
      }
      finish_goal(i, status);
    }
  }
  pass_goal_ = std::max(pass_goal_, end);
}

// Looks at the next target that has become ready; false when there is none.
bool Builder::visit_ready() {
  if (ready_.empty()) {
    pass_comes_to(goals_.size());
    if (later_.empty() && !some_goal_finished_) return false;
    std::swap(ready_, later_);
    cursor_ = 0;
    ++pass_;
    pass_begins();
    if (ready_.empty()) return true;
  }
  const Ready next = ready_.top();
  ready_.pop();
  cursor_ = next.order;
  pass_comes_to(next.target->goal);
  if (next.target->progress != Progress::waiting) return true;
  if (waiter_finished_ && !wanted(*next.target))
    unwanted_.push_back(next.target);
  else
    resume_walk(next.target);
  return true;
}

// Whether a goal is or waits for `target`. Only when a circle leads through the peers of a group is
// there one for which nobody waits any more.
bool Builder::wanted(Target& target) const {
  std::vector<Target*> up{&target};
  std::unordered_set<const Target*> seen{&target};
  while (!up.empty()) {
    Target* t = up.back();
    up.pop_back();
    if (t->command_line) return true;
    if (remaking_makefiles_ && std::find(goals_.begin(), goals_.end(), t) != goals_.end()) return true;
    for (Target* waiter : t->waiters)
      if (waiter->progress == Progress::waiting && seen.insert(waiter).second) up.push_back(waiter);
  }
  return false;
}

void Builder::finish_goal(size_t index, Status status) {
  const Target& goal = *goals_[index];
  if (remaking_makefiles_ || goal_changed_[index] || status != Status::success || options_.silent ||
      db_.special.silent_all || options_.question)
    return;
  Event event{};
  event.kind = Event::Kind::up_to_date;
  event.target = goal.name.view();
  const Target* rule = goal.double_colon ? goal.next_double_colon : &goal;
  while (rule->next_double_colon) rule = rule->next_double_colon;
  event.flag = goal.phony || rule->recipe == nullptr;
  events_.on(event);
}

void Builder::drain(bool say) {
  if (executor_.running() > 0 && say && !said_waiting_) {
    said_waiting_ = true;
    Event event{};
    event.kind = Event::Kind::waiting;
    events_.on(event);
  }
  while (executor_.running() > 0) {
    tell_live_children();
    executor_.wait();
    check_signal();
  }
}

Builder::Remade Builder::remake_makefiles(std::vector<ReadMakefile>& makefiles) {
  // A double-colon target without prerequisites would be remade for ever.
  makefile_of_.clear();
  goal_makefiles_.clear();
  std::vector<Target*> goals;
  std::vector<const ReadMakefile*> unreadable;
  for (auto it = makefiles.begin(); it != makefiles.end(); ++it) {
    Target* target = it->target;
    it->optional |= it->is_default;
    if (makefile_of_.contains(target)) {  // read twice: needed twice, or now by no mere -include
      goals.push_back(target);
      goal_makefiles_.push_back(&*it);
      continue;
    }
    bool endless = false;
    for (const Target* t = target->next_double_colon; t; t = t->next_double_colon)
      endless |= t->prerequisites.empty() && t->recipe != nullptr;
    if (endless || target->phony) {  // it cannot help one that could not be read
      if (it->error != 0 && !it->optional && !it->is_object) unreadable.push_back(&*it);
      continue;
    }
    std::error_code error;
    if (it->is_object && it->error != 0 && disk_.mtime(target->name.view(), &error).is_absent() && error)
      target->mtime = FileTime::absent();  // why it cannot be looked at is said where it could not be loaded
    known_since_read(*it);
    makefile_of_[target] = &*it;
    goals.push_back(target);
    goal_makefiles_.push_back(&*it);
  }
  for (auto it = unreadable.rbegin(); it != unreadable.rend(); ++it) show_missing(**it);
  if (!unreadable.empty()) return Remade::failed;
  if (goals.empty()) return Remade::nothing;
  std::vector<FileTime> before;
  for (Target* goal : goals) before.push_back(mtime(*goal));

  remaking_makefiles_ = true;
  const BuildOptions saved = options_;
  options_.dry_run = options_.question = options_.touch = false;  // makefiles are remade for real
  options_.always_make = options_.always_make && !already_restarted;
  run(goals);
  options_ = saved;
  remaking_makefiles_ = false;
  if (signal_) return Remade::failed;

  const bool stopped = stop_ != Status::none;
  bool changed = false, failed = stopped;
  for (size_t i = 0; i < goals.size(); ++i) {
    Target& goal = *goals[i];
    const Target& judged = goal.double_colon ? *goal.next_double_colon : goal;  // its first rule alone
    if (judged.progress == Progress::finished && judged.status == Status::failed) {
      const ReadMakefile* const makefile = goal_makefiles_[i];
      if (makefile->optional) continue;
      failed = true;
      if (options_.keep_going || stop_ == Status::none) {
        Event event{};
        event.kind = Event::Kind::makefile_failed;
        event.target = goal.name.view();
        event.where = makefile->where;
        events_.on(event);
      }
      continue;
    }
    if (goal.updated && mtime(goal) != before[i]) changed = true;
  }
  stop_ = Status::none;
  for (Target* goal : goals) goal->optional_makefile = false;
  if (changed && (!failed || (options_.keep_going && !stopped))) return Remade::changed;
  return failed ? Remade::failed : Remade::nothing;
}

void Builder::remove_intermediates() {
  if (options_.question || options_.touch) return;
  std::vector<Target*> made;
  for (Target& t : db_.targets())
    if (t.intermediate && t.updated && !t.precious && !t.secondary && !t.not_intermediate && !t.command_line &&
        !db_.special.secondary_all)
      made.push_back(&t);
  const size_t size = table_size(1024, db_.targets().size());
  std::stable_sort(made.begin(), made.end(), [size](const Target* a, const Target* b) {
    return table_place(a->name.view(), size) < table_place(b->name.view(), size);
  });
  std::string names;
  const auto show = [&](bool whole) {
    if (names.empty() || options_.silent || db_.special.silent_all) return;
    Event event{};
    event.kind = Event::Kind::removing;
    event.text = names;
    event.flag = !whole;
    events_.on(event);
    names.clear();
  };
  bool any = false;
  for (Target* t : made) {
    std::error_code error;
    if (!options_.dry_run) {
      error = disk_.remove(t->name.view());
      if (error == std::errc::no_such_file_or_directory) continue;
      disk_.changed(t->name.view());
    }
    if (!std::exchange(any, true) && debug_) debug_->say(DebugLog::basic, 0, "Removing intermediate files...");
    if (!names.empty()) names += ' ';
    names += t->name.view();
    if (!error) continue;
    show(false);
    e_.diagnostics.message({}, fmt::format("\nunlink: {}: {}", t->name.view(), error.message()));
  }
  show(true);
}

}  // namespace cmz
