#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <future>
#include <thread>

#include "cmzmake/run/local_executor.h"
#include "run/run_helpers.h"

using namespace cmz;
using namespace cmz::test;

TEST_CASE("Children are waited for although SIGCHLD was ignored and blocked at start") {
  struct sigaction ignore = {}, before;
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGCHLD, &ignore, &before);
  sigset_t block, mask;
  ::sigemptyset(&block);
  ::sigaddset(&block, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &block, &mask);
  {
    Bench bench;
    CHECK(bench.run(job({"exit 7"})).exit.status == 7);
    CHECK(bench.output_of("echo x") == "x\n");
  }
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  ::sigaction(SIGCHLD, &before, nullptr);
}

TEST_CASE("The end of a child is heard of although another thread gets SIGCHLD") {
  Bench bench;
  int end[2];
  REQUIRE(::pipe2(end, O_CLOEXEC) == 0);
  std::promise<void> ready;
  std::thread stranger([&] {
    sigset_t child;
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    ::pthread_sigmask(SIG_UNBLOCK, &child, nullptr);
    ready.set_value();
    pollfd closed = {end[0], 0, 0};  // ThreadSanitizer runs no handler in a thread that waits in read()
    while (::poll(&closed, 1, -1) < 0) {
    }
  });
  ready.get_future().wait();
  for (int i = 0; i < 20; ++i) bench.start(job({"true", "exit 3"}));
  for (size_t before = 0; before != bench.executor.running();) {
    before = bench.executor.running();
    wait(bench.loop, 10'000);
  }
  const bool all_heard = bench.executor.running() == 0;
  CHECK(all_heard);
  if (all_heard) CHECK(bench.output_of("echo x; exec >&-; exit 1") == "x\n");
  ::close(end[1]);
  stranger.join();
  ::close(end[0]);
}

TEST_CASE("Without a descriptor for signals each child has its own") {
  rlimit before;
  ::getrlimit(RLIMIT_NOFILE, &before);
  Folder folder;
  REQUIRE(::mkfifo((folder / "go").c_str(), 0600) == 0);
  {
    Bench bench;
    const int next = ::dup(STDIN_FILENO);
    ::close(next);
    rlimit none = before;
    none.rlim_cur = static_cast<rlim_t>(next);  // there is no other descriptor to be had
    ::setrlimit(RLIMIT_NOFILE, &none);
    bench.loop.attend_signals();
    ::setrlimit(RLIMIT_NOFILE, &before);
    // The second can end only if the first runs beside it.
    bench.start(job({"read x < " + folder / "go; exit $x"}));
    bench.start(job({"true", "echo 3 > " + folder / "go; exit 4"}));
    CHECK(bench.executor.running() == 2);
    bench.finish();
    CHECK(bench.recorder.outcomes.at(1).exit.status == 3);
    CHECK(bench.recorder.outcomes.at(2).exit.status == 4);
    for (int i = 0; i < 20; ++i) CHECK(bench.run(job({"exit 5"})).exit.status == 5);
    CHECK(bench.output_of("echo x; exec >&-; exit 1") == "x\n");
    // A signal would have ended make at once: none is blocked but SIGCHLD.
    sigset_t mask;
    ::sigprocmask(SIG_BLOCK, nullptr, &mask);
    CHECK(::sigismember(&mask, SIGTERM) == 0);
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_CASE("Children that are no job's take nothing from the jobs") {
  Bench bench;
  bench.loop.attend_signals();
  const pid_t stranger = ::fork();
  REQUIRE(stranger >= 0);
  if (stranger == 0) ::_exit(9);
  siginfo_t info;
  ::waitid(P_PID, static_cast<id_t>(stranger), &info, WEXITED | WNOWAIT);
  bench.start(job({"exit 3"}));
  bench.start(job({"exit 4"}));
  bench.finish();
  CHECK(bench.recorder.outcomes.at(1).exit.status == 3);
  CHECK(bench.recorder.outcomes.at(2).exit.status == 4);
}

TEST_CASE("A child that somebody else has waited for has failed") {
  struct : Recorder {
    void process_started(JobId id, size_t, int pid) override {
      if (id <= 2) ::waitpid(pid, nullptr, 0);
    }
  } recorder;
  InheritedState state = read_inherited_state();
  EventLoop loop;
  LocalExecutor executor{loop, state};
  executor.set_listener(&recorder);
  JobId id = 0;
  for (const char* line : {"exit 0", "exit 0", "exit 3"}) start(executor, job({line}), ++id);
  while (executor.running() > 0) loop.wait();
  for (const JobId waited_for : {1, 2}) CHECK(recorder.outcomes.at(waited_for).exit.status == 127);
  CHECK(recorder.outcomes.at(3).exit.status == 3);
}

TEST_CASE("The end of a job that comes while a command is captured is not lost") {
  Folder folder;
  Bench bench;
  int pid = 0;
  struct : Recorder {
    void process_started(JobId, size_t, int started) override { *pid = started; }
    int* pid = nullptr;
  } recorder;
  recorder.pid = &pid;
  bench.executor.set_listener(&recorder);
  bench.start(job({"exit 6"}));
  siginfo_t info;
  ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
  CHECK(bench.output_of("sleep 0.01; echo captured") == "captured\n");
  CHECK(recorder.outcomes.empty());
  bench.loop.poll();
  CHECK(recorder.outcomes.at(1).exit.status == 6);
}

TEST_CASE("A signal ends a capture whose command has closed its output") {
  Bench bench;
  bench.loop.attend_signals();
  const Captured captured = bench.executor.capture(
      {"/bin/sh", "-c", "exec >&- 2>&-; sleep 0.05; kill -HUP $PPID; exec sleep 1000"}, environment()->envp());
  CHECK(captured.exit.how == Exit::How::signalled);
  CHECK(bench.loop.fatal_signal() == SIGHUP);
}

TEST_CASE("A signal that ends make wakes wait and stays known") {
  Bench bench;
  CHECK(bench.loop.fatal_signal() == 0);
  bench.start(job({"exec sleep 1000"}));
  bench.start(job({"exec sleep 1000"}));
  ::kill(::getpid(), SIGTERM);
  bench.loop.wait();
  CHECK(bench.loop.fatal_signal() == SIGTERM);
  CHECK(bench.executor.running() == 2);
  bench.executor.cancel_all(SIGTERM);
  bench.finish();
  CHECK(bench.loop.fatal_signal() == SIGTERM);
  for (JobId id : {1, 2}) {
    CHECK(bench.recorder.outcomes.at(id).exit.how == Exit::How::signalled);
    CHECK(bench.recorder.outcomes.at(id).exit.status == SIGTERM);
  }
}

TEST_CASE("After such a signal nothing more is started") {
  Folder folder;
  Bench bench;
  const Outcome outcome = bench.run(job({"kill -HUP $PPID", "touch " + folder / "reached"}));
  CHECK(bench.loop.fatal_signal() == SIGHUP);
  CHECK_FALSE(outcome.ok());
  CHECK_FALSE(std::filesystem::exists(folder / "reached"));
  CHECK(bench.output_of("touch " + folder / "reached").empty());
  CHECK_FALSE(std::filesystem::exists(folder / "reached"));
}

TEST_CASE("Such a signal ends a capture") {
  Bench bench;
  bench.run(job({"true"}));
  const Captured captured =
      bench.executor.capture({"/bin/sh", "-c", "echo begun; kill -TERM $PPID; exec sleep 1000"}, environment()->envp());
  CHECK(bench.loop.fatal_signal() == SIGTERM);
  CHECK_FALSE(captured.exit.ok());
}

TEST_CASE("Before there is anything to clean up a signal ends make at once") {
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_IGN);
    InheritedState state = read_inherited_state();
    EventLoop loop;
    LocalExecutor executor{loop, state};
    executor.capture({"/bin/sh", "-c", "kill -INT $PPID; kill -TERM $PPID"}, environment()->envp());
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGTERM);
}

TEST_CASE("SIGUSR1 never ends make, and is heard of as soon as signals are attended to") {
  int heard = 0;
  {
    Bench bench;
    bench.loop.on_user_signal([&] { ++heard; });
    CHECK(bench.output_of("kill -USR1 $PPID; echo x") == "x\n");
    CHECK(heard == 0);
    bench.loop.attend_signals();
    CHECK(heard == 1);
    ::kill(::getpid(), SIGUSR1);
  }
  {
    Bench bench;
    ::kill(::getpid(), SIGUSR1);
  }
  CHECK(heard == 1);
}

TEST_CASE("A signal that was ignored at start stays ignored, in children too") {
  struct sigaction ignore = {}, before;
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGHUP, &ignore, &before);
  {
    Bench bench;
    CHECK(bench.run(job({"kill -HUP $PPID", "kill -HUP $$"})).ok());
    CHECK(bench.loop.fatal_signal() == 0);
  }
  ::sigaction(SIGHUP, &before, nullptr);
}
