// The build: goals and what the command line says about files, options and the builder.
#include <charconv>
#include <utility>

#include "cmzmake/base/strings.h"
#include "cmzmake/eval/loaded_objects.h"
#include "session_impl.h"
#include "target_list.h"

namespace cmz {

BuildOptions Session::Impl::build_options() const {
  BuildOptions b;
  b.keep_going = options.keep_going;
  b.dry_run = options.dry_run;
  b.question = options.question;
  b.touch = options.touch;
  b.always_make = options.always_make;
  b.ignore_errors = options.ignore_errors;
  b.silent = options.silent;
  b.statistics = options.statistics;
  b.check_symlink_times = options.check_symlink_times;
  const bool one_slot = serves ? options.jobs == 1 : !jobserver && options.jobs != Options::kJobsUnlimited;
  b.one_at_a_time = one_slot || db.special.not_parallel;
  b.max_load = options.max_load;
  if (!shuffle.empty() && shuffle != "identity") {
    if (shuffle == "reverse") {
      b.shuffle.mode = Shuffle::Mode::reverse;
    } else {
      b.shuffle.mode = Shuffle::Mode::random;
      std::from_chars(shuffle.data(), shuffle.data() + shuffle.size(), b.shuffle.seed);
    }
  }
  if (jobserver && !jobserver->inherited_descriptors().empty())
    b.adjust_environment = [](std::vector<std::pair<std::string, std::string>>& pairs, bool recursive) {
      if (recursive) return;
      // The descriptors are closed in such a child: the text says so.
      for (auto& [name, value] : pairs)
        if (name == "MAKEFLAGS" || name == "MFLAGS") value = without_jobserver(value);
    };
  return b;
}

// The built-in ones, and those that makefiles write as suffix rules.
void Session::Impl::add_implicit_rules() {
  const auto make_builtin = [this] {
    if (!options.no_builtin_rules) evaluator->define_builtin_rules();
  };
  const auto is_dotted = [](std::string_view goal) { return goal.starts_with('.'); };
  const auto may_be_dotted = [](const Variable* goal) {  // it is expanded later, once
    return goal && (goal->has_dollar || goal->value.starts_with('.'));
  };
  if (!options.print_data_base && !options.print_targets && !evaluator->debug && evaluator->has_only_builtin_rules() &&
      std::none_of(options.goals.begin(), options.goals.end(), is_dotted) &&
      !may_be_dotted(evaluator->lookup(".DEFAULT_GOAL"))) {
    evaluator->finish_reading();
    search->defer_rules([this, make_builtin] {
      make_builtin();
      evaluator->convert_suffix_rules();
    });
    return;
  }
  make_builtin();
  evaluator->finish_reading();
  evaluator->convert_suffix_rules();
}

int Session::Impl::build() {
  open_pool();
  if (jobserver)
    debug.say(debug.wants(DebugLog::jobs) ? DebugLog::jobs : DebugLog::verbose, 0, "Using jobserver controller {}",
              options.jobserver_auth);
  settle_output_sync();
  if (!shuffle.empty()) debug.say(DebugLog::basic, 0, "Enabled shuffle mode: {}", shuffle);
  set_makeflags();
  add_implicit_rules();
  // `.IGNORE:` alone is -i, for sub-makes too.
  if (db.special.ignore_all && !std::exchange(options.ignore_errors, true)) set_makeflags();

  show_reading_output();
  if (options.print_targets) {
    say(event::Text::What::targets, target_list(db));
    return 0;
  }
  share_output();

  LoadGauge load;
  BuildContext context{*evaluator, *search, *disk, host.loop, executor, *pool, events};
  context.capture = console.capture();
  context.debug = evaluator->debug;
  context.load = &load;
  builder.emplace(context, build_options());
  // The makefiles that a restart reads again are not remade for ever: -B and -W count once for
  // them.
  builder->already_restarted = restarts > 0;
  mark_old_files();
  if (restarts == 0) mark_new_files();
  if (const std::string& kept = host.stored_makefile.path(); !kept.empty()) builder->assume_done(named_target(kept));

  debug.say(DebugLog::basic, 0, "Updating makefiles....");
  debug.set_quiet(true);
  // Implicit rules see that they are mentioned, also those for makefiles.
  for (const std::string& goal : options.goals) named_target(goal).is_explicit = true;
  builder->look_ahead(likely_goals());
  const auto remade = remake_makefiles();
  stretch_over(&Stretches::makefiles_made);
  debug.set_quiet(false);
  if (builder->fatal_signal()) return 2;
  if (remade == Builder::Remade::failed) {
    builder->drain(true);
    builder->remove_intermediates();
    return 2;
  }
  if (remade == Builder::Remade::changed) {
    builder->remove_intermediates();
    restart();
  }
  if (evaluator->has_objects()) evaluator->objects().reload();
  if (restarts > 0) mark_new_files();
  const std::vector<Target*> wanted = goals();
  debug.say(DebugLog::basic, 0, "Updating goal targets....");
  int status = builder->build(wanted, !options.goals.empty());
  if (builder->fatal_signal() == 0) builder->remove_intermediates();
  if (builder->clock_skew()) events.on(event::ClockSkew{});
  return status;
}

// The target that the command line or .DEFAULT_GOAL means.
Target& Session::Impl::named_target(std::string_view name) {
  return db.target(name.starts_with('~') ? disk->expand_tilde(name) : std::string(without_dot_slash(name)));
}

// Those of the goals that are known now, before makefiles are remade.
std::vector<Target*> Session::Impl::likely_goals() {
  std::vector<Target*> out;
  for (const std::string& goal : options.goals)
    if (Target* target = db.find_target(without_dot_slash(goal))) out.push_back(target);
  const Variable* goal = options.goals.empty() ? evaluator->lookup(".DEFAULT_GOAL") : nullptr;
  if (goal && !goal->has_dollar)
    if (Target* target = db.find_target(goal->value)) out.push_back(target);
  return out;
}

std::vector<Target*> Session::Impl::goals() {
  std::vector<Target*> out;
  const auto add = [&](std::string_view name) { out.push_back(&named_target(name)); };
  for (const std::string& goal : options.goals) add(goal);
  if (!out.empty()) return out;

  std::string text;
  if (const Variable* goal = evaluator->lookup(".DEFAULT_GOAL"))
    text = goal->has_dollar ? evaluator->expand(goal->value) : goal->value;
  if (const Target* whole = db.find_target(text); whole && whole->is_target) {
    add(text);
    return out;
  }
  std::string_view rest = text;
  const std::string_view goal = next_word(rest);
  if (goal.empty()) {
    bool any = false;
    for (const ReadMakefile& m : evaluator->makefiles) any |= m.error == 0;
    throw Fatal({}, any ? "No targets" : "No targets specified and no makefile found");
  }
  if (!trim(rest).empty()) throw Fatal({}, ".DEFAULT_GOAL contains more than one target");
  if (goal.find_first_of("*?[~") != std::string_view::npos) {  // a name that matches nothing stays
    const std::vector<std::string> names = evaluator->disk.glob(goal);
    if (names.size() > 1) throw Fatal({}, ".DEFAULT_GOAL contains more than one target");
    if (!names.empty()) {
      add(names.front());
      return out;
    }
  }
  add(goal);
  return out;
}

void Session::Impl::mark_old_files() {
  for (const std::string& name : options.old_files) builder->assume_old(entered_target(name));
}

void Session::Impl::mark_new_files() {
  for (const std::string& name : options.new_files) builder->assume_new(entered_target(name));
}

// That of -o or -W. To a double-colon target they add one more, without a rule, and leave its rules as they are.
Target& Session::Impl::entered_target(std::string_view name) {
  Target& target = named_target(name);
  target.entered = true;
  return target.double_colon ? db.add_double_colon(target) : target;
}

}  // namespace cmz
