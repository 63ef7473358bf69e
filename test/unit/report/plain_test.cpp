#include "cmzmake/report/plain.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

using namespace cmz;

namespace {

// What a report writes for one event, taken from a captured output.
std::string text_of(PlainReport& report, OutputCapture& capture, Event event) {
  const int id = capture.open();
  REQUIRE(id >= 0);
  capture.set_current(id);
  report.on(event);
  capture.set_current(-1);
  std::string out(4096, '\0');
  const ssize_t n = ::pread(capture.stdout_fd(id), out.data(), out.size(), 0);
  out.resize(n > 0 ? static_cast<size_t>(n) : 0);
  std::string err(4096, '\0');
  const ssize_t m = ::pread(capture.stderr_fd(id), err.data(), err.size(), 0);
  err.resize(m > 0 ? static_cast<size_t>(m) : 0);
  capture.close(id);
  return out.empty() ? err : out;
}

}  // namespace

TEST_CASE("make's own lines") {
  OutputCapture capture(OutputSync::target, "/tmp");
  PlainReport top("make", 0), nested("make", 2);
  top.set_capture(&capture);
  nested.set_capture(&capture);

  Event e{};
  e.kind = Event::Kind::up_to_date;
  e.target = "all";
  CHECK(text_of(top, capture, e) == "make: 'all' is up to date.\n");
  CHECK(text_of(nested, capture, e) == "make[2]: 'all' is up to date.\n");
  e.flag = true;
  CHECK(text_of(top, capture, e) == "make: Nothing to be done for 'all'.\n");

  e = Event{};
  e.kind = Event::Kind::no_rule;
  e.target = "x";
  e.other = "all";
  e.fatal = true;
  CHECK(text_of(top, capture, e) == "make: *** No rule to make target 'x', needed by 'all'.  Stop.\n");
  e.other = {};
  e.fatal = false;
  CHECK(text_of(top, capture, e) == "make: *** No rule to make target 'x'.\n");

  e = Event{};
  e.kind = Event::Kind::failed;
  e.target = "x";
  e.where = {"Makefile", 3};
  e.status = 2;
  CHECK(text_of(top, capture, e) == "make: *** [Makefile:3: x] Error 2\n");
  e.flag = true;
  CHECK(text_of(top, capture, e) == "make: [Makefile:3: x] Error 2 (ignored)\n");
  e.flag = false;
  e.signal = 15;
  CHECK(text_of(top, capture, e) == "make: *** [Makefile:3: x] Terminated\n");
  e.where = {};
  CHECK(text_of(top, capture, e) == "make: *** [<builtin>: x] Terminated\n");

  e = Event{};
  e.kind = Event::Kind::time_in_future;
  e.target = "x";
  e.seconds = 1.25;
  CHECK(text_of(top, capture, e) == "make: Warning: File 'x' has modification time 1.2 s in the future\n");
}
