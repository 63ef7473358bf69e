// What jobs share: the slots of the jobserver, and the terminal under -O.
#include <fmt/format.h>

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
      report->message({}, fmt::format("warning: -j{} forced in submake: resetting jobserver mode.", options.jobs));
    return;
  }
  std::string why;
  if (auto client = open_jobserver(auth, &why)) {
    options.jobserver_auth = auth;
    use_jobserver(std::move(client));
    return;
  }
  if (!why.empty()) report->message({}, why);
  report->message({}, "warning: jobserver unavailable: using -j1.  Add '+' to parent make rule.");
  options.jobs = 1;
}

void Session::Impl::use_jobserver(std::unique_ptr<JobserverPool> shared) {
  shared->on_lost(
      [this](std::string_view why) { report->message({}, fmt::format("warning: {}; going on without it", why)); });
  jobserver = shared.get();
  pool = std::move(shared);
  executor.set_pool(pool.get());
  shell.hides_jobserver = !pool->inherited_descriptors().empty();
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
  executor.attend_signals();  // the lock of -O, if nothing else, must not stay behind
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
  executor.attend_signals();
  try {
    auto server = std::make_unique<JobserverServer>(static_cast<unsigned>(options.jobs), style,
                                                    style == JobserverStyle::fifo ? fifo_directory() : std::string());
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
  return own && name == own ? name : directory + "/" + name;
}

// -O: what is written while makefiles are read is shown in one piece.
void Session::Impl::begin_output_sync() {
  if (options.output_sync.empty() || options.output_sync == "none" || !OutputCapture::possible()) return;
  const OutputSync mode = options.output_sync == "line"      ? OutputSync::line
                          : options.output_sync == "recurse" ? OutputSync::recurse
                                                             : OutputSync::target;
  capture.emplace(mode, temporary());
  if (options.sync_mutex.starts_with(kMutexPrefix))
    if (const int error = capture->use_mutex(options.sync_mutex))
      throw Fatal(
          {}, fmt::format("cannot open output sync mutex {}: {}", options.sync_mutex.substr(4), std::strerror(error)));
  report->set_capture(&*capture);
  if (mode == OutputSync::recurse) return;
  if (prints_directory()) {
    capture->enter_line = report->directory_line(true, directory);
    capture->leave_line = report->directory_line(false, directory);
  }
  reading_capture = capture->open();
  capture->set_current(reading_capture);
}

// --sync-mutex is checked with every look at the options: the command line's, and all of them after
// reading.
void Session::Impl::check_sync_mutex() {
  if (!options.sync_mutex.empty() && !options.sync_mutex.starts_with(kMutexPrefix))
    report->message({}, fmt::format("invalid --sync-mutex string '{}'", options.sync_mutex));
}

void Session::Impl::show_reading_output() {
  if (reading_capture < 0) return;
  capture->set_current(-1);
  capture->dump(reading_capture);
  capture->close(std::exchange(reading_capture, -1));
}

// Once it is known how many jobs there are: sub-makes get the lock, or nothing is kept apart any
// more.
void Session::Impl::share_output() {
  if (!capture) return;
  if (!jobserver && options.jobs != Options::kJobsUnlimited) {  // one job at a time needs no more of it
    if (capture->write_error()) report->note_write_error();
    report->set_capture(nullptr);
    capture.reset();
    return;
  }
  // With `recurse` sub-makes write into what this make keeps apart: there is nobody to share a lock with.
  if (options.sync_mutex.empty() && capture->mode() != OutputSync::recurse) options.sync_mutex = capture->mutex_name();
  set_makeflags();
  if (capture->mode() != OutputSync::recurse) {  // each piece has its own directory lines
    report->pending_enter.clear();
    entered = false;
  }
}

}  // namespace cmz
