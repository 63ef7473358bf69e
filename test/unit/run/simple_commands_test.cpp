#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <random>

#include "cmzmake/run/command_line.h"
#include "run/run_helpers.h"

using namespace cmz;
using namespace cmz::test;
namespace fs = std::filesystem;

namespace {

// Counts processes.
struct Counter : Recorder {
  void process_started(JobId, size_t, int) override { ++processes; }
  int processes = 0;
};

// What came of a command.
struct Result {
  Exit exit;
  int processes = 0;
  std::string errors;
};

Result run(const std::string& line, bool simply, std::shared_ptr<const Environment> env = environment(),
           mode_t umask = 022) {
  Folder folder;
  Counter counter;
  InheritedState state = read_inherited_state();
  EventLoop loop;
  LocalExecutor executor{loop, state};
  executor.set_listener(&counter);
  executor.do_simple_commands(simply);
  Job j = job({line}, std::move(env));
  j.stderr_fd = ::open((folder / "errors").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int fd = j.stderr_fd;
  const mode_t before = ::umask(umask);
  start(executor, std::move(j));
  while (executor.running() > 0) loop.wait();
  ::umask(before);
  ::close(fd);
  return {counter.outcomes.at(1).exit, counter.processes, folder.read("errors")};
}

// A folder to work in, with one of everything.
class Workplace {
 public:
  Workplace() : before_(fs::current_path()) {
    fs::current_path(folder_.path());
    fs::create_directories("dir/below");
    for (const char* file : {"file", "dir/file", "read-only"}) folder_.write(file, "text");
    ::chmod("read-only", 0444);
    folder_.write("lines", "1\n2\n");
    folder_.write("nothing", "");
    folder_.write("zero", std::string_view("a\0b", 3));
    fs::create_symlink("file", "link");
    fs::create_symlink("dir", "dir-link");
    fs::create_symlink("nowhere", "dangling");
    ::mkfifo("fifo", 0644);
    age();
  }
  ~Workplace() {
    fs::current_path(before_);
    for (const auto& entry : all())
      if (entry.is_directory() && !entry.is_symlink()) ::chmod(entry.path().c_str(), 0700);
  }

  void enter() const { fs::current_path(folder_.path()); }

  // Gives everything an old time, folders after what is in them.
  void age() const {
    for (const auto& entry : all()) age(entry.path());
    age(folder_.path());
  }

  // All that is there: kind, permissions, size, and whether its time is still old.
  std::vector<std::string> contents() const {
    std::vector<std::string> out;
    const auto note = [&](const fs::path& path) {
      struct stat st = {};
      ::lstat(path.c_str(), &st);
      out.push_back(path.lexically_relative(folder_.path()).string() + " " + std::to_string(st.st_mode) + " " +
                    std::to_string(S_ISDIR(st.st_mode) ? 0 : st.st_size) + (st.st_mtim.tv_sec == kOld ? "" : " new") +
                    (st.st_atim.tv_sec == kOld ? "" : " read"));
    };
    note(folder_.path());
    for (const auto& entry : all()) note(entry.path());
    std::sort(out.begin(), out.end());
    return out;
  }

 private:
  fs::recursive_directory_iterator all() const {
    return fs::recursive_directory_iterator(folder_.path(), fs::directory_options::skip_permission_denied);
  }

  static constexpr time_t kOld = 1'000'000'000;
  static void age(const fs::path& path) {
    const timespec times[2] = {{kOld, 0}, {kOld, 0}};
    ::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW);
  }

  Folder folder_;
  fs::path before_;
};

// Whether the machine has the programs that are imitated.
bool has_coreutils() {
  Workplace place;
  return run("true", true).processes == 0;
}

}  // namespace

TEST_CASE("Simple commands need no process") {
  if (!has_coreutils()) return;
  Workplace place;
  for (const char* line : {"true", "/bin/true", "/usr/bin/true", "mkdir -p new", "mkdir -p dir", "mkdir -p a/b/c dir/x",
                           "mkdir -p dir-link/y", "mkdir -p ./p//q/../r", "touch file", "touch new-file other",
                           "touch link", "touch dangling", "touch read-only", "rm -f file", "rm -f no-such",
                           "rm -rf link no-such", "rm -f dir-link", "rm -f", "rm -fr fifo"}) {
    INFO(line);
    const Result result = run(line, true);
    CHECK(result.processes == (::geteuid() == 0 || line != std::string("touch read-only") ? 0 : 1));
    CHECK(result.exit.ok());
  }
}

TEST_CASE("All other commands are run") {
  Workplace place;
  for (const char* line : {"true x",        "mkdir new-dir",          "mkdir -m 700 -p z", "mkdir -p -m 755 z",
                           "touch -c file", "touch -r file dir/file", "touch file --",     "touch dir",
                           "rm file",       "rm -f -- read-only",     "rm -fd no-such",    "rm link -f",
                           "rm -rf dir",    "rm -f dir-link/",        "rm -f ''",          "mkdir -p ''",
                           "mkdir -p dir/", "touch /dev/null",        "cp file x",         "touch no-such/x"}) {
    INFO(line);
    CHECK(run(line, true).processes == 1);
  }
  CHECK(run("./true", true).processes == 0);  // there is none
  CHECK(run("true 2> x", true).processes == 1);
  CHECK(run("true; true", true).processes == 1);
}

TEST_CASE("What goes wrong is told by the program itself") {
  Workplace place;
  for (const char* line :
       {"mkdir -p file", "mkdir -p dir file/x", "rm -f dir", "rm -f no-such dir file", "touch no-such/x",
        "touch file no-such/x", "rm -rf .", "mkdir -p dangling", "mkdir -p", "mkdir -p file/x"}) {
    INFO(line);
    const Result real = run(line, false);
    const Result simple = run(line, true);
    CHECK(simple.processes == 1);
    CHECK_FALSE(simple.exit.ok());
    CHECK(simple.exit.status == real.exit.status);
    CHECK(simple.errors == real.errors);
    CHECK_FALSE(simple.errors.empty());
  }
}

TEST_CASE("A program of somebody else's is run") {
  Workplace place;
  Folder tools;
  tools.write("touch", "#!/bin/sh\necho mine > mine\n", 0755);
  const Result result = run("touch file", true, environment(tools.path() + ":/usr/bin:/bin"));
  CHECK(result.processes == 1);
  CHECK(fs::exists("mine"));
  // A copy of the real one, elsewhere: who knows what it is.
  fs::copy_file("/usr/bin/touch", tools / "true");
  CHECK(run("true", true, environment(tools.path())).processes == 1);
  CHECK(run(tools / "touch x", true).processes == 1);
}

TEST_CASE("Where the loader is told something, or execve would fail, all commands are run") {
  Workplace place;
  const auto with = [](std::string_view name, std::string_view value) {
    auto env = environment();
    env->add(name, value);
    return env;
  };
  CHECK(run("true", true, with("LD_PRELOAD", "")).processes == 1);
  CHECK(run("true", true, with("LD_LIBRARY_PATH", "/usr/lib")).processes == 1);
  CHECK(run("touch 01010000 old", true, with("_POSIX2_VERSION", "199209")).processes == 1);  // the first is a time
  CHECK_FALSE(fs::exists("01010000"));
  const Result huge = run("true", true, with("HUGE", std::string(200'000, 'x')));  // longer than a string may be
  CHECK(huge.processes == 0);
  CHECK(huge.exit.status == 127);
  std::string many = "rm -f";
  for (int i = 0; i < 20'000; ++i) many += " no-such-" + std::to_string(i);
  CHECK(run(many, true).processes == 1);
  CHECK(run(std::string("touch half") + '\0' + "whole", true).processes == 1);  // a word ends at a NUL
  CHECK(fs::exists("half"));
}

TEST_CASE("Whatever simple commands do is what the programs do") {
  if (!has_coreutils()) return;
  std::mt19937 random(1);
  const auto one_of = [&](std::initializer_list<const char*> words) {
    return std::string(words.begin()[random() % words.size()]);
  };
  int done_simply = 0;
  for (int round = 0; round < 40; ++round) {
    Workplace real, simple;
    for (int step = 0; step < 8; ++step) {
      std::string line = one_of({"mkdir -p", "touch", "rm -f", "rm -rf", "mkdir -p -p"});
      for (size_t words = 1 + random() % 3; words > 0; --words)
        line +=
            " " +
            one_of({"", "", "", "dir/", "dir-link/", "./", "new/", "new/deep/", "dir/../", "file/", "dangling/"}) +
            one_of({"file", "dir", "link", "dir-link", "dangling", "fifo", "new", "below", "other", "..", "read-only"});
      const mode_t umask = std::initializer_list<mode_t>{022, 002, 077, 0, 0277, 0777}.begin()[random() % 6];
      INFO(line);
      real.age();
      real.enter();
      const Result expected = run(line, false, environment(), umask);
      simple.age();
      simple.enter();
      const Result got = run(line, true, environment(), umask);
      CHECK(got.exit.status == expected.exit.status);
      CHECK(got.errors == expected.errors);
      CHECK(simple.contents() == real.contents());
      done_simply += got.processes == 0;
    }
  }
  CHECK(done_simply > 100);
}

TEST_CASE("Commands that print something need no process where the output is at hand") {
  if (!has_coreutils()) return;
  Workplace place;
  const auto capture = [](const std::string& line, bool simply, const Environment& env) {
    InheritedState state = read_inherited_state();
    EventLoop loop;
    LocalExecutor executor{loop, state};
    executor.do_simple_commands(simply);
    const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    Captured captured = executor.capture(command_argv(line, "/bin/sh", "-c", false, nullptr), env.envp(), null);
    ::close(null);
    return captured;
  };
  for (const char* line : {"echo",
                           "echo a  b",
                           "echo '' x ' '",
                           "echo a\\\\nb",
                           "echo x -n",
                           "echo -n x",
                           "echo --help",
                           "pwd",
                           "pwd -P",
                           "pwd x",
                           "uname",
                           "uname -s",
                           "uname -n",
                           "uname -r",
                           "uname -m",
                           "uname -a",
                           "uname -sm",
                           "uname x",
                           "cat file",
                           "cat link lines",
                           "cat dir",
                           "cat no-such",
                           "cat file no-such",
                           "cat nothing",
                           "cat zero",
                           "cat -n file",
                           "cat /proc/sys/kernel/ostype",
                           "cat -- file",
                           "dirname a",
                           "dirname /a",
                           "dirname a/b/c",
                           "dirname a/./b",
                           "dirname a/",
                           "dirname /",
                           "dirname //a",
                           "dirname a//b",
                           "dirname ''",
                           "dirname a b",
                           "dirname",
                           "dirname ../x",
                           "basename a",
                           "basename /a",
                           "basename a/b.c",
                           "basename a/b.c .c",
                           "basename .c .c",
                           "basename a.c c",
                           "basename a.c a.c",
                           "basename ab.c ''",
                           "basename a-x -x",
                           "basename a/",
                           "basename ''",
                           "basename a b c",
                           "touch new",
                           "true",
                           "mkdir -p file"}) {
    INFO(line);
    const Captured real = capture(line, false, *environment());
    const Captured simple = capture(line, true, *environment());
    CHECK(simple.output == real.output);
    CHECK(simple.exit.status == real.exit.status);
    CHECK(simple.error == real.error);
  }
  // POSIX wants some of them otherwise.
  auto posix = environment();
  posix->add("POSIXLY_CORRECT", "1");
  posix->add("PWD", "/tmp/../tmp");
  CHECK(capture("echo a\\\\nb", true, *posix).output == capture("echo a\\\\nb", false, *posix).output);
}

TEST_CASE("What a job of simple commands prints is in its output, as far as that is a file") {
  if (!has_coreutils()) return;
  Workplace place;
  Folder folder;
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const int file = ::open((folder / "out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  for (const int out : {file, ends[1], -1}) {
    Counter counter;
    InheritedState state = read_inherited_state();
    EventLoop loop;
    LocalExecutor executor{loop, state};
    executor.set_listener(&counter);
    executor.do_simple_commands(true);
    Job j = job({"echo one", "cat file", "rm -f file"});
    j.stdout_fd = out;
    j.stderr_fd = null;
    if (out == -1) j.lines = job({"cat nothing"}).lines;
    start(executor, std::move(j));
    while (executor.running() > 0) loop.wait();
    CHECK(counter.outcomes.at(1).ok() == (out != ends[1]));  // `file` is gone by then
    CHECK(counter.processes == (out == file ? 0 : out == -1 ? 1 : 2));
  }
  CHECK(folder.read("out") == "one\ntext");
  char text[16];
  CHECK(std::string(text, static_cast<size_t>(::read(ends[0], text, sizeof text))) == "one\n");
  for (const int fd : {file, null, ends[0], ends[1]}) ::close(fd);
}

TEST_CASE("What is no plain file is not even opened") {
  if (!has_coreutils()) return;
  Workplace place;
  Folder folder;
  // Whoever waits for a reader of the FIFO must find the one that stays.
  const int fifo = ::open("fifo", O_RDWR | O_CLOEXEC), watch = ::inotify_init1(IN_CLOEXEC);
  REQUIRE(::inotify_add_watch(watch, "fifo", IN_OPEN | IN_ACCESS) >= 0);
  REQUIRE(::write(fifo, "x", 1) == 1);
  Bench bench;
  bench.executor.do_simple_commands(true);
  Job j = job({"cat fifo"});
  j.stdout_fd = ::open((folder / "out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int out = j.stdout_fd;
  bench.start(std::move(j));
  int opened = 0;
  for (bool read = false; !read;) {
    inotify_event event;
    REQUIRE(::read(watch, &event, sizeof event) == sizeof event);
    opened += (event.mask & IN_OPEN) != 0;
    read = (event.mask & IN_ACCESS) != 0;
  }
  ::close(fifo);
  bench.finish();
  CHECK(opened == 1);
  CHECK(folder.read("out") == "x");
  ::close(watch);
  ::close(out);
}

TEST_CASE("Where a file may not grow without limit, the programs write themselves") {
  if (!has_coreutils()) return;
  Workplace place;
  Folder folder;
  rlimit before;
  ::getrlimit(RLIMIT_FSIZE, &before);
  Counter counter;
  Bench bench;
  bench.executor.set_listener(&counter);
  bench.executor.do_simple_commands(true);
  Job j = job({"echo 1", "echo 2", "echo 3"});
  j.stdout_fd = ::open((folder / "out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  j.stderr_fd = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const int out = j.stdout_fd, null = j.stderr_fd;
  rlimit small = before;
  small.rlim_cur = 4;
  ::setrlimit(RLIMIT_FSIZE, &small);
  bench.start(std::move(j));
  bench.finish();
  ::setrlimit(RLIMIT_FSIZE, &before);
  CHECK(bench.loop.fatal_signal() == 0);
  CHECK(counter.outcomes.at(1).exit.how == Exit::How::signalled);
  CHECK(counter.outcomes.at(1).exit.status == SIGXFSZ);
  CHECK(folder.read("out") == "1\n2\n");
  ::close(out);
  ::close(null);
}

TEST_CASE("A job of simple commands ends as one with processes does: in wait, in order") {
  if (!has_coreutils()) return;
  Workplace place;
  Bench bench;
  bench.executor.do_simple_commands(true);
  for (const char* line : {"touch a", "touch b", "exit 3"}) bench.start(job({line, "true"}));
  CHECK(bench.executor.running() == 3);
  bench.loop.poll();
  CHECK(bench.recorder.outcomes.count(1) == 0);
  bench.loop.wait();
  CHECK(bench.recorder.outcomes.count(1) == 1);
  CHECK(bench.recorder.outcomes.count(2) == 0);
  bench.finish();
  CHECK(bench.recorder.outcomes.at(2).ok());
  CHECK(bench.recorder.outcomes.at(2).ran);
  CHECK(bench.recorder.outcomes.at(3).exit.status == 3);
}

TEST_CASE("Signals are heard between simple commands") {
  Workplace place;
  Bench bench;
  bench.executor.do_simple_commands(true);
  bench.start(job({"true"}));
  ::kill(::getpid(), SIGHUP);
  bench.loop.wait();
  CHECK(bench.loop.fatal_signal() == SIGHUP);
}

TEST_CASE("After a signal that ends make no simple command is done") {
  if (!has_coreutils()) return;
  Workplace place;
  struct : Recorder {
    void line_begins(JobId id, size_t index) override {
      Recorder::line_begins(id, index);
      if (index == 1) ::kill(::getpid(), SIGTERM);
    }
  } recorder;
  InheritedState state = read_inherited_state();
  EventLoop loop;
  LocalExecutor executor{loop, state};
  executor.set_listener(&recorder);
  executor.do_simple_commands(true);
  start(executor, job({"touch a", "touch b", "touch c", "sleep 1000"}));
  while (executor.running() > 0) loop.wait();
  CHECK(recorder.outcomes.at(1).exit.how == Exit::How::signalled);
  CHECK(recorder.outcomes.at(1).exit.status == SIGTERM);
  CHECK(fs::exists("b"));
  CHECK_FALSE(fs::exists("c"));
}
