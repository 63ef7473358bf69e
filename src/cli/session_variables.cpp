// The variables that makefiles find defined: make's own, the environment's, the command line's.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "cmzmake/base/strings.h"
#include "session_impl.h"

namespace cmz {

namespace {

constexpr std::string_view kFeatures =
    "target-specific order-only second-expansion else-if shortest-stem undefine oneshell nocomment "
    "grouped-target extra-prereqs notintermediate shell-export archives jobserver jobserver-fifo "
    "output-sync check-symlink load";

}  // namespace

// What there is while the options are read: what an assignment of the command line refers to, before
// -C has been followed.
void Session::Impl::begin_variables() {
  evaluator->original_environment = environment;
  evaluator->settings.program = program;
  evaluator->settings.dialect = options.dialect;
  evaluator->settings.shell_known = false;
  Evaluator& e = *evaluator;
  e.define_global(".FEATURES", std::string(kFeatures), Origin::default_);
  e.define_global(".RECIPEPREFIX", "", Origin::default_);
  e.define_global(".LOADED", "", Origin::default_);
  e.define_global(".SHELLFLAGS", "-c", Origin::default_);
  e.define_computed_variables();
  import_environment();
}

void Session::Impl::import_environment() {
  for (const std::string& entry : environment) {
    const size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    const std::string_view name(entry.data(), equals);
    std::string value = entry.substr(equals + 1);
    if (name == "MAKE_RESTARTS" && value.starts_with('-')) value.erase(0, 1);
    Variable* variable = evaluator->define_global(name, std::move(value), Origin::environment, Flavor::recursive);
    if (name == "MAKE_RESTARTS") variable->export_ = Export::no;
  }
}

// An assignment of the command line.
void Session::Impl::define_override(const std::string& assignment) {
  const Variable* variable = evaluator->assign_command_line(assignment, Origin::command_line);
  if (variable == nullptr) return;
  const std::string_view name = variable->name.view();
  if (std::find(overridden.begin(), overridden.end(), name) == overridden.end()) overridden.emplace_back(name);
}

// Everything else, when the options are known.
void Session::Impl::define_variables() {
  apply_options();
  define_overrides();
  define_own_variables();
  set_makeflags();  // once more below; variables are listed in the order in which they came
  evaluator->define_builtin_variables();
  define_make_command();
  define_terminals();
  set_include_dirs();
  define_shell();
  set_makeflags();
  evaluator->on_makeflags = [this] { makeflags_changed(Origin::file); };
}

void Session::Impl::define_own_variables() {
  Evaluator& e = *evaluator;
  e.define_global("CURDIR", directory.value_or(""), Origin::file);
  e.settings.directory = directory.value_or("");
  e.define_global("MAKE_VERSION", "4.4.1", Origin::default_);
  e.define_global("MAKE_HOST", CMZMAKE_HOST, Origin::default_);
  e.define_global("MAKELEVEL", std::to_string(level), environment_origin());
  e.define_global(".DEFAULT_GOAL", "", Origin::file);
  e.define_global("MAKEFILES", "", Origin::default_)->export_ = Export::if_set;
  if (!options.no_builtin_variables) e.define_global("GNUMAKEFLAGS", "", Origin::default_, Flavor::recursive);
}

// The environment's SHELL is not for recipes. Only now does the variable get its value: what the
// command line runs with `!=` finds the environment's, or none, as with GNU Make.
void Session::Impl::define_shell() {
  const Symbol name = db.symbols.intern("SHELL");
  const Variable* known = db.globals.find(name);
  const bool inherited =
      known && (known->origin == Origin::environment || known->origin == Origin::environment_override);
  if (inherited) db.globals.erase(name);
  if (known == nullptr || inherited)
    evaluator->define_global("SHELL", "/bin/sh", inherited ? Origin::file : Origin::default_,
                             inherited ? Flavor::recursive : Flavor::simple);
  evaluator->settings.shell_known = true;
}

// $(MAKE): as we were called; a relative path must survive a change of directory.
void Session::Impl::define_make_command() {
  Evaluator& e = *evaluator;
  std::string command = arguments[0];
  if (command.find('/') != std::string::npos && command[0] != '/')
    command = start_directory.value_or("") + "/" + command;
  e.define_global("MAKE_COMMAND", command, Origin::default_);
  e.define_global("MAKE", "$(MAKE_COMMAND)", Origin::default_, Flavor::recursive);

  std::string goals_text;
  for (const std::string& goal : options.goals) {
    if (!goals_text.empty()) goals_text += ' ';
    goals_text += goal;
  }
  if (!options.goals.empty()) e.define_global("MAKECMDGOALS", goals_text, Origin::default_);
}

// MAKE_TERMOUT and MAKE_TERMERR: whether output ends on a terminal, whatever stands between.
void Session::Impl::define_terminals() {
  for (int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    const char* name = fd == STDOUT_FILENO ? "MAKE_TERMOUT" : "MAKE_TERMERR";
    if (variable(name) || !::isatty(fd)) continue;
    const char* terminal = ::ttyname(fd);
    Variable* v = evaluator->define_global(name, terminal ? terminal : "true", Origin::default_);
    v->export_ = Export::yes;
  }
}

// What MAKEFLAGS says of the command line's assignments.
void Session::Impl::define_overrides() {
  if (overridden.empty()) return;
  std::string words;
  for (auto name = overridden.rbegin(); name != overridden.rend(); ++name) {
    const Variable* v = db.globals.find(db.symbols.intern(*name));
    if (v == nullptr) continue;
    words += words.empty() ? "" : " ";
    words += override_word(*name, v->flavor == Flavor::simple, v->value);
  }
  evaluator->define_global(kCommandVariables, words, Origin::automatic);
  evaluator->define_global("MAKEOVERRIDES", "${-*-command-variables-*-}", Origin::default_, Flavor::recursive);
}

// The directories that `include` searches.
void Session::Impl::set_include_dirs() {
  std::vector<std::string> dirs;
  const auto add_dir = [&](const std::string& d) {
    std::string path = !d.empty() && d[0] == '~' ? disk->expand_tilde(d) : d;
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    if (disk->is_directory(path)) dirs.push_back(std::move(path));
  };
  bool defaults = true;
  for (const std::string& d : options.include_dirs) {
    if (d == "-") {
      dirs.clear();
      defaults = false;
    } else {
      add_dir(d);
    }
  }
  if (defaults) {
    constexpr std::array<std::string_view, 3> kSystem = {"/usr/gnu/include", "/usr/local/include", "/usr/include"};
    if (std::ranges::find(kSystem, std::string_view(CMZMAKE_INCLUDE_DIR)) == kSystem.end())
      add_dir(CMZMAKE_INCLUDE_DIR);
    for (const std::string_view d : kSystem) add_dir(std::string(d));
  }
  std::string joined;
  for (const std::string& d : dirs) joined += (joined.empty() ? "" : " ") + d;
  evaluator->settings.include_dirs = dirs;
  evaluator->define_global(".INCLUDE_DIRS", joined, Origin::default_);
}

// A makefile asked for -R: what was defined before it could ask goes.
void Session::Impl::forget_builtin_variables() {
  std::vector<Symbol> names;
  for (const auto& v : db.globals)
    if (v->origin == Origin::default_ && v->flavor == Flavor::recursive && v->name.view() != "MAKE" &&
        v->name.view() != "MAKEOVERRIDES")
      names.push_back(v->name);
  for (const Symbol name : names) db.globals.erase(name);
}

}  // namespace cmz
