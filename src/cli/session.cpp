#include "cmzmake/cli/session.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "cmzmake/base/strings.h"
#include "cmzmake/base/temporary.h"
#include "cmzmake/build/builder.h"
#include "cmzmake/cli/options.h"
#include "cmzmake/disk/disk.h"
#include "cmzmake/eval/evaluator.h"
#include "cmzmake/report/output.h"
#include "cmzmake/report/plain.h"
#include "cmzmake/run/command_line.h"
#include "cmzmake/run/jobserver.h"
#include "cmzmake/run/local_executor.h"
#include "cmzmake/search/search.h"
#include "cmzmake/syntax/statement.h"
#include "data_base.h"

namespace cmz {
namespace {

// $(shell) runs through the same launcher as recipes.
class LocalShell : public Shell {
 public:
  explicit LocalShell(LocalExecutor& executor) : executor_(executor) {}
  PlainReport* report = nullptr;

  ShellResult run(const ShellRequest& request) override {
    ShellResult out;
    const char* ifs = nullptr;
    for (const char* const* e = request.environment; *e; ++e)
      if (std::strncmp(*e, "IFS=", 4) == 0) ifs = *e + 4;
    const auto argv = command_argv(request.command, request.shell.empty() ? "/bin/sh" : request.shell,
                                   request.shell_flags, false, ifs);
    Captured captured = executor_.capture(argv, const_cast<char* const*>(request.environment),
                                          report ? report->shell_stderr() : -1);
    out.output = std::move(captured.output);
    out.status = captured.exit.status + (captured.exit.how == Exit::How::signalled ? 128 : 0);
    out.error = std::move(captured.error);
    return out;
  }

 private:
  LocalExecutor& executor_;
};

std::string base_name(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string working_directory() {
  std::string out;
  if (char* path = ::getcwd(nullptr, 0)) {
    out = path;
    std::free(path);
  }
  return out;
}

// What $(MAKEOVERRIDES) refers to.
constexpr std::string_view kCommandVariables = "-*-command-variables-*-";

constexpr std::string_view kFeatures =
    "target-specific order-only second-expansion else-if shortest-stem undefine oneshell nocomment "
    "grouped-target extra-prereqs notintermediate shell-export archives jobserver jobserver-fifo "
    "output-sync check-symlink";

}  // namespace

struct Session::Impl {
  Impl(std::vector<std::string> args, std::vector<std::string> env)
      : arguments(std::move(args)), environment(std::move(env)) {
    if (arguments.empty()) arguments.emplace_back("make");
    program = base_name(arguments[0]);
    if (const char* value = variable("MAKELEVEL")) level = std::max(0, std::atoi(value));
    if (const char* value = variable("MAKE_RESTARTS")) {
      restarts = std::abs(std::atoi(value));
    }
    report.emplace(program, level);
    shell.report = &*report;
  }

  const char* variable(std::string_view name) const {
    for (const std::string& entry : environment)
      if (entry.size() > name.size() && entry[name.size()] == '=' && entry.compare(0, name.size(), name) == 0)
        return entry.c_str() + name.size() + 1;
    return nullptr;
  }

  int run();
  bool read_options(int* status);
  void change_directories();
  bool prints_directory() const;
  void enter_directory();
  void define_variables();
  void set_makeflags();
  void makeflags_changed();
  Builder::Remade remake_makefiles();
  void set_include_dirs();
  void forget_builtin_variables();
  void apply_options();
  void read_makefiles();
  bool read_stdin_makefile(const std::string& name);
  const std::string& temporary();
  void begin_output_sync();
  void show_reading_output();
  void join_jobserver();
  void open_pool();
  std::vector<Target*> goals();
  void mark_old_files();
  void mark_new_files();
  [[noreturn]] void restart();
  int build();
  int leave(int status);

  std::vector<std::string> arguments, environment;
  std::string program;
  int level = 0;
  int restarts = 0;
  Options options;
  Options command_line_options;  // as they were before makefiles were read
  std::string shuffle;   // --shuffle, whatever makefiles say
  bool defining_makeflags = false, makeflags_defined = false;
  std::string makeflags_value;  // as make defined it last
  std::optional<PlainReport> report;
  std::unique_ptr<Disk> disk = make_real_disk();
  LocalExecutor executor;
  LocalShell shell{executor};
  Database db;
  std::optional<Evaluator> evaluator;
  std::optional<Search> search;
  DebugLog debug{[this](const std::string& line) { report->print(line); }};
  std::unique_ptr<TokenPool> pool;
  JobserverPool* jobserver = nullptr;
  bool serves = false;  // the pool is our own
  std::optional<OutputCapture> capture;
  int reading_capture = -1;  // -O: what is written while makefiles are read
  std::string temporary_;
  std::optional<Builder> builder;
  bool entered = false;
  bool left_directory = false;
  std::string directory;       // after -C
  std::string start_directory;
  std::string temporary_makefile;
};

Session::Session(std::vector<std::string> arguments, std::vector<std::string> environment)
    : impl_(std::make_unique<Impl>(std::move(arguments), std::move(environment))) {}
Session::~Session() = default;

int Session::run() { return impl_->run(); }

bool Session::Impl::read_options(int* status) {
  try {
    for (const char* name : {"GNUMAKEFLAGS", "MAKEFLAGS"})
      if (const char* flags = variable(name))
        parse_makeflags(evaluator->expand(flags), options, report->prefix());
    parse_command_line({arguments.begin() + 1, arguments.end()}, arguments[0], options);
    shuffle = options.shuffle;
    command_line_options = options;
  } catch (const UsageError& error) {
    if (error.fatal) {
      report->fatal({}, error.what());
    } else {
      std::string text = error.what();
      text += '\n';
      text += usage_text(program);
      [[maybe_unused]] ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    }
    *status = 2;
    return false;
  }
  if (options.help || options.version) {
    const std::string text = options.help ? usage_text(program) : version_text();
    errno = 0;
    report->print(text);
    if (report->write_error())
      report->message({}, fmt::format("write error: stdout: {}", std::strerror(errno)));
    *status = report->write_error() ? 1 : 0;
    return false;
  }
  return true;
}

void Session::Impl::change_directories() {
  start_directory = working_directory();
  for (const std::string& d : options.directories) {
    const std::string path = !d.empty() && d[0] == '~' ? disk->expand_tilde(d) : d;
    if (::chdir(path.c_str()) != 0) {
      const int error = errno;
      directory = working_directory();
      enter_directory();
      throw Fatal({}, fmt::format("{}: {}", d, std::strerror(error)));
    }
  }
  disk->forget_all();
  directory = working_directory();
}

// "Entering directory" is shown before the first other line, and "Leaving" then at the end.
void Session::Impl::enter_directory() {
  if (entered || !prints_directory()) return;
  entered = true;
  if (restarts == 0)
    report->pending_enter = fmt::format("{}: Entering directory '{}'\n", report->prefix(), directory);
}

bool Session::Impl::prints_directory() const {
  if (options.print_directory) return true;
  if (options.no_print_directory || options.silent) return false;
  return level > 0 || !options.directories.empty();
}

// Defines MAKEFLAGS and MFLAGS anew. MAKEFLAGS refers to the variables that hold evals and assignments.
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
  Variable* flags = set("MAKEFLAGS", makeflags_value,
                        options.environment_overrides ? Origin::environment_override : Origin::file);
  if (!makeflags_defined) flags->export_ = Export::yes;
  set("MFLAGS", mflags_text(options), Origin::environment);
  defining_makeflags = false;
  makeflags_defined = true;
}

// Options that take effect wherever they come from.
void Session::Impl::apply_options() {
  EvalSettings& s = evaluator->settings;
  s.environment_overrides = options.environment_overrides;
  s.warn_undefined = options.warn_undefined;
  s.no_builtin_rules = options.no_builtin_rules;
  s.no_builtin_variables = options.no_builtin_variables;
  const DebugFlags flags = options.debug_flags();
  debug.set_kinds(flags.basic * DebugLog::basic + flags.verbose * DebugLog::verbose + flags.jobs * DebugLog::jobs +
                  flags.implicit * DebugLog::implicit + flags.makefile * DebugLog::makefiles);
  evaluator->debug = search->debug = flags.any() ? &debug : nullptr;
}

// A makefile set MAKEFLAGS: its options count from now on, and it shows them in make's order.
void Session::Impl::makeflags_changed() {
  if (defining_makeflags) return;
  const Variable* variable = db.globals.find(db.symbols.intern("MAKEFLAGS"));
  if (variable == nullptr || variable->value == makeflags_value) return;
  std::string value = variable->value;
  // What `+=` appends belongs to the options, not behind `--`.
  const size_t dashes = makeflags_value.find(" -- $(");
  if (dashes != std::string::npos && value.starts_with(makeflags_value + " "))
    value.erase(dashes, makeflags_value.size() - dashes);
  const std::string text = variable->flavor == Flavor::simple ? value : evaluator->expand(value);
  MakefileFlags flags;
  try {
    flags = parse_makefile_flags(text, options);
  } catch (const UsageError& error) {
    throw Fatal({}, error.what());
  }
  for (const std::string& complaint : flags.complaints) report->message({}, complaint);
  for (const std::string& assignment : flags.assignments)
    evaluator->assign_command_line(assignment, Origin::file);
  apply_options();
  set_include_dirs();
  set_makeflags();
  enter_directory();
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
  if (defaults)
    for (const char* d : {"/usr/local/include", "/usr/include"}) add_dir(d);
  std::string joined;
  for (const std::string& d : dirs) joined += (joined.empty() ? "" : " ") + d;
  evaluator->settings.include_dirs = dirs;
  evaluator->define_global(".INCLUDE_DIRS", joined, Origin::default_);
}

void Session::Impl::define_variables() {
  Evaluator& e = *evaluator;
  e.original_environment = environment;
  apply_options();
  e.settings.program = program;

  e.define_global("CURDIR", directory, Origin::file);
  e.define_global("MAKE_VERSION", "4.4.1", Origin::default_);
  e.define_global("MAKE_HOST", CMZMAKE_HOST, Origin::default_);
  e.define_global(".FEATURES", std::string(kFeatures), Origin::default_);
  e.define_global("MAKEFILES", "", Origin::default_);
  e.define_global(".RECIPEPREFIX", "", Origin::default_);
  e.define_global(".LOADED", "", Origin::default_);
  e.define_global(".SHELLFLAGS", "-c", Origin::default_);
  e.define_global("SHELL", "/bin/sh", Origin::default_);
  e.define_global(".DEFAULT_GOAL", "", Origin::file);
  db.globals.find(db.symbols.intern("SHELL"))->export_ = Export::unsaid;
  if (variable("GNUMAKEFLAGS"))
    e.define_global("GNUMAKEFLAGS", "", Origin::environment);
  else if (!options.no_builtin_variables)
    e.define_global("GNUMAKEFLAGS", "", Origin::default_);

  for (const std::string& entry : environment) {
    const size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    const std::string_view name(entry.data(), equals);
    std::string value = entry.substr(equals + 1);
    if (name == "MAKE_RESTARTS" || name == "GNUMAKEFLAGS" || name == "MAKELEVEL") continue;
    if (name == "SHELL" || name == "MAKEFLAGS" || name == "MFLAGS") continue;
    e.define_global(name, std::move(value), Origin::environment, Flavor::recursive);
  }
  e.define_global("MAKELEVEL", std::to_string(level), Origin::environment);
  e.define_global("MAKEFILE_LIST", "", Origin::file);
  if (restarts > 0) {
    e.define_global("MAKE_RESTARTS", std::to_string(restarts), Origin::environment);
    db.globals.find(db.symbols.intern("MAKE_RESTARTS"))->export_ = Export::no;
  }

  e.define_builtin_variables();

  // $(MAKE): as we were called; a relative path must survive -C.
  std::string command = arguments[0];
  if (command.find('/') != std::string::npos && command[0] != '/' && !options.directories.empty())
    command = start_directory + "/" + command;
  e.define_global("MAKE_COMMAND", command, Origin::default_);
  e.define_global("MAKE", "$(MAKE_COMMAND)", Origin::default_, Flavor::recursive);

  std::string goals_text;
  for (const std::string& goal : options.goals) {
    if (!goals_text.empty()) goals_text += ' ';
    goals_text += goal;
  }
  if (!options.goals.empty()) e.define_global("MAKECMDGOALS", goals_text, Origin::default_);

  for (int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    const char* name = fd == STDOUT_FILENO ? "MAKE_TERMOUT" : "MAKE_TERMERR";
    if (variable(name) || !::isatty(fd)) continue;
    const char* terminal = ::ttyname(fd);
    Variable* v = e.define_global(name, terminal ? terminal : "true", Origin::default_);
    v->export_ = Export::yes;
  }

  set_include_dirs();
  std::vector<std::string> overridden;  // the names of the command line, in order
  for (const std::string& assignment : options.assignments) {
    Statement statement;
    if (!parse_assignment(assignment, &statement)) continue;
    const std::string name(trim(e.expand(statement.name)));
    e.assign_command_line(assignment, Origin::command_line);
    if (std::find(overridden.begin(), overridden.end(), name) == overridden.end()) overridden.push_back(name);
  }
  if (!overridden.empty()) {
    std::string words;
    for (auto name = overridden.rbegin(); name != overridden.rend(); ++name) {
      const Variable* v = db.globals.find(db.symbols.intern(*name));
      if (v == nullptr) continue;
      words += words.empty() ? "" : " ";
      words += override_word(*name, v->flavor == Flavor::simple, v->value);
    }
    e.define_global(kCommandVariables, words, Origin::automatic);
    e.define_global("MAKEOVERRIDES", "${-*-command-variables-*-}", Origin::default_, Flavor::recursive);
  }
  if (!options.evals.empty()) e.define_global("-*-eval-flags-*-", eval_flags_text(options), Origin::automatic);
  set_makeflags();
  e.on_makeflags = [this] { makeflags_changed(); };
}

// Standard input is kept in a file: make may have to read it again.
bool Session::Impl::read_stdin_makefile(const std::string&) {
  std::string text;
  char buffer[16384];
  for (ssize_t n; (n = ::read(STDIN_FILENO, buffer, sizeof buffer)) != 0;) {
    if (n < 0) {
      if (errno == EINTR) continue;
      throw Fatal({}, fmt::format("read: (stdin): {}", std::strerror(errno)));
    }
    text.append(buffer, static_cast<size_t>(n));
  }
  std::string name = fmt::format("{}/GmXXXXXX", temporary());
  const int fd = ::mkstemp(name.data());
  if (fd < 0) {
    report->message({}, fmt::format("mkstemp: {}: {}", name, std::strerror(errno)));
    throw Fatal({}, "cannot store makefile from stdin to a temporary file");
  }
  ::close(fd);
  if (std::error_code error = disk->write(name, text, false))
    throw Fatal({}, fmt::format("fwrite (temporary file): {}", error.message()));
  temporary_makefile = name;
  disk->changed(name);
  return evaluator->read_makefile(name, false, false);
}

// Where temporary files go; complains once.
const std::string& Session::Impl::temporary() {
  if (temporary_.empty())
    temporary_ = temporary_directory([this](const char* name) { return variable(name); },
                                     [this](const std::string& text) { report->message({}, text); });
  return temporary_;
}

void Session::Impl::read_makefiles() {
  Evaluator& e = *evaluator;
  e.reading_makefiles = true;
  for (const std::string& text : options.evals) e.eval_text(text, {});

  const std::string makefiles = e.value_of("MAKEFILES");
  for (std::string_view name : Words(makefiles)) e.read_makefile(name, true, true, false, false);

  for (const std::string& name : options.makefiles) {
    if (name == "-") {
      read_stdin_makefile(name);
      continue;
    }
    if (!e.read_makefile(name, true, false)) {  // a rule may still make it
      ReadMakefile& missing = e.makefiles.back();
      report->message({}, fmt::format("{}: {}", name, std::strerror(missing.error)));
      missing.named = true;
    }
  }
  temporary_makefile = options.temporary_makefile.empty() ? temporary_makefile : options.temporary_makefile;

  if (options.makefiles.empty()) {
    std::vector<std::string_view> names = {"GNUmakefile", "makefile", "Makefile"};
    if (program != "make" && program != "gmake") names.insert(names.begin(), "Taskfile");
    bool found = false;
    for (std::string_view name : names) {
      if (!disk->listed(name)) continue;
      e.read_makefile(name, false, false);
      found = true;
      break;
    }
    if (!found)  // each may be made by a rule
      for (std::string_view name : names) {
        Target& target = db.target(name);
        e.makefiles.push_back({&target, {}, true, ENOENT, true});
      }
  }
  e.reading_makefiles = false;
  e.where = {};
  makeflags_changed();
  const bool had_variables = !command_line_options.no_builtin_variables;
  const bool had_rules = !command_line_options.no_builtin_rules;
  finish_makefile_flags(options);
  apply_options();
  set_makeflags();
  if (had_variables && options.no_builtin_variables) forget_builtin_variables();
  if (!options.no_builtin_rules) {
    e.define_builtin_rules();
  } else if (had_rules) {
    e.define_global("SUFFIXES", "", Origin::default_);
  }
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

// Takes part in a parent's jobserver, if there is one and no -j of our own. Before makefiles are read: they
// see what came of it.
void Session::Impl::join_jobserver() {
  if (options.jobserver_auth.empty()) return;
  const std::string auth = std::exchange(options.jobserver_auth, {});
  if (options.jobs_here) {
    if (restarts == 0)
      report->message({}, fmt::format("warning: -j{} forced in submake: resetting jobserver mode.", options.jobs));
    return;
  }
  std::string why;
  if (auto client = open_jobserver(auth, &why)) {
    options.jobserver_auth = auth;
    jobserver = client.get();
    pool = std::move(client);
    executor.set_pool(pool.get());
    return;
  }
  if (!why.empty()) report->message({}, why);
  report->message({}, "warning: jobserver unavailable: using -j1.  Add '+' to parent make rule.");
  options.jobs = 1;
}

// Decides how many jobs may run, now that all makefiles are read.
void Session::Impl::open_pool() {
  if (pool) return;
  const bool asked_for_more = options.jobs == Options::kJobsUnlimited || options.jobs > 1;
  if (!asked_for_more) {
    pool = std::make_unique<SingleSlotPool>();
  } else if (options.jobs == Options::kJobsUnlimited) {
    pool = std::make_unique<UnlimitedPool>();
  } else {
    const std::string& wanted = options.jobserver_style;
    if (!wanted.empty() && wanted != "pipe" && wanted != "fifo")
      throw Fatal({}, fmt::format("unknown jobserver auth style '{}'", wanted));
    const auto style = wanted == "pipe" ? JobserverStyle::pipe : JobserverStyle::fifo;
    auto server = std::make_unique<JobserverServer>(static_cast<unsigned>(options.jobs), style,
                                                    style == JobserverStyle::fifo ? temporary() : std::string());
    options.jobserver_auth = server->auth();
    jobserver = server.get();
    serves = true;
    pool = std::move(server);
  }
  executor.set_pool(pool.get());
}

std::vector<Target*> Session::Impl::goals() {
  std::vector<Target*> out;
  const auto add = [&](std::string_view name) {
    out.push_back(&db.target(without_dot_slash(name)));
  };
  for (const std::string& goal : options.goals) add(goal);
  if (!out.empty()) return out;

  const std::string text = evaluator->value_of(".DEFAULT_GOAL");
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
  add(goal);
  return out;
}

void Session::Impl::mark_old_files() {
  for (const std::string& name : options.old_files) {
    Target& t = db.target(without_dot_slash(name));
    t.old_file = true;
    t.mtime = FileTime::oldest();
    t.progress = Progress::finished;
    t.status = Status::success;
  }
}

void Session::Impl::mark_new_files() {
  for (const std::string& name : options.new_files)
    db.target(without_dot_slash(name)).mtime = FileTime::newest();
}

void Session::Impl::restart() {
  if (jobserver) jobserver->return_all();
  const std::vector<std::string> again = temporary_makefile.empty()
                                             ? arguments
                                             : arguments_with_temp_stdin(arguments, temporary_makefile);
  std::vector<std::string> env;
  for (const std::string& entry : environment)
    if (entry.compare(0, 14, "MAKE_RESTARTS=") != 0) env.push_back(entry);
  env.push_back(fmt::format("MAKE_RESTARTS={}{}", prints_directory() ? "-" : "", restarts + 1));
  std::vector<char*> envp;
  for (std::string& entry : env) envp.push_back(entry.data());
  envp.push_back(nullptr);
  if (!options.directories.empty() && !start_directory.empty() && ::chdir(start_directory.c_str()) != 0)
    throw Fatal({}, fmt::format("{}: {}", start_directory, std::strerror(errno)));
  builder.reset();
  if (serves) {  // our own pool ends with us
    executor.set_pool(nullptr);
    jobserver = nullptr;
    pool.reset();
  }
  capture.reset();
  if (debug.wants(DebugLog::basic)) {
    std::string text;
    for (const std::string& argument : again) text += ' ' + argument;
    debug.say(DebugLog::basic, 0, "Re-executing[{}]:{}", restarts + 1, text);
  }
  const int error = executor.replace_process(again, envp.data());
  report->message({}, fmt::format("{}: {}", arguments[0], std::strerror(error)));
  if (!temporary_makefile.empty()) ::unlink(temporary_makefile.c_str());
  std::exit(127);
}

int Session::Impl::leave(int status) {
  if (entered && !left_directory && report->pending_enter.empty()) {
    left_directory = true;
    report->directory(false, directory);
  }
  if (!temporary_makefile.empty()) ::unlink(temporary_makefile.c_str());
  if (report->write_error()) {
    report->message({}, "write error: stdout");
    if (status == 0) status = 1;
  }
  return status;
}

// -O: what is written while makefiles are read is shown in one piece.
void Session::Impl::begin_output_sync() {
  if (options.output_sync.empty() || options.output_sync == "none") return;
  const OutputSync mode = options.output_sync == "line"     ? OutputSync::line
                          : options.output_sync == "recurse" ? OutputSync::recurse
                                                             : OutputSync::target;
  capture.emplace(mode, temporary());
  if (!options.sync_mutex.empty())
    if (const int error = capture->use_mutex(options.sync_mutex))
      throw Fatal({}, fmt::format("cannot open output sync mutex {}: {}", options.sync_mutex.substr(4),
                                  std::strerror(error)));
  report->set_capture(&*capture);
  if (mode == OutputSync::recurse) return;
  if (prints_directory()) {
    capture->enter_line = fmt::format("{}: Entering directory '{}'\n", report->prefix(), directory);
    capture->leave_line = fmt::format("{}: Leaving directory '{}'\n", report->prefix(), directory);
  }
  reading_capture = capture->open();
  capture->set_current(reading_capture);
}

void Session::Impl::show_reading_output() {
  if (reading_capture < 0) return;
  capture->set_current(-1);
  capture->dump(reading_capture);
  capture->close(std::exchange(reading_capture, -1));
}

int Session::Impl::build() {
  open_pool();
  set_makeflags();
  evaluator->finish_reading();
  evaluator->convert_suffix_rules();

  show_reading_output();
  if (capture) {
    if (jobserver || options.jobs == Options::kJobsUnlimited) {
      if (options.sync_mutex.empty()) options.sync_mutex = capture->mutex_name();
      set_makeflags();
      if (capture->mode() != OutputSync::recurse) {  // each piece has its own directory lines
        report->pending_enter.clear();
        entered = false;
      }
    } else {  // one job at a time needs no more of it
      report->set_capture(nullptr);
      capture.reset();
    }
  }

  BuildOptions b;
  b.keep_going = options.keep_going;
  b.dry_run = options.dry_run;
  b.question = options.question;
  b.touch = options.touch;
  b.always_make = options.always_make;
  b.ignore_errors = options.ignore_errors;
  b.silent = options.silent;
  b.trace = options.trace || options.debug_flags().print || options.debug_flags().why;
  b.check_symlink_times = options.check_symlink_times;
  b.one_at_a_time = (!jobserver && options.jobs != Options::kJobsUnlimited) || db.special.not_parallel;
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

  BuildContext context{*evaluator, *search, *disk, executor, *pool, *report, capture ? &*capture : nullptr,
                       evaluator->debug};
  builder.emplace(context, b);
  // The makefiles that a restart reads again are not remade for ever: -B and -W count once for them.
  builder->already_restarted = restarts > 0;
  mark_old_files();
  if (restarts == 0) mark_new_files();

  debug.say(DebugLog::basic, 0, "Updating makefiles....");
  debug.set_quiet(true);
  const auto remade = remake_makefiles();
  debug.set_quiet(false);
  if (builder->fatal_signal()) return 2;
  if (remade == Builder::Remade::failed) {
    builder->drain(true);
    return 2;
  }
  if (remade == Builder::Remade::changed) restart();
  if (restarts > 0) mark_new_files();
  debug.say(DebugLog::basic, 0, "Updating goal targets....");
  int status = builder->build(goals());
  if (builder->fatal_signal() == 0) builder->remove_intermediates();
  if (builder->clock_skew()) {
    Event event{};
    event.kind = Event::Kind::clock_skew;
    report->on(event);
  }
  return status;
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

int Session::Impl::run() {
  int status = 0;
  evaluator.emplace(db, *disk, shell, *report);
  if (!read_options(&status)) return status;
  search.emplace(*evaluator);
  try {
    change_directories();
    if (std::count(options.makefiles.begin(), options.makefiles.end(), "-") > 1)
      throw Fatal({}, "Makefile from standard input specified twice");
    enter_directory();
    join_jobserver();
    begin_output_sync();
    define_variables();
    if (debug.wants(DebugLog::basic)) report->print(version_text());
    debug.say(DebugLog::basic, 0, "Reading makefiles...");
    read_makefiles();
    status = build();
  } catch (const Fatal& fatal) {
    report->fatal(fatal.where(), fatal.what());
    show_reading_output();
    status = 2;
    if (builder) builder->drain(true);
  }
  if (options.print_data_base) report->print(data_base_text(*evaluator));
  const int signal = builder ? builder->fatal_signal() : executor.fatal_signal();
  builder.reset();
  status = leave(status);
  if (signal != 0) {
    if (jobserver) jobserver->return_all();
    pool.reset();
    capture.reset();
    std::signal(signal, SIG_DFL);
    ::kill(::getpid(), signal);
  }
  return status;
}

}  // namespace cmz
