// MAKEFLAGS, and the options that a makefile changes with it.
#include "session_impl.h"

namespace cmz {

// Defines MAKEFLAGS and MFLAGS anew. MAKEFLAGS refers to the variables that hold evals and
// assignments.
void Session::Impl::set_makeflags() {
  Evaluator& e = *evaluator;
  MakeflagsParts parts;
  parts.by_reference = true;
  parts.overrides = db.special.posix ? kCommandVariables : "MAKEOVERRIDES";
  const Variable* overrides = db.globals.find(db.symbols.intern(parts.overrides));
  parts.assignments = overrides && !overrides->value.empty();
  const auto set = [&](std::string_view name, std::string value, Origin origin) {
    return e.define_global(name, std::move(value), origin, Flavor::recursive);
  };
  defining_makeflags = true;
  makeflags_value = makeflags_text(options, parts);
  Variable* flags =
      set("MAKEFLAGS", makeflags_value, options.environment_overrides ? Origin::environment_override : Origin::file);
  if (!makeflags_defined) flags->export_ = Export::yes;
  // Exported as a variable of the environment; a makefile's own value only if there was one in the environment.
  set("MFLAGS", mflags_text(options), environment_origin())->from_environment = mflags_inherited;
  defining_makeflags = false;
  makeflags_defined = true;
}

// A makefile set MAKEFLAGS: its options count from now on, and it shows them in make's order. Its assignments are as
// strong as its own; `assigns` is that strength where nothing overrides.
void Session::Impl::makeflags_changed(Origin assigns) {
  if (defining_makeflags) return;
  Variable* variable = db.globals.find(db.symbols.intern("MAKEFLAGS"));
  if (variable == nullptr || variable->value == makeflags_value) return;
  std::string value = variable->value;
  // What `+=` appends belongs to the options, not behind `--`.
  const size_t dashes = makeflags_value.find(" -- $(");
  if (dashes != std::string::npos && value.starts_with(makeflags_value + " "))
    value.erase(dashes, makeflags_value.size() - dashes);
  // With `override`, its switches are stronger than those of the command line, and its text stays as it is.
  const auto given = options.given;
  if (variable->origin == Origin::override_) {
    options.given = {};
    assigns = Origin::override_;
    variable->set_value(value);
  }
  take_flags(variable->flavor == Flavor::simple ? value : evaluator->expand(value), assigns);
  options.given = given;
}

// Options of a makefile count from now on.
void Session::Impl::take_flags(const std::string& text, Origin assigns) {
  const MakefileFlags flags = parse_makefile_flags(text, options);
  for (const std::string& complaint : flags.complaints) diagnostics.bare_error({}, complaint);
  check_sync_mutex();
  for (const std::string& assignment : flags.assignments) evaluator->assign_command_line(assignment, assigns);
  apply_options();
  set_include_dirs();
  set_makeflags();
  enter_directory();
}

// What makefiles leave in GNUMAKEFLAGS counts like options, once: it is not for children. MAKEFLAGS has the last word.
// Manual, "Communicating Options to a Sub-make".
void Session::Impl::take_gnumakeflags() {
  const std::string text = evaluator->expand("$(GNUMAKEFLAGS)");  // it may be undefined, under -R
  if (!text.empty()) {
    MakeflagsParts parts;
    parts.assignments = parts.evals = false;
    const std::string flags = makeflags_text(options, parts);
    take_flags(text, environment_origin());
    take_flags(evaluator->expand(flags), environment_origin());
  }
  evaluator->define_global("GNUMAKEFLAGS", "", Origin::override_);
}

// Options that take effect wherever they come from.
void Session::Impl::apply_options() {
  EvalSettings& s = evaluator->settings;
  s.environment_overrides = options.environment_overrides;
  evaluator->warnings.set_command_line(options.warnings, options.warn_undefined);
  s.no_builtin_rules = options.no_builtin_rules;
  s.no_builtin_variables = options.no_builtin_variables;
  const DebugFlags flags = options.debug_flags();
  debug.set_kinds(flags.basic * DebugLog::basic + flags.verbose * DebugLog::verbose + flags.jobs * DebugLog::jobs +
                  flags.implicit * DebugLog::implicit + flags.makefile * DebugLog::makefiles +
                  flags.print * DebugLog::print + flags.why * DebugLog::why);
  executor.do_simple_commands(!debug.wants(DebugLog::jobs));  // which tells of processes
  evaluator->debug = search->debug = flags.any() ? &debug : nullptr;
}

// SIGUSR1: make starts to think aloud, or stops.
void Session::Impl::toggle_debug() {
  const unsigned trace = debug.kinds() & (DebugLog::print | DebugLog::why);
  const bool on = debug.kinds() == trace;
  debug.set_kinds(trace + (on ? DebugLog::basic : 0));
  evaluator->debug = search->debug = debug.kinds() != 0 ? &debug : nullptr;
  if (builder) builder->set_debug(evaluator->debug);
}

}  // namespace cmz
