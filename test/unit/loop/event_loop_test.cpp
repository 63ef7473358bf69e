#include "cmzmake/loop/event_loop.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <string>
#include <vector>

using namespace cmz;
using std::chrono::milliseconds;

namespace {

struct Pipe {
  Pipe() { made = ::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0; }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  void put() const { CHECK(::write(ends[1], "+", 1) == 1); }
  bool take() const {
    char c;
    return ::read(ends[0], &c, 1) == 1;
  }
  int ends[2];
  bool made;
};

pid_t child_that_exits(int status) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(status);
  return child;
}

// A child that ends when the pipe is closed or written to.
pid_t child_that_waits(const Pipe& pipe) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::fcntl(pipe.ends[0], F_SETFL, 0);
  char c;
  ::_exit(::read(pipe.ends[0], &c, 1) == 1 ? 3 : 4);
}

}  // namespace

// Signals are attended to: Asio. Not: poll(2).
TEST_CASE("A watched descriptor is told of as long as it is ready, each time anew") {
  const bool attends = GENERATE(true, false);
  Pipe pipe;
  REQUIRE(pipe.made);
  EventLoop loop;
  if (attends) loop.attend_signals();
  int heard = 0;
  const Loop::Id watch = loop.watch(pipe.ends[0], Loop::Ready::read, When::at_rest, [&] {
    ++heard;
    loop.wake();
  });
  REQUIRE(watch != 0);
  pipe.put();
  for (int i = 0; i < 3; ++i) loop.wait();  // as long as nobody takes it
  CHECK(heard == 3);
  CHECK(pipe.take());
  loop.after(milliseconds(1), When::at_rest, [&] { loop.wake(); });
  loop.wait();
  CHECK(heard == 3);
  pipe.put();
  loop.wait();
  CHECK(heard == 4);
  loop.unwatch(watch);
  loop.wait();  // there is nothing to wait for
  CHECK(heard == 4);
  CHECK(pipe.take());  // the descriptor is still open
}

TEST_CASE("A call may end its own watch, and the descriptor be watched again") {
  Pipe pipe;
  EventLoop loop;
  loop.attend_signals();
  pipe.put();
  Loop::Id watch = 0;
  int heard = 0;
  for (int i = 0; i < 2; ++i) {
    watch = loop.watch(pipe.ends[0], Loop::Ready::read, When::at_rest, [&] {
      ++heard;
      loop.unwatch(watch);
      loop.wake();
    });
    loop.wait();
  }
  CHECK(heard == 2);
}

TEST_CASE("Within wait_for only what may be heard at any time is; the rest is heard at rest") {
  Pipe rest, any;
  EventLoop loop;
  loop.attend_signals();
  std::string heard;
  const Loop::Id first = loop.watch(rest.ends[0], Loop::Ready::read, When::at_rest, [&] {
    heard += "rest ";
    rest.take();
    loop.wake();
  });
  const Loop::Id second = loop.watch(any.ends[0], Loop::Ready::read, When::any_time, [&] {
    heard += "any ";
    any.take();
  });
  loop.after(milliseconds(0), When::at_rest, [&] {
    heard += "timer ";
    loop.wake();
  });
  loop.after(milliseconds(0), When::any_time, [&] { heard += "any-timer "; });
  const pid_t job = child_that_exits(5), command = child_that_exits(6);
  siginfo_t info;
  ::waitid(P_PID, static_cast<id_t>(job), &info, WEXITED | WNOWAIT);
  loop.watch_child(job, When::at_rest, [&](int status, const Usage&) {
    heard += "job" + std::to_string(WEXITSTATUS(status)) + " ";
    loop.wake();
  });
  bool over = false;
  loop.watch_child(command, When::any_time, [&](int status, const Usage&) {
    heard += "command" + std::to_string(WEXITSTATUS(status)) + " ";
    over = true;
  });
  rest.put();
  any.put();
  CHECK(loop.wait_for([&] { return over && heard.find("any ") != heard.npos && heard.find("timer") != heard.npos; }));
  CHECK(heard.find("rest") == heard.npos);
  CHECK(heard.find("job") == heard.npos);
  CHECK(heard.find("command6") != heard.npos);
  CHECK(::kill(job, 0) == 0);  // its number is not free yet
  heard.clear();
  while (heard.find("job5") == heard.npos || heard.find("rest") == heard.npos || heard.find("timer") == heard.npos)
    loop.wait();
  loop.unwatch(first);
  loop.unwatch(second);
}

TEST_CASE("A forgotten child is not told of, and leaves no process behind") {
  EventLoop loop;
  loop.attend_signals();
  Pipe pipe;
  const pid_t forgotten = child_that_waits(pipe);
  loop.watch_child(forgotten, When::at_rest, [](int, const Usage&) { FAIL("it was forgotten"); });
  loop.forget_child(forgotten);
  pipe.put();
  siginfo_t info;
  ::waitid(P_PID, static_cast<id_t>(forgotten), &info, WEXITED | WNOWAIT);
  bool over = false;
  const pid_t other = child_that_exits(0);
  loop.watch_child(other, When::at_rest, [&](int, const Usage&) {
    over = true;
    loop.wake();
  });
  while (!over) loop.wait();
  for (int i = 0; i < 100 && ::kill(forgotten, 0) == 0; ++i) loop.poll();
  CHECK(::kill(forgotten, 0) != 0);
}

TEST_CASE("Posted calls are made one a wait, in their order") {
  EventLoop loop;
  std::string heard;
  loop.post([&] {
    heard += 'a';
    loop.post([&] { heard += 'c'; });
  });
  loop.post([&] { heard += 'b'; });
  loop.wait();
  CHECK(heard == "a");
  loop.wait();
  loop.wait();
  CHECK(heard == "abc");
}

TEST_CASE("A signal that asks make to end ends wait and wait_for") {
  EventLoop loop;
  loop.attend_signals();
  ::kill(::getpid(), SIGHUP);
  Pipe pipe;
  const Loop::Id watch = loop.watch(pipe.ends[0], Loop::Ready::read, When::at_rest, [] {});
  loop.wait();
  CHECK(loop.fatal_signal() == SIGHUP);
  CHECK_FALSE(loop.wait_for([] { return false; }));
  loop.unwatch(watch);
}

TEST_CASE("What one who hears of a child throws does not make the loop deaf") {
  EventLoop loop;
  loop.attend_signals();
  loop.watch_child(child_that_exits(0), When::at_rest, [](int, const Usage&) { throw 7; });
  CHECK_THROWS(loop.wait());
  bool over = false;
  loop.watch_child(child_that_exits(0), When::at_rest, [&](int, const Usage&) {
    over = true;
    loop.wake();
  });
  while (!over) loop.wait();
  CHECK(over);
}
