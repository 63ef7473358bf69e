#include "cmzmake/loop/event_loop.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/process/v2/process.hpp>
#include <cerrno>
#include <csignal>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cmzmake/loop/attended_signals.h"
#include "cmzmake/loop/timer_queue.h"

namespace cmz {

using boost::asio::posix::stream_descriptor;
using Error = boost::system::error_code;

namespace {

// As if it had not been executed.
constexpr int kUnknownStatus = kNotExecuted << 8;

Usage usage_of(const rusage& used) {
  const auto us = [](const timeval& time) { return int64_t{time.tv_sec} * 1'000'000 + time.tv_usec; };
  return {us(used.ru_utime), us(used.ru_stime), used.ru_maxrss};
}

// poll(2)'s timeout, rounded up: not before the time.
int milliseconds_until(std::optional<Loop::Time> time, Loop::Time now) {
  if (!time) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*time - now).count();
  return left <= 0 ? 0 : static_cast<int>(std::min<int64_t>(left, 1'000'000'000));
}

// Sets a value for as long as it lives.
class Within {
 public:
  explicit Within(bool& flag) : flag_(flag), before_(std::exchange(flag, true)) {}
  ~Within() { flag_ = before_; }
  Within(const Within&) = delete;
  Within& operator=(const Within&) = delete;

 private:
  bool& flag_;
  bool before_;
};

}  // namespace

struct EventLoop::Impl {
  using Process = boost::process::v2::basic_process<boost::asio::io_context::executor_type>;

  struct Child {
    When when;
    ChildEnded call;
  };
  struct Ended {
    ChildEnded call;
    int status;
    Usage usage;
  };
  struct Watch {
    int descriptor;
    Ready ready;
    When when;
    Call call;
    std::unique_ptr<stream_descriptor> view;  // null: by poll(2)
    bool is_ready = false;                    // and waits until the build is at rest
  };
  // What needs descriptors and memory of the system.
  struct Asio {
    boost::asio::io_context context{1};
    stream_descriptor signal_watch{context};     // a view of what `signals` owns
    std::unordered_map<pid_t, Process> handles;  // of children with a descriptor of their own
    std::vector<Process::handle_type> past;      // of such that have ended
  };

  explicit Impl(std::function<bool()> more) : more_descriptors(std::move(more)) {}
  ~Impl() { leave_signals(); }

  std::function<bool()> more_descriptors;
  AttendedSignals signals;
  std::unordered_map<Id, Watch> watches;  // before `asio`, which their views need
  std::unique_ptr<Asio> asio;             // null until make_asio(), and when the system has no room for it
  bool asio_tried = false;
  Call on_user_signal;
  std::unordered_map<pid_t, Child> children;
  std::vector<Ended> ended;  // children of whom somebody is to hear when the build is at rest
  std::deque<Call> posted;
  TimerQueue at_rest, any_time;
  Id last_id = 0;
  int fatal_signal = 0;
  bool child_signal = false;  // SIGCHLD has been taken, and nobody has looked yet
  bool woken = false;
  bool within = false;  // wait_for() runs: the build is not at rest

  // Whether the system has room for what `make` makes, perhaps with more descriptors.
  template <typename Make>
  bool has_room(Make make) {
    for (;;) {
      try {
        make();
        return true;
      } catch (const boost::system::system_error& error) {
        if (error.code() != boost::system::errc::too_many_files_open || !more_descriptors()) return false;
      }
    }
  }

  void make_asio() {
    if (std::exchange(asio_tried, true)) return;
    if (!has_room([this] { asio = std::make_unique<Asio>(); })) return;
    for (auto& [id, watch] : watches) give_view(id, watch);
  }

  // --- signals ---

  void attend_signals() {
    const bool attends = signals.attend();
    make_asio();
    if (!attends) return;
    if (asio) {
      if (has_room([this] { asio->signal_watch.assign(signals.descriptor()); }))
        watch_signals();
      else
        drop_asio();
    }
    take_signals();  // SIGUSR1 may have come before
  }

  void leave_signals() {
    if (asio && asio->signal_watch.is_open()) asio->signal_watch.release();
    signals.leave();
  }

  void drop_asio() {
    for (auto& [id, watch] : watches) drop_view(watch);
    asio.reset();
  }

  void watch_signals() {
    asio->signal_watch.async_wait(stream_descriptor::wait_read, [this](const Error& error) {
      if (error) return;
      struct Again {  // even when somebody who hears of a child throws
        Impl& loop;
        ~Again() { loop.watch_signals(); }
      } again{*this};
      take_signals();
      reap();
    });
  }

  void take_signals() {
    signals.take([this](int number) {
      if (number == SIGCHLD) {
        child_signal = true;
      } else if (number == SIGUSR1) {
        if (on_user_signal) on_user_signal();
      } else {
        if (fatal_signal == 0) fatal_signal = number;
        woken = true;
      }
    });
  }

  // --- children ---

  bool watch_child(pid_t pid, When when, ChildEnded call) {
    if (signals.descriptor() < 0 && !watch_handle(pid)) return false;
    children.insert_or_assign(pid, Child{when, std::move(call)});
    return true;
  }

  bool watch_handle(pid_t pid) {
    if (!asio) return false;
    const int handle = process_handle(pid);
    if (handle < 0) return false;
    return has_room([&] {
      Process& process = asio->handles.try_emplace(pid, asio->context.get_executor(), pid, handle).first->second;
      process.async_wait([this, pid](const Error&, int) { handle_ended(pid); });
    });
  }

  // Hears of children that have ended, if SIGCHLD was taken. One signal may stand for several.
  void reap() {
    if (!child_signal) return;
    if (within) return reap_within();
    while (!children.empty()) {
      child_signal = false;  // what was taken until here is looked at now
      int status = 0;
      rusage used;
      const pid_t pid = ::wait4(-1, &status, WNOHANG, &used);
      if (pid < 0) return forget_children();
      if (pid == 0) return;
      child_ended(pid, status, usage_of(used));
    }
    child_signal = false;
  }

  // Only children that may be heard of now are waited for: a signal for one of the others still finds its process.
  void reap_within() {
    std::vector<pid_t> heard;
    for (const auto& [pid, child] : children)
      if (child.when == When::any_time) heard.push_back(pid);
    for (const pid_t pid : heard) {
      int status = 0;
      rusage used;
      const pid_t got = ::wait4(pid, &status, WNOHANG, &used);
      if (got == pid) child_ended(pid, status, usage_of(used));
      if (got < 0) child_ended(pid, kUnknownStatus, {});
    }
  }

  // One that is not in the list is none of ours: a child of what has executed make, or a command that was given up.
  void child_ended(pid_t pid, int status, const Usage& usage) {
    const auto found = children.find(pid);
    if (found == children.end()) return;
    Child child = std::move(found->second);
    children.erase(found);
    if (within && child.when == When::at_rest) {
      ended.push_back({std::move(child.call), status, usage});
      return;
    }
    take_signals();  // one that came before this child's end counts
    child.call(status, usage);
  }

  // Somebody else in this process has waited for the children: how they ended cannot be known.
  void forget_children() {
    std::vector<pid_t> all;
    for (const auto& [pid, child] : children) all.push_back(pid);
    for (const pid_t pid : all) child_ended(pid, kUnknownStatus, {});
  }

  // A descriptor that becomes readable when the process ends, or -1.
  int process_handle(pid_t pid) {
    const auto open = [pid] { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); };
    const int handle = open();
    return handle < 0 && errno == EMFILE && more_descriptors() ? open() : handle;
  }

  void handle_ended(pid_t pid) {
    const auto found = asio->handles.find(pid);
    if (found == asio->handles.end()) return;
    const int status = found->second.native_exit_code();
    asio->past.push_back(found->second.detach());
    asio->handles.erase(found);
    child_ended(pid, status, {});  // Boost.Process does not tell what it has used
  }

  // Handles what has happened to descriptors until now.
  // Asio gives what it keeps for a descriptor to the next one as soon as the first is closed, even while an event of
  // the first still waits in the queue. That event would tell Boost.Process that the next process has ended, and it
  // would block in waitpid. So descriptors are closed only when the queue is empty.
  void drain() {
    if (!asio) return;
    const auto forgotten = std::exchange(asio->past, {});
    asio->context.restart();
    asio->context.poll();
  }

  // --- descriptors ---

  bool give_view(Id id, Watch& watch) {
    const bool has =
        has_room([&] { watch.view = std::make_unique<stream_descriptor>(asio->context, watch.descriptor); });
    if (has) arm(id, watch);
    return has;
  }

  // The descriptor stays open: it is somebody else's.
  static void drop_view(Watch& watch) {
    if (watch.view) watch.view->release();
    watch.view.reset();
  }

  void arm(Id id, Watch& watch) {
    watch.view->async_wait(watch.ready == Ready::read ? stream_descriptor::wait_read : stream_descriptor::wait_write,
                           [this, id](const Error& error) {
                             if (!error) descriptor_ready(id);
                           });
  }

  void descriptor_ready(Id id) {
    const auto found = watches.find(id);
    if (found == watches.end()) return;
    found->second.is_ready = true;
    if (!within || found->second.when == When::any_time) call_watch(id);
  }

  void call_watch(Id id) {
    const auto found = watches.find(id);
    if (found == watches.end() || !std::exchange(found->second.is_ready, false)) return;
    struct Again {
      Impl& loop;
      Id id;
      ~Again() {
        const auto still = loop.watches.find(id);
        if (still != loop.watches.end() && still->second.view) loop.arm(id, still->second);
      }
    } again{*this, id};
    const Call call = found->second.call;  // which may end the watch
    call();
  }

  // --- sleeping ---

  // What came while the build was not at rest.
  void hand_out_kept() {
    while (!ended.empty()) {
      const Ended first = std::move(ended.front());
      ended.erase(ended.begin());
      first.call(first.status, first.usage);
    }
    std::vector<Id> ready;
    for (const auto& [id, watch] : watches)
      if (watch.is_ready) ready.push_back(id);
    for (const Id id : ready) call_watch(id);
  }

  void run_timers() {
    if (at_rest.empty() && any_time.empty()) return;
    const Time now = std::chrono::steady_clock::now();
    while (any_time.run_one(now)) {
    }
    while (!within && at_rest.run_one(now)) {
    }
  }

  std::optional<Time> next_timer() const {
    std::optional<Time> next = any_time.earliest();
    if (!within)
      if (const auto other = at_rest.earliest(); other && (!next || *other < *next)) next = other;
    return next;
  }

  // Whether the build waits for anything.
  bool is_waited_for() const {
    if (!children.empty() || !at_rest.empty()) return true;
    for (const auto& [id, watch] : watches)
      if (watch.when == When::at_rest) return true;
    return false;
  }

  // The one place where the process sleeps: until one thing has happened and has been handed out, or a timer is due.
  void sleep() {
    const std::optional<Time> until = next_timer();
    if (asio) {
      asio->context.restart();
      if (until ? asio->context.run_one_until(*until) != 0 : asio->context.run_one() != 0) return run_timers();
      if (!asio->context.stopped() || !until) return run_timers();  // else it watches nothing
    }
    sleep_by_poll(until);
    run_timers();
  }

  void sleep_by_poll(std::optional<Time> until) {
    std::vector<pollfd> sources{{signals.descriptor(), POLLIN, 0}};
    std::vector<Id> ids{0};
    for (const auto& [id, watch] : watches) {
      if (watch.view || (within && watch.when == When::at_rest)) continue;
      sources.push_back({watch.descriptor, static_cast<short>(watch.ready == Ready::read ? POLLIN : POLLOUT), 0});
      ids.push_back(id);
    }
    const int timeout = until ? milliseconds_until(until, std::chrono::steady_clock::now()) : -1;
    if (::poll(sources.data(), sources.size(), timeout) <= 0) return;
    if (sources[0].revents != 0) {
      take_signals();
      reap();
    }
    for (size_t i = 1; i < sources.size(); ++i)
      if (sources[i].revents != 0) descriptor_ready(ids[i]);
  }

  void poll() {
    if (signals.descriptor() >= 0) {
      take_signals();
      reap();
    } else {
      drain();
    }
    hand_out_kept();
    run_timers();
  }

  void wait() {
    make_asio();
    if (!posted.empty()) {
      poll();
      const Call call = std::move(posted.front());
      posted.pop_front();
      call();
    } else {
      hand_out_kept();
      reap();  // SIGCHLD may have been taken while a command ran
      if (asio && !asio->past.empty()) drain();
      while (!woken && is_waited_for()) sleep();
    }
    woken = false;
  }

  bool wait_for(const std::function<bool()>& done) {
    const Within here(within);
    reap();  // SIGCHLD may have been taken before
    while (!done()) {
      if (fatal_signal != 0) return false;
      sleep();
    }
    return true;
  }
};

EventLoop::EventLoop(std::function<bool()> more_descriptors)
    : impl_(std::make_unique<Impl>(std::move(more_descriptors))) {}
EventLoop::~EventLoop() = default;

void EventLoop::on_user_signal(Call hear) { impl_->on_user_signal = std::move(hear); }
void EventLoop::leave_signals() { impl_->leave_signals(); }

Loop::Id EventLoop::after(Duration time, When when, Call call) {
  const Id id = ++impl_->last_id;
  (when == When::at_rest ? impl_->at_rest : impl_->any_time).add(id, now() + time, std::move(call));
  return id;
}

void EventLoop::cancel(Id timer) {
  if (timer != 0 && !impl_->at_rest.cancel(timer)) impl_->any_time.cancel(timer);
}

Loop::Id EventLoop::watch(int descriptor, Ready ready, When when, Call call) {
  const Id id = ++impl_->last_id;
  Impl::Watch& watch = impl_->watches[id];
  watch.descriptor = descriptor;
  watch.ready = ready;
  watch.when = when;
  watch.call = std::move(call);
  if (!impl_->asio || impl_->give_view(id, watch)) return id;
  impl_->watches.erase(id);
  return 0;
}

void EventLoop::unwatch(Id watch) {
  const auto found = impl_->watches.find(watch);
  if (found == impl_->watches.end()) return;
  Impl::drop_view(found->second);
  impl_->watches.erase(found);
}

bool EventLoop::watch_child(pid_t child, When when, ChildEnded call) {
  return impl_->watch_child(child, when, std::move(call));
}

void EventLoop::forget_child(pid_t child) { impl_->children.erase(child); }

// There is no descriptor for signals: one that ends make does so while it waits.
int EventLoop::wait_for_child(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return kUnknownStatus;
  return status;
}

void EventLoop::post(Call call) { impl_->posted.push_back(std::move(call)); }
void EventLoop::attend_signals() { impl_->attend_signals(); }
void EventLoop::take_signals() { impl_->take_signals(); }
int EventLoop::fatal_signal() const { return impl_->fatal_signal; }
void EventLoop::wake() { impl_->woken = true; }

void EventLoop::poll() {
  impl_->poll();
  impl_->woken = false;
}

void EventLoop::wait() { impl_->wait(); }
bool EventLoop::wait_for(const std::function<bool()>& done) { return impl_->wait_for(done); }

}  // namespace cmz
