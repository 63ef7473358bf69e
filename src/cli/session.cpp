#include "cmzmake/cli/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "cmzmake/base/temporary.h"
#include "data_base.h"
#include "session_impl.h"

namespace cmz {

namespace {

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

// MAKELEVEL's value; what is no number counts as 0.
unsigned level_of(std::string_view text) {
  unsigned level = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), level);
  return error == std::errc() ? level : 0;
}

}  // namespace

Session::Session(std::vector<std::string> arguments, std::vector<std::string> environment)
    : impl_(std::make_unique<Impl>(std::move(arguments), std::move(environment))) {}
Session::~Session() = default;

int Session::run() {
  const int status = impl_->run();
  impl_->close();
  return status;
}

Session::Impl::Impl(std::vector<std::string> args, std::vector<std::string> env)
    : arguments(std::move(args)), environment(std::move(env)) {
  if (arguments.empty()) arguments.emplace_back("make");
  program = base_name(arguments[0]);
  if (const char* value = variable("MAKELEVEL")) level = level_of(value);
  if (const char* value = variable("MAKE_RESTARTS")) {
    restarts = std::abs(std::atoi(value));
    entered = value[0] == '-';  // before the restart
  }
  report.emplace(program, 0);  // a wrong option is told without the level
  shell.report = &*report;
}

const char* Session::Impl::variable(std::string_view name) const {
  for (const std::string& entry : environment)
    if (entry.size() > name.size() && entry[name.size()] == '=' &&
        entry.compare(0, name.size(), name) == 0)
      return entry.c_str() + name.size() + 1;
  return nullptr;
}

const std::string& Session::Impl::temporary() {
  if (temporary_.empty())
    temporary_ =
        temporary_directory([this](const char* name) { return variable(name); },
                            [this](const std::string& text) { report->message({}, text); });
  return temporary_;
}

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
  if (!options.help && !options.version) return true;
  *status = print_only(options.help ? usage_text(program) : version_text());
  return false;
}

// --help and --version: `text` is all there is to do. Returns the exit status.
int Session::Impl::print_only(const std::string& text) {
  errno = 0;
  report->print(text);
  if (!report->write_error()) return 0;
  report->message({}, fmt::format("write error: stdout: {}", std::strerror(errno)));
  return 1;
}

void Session::Impl::change_directories() {
  start_directory = working_directory();
  for (const std::string& d : options.directories) {
    const std::string path = !d.empty() && d[0] == '~' ? disk->expand_tilde(d) : d;
    if (::chdir(path.c_str()) != 0) {
      const int error = errno;
      directory = start_directory;
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
  report->pending_enter = fmt::format("{}: Entering directory '{}'\n", report->prefix(), directory);
}

// The command line may set MAKELEVEL.
void Session::Impl::level_changed() {
  const unsigned now = level_of(evaluator->value_of("MAKELEVEL"));
  if (now == level) return;
  level = now;
  report->set_level(level);
  if (!report->pending_enter.empty()) {
    report->pending_enter.clear();
    entered = false;
  }
  enter_directory();
}

bool Session::Impl::prints_directory() const {
  if (options.print_directory) return true;
  if (options.no_print_directory || options.silent) return false;
  return level > 0 || !options.directories.empty();
}

int Session::Impl::run() {
  int status = 0;
  evaluator.emplace(db, *disk, shell, *report);
  if (!read_options(&status)) return status;
  report.emplace(program, level);
  search.emplace(*evaluator);
  executor.on_user_signal([this] { toggle_debug(); });
  try {
    change_directories();
    if (std::count(options.makefiles.begin(), options.makefiles.end(), "-") > 1)
      throw Fatal({}, "Makefile from standard input specified twice");
    enter_directory();
    check_sync_mutex();
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
  if (options.print_data_base) report->print(data_base_text(*evaluator, options));
  const int signal = builder ? builder->fatal_signal() : executor.fatal_signal();
  builder.reset();
  status = leave(status);
  if (signal != 0) raise_again(signal);
  return status;
}

// Gives back all that others can see: tokens, the jobserver, temporary files, signals.
void Session::Impl::close() {
  if (jobserver) jobserver->return_all();
  executor.set_pool(nullptr);
  jobserver = nullptr;
  pool.reset();
  capture.reset();
  executor.leave_signals();
}

// Ends by the signal that ended the build, after what destructors would have done.
void Session::Impl::raise_again(int signal) {
  close();
  std::signal(signal, SIG_DFL);
  ::kill(::getpid(), signal);
}

int Session::Impl::leave(int status) {
  if (entered && !left_directory && report->pending_enter.empty()) {
    left_directory = true;
    report->directory(false, directory);
  }
  if (!temporary_makefile.empty()) ::unlink(temporary_makefile.c_str());
  if (report->write_error()) {
    report->message({}, "write error: stdout");
    status = 1;
  }
  return status;
}

}  // namespace cmz
