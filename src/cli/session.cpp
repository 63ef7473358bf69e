#include "cmzmake/cli/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>

#include "cmzmake/base/memory_reserve.h"
#include "cmzmake/base/strings.h"
#include "cmzmake/base/temporary.h"
#include "data_base.h"
#include "session_impl.h"

namespace cmz {

namespace {

std::string base_name(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

// MAKELEVEL's value, unexpanded; what is no number counts as 0.
unsigned level_of(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  unsigned level = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), level);
  return error == std::errc() ? level : 0;
}

}  // namespace

Session::Session(Host& host, std::vector<std::string> arguments, std::vector<std::string> environment)
    : impl_(std::make_unique<Impl>(host, std::move(arguments), std::move(environment))) {}
Session::~Session() = default;

int Session::run() {
  int status = 0;
  try {
    status = impl_->run();
  } catch (...) {
    impl_->close();
    throw;
  }
  impl_->close();
  return status;
}

Session::Impl::Impl(Host& its_host, std::vector<std::string> args, std::vector<std::string> env)
    : host(its_host), arguments(std::move(args)), environment(std::move(env)) {
  if (arguments.empty()) arguments.emplace_back("make");
  program = base_name(arguments[0]);
  options.dialect = dialect_of(program);
  mflags_inherited = variable("MFLAGS") != nullptr;
  if (const char* value = variable("MAKE_RESTARTS")) {
    restarts = std::abs(std::atoi(value));
    entered = value[0] == '-';  // before the restart
  }
  report.emplace(console, program, 0);  // what the command line brings about is told without the level
  events.add(*report);
  shell.console = &console;
}

const char* Session::Impl::variable(std::string_view name) const {
  for (const std::string& entry : environment)
    if (entry.size() > name.size() && entry[name.size()] == '=' && entry.compare(0, name.size(), name) == 0)
      return entry.c_str() + name.size() + 1;
  return nullptr;
}

const std::string& Session::Impl::temporary() {
  if (temporary_.empty())
    temporary_ = temporary_directory([this](const char* name) { return variable(name); },
                                     [this](const std::string& text) { diagnostics.bare_warning({}, text); });
  return temporary_;
}

bool Session::Impl::read_options(int* status) {
  bool right = true;
  for (const char* name : {"GNUMAKEFLAGS", "MAKEFLAGS"}) {
    const std::string flags = evaluator->expand(fmt::format("$({})", name));
    right = right && (flags.empty() || (parse_makeflags(flags, options, *this) && check_options()));
    // GNUMAKEFLAGS is not for children, who find its options in MAKEFLAGS.
    if (name[0] == 'G' && variable(name)) evaluator->define_global(name, "", Origin::environment);
    options_grew();
  }
  right = right && parse_command_line({arguments.begin() + 1, arguments.end()}, arguments[0], options, *this) &&
          check_options();
  options_grew();
  if (!right) {
    say(event::Text::What::usage, usage_text(program));
    *status = 2;
    return false;
  }
  check_shuffle(options);
  shuffle = options.shuffle;
  if (!shuffle.empty()) report->failure_suffix = " shuffle=" + shuffle;
  command_line_options = options;
  if (!options.help && !options.version) return true;
  // The data base begins with the version.
  if (options.help)
    *status = print_only(event::Text::What::help, usage_text(program));
  else
    *status = print_only(event::Text::What::version, options.print_data_base ? std::string() : version_text());
  return false;
}

// What words say besides options takes effect where it stands.
void Session::Impl::assignment(const std::string& text) {
  options_grew();
  define_override(text);
}

void Session::Impl::wrong_option(const std::string& line) { say(event::Text::What::usage, line + "\n"); }

void Session::Impl::wrong_argument(const std::string& message) {
  options_grew();
  diagnostics.bare_error({}, message);
}

// Values are looked at whenever a source of options has been read. Throws Fatal; true otherwise.
bool Session::Impl::check_options() {
  options_grew();
  check_values(options);
  check_sync_mutex();
  return true;
}

// What options mean for the variables and messages that come before all options are known.
void Session::Impl::options_grew() {
  evaluator->settings.environment_overrides = options.environment_overrides;
  evaluator->warnings.set_command_line(options.warnings, options.warn_undefined);
  enter_directory();
}

// --help and --version: `text` is all there is to do. Returns the exit status.
int Session::Impl::print_only(event::Text::What what, const std::string& text) {
  if (console.has_pending()) {  // it is not output of a directory's
    console.set_pending({});
    entered = false;
  }
  say(what, text);
  if (console.write_error() != 0) write_failure = fmt::format(": {}", std::strerror(console.write_error()));
  return 0;
}

// Nothing when the system cannot tell, which is said.
std::optional<std::string> Session::Impl::working_directory() {
  const std::unique_ptr<char, decltype(&std::free)> path(::getcwd(nullptr, 0), &std::free);
  if (path) return path.get();
  diagnostics.bare_error({}, fmt::format("getcwd: {}", std::strerror(errno)));
  return std::nullopt;
}

void Session::Impl::change_directories() {
  directory = start_directory.value_or("");
  if (options.directories.empty()) return;
  for (const std::string& d : options.directories) {
    const std::string path = !d.empty() && d[0] == '~' ? disk->expand_tilde(d) : d;
    if (::chdir(path.c_str()) != 0) {
      const int error = errno;
      enter_directory();
      throw Fatal({}, fmt::format("{}: {}", d, std::strerror(error)));
    }
  }
  disk->forget_all();
  enter_directory();
  directory = working_directory();
}

// "Entering directory" is shown before the first other line, and "Leaving" then at the end. Until
// that line comes, what is known of the directory and the options may change. Where outputs are
// kept apart, each piece of them has its own two lines instead.
void Session::Impl::enter_directory() {
  if (entered && !console.has_pending()) return;
  const OutputSync mode = output_sync();
  entered = prints_directory() && (mode == OutputSync::none || mode == OutputSync::recurse);
  if (options.print_data_base) report->directory_prefix = "# ";
  console.set_pending(entered ? report->directory_line(true, directory) : std::string());
}

// Called when the command line has been read, which may set MAKELEVEL.
void Session::Impl::find_level() {
  const Variable* variable = evaluator->lookup("MAKELEVEL");
  level = variable ? level_of(variable->value) : 0;
  evaluator->settings.level = level;
  report->set_level(level);
}

bool Session::Impl::prints_directory() const {
  if (options.print_directory) return true;
  if (options.no_print_directory || options.silent) return false;
  return level > 0 || !options.directories.empty();
}

int Session::Impl::run() {
  int status = 0;
  try {
    evaluator.emplace(db, *disk, shell, diagnostics);
    search.emplace(*evaluator);
    host.loop.on_user_signal([this] { toggle_debug(); });
    start_directory = working_directory();
    begin_variables();
    if (read_options(&status)) status = read_and_build();
  } catch (...) {
    status = 2;
    give_up();
  }
  if (options.print_data_base) say(event::Text::What::data_base, data_base_text(*evaluator, options));
  tell_statistics();
  const int signal = builder ? builder->fatal_signal() : host.loop.fatal_signal();
  builder.reset();
  status = leave(status);
  end_events({status, signal, false});
  if (signal != 0) raise_again(signal);
  return status;
}

// Make cannot go on. Called while the exception is handled. Jobs that run may come to their end; what even that needs
// may be missing, too.
void Session::Impl::give_up() noexcept {
  try {
    say_why();
    MemoryReserve::forget();
    show_reading_output();
    if (!builder) return;
    builder->drain(true);
    builder->remove_intermediates();
  } catch (...) {
    LocalExecutor::wait_for_all();
  }
}

// Tells of the exception that is being handled.
void Session::Impl::say_why() {
  try {
    throw;
  } catch (const Fatal& fatal) {
    events.on(event::Message{Severity::fatal, fatal.where(), fatal.what(), false});
  } catch (const std::bad_alloc&) {
    diagnostics.error({}, "virtual memory exhausted");
  } catch (const std::length_error&) {  // no text is that long
    diagnostics.error({}, "virtual memory exhausted");
  } catch (const std::exception& error) {
    events.on(event::Message{Severity::fatal, {}, error.what(), false});
  }
}

// All that comes after the options. Returns the exit status.
int Session::Impl::read_and_build() {
  find_level();
  stretch_over(&Stretches::began);
  change_directories();
  if (std::count(options.makefiles.begin(), options.makefiles.end(), "-") > 1)
    throw Fatal({}, "Makefile from standard input specified twice");
  enter_directory();
  open_events();
  join_jobserver();
  begin_output_sync();
  define_variables();
  if (debug.wants(DebugLog::basic)) say(event::Text::What::version, version_text());
  debug.say(DebugLog::basic, 0, "Reading makefiles...");
  read_makefiles();
  stretch_over(&Stretches::read);
  return build();
}

// Of no interest without --stats.
void Session::Impl::stretch_over(Stretches::Time Stretches::*end) {
  if (!options.statistics) return;
  stretches.*end = host.loop.now();
  if (end == &Stretches::read) stretches.makefiles_made = stretches.built = stretches.read;
}

void Session::Impl::tell_statistics() {
  if (!options.statistics || stretches.read == Stretches::Time()) return;
  stretches.built = host.loop.now();
  say(event::Text::What::statistics,
      statistics_text(stretches, *disk, *evaluator, *search, builder ? &*builder : nullptr, executor));
}

// --events
void Session::Impl::open_events() {
  if (options.events.empty()) return;
  std::error_code error;
  auto stream = ByteStream::open(options.events, restarts > 0, error);
  if (!stream) throw Fatal({}, fmt::format("--events: {}: {}", options.events, error.message()));
  json_events = std::make_unique<JsonEvents>(std::move(stream), host.loop, [] {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  });
  events.add(*json_events);
  const std::string where = directory.value_or("");
  events.on(event::RunBegan{program, CMZMAKE_VERSION, where, level, restarts, &arguments});
}

void Session::Impl::end_events(const event::RunEnded& ended) {
  if (!json_events) return;
  events.on(ended);
  events.remove(*json_events);
  if (ended.restarts) json_events->leave_for_exec();
  json_events.reset();
}

// Gives back all that others can see: tokens, the jobserver, temporary files, signals.
void Session::Impl::close() {
  end_events({2, 0, false});
  if (jobserver) jobserver->return_all();
  executor.set_pool(nullptr);
  jobserver = nullptr;
  pool.reset();
  console.end_capture();
  host.loop.leave_signals();
}

// Ends by the signal that ended the build, after what destructors would have done.
void Session::Impl::raise_again(int signal) {
  close();
  std::signal(signal, SIG_DFL);
  ::kill(::getpid(), signal);
}

int Session::Impl::leave(int status) {
  if (entered && !left_directory && !console.has_pending()) {
    left_directory = true;
    console.print_last(report->directory_line(false, directory));
  }
  host.stored_makefile.remove();
  if (console.write_error() != 0) {
    diagnostics.bare_error({}, "write error: stdout" + write_failure);
    status = 1;
  }
  return status;
}

}  // namespace cmz
