// What jobs share: the slots of the jobserver, and the terminal under -O.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "session_impl.h"

namespace cmz {

namespace {
constexpr std::string_view kMutexPrefix = "fnm:";
}

// Takes part in a parent's jobserver, if there is one and no -j of our own. Before makefiles are
// read: they see what came of it.
void Session::Impl::join_jobserver() {
  if (options.jobserver_auth.empty()) return;
  const std::string auth = std::exchange(options.jobserver_auth, {});
  if (options.jobs_here) {
    if (restarts == 0)
      diagnostics.warning({}, fmt::format("-j{} forced in submake: resetting jobserver mode.", options.jobs));
    return;
  }
  std::string why;
  if (auto client = open_jobserver(auth, &why)) {
    options.jobserver_auth = auth;
    use_jobserver(std::move(client));
    return;
  }
  if (!why.empty()) diagnostics.bare_warning({}, why);
  diagnostics.warning({}, "jobserver unavailable: using -j1.  Add '+' to parent make rule.");
  options.jobs = 1;
}

void Session::Impl::use_jobserver(std::unique_ptr<JobserverPool> shared) {
  shared->on_lost(
      [this](std::string_view why) { diagnostics.warning({}, fmt::format("{}; going on without it", why)); });
  jobserver = shared.get();
  pool = std::move(shared);
  executor.set_pool(pool.get());
  shell.hides_jobserver = !pool->inherited_descriptors().empty();
}

// Called when all makefiles are read. Who asks there for another number of jobs than the parent makes does
// not take part any more: a jobserver of our own, or none, is next.
void Session::Impl::leave_jobserver() {
  const int joined = command_line_options.jobs;
  if (jobserver && options.jobs == Options::kJobsUnset) options.jobs = joined;  // -j-1 asks for nothing
  if (options.jobserver_auth.empty() || options.jobs == joined) return;
  if (restarts == 0)
    diagnostics.warning({}, fmt::format("-j{} forced in makefile: resetting jobserver mode.", options.jobs));
  options.jobserver_auth.clear();
  executor.set_pool(nullptr);
  jobserver = nullptr;
  pool.reset();
  shell.hides_jobserver = false;
}

// Decides how many jobs may run, now that all makefiles are read.
void Session::Impl::open_pool() {
  if (pool) return;
  // Without -j there is one job too. A pool without tokens is of use to those who would take every
  // processor if there were no pool.
  if (options.jobs == Options::kJobsUnset && options.jobserver_wanted) options.jobs = 1;
  if (options.jobs > 1 || (options.jobs == 1 && options.jobserver_wanted)) {
    serve();
    return;
  }
  host.loop.attend_signals();  // the lock of -O, if nothing else, must not stay behind
  if (options.jobs == Options::kJobsUnlimited)
    pool = std::make_unique<UnlimitedPool>();
  else
    pool = std::make_unique<SingleSlotPool>();
  executor.set_pool(pool.get());
}

// Makes a jobserver of our own.
void Session::Impl::serve() {
  const std::string& wanted = options.jobserver_style;
  if (!wanted.empty() && wanted != "pipe" && wanted != "fifo")
    throw Fatal({}, fmt::format("unknown jobserver auth style '{}'", wanted));
  const auto style = wanted == "pipe" ? JobserverStyle::pipe : JobserverStyle::fifo;
  host.loop.attend_signals();
  try {
    std::string why;
    auto server =
        std::make_unique<JobserverServer>(static_cast<unsigned>(options.jobs), style,
                                          style == JobserverStyle::fifo ? fifo_directory() : std::string(), &why);
    if (!why.empty()) diagnostics.bare_error({}, "jobserver mkfifo: " + why);
    if (!why.empty() && wanted == "fifo")  // a pipe is not what was asked for
      throw Fatal({}, fmt::format("unknown jobserver auth style '{}'", wanted));
    options.jobserver_auth = server->auth();
    serves = true;
    use_jobserver(std::move(server));
  } catch (const std::system_error& error) {
    throw Fatal({}, fmt::format("creating jobs pipe: {}", error.code().message()));
  }
}

// Sub-makes may run in other directories: the name is absolute, but for a MAKE_TMPDIR, which is
// taken as it is.
std::string Session::Impl::fifo_directory() {
  const std::string& name = temporary();
  if (name[0] == '/') return name;
  const char* own = variable("MAKE_TMPDIR");
  return own && name == own ? name : directory.value_or("") + "/" + name;
}

// What -O says now.
OutputSync Session::Impl::output_sync() const {
  const std::string& type = options.output_sync;
  if (sync_is_idle || type.empty() || type == "none" || !OutputCapture::possible()) return OutputSync::none;
  return type == "line" ? OutputSync::line : type == "recurse" ? OutputSync::recurse : OutputSync::target;
}

// Keeps outputs apart from now on, as `mode` says.
OutputCapture& Session::Impl::capture_output(OutputSync mode) {
  OutputCapture& capture = console.begin_capture(mode, temporary());
  // A parent's lock; that it can be opened is known, see check_sync_mutex().
  if (options.sync_mutex.starts_with(kMutexPrefix)) capture.use_mutex(options.sync_mutex);
  return capture;
}

// Each piece of output has its own directory lines, unless those of sub-makes are within it.
void Session::Impl::frame_pieces() {
  OutputCapture* const capture = console.capture();
  const bool frames = capture->mode() != OutputSync::recurse && prints_directory();
  capture->enter_line = frames ? report->directory_line(true, directory) : std::string();
  capture->leave_line = frames ? report->directory_line(false, directory) : std::string();
}

// -O: what is written while makefiles are read is shown in one piece.
void Session::Impl::begin_output_sync() {
  const OutputSync mode = output_sync();
  if (mode == OutputSync::none) return;
  OutputCapture& capture = capture_output(mode);
  if (mode == OutputSync::recurse) return;
  reading_capture = capture.open();
  capture.set_current(reading_capture);
}

// --sync-mutex is looked at whenever a source of options has been read.
void Session::Impl::check_sync_mutex() {
  const std::string& mutex = options.sync_mutex;
  if (mutex.empty() || mutex == opened_mutex) return;
  if (!mutex.starts_with(kMutexPrefix)) {
    diagnostics.bare_error({}, fmt::format("invalid --sync-mutex string '{}'", mutex));
    return;
  }
  const std::string path = mutex.substr(kMutexPrefix.size());
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) throw Fatal({}, fmt::format("cannot open output sync mutex {}: {}", path, std::strerror(errno)));
  ::close(fd);
  opened_mutex = mutex;
}

void Session::Impl::show_reading_output() {
  if (reading_capture < 0) return;
  OutputCapture& capture = *console.capture();
  capture.set_current(-1);
  frame_pieces();
  enter_directory();
  capture.dump(reading_capture);
  capture.close(std::exchange(reading_capture, -1));
}

// Once makefiles have said what they want of -O, and it is known how many jobs there are: whether outputs are kept
// apart, and the lock that sub-makes get. One job at a time needs nothing of it. With `recurse` sub-makes write into
// what this make keeps apart: there is nobody to share a lock with.
void Session::Impl::settle_output_sync() {
  sync_is_idle = !jobserver && options.jobs != Options::kJobsUnlimited;
  const OutputSync mode = output_sync();
  OutputCapture* capture = console.capture();
  if (!capture && mode == OutputSync::none) return;
  if (!capture)
    capture = &capture_output(mode);
  else
    capture->set_mode(mode);
  if (mode == OutputSync::none || mode == OutputSync::recurse) return;
  check_sync_mutex();
  if (options.sync_mutex.empty())
    make_sync_mutex(*capture);
  else if (options.sync_mutex != opened_mutex)
    options.sync_mutex.clear();  // as GNU Make: without a lock that is one, everybody has his own
  else
    capture->use_mutex(options.sync_mutex);
}

// A lock of our own, for sub-makes.
void Session::Impl::make_sync_mutex(OutputCapture& capture) {
  options.sync_mutex = capture.mutex_name();
  if (!options.sync_mutex.empty()) return;
  const int error = errno;
  diagnostics.bare_error(
      {}, fmt::format("cannot create temporary file {}: {}", capture.mutex_path(), std::strerror(error)));
  diagnostics.bare_warning({}, "cannot open output-sync lock file, suppressing output-sync.");
}

// What was read has been shown; from here on there are the outputs of jobs.
void Session::Impl::share_output() {
  enter_directory();
  if (!console.capture()) return;
  frame_pieces();
  if (console.capture()->mode() == OutputSync::none) console.end_capture();
}

}  // namespace cmz
