#include "event_loop.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

namespace cmz {

using boost::asio::posix::stream_descriptor;

namespace {

// As if it had not been executed.
constexpr int kUnknownStatus = kNotExecuted << 8;

Usage usage_of(const rusage& used) {
  const auto us = [](const timeval& time) { return int64_t{time.tv_sec} * 1'000'000 + time.tv_usec; };
  return {us(used.ru_utime), us(used.ru_stime), used.ru_maxrss};
}

// Whether the system has room for what `make` makes, perhaps with more descriptors.
template <typename Make>
bool has_room(InheritedState& state, Make make) {
  for (bool again = true; again;) {
    try {
      make();
      return true;
    } catch (const boost::system::system_error& error) {
      again = error.code() == boost::system::errc::too_many_files_open && raise_descriptor_limit(state);
    }
  }
  return false;
}

}  // namespace

void EventLoop::make_asio() {
  if (!std::exchange(asio_tried_, true)) has_room(state_, [this] { asio_ = std::make_unique<Asio>(); });
}

void EventLoop::set_pool(TokenPool* pool) {
  if (asio_) asio_->token.reset();
  token_armed_ = false;
  pool_ = pool;
}

void EventLoop::attend_signals() {
  const bool attends = signals_.attend();
  make_asio();
  if (!attends) return;
  if (asio_ && has_room(state_, [this] { asio_->signal_watch.assign(signals_.descriptor()); }))
    watch_signals();
  else
    asio_.reset();
  take_signals();  // SIGUSR1 may have come before
}

void EventLoop::leave_signals() {
  if (asio_ && asio_->signal_watch.is_open()) asio_->signal_watch.release();
  signals_.leave();
}

void EventLoop::watch_signals() {
  asio_->signal_watch.async_wait(stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    take_signals();
    reap();
    watch_signals();
  });
}

void EventLoop::take_signals() {
  signals_.take([this](int number) {
    if (number == SIGCHLD) {
      child_signal_ = true;
    } else if (number == SIGUSR1) {
      if (on_user_signal_) on_user_signal_();
    } else {
      if (fatal_signal_ == 0) fatal_signal_ = number;
      woken_ = true;
    }
  });
}

bool EventLoop::watch(pid_t pid) {
  if (!asio_) return false;
  if (signals_.descriptor() >= 0) {
    children_.insert(pid);
    return true;
  }
  const int handle = process_handle(pid);
  if (handle < 0) return false;
  return has_room(state_, [&] {
    Process& process = asio_->handles.try_emplace(pid, asio_->loop.get_executor(), pid, handle).first->second;
    process.async_wait([this, pid](const boost::system::error_code&, int) { handle_ended(pid); });
  });
}

// Hands out the children that have ended, if SIGCHLD was taken. One signal may stand for several.
void EventLoop::reap() {
  if (!child_signal_) return;
  while (!children_.empty()) {
    child_signal_ = false;  // what was taken until here is looked at now
    int status = 0;
    rusage used;
    const pid_t pid = ::wait4(-1, &status, WNOHANG, &used);
    if (pid < 0) return forget_children();
    if (pid == 0) return;
    // Not one of ours: a child of what has executed make, or a $(shell) that was given up.
    if (children_.erase(pid) == 0) continue;
    take_signals();  // one that came before this child's end counts
    on_child_end_(pid, status, usage_of(used));
  }
  child_signal_ = false;
}

// Somebody else in this process has waited for the children: how they ended cannot be known.
void EventLoop::forget_children() {
  for (const pid_t pid : std::exchange(children_, {})) on_child_end_(pid, kUnknownStatus, {});
}

// A descriptor that becomes readable when the process ends, or -1.
int EventLoop::process_handle(pid_t pid) {
  const auto open = [pid] { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); };
  const int handle = open();
  return handle < 0 && errno == EMFILE && raise_descriptor_limit(state_) ? open() : handle;
}

void EventLoop::handle_ended(pid_t pid) {
  const auto found = asio_->handles.find(pid);
  if (found == asio_->handles.end()) return;
  const int status = found->second.native_exit_code();
  asio_->past.push_back(found->second.detach());
  asio_->handles.erase(found);
  on_child_end_(pid, status, {});  // Boost.Process does not tell
}

// Handles what has happened to descriptors until now.
// Asio gives what it keeps for a descriptor to the next one as soon as the first is closed, even while an event of the
// first still waits in the queue. That event would tell Boost.Process that the next process has ended, and it would
// block in waitpid. So descriptors are closed only when the queue is empty.
void EventLoop::drain() {
  if (!asio_) return;
  const auto forgotten = std::exchange(asio_->past, {});
  asio_->loop.restart();
  asio_->loop.poll();
}

void EventLoop::poll() {
  if (signals_.descriptor() >= 0) {
    take_signals();
    reap();
  } else {
    drain();
  }
  woken_ = false;
}

void EventLoop::wait(int timeout_ms, bool jobs_run) {
  make_asio();
  if (!asio_) {
    if (timeout_ms >= 0) sleep(timeout_ms);
    return;
  }
  arm_token();
  const bool waits_for_token = token_armed_ && pool_->watched() && pool_->watch_descriptor() >= 0;
  if (!jobs_run && !waits_for_token && timeout_ms < 0) return;
  if (timeout_ms >= 0) {
    asio_->timer.expires_after(std::chrono::milliseconds(timeout_ms));
    asio_->timer.async_wait([this](const boost::system::error_code& error) {
      if (!error) woken_ = true;
    });
  }
  reap();  // SIGCHLD may have been taken while a command's output was read
  if (!asio_->past.empty()) drain();
  asio_->loop.restart();
  while (!woken_ && asio_->loop.run_one() != 0) {
  }
  woken_ = false;
  if (timeout_ms >= 0) asio_->timer.cancel();
}

// Without Asio: no child runs.
void EventLoop::sleep(int timeout_ms) {
  pollfd source{signals_.descriptor(), POLLIN, 0};
  if (::poll(&source, 1, timeout_ms) > 0) take_signals();
}

// Asks once to be told of a token. What was asked for in an earlier wait still counts: a pool
// that is not watched tells nothing.
void EventLoop::arm_token() {
  if (pool_ == nullptr || !pool_->watched() || token_armed_) return;
  const int descriptor = pool_->watch_descriptor();
  if (descriptor < 0) return;
  if (!asio_->token) {
    const int own = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    if (own < 0) return;
    if (!has_room(state_, [&] { asio_->token = std::make_unique<stream_descriptor>(asio_->loop, own); })) {
      ::close(own);  // a job of our own that ends is as good as a token
      return;
    }
  }
  token_armed_ = true;
  asio_->token->async_wait(stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    token_armed_ = false;
    woken_ = true;
  });
}

bool EventLoop::read_output(int fd, std::string& out) {
  char buffer[8192];
  pollfd sources[] = {{fd, POLLIN, 0}, {signals_.descriptor(), POLLIN, 0}};
  for (;;) {
    if (signals_.descriptor() >= 0) {
      if (::poll(sources, 2, -1) < 0) continue;
      if (sources[1].revents != 0) {
        take_signals();
        if (fatal_signal_ != 0) return false;
        continue;
      }
    }
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return true;
    out.append(buffer, static_cast<size_t>(n));
  }
}

std::optional<int> EventLoop::wait_for(pid_t pid) {
  const bool hears = signals_.descriptor() >= 0;
  pollfd source{signals_.descriptor(), POLLIN, 0};
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(pid, &status, hears ? WNOHANG : 0);
    if (ended == pid) return status;
    if (ended < 0 && errno != EINTR) return kUnknownStatus;
    if (ended < 0 || ::poll(&source, 1, -1) < 0) continue;
    take_signals();
    if (fatal_signal_ != 0) return std::nullopt;
  }
}

}  // namespace cmz
