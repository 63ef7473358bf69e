#include "cmzmake/run/local_executor.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "run/run_helpers.h"

using namespace cmz;
using namespace cmz::test;
using Heard = std::vector<std::string>;

TEST_CASE("The lines of a job run in order and the listener hears of each first") {
  Folder folder;
  Bench bench;
  const Outcome outcome = bench.run(job({"printf 'one ' >> " + folder / "log", "printf 'two ' >> " + folder / "log"}));
  CHECK(outcome.ok());
  CHECK(outcome.ran);
  CHECK(outcome.line_index == 1);
  CHECK(folder.read("log") == "one two ");
  CHECK(bench.recorder.heard == Heard{"begin 1.0", "begin 1.1", "end 1"});
}

TEST_CASE("A job without a process ends inside start") {
  Bench bench;
  Job j = job({"exit 1", "  "});
  j.lines[0].execute = false;
  const JobId id = bench.start(std::move(j));
  CHECK(bench.executor.running() == 0);
  REQUIRE(bench.recorder.outcomes.count(id) == 1);
  CHECK(bench.recorder.outcomes[id].ok());
  CHECK_FALSE(bench.recorder.outcomes[id].ran);
  CHECK(bench.recorder.heard == Heard{"begin 1.0", "begin 1.1", "end 1"});
}

TEST_CASE("A failing line ends the job unless errors are ignored") {
  Folder folder;
  Bench bench;
  Job j = job({"exit 3", "exit 4", "touch " + folder / "reached"});
  j.lines[0].flags.ignore_errors = true;
  const Outcome outcome = bench.run(std::move(j));
  CHECK(outcome.exit.status == 4);
  CHECK(outcome.line_index == 1);
  CHECK_FALSE(std::filesystem::exists(folder / "reached"));
  CHECK(bench.recorder.heard == Heard{"begin 1.0", "ignored 0: 3", "begin 1.1", "end 1"});
}

TEST_CASE("A job whose last failure is ignored went well") {
  Bench bench;
  Job j = job({"exit 3"});
  j.lines[0].flags.ignore_errors = true;
  CHECK(bench.run(std::move(j)).ok());
}

TEST_CASE("The signal that ended a process is told") {
  Bench bench;
  const Outcome outcome = bench.run(job({"kill -KILL $$"}));
  CHECK(outcome.exit.how == Exit::How::signalled);
  CHECK(outcome.exit.status == SIGKILL);
  CHECK_FALSE(outcome.exit.core_dumped);
}

TEST_CASE("What cannot be executed counts as 127, with what exec said") {
  Folder folder;
  folder.write("plain", "text");
  folder.write("script", "echo ran $0 $1 >&2\n", 0755);
  ::mkdir((folder / "dir").c_str(), 0755);
  const auto env = environment(folder.path() + ":/usr/bin:/bin");
  const auto message = [&](const std::string& line) {
    Bench bench;
    const Outcome outcome = bench.run(job({line}, env));
    CHECK(outcome.exit.how == Exit::How::exited);
    CHECK(outcome.exit.status == 127);
    CHECK(outcome.ran);
    REQUIRE(bench.recorder.heard.size() == 3);
    return bench.recorder.heard[1];
  };
  CHECK(message("no-such-program a") == "not executed 0: no-such-program: No such file or directory");
  CHECK(message("./no-such a") == "not executed 0: ./no-such: No such file or directory");
  CHECK(message("plain") == "not executed 0: plain: Permission denied");
  CHECK(message(folder / "dir") == "not executed 0: " + folder / "dir" + ": Permission denied");
  CHECK(message(folder / "plain/x") == "not executed 0: " + folder / "plain/x" + ": Not a directory");
}

TEST_CASE("The program is looked for in the PATH of the job") {
  Folder first, second;
  first.write("tool", "not executable");
  second.write("tool", "#!/bin/sh\necho from $1 > " + second / "out\n", 0755);
  Bench bench;
  const auto env = environment("/no/such/dir:" + first.path() + ":" + second.path());
  CHECK(bench.run(job({"tool second"}, env)).ok());
  CHECK(second.read("out") == "from second\n");
}

TEST_CASE("A script without an interpreter line runs in the shell") {
  Folder folder;
  folder.write("script", "echo \"$0 $1 $#\" > " + folder / "out\n", 0755);
  Bench bench;
  CHECK(bench.run(job({folder / "script 'a b' c"})).ok());
  CHECK(folder.read("out") == folder / "script a b 2\n");
}

TEST_CASE("The output goes where the job says, that of recursive lines only when asked") {
  Folder folder;
  const auto open = [&](const char* name) {
    return ::open((folder / name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  };
  const bool everything = GENERATE(false, true);
  const int out = open("out"), err = open("err"), own = open("own");
  const int saved = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  Job j = job({"echo a; echo b >&2", "echo nested"});
  j.stdout_fd = out;
  j.stderr_fd = err;
  j.lines[1].flags.recursive = true;
  j.capture_recursive = everything;
  {
    Bench bench;
    ::dup2(own, STDOUT_FILENO);
    bench.run(std::move(j));
    ::dup2(saved, STDOUT_FILENO);
  }
  CHECK(folder.read("out") == (everything ? "a\nnested\n" : "a\n"));
  CHECK(folder.read("err") == "b\n");
  CHECK(folder.read("own") == (everything ? "" : "nested\n"));
  for (int fd : {out, err, own, saved}) ::close(fd);
}

TEST_CASE("Standard output and standard error may change places") {
  Folder folder;
  Bench bench;
  const int low = ::open((folder / "out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int saved_out = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  const int saved_err = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  ::dup2(low, STDOUT_FILENO);
  const int other = ::open((folder / "err").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ::dup2(other, STDERR_FILENO);
  Job j = job({"echo to-out; echo to-err >&2"});
  j.stdout_fd = STDERR_FILENO;
  j.stderr_fd = STDOUT_FILENO;
  bench.run(std::move(j));
  ::dup2(saved_out, STDOUT_FILENO);
  ::dup2(saved_err, STDERR_FILENO);
  CHECK(folder.read("out") == "to-err\n");
  CHECK(folder.read("err") == "to-out\n");
  for (int fd : {low, other, saved_out, saved_err}) ::close(fd);
}

TEST_CASE("The first running job reads make's standard input, the others its end") {
  Folder folder;
  int input[2];
  REQUIRE(::pipe2(input, O_CLOEXEC) == 0);
  REQUIRE(::write(input[1], "one\ntwo\n", 8) == 8);
  const int saved = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  ::dup2(input[0], STDIN_FILENO);
  {
    Bench bench;
    const std::string go = folder / "go";
    REQUIRE(::mkfifo(go.c_str(), 0600) == 0);
    bench.start(job({"read x; echo first:$x > " + folder / "a; read y < " + go}));
    bench.start(job({"read x; echo second:$x > " + folder / "b; echo > " + go}));
    bench.finish();
    bench.run(job({"read x; echo third:$x > " + folder / "c"}));
  }
  ::dup2(saved, STDIN_FILENO);
  for (int fd : {input[0], input[1], saved}) ::close(fd);
  CHECK(folder.read("a") == "first:one\n");
  CHECK(folder.read("b") == "second:\n");
  CHECK(folder.read("c") == "third:two\n");
}

TEST_CASE("A child gets the descriptors and limits that make was given, and all signals") {
  sigset_t block, before;
  ::sigemptyset(&block);
  ::sigaddset(&block, SIGUSR1);
  ::sigprocmask(SIG_BLOCK, &block, &before);
  rlimit stack;
  ::getrlimit(RLIMIT_STACK, &stack);
  Bench bench;
  const int extra = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  Folder folder;
  Job j = job({"exec > " + folder / "fds; for i in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "
                                    "test -e /proc/$$/fd/$i && echo $i; done; true",
               "/bin/cp /proc/self/status " + folder / "status", "ulimit -s > " + folder / "stack"});
  std::string inherited;
  for (int fd = 3; fd <= 20; ++fd) {
    const int flags = ::fcntl(fd, F_GETFD);
    if (flags >= 0 && !(flags & FD_CLOEXEC)) inherited += std::to_string(fd) + "\n";
  }
  CHECK(bench.run(std::move(j)).ok());
  ::close(extra);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  CHECK(folder.read("fds") == inherited);
  const std::string status = folder.read("status");
  CHECK(status.find("SigBlk:\t0000000000000000\n") != std::string::npos);
  CHECK(status.find("SigCgt:\t0000000000000000\n") != std::string::npos);
  CHECK(folder.read("stack") ==
        (stack.rlim_cur == RLIM_INFINITY ? "unlimited" : std::to_string(stack.rlim_cur / 1024)) + "\n");
}

TEST_CASE("Many jobs at once all end") {
  Bench bench;
  for (int i = 0; i < 100; ++i) bench.start(job({"exit " + std::to_string(i % 5)}));
  CHECK(bench.executor.running() == 100);
  bench.finish();
  for (JobId id = 1; id <= 100; ++id)
    CHECK(bench.recorder.outcomes.at(id).exit.status == static_cast<int>((id - 1) % 5));
}

TEST_CASE("wait returns at once when there is nothing to wait for") {
  Bench bench;
  bench.loop.wait();
  bench.loop.poll();
  CHECK(bench.executor.running() == 0);
}

TEST_CASE("wait ends after its time, and the job goes on") {
  Folder folder;
  REQUIRE(::mkfifo((folder / "go").c_str(), 0600) == 0);
  Bench bench;
  bench.start(job({"read x < " + folder / "go; exit 2"}));
  wait(bench.loop, 1);
  CHECK(bench.executor.running() == 1);
  const int go = ::open((folder / "go").c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(::write(go, "\n", 1) == 1);
  bench.finish();
  ::close(go);
  CHECK(bench.recorder.outcomes.at(1).exit.status == 2);
}

namespace {

// A pool whose descriptors recursive lines inherit.
struct PipePool : TokenPool {
  PipePool() { made = ::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0; }
  ~PipePool() override {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  bool try_acquire() override {
    char c;
    return ::read(ends[0], &c, 1) == 1;
  }
  void release() override { CHECK(::write(ends[1], "+", 1) == 1); }
  std::vector<int> inherited_descriptors() const override { return {ends[0], ends[1]}; }
  int ends[2];
  bool made;
};

}  // namespace

TEST_CASE("A child that ended before it was waited for does not stand for the next one") {
  struct : Recorder {
    void process_started(JobId, size_t, int pid) override {
      siginfo_t info;
      if (wait_for_end) ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
    }
    bool wait_for_end = true;
  } recorder;
  int input[2];
  REQUIRE(::pipe2(input, O_CLOEXEC) == 0);
  const int saved = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  ::dup2(input[0], STDIN_FILENO);
  InheritedState state = read_inherited_state();
  EventLoop loop;
  LocalExecutor executor{loop, state};
  executor.set_listener(&recorder);
  start(executor, job({"exit 0"}));
  while (executor.running() > 0) loop.wait();
  recorder.wait_for_end = false;
  start(executor, job({"read x"}), 2);
  wait(loop, 1);  // would sleep until the job ends, which waits for us
  CHECK(executor.running() == 1);
  CHECK(::write(input[1], "\n", 1) == 1);
  while (executor.running() > 0) loop.wait();
  ::dup2(saved, STDIN_FILENO);
  for (int fd : {saved, input[0], input[1]}) ::close(fd);
}

TEST_CASE("A descriptor of the pool is there for recursive lines only, and wakes make when one gives a token back") {
  PipePool pool;
  REQUIRE(pool.made);
  Bench bench;
  bench.executor.set_pool(&pool);
  const std::string give = "exec 2> /dev/null; printf + > /proc/$$/fd/" + std::to_string(pool.ends[1]);
  bench.start(job({give}));
  bench.finish();
  CHECK_FALSE(pool.try_acquire());  // that line was no recursive one
  Job recursive = job({give + "; read x"});
  int input[2];
  REQUIRE(::pipe2(input, O_CLOEXEC) == 0);
  recursive.lines[0].flags.recursive = true;
  const int saved = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  ::dup2(input[0], STDIN_FILENO);
  const Loop::Id watch = bench.loop.watch(pool.ends[0], Loop::Ready::read, When::at_rest, [&] { bench.loop.wake(); });
  bench.start(std::move(recursive));
  ::dup2(saved, STDIN_FILENO);
  bench.loop.wait();
  CHECK(bench.executor.running() == 1);
  CHECK(pool.try_acquire());
  bench.loop.unwatch(watch);
  REQUIRE(::write(input[1], "\n", 1) == 1);
  bench.finish();
  for (int fd : {saved, input[0], input[1]}) ::close(fd);
}

TEST_CASE("capture returns the output, the status and why nothing ran") {
  Bench bench;
  const auto env = environment();
  Captured good = bench.executor.capture({"/bin/sh", "-c", "printf 'a\\nb\\n\\n'; exit 5"}, env->envp());
  CHECK(good.output == "a\nb\n\n");
  CHECK(good.exit.status == 5);
  CHECK(good.error.empty());
  Captured bad = bench.executor.capture({"no-such-program"}, env->envp());
  CHECK(bad.output.empty());
  CHECK(bad.exit.status == 127);
  CHECK(bad.error == "no-such-program: No such file or directory");
  Captured killed = bench.executor.capture({"/bin/sh", "-c", "echo x; kill -TERM $$"}, env->envp());
  CHECK(killed.exit.how == Exit::How::signalled);
  CHECK(killed.exit.status == SIGTERM);
  const std::string big = bench.output_of(
      "i=0; while test $i -lt 3000; do echo 0123456789012345678901234567890123456789; "
      "i=$((i+1)); done");
  CHECK(big.size() == 3000 * 41);
}

TEST_CASE("capture leaves the ends of running jobs to wait") {
  Folder folder;
  REQUIRE(::mkfifo((folder / "done").c_str(), 0600) == 0);
  Bench bench;
  bench.start(job({"echo > " + folder / "done; exit 6"}));
  CHECK(bench.output_of("read x < " + folder / "done; echo captured") == "captured\n");
  CHECK(bench.recorder.outcomes.empty());
  bench.finish();
  CHECK(bench.recorder.outcomes.at(1).exit.status == 6);
}

TEST_CASE("A job's processes start in its directory") {
  Folder folder;
  Bench bench;
  Job j = job({"pwd > where", "./no-such-program"});
  j.directory = folder.path();
  CHECK(bench.run(std::move(j)).exit.status == 127);
  CHECK(folder.read("where") == folder.path() + "\n");
  Job lost = job({"true"});
  lost.directory = folder / "none";
  CHECK(bench.run(std::move(lost)).exit.status == 127);
  CHECK(bench.recorder.heard[bench.recorder.heard.size() - 2] == "not executed 0: true: No such file or directory");
}

TEST_CASE("cancel reaches the whole process group of a job that leads one, and no other job") {
  Folder folder;
  for (const char* name : {"ready", "other"}) REQUIRE(::mkfifo((folder / name).c_str(), 0600) == 0);
  Bench bench;
  Job j = job({"sh -c 'echo > " + folder / "ready; exec sleep 1000' & wait"});
  j.own_process_group = true;
  const JobId id = bench.start(std::move(j));
  const JobId other = bench.start(job({"read x < " + folder / "other; exit 5"}));
  std::ifstream(folder / "ready").get();  // the grandchild runs
  bench.executor.cancel(id, SIGTERM);
  bench.loop.wait();
  CHECK(bench.recorder.outcomes.at(id).exit.how == Exit::How::signalled);
  CHECK(bench.recorder.outcomes.count(other) == 0);
  std::ofstream(folder / "other") << "\n";
  bench.finish();
  CHECK(bench.recorder.outcomes.at(other).exit.status == 5);
}
