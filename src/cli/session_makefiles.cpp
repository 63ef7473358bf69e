// Which makefiles are read, and what happens when a rule remakes one.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "cmzmake/base/strings.h"
#include "data_base.h"
#include "session_impl.h"

namespace cmz {

void Session::Impl::read_makefiles() {
  Evaluator& e = *evaluator;
  e.reading_makefiles = true;
  for (const std::string& text : std::vector(options.evals)) e.eval_text(text, {}, {});
  if (!options.evals.empty()) e.define_global(kEvalFlags, eval_flags_text(options), Origin::automatic);
  e.define_global("MAKEFILE_LIST", "", Origin::file);

  const std::string makefiles = e.value_of("MAKEFILES");
  for (std::string_view name : Words(makefiles)) e.read_makefile(name, true, true, false, false);

  for (const std::string& name : options.makefiles) {
    if (name == "-") {
      read_stdin_makefile();
      continue;
    }
    read_named_makefile(name);
  }
  if (options.makefiles.empty()) read_default_makefile();
  e.reading_makefiles = false;
  e.where = {};
  finish_options();
}

void Session::Impl::read_named_makefile(std::string_view name) {
  if (evaluator->read_makefile(name, false, false)) return;
  ReadMakefile& missing = evaluator->makefiles.back();  // a rule may still make it
  diagnostics.bare_error({}, fmt::format("{}: {}", name, std::strerror(missing.error)));
  missing.named = true;
}

void Session::Impl::read_default_makefile() {
  std::vector<std::string_view> names = {"GNUmakefile", "makefile", "Makefile"};
  if (options.dialect == Dialect::own) names.insert(names.begin(), "Taskfile");
  for (std::string_view name : names) {
    if (!disk->listed(name)) continue;
    read_named_makefile(name);
    return;
  }
  for (std::string_view name : names) {  // each may be made by a rule
    Target& target = db.target(name);
    evaluator->makefiles.push_back({.target = &target, .where = {}, .optional = true, .error = ENOENT, .named = true});
  }
}

// The options that makefiles leave, now that all are read: -R means -r too, and what -R and -r take
// away goes.
void Session::Impl::finish_options() {
  makeflags_changed(environment_origin());  // what has not counted yet counts as the environment's
  take_gnumakeflags();
  check_sync_mutex();
  const bool had_variables = !command_line_options.no_builtin_variables;
  const bool had_rules = !command_line_options.no_builtin_rules;
  finish_makefile_flags(options);
  leave_jobserver();
  apply_options();
  set_makeflags();
  if (had_variables && options.no_builtin_variables) forget_builtin_variables();
  if (options.no_builtin_rules && had_rules) evaluator->define_global("SUFFIXES", "", Origin::default_);
}

// Standard input is kept in a file: make may have to read it again.
void Session::Impl::read_stdin_makefile() {
  std::string text;
  char buffer[16384];
  for (ssize_t n; (n = ::read(STDIN_FILENO, buffer, sizeof buffer)) != 0;) {
    if (n < 0) {
      if (errno == EINTR) continue;
      break;  // as if it ended there
    }
    text.append(buffer, static_cast<size_t>(n));
  }
  std::string name = temporary() + "/GmXXXXXX";
  if (const std::error_code error = host.stored_makefile.make(name)) {
    diagnostics.bare_error({}, fmt::format("cannot create temporary file {}: {}", name, error.message()));
    throw Fatal({}, "cannot store makefile from stdin to a temporary file");
  }
  if (const std::error_code error = disk->write(name, text, false))
    throw Fatal({}, fmt::format("fwrite: temporary file {}: {}", name, error.message()));
  disk->changed(name);
  evaluator->read_makefile(name, false, false);
}

// Makefiles are remade for real, by the recipes' own makes too.
Builder::Remade Session::Impl::remake_makefiles() {
  const bool dry_run = std::exchange(options.dry_run, false);
  const bool question = std::exchange(options.question, false);
  const bool touch = std::exchange(options.touch, false);
  const bool differs = dry_run || question || touch;
  if (differs) set_makeflags();
  const auto remade = builder->remake_makefiles(evaluator->makefiles);
  options.dry_run = dry_run;
  options.question = question;
  options.touch = touch;
  if (differs) set_makeflags();
  return remade;
}

void Session::Impl::restart() {
  if (options.print_data_base) say(event::Text::What::data_base, data_base_text(*evaluator, options));
  if (jobserver) jobserver->return_all();
  const std::vector<std::string> again = host.stored_makefile.path().empty()
                                             ? arguments
                                             : arguments_with_temp_stdin(arguments, host.stored_makefile.path());
  std::vector<std::string> env;
  for (const std::string& entry : environment)
    if (entry.compare(0, 14, "MAKE_RESTARTS=") != 0) env.push_back(entry);
  env.push_back(fmt::format("MAKE_RESTARTS={}{}", prints_directory() ? "-" : "", restarts + 1));
  std::vector<char*> envp;
  envp.reserve(env.size() + 1);
  for (std::string& entry : env) envp.push_back(entry.data());
  envp.push_back(nullptr);
  if (!options.directories.empty() && start_directory && ::chdir(start_directory->c_str()) != 0)
    throw Fatal({}, fmt::format("{}: {}", *start_directory, std::strerror(errno)));
  builder.reset();
  if (serves) {  // our own pool ends with us
    executor.set_pool(nullptr);
    jobserver = nullptr;
    pool.reset();
  }
  console.end_capture();
  if (debug.wants(DebugLog::basic)) {
    std::string text;
    for (const std::string& argument : again) text += ' ' + argument;
    debug.say(DebugLog::basic, 0, "Re-executing[{}]:{}", restarts + 1, text);
  }
  end_events({0, 0, true});
  const int error = executor.replace_process(again, envp.data(), !host.stored_makefile.path().empty());
  diagnostics.bare_error({}, fmt::format("{}: {}", arguments[0], std::strerror(error)));
  host.stored_makefile.remove();
  std::exit(127);
}

}  // namespace cmz
