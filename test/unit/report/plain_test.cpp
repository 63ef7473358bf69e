// Make's own lines, one event at a time.
#include "cmzmake/report/plain.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

using namespace cmz;

namespace {

std::string content(int descriptor) {
  std::string text(4096, '\0');
  const ssize_t n = ::pread(descriptor, text.data(), text.size(), 0);
  text.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return text;
}

// A report whose lines go to a captured output.
struct Reported {
  Console console;
  OutputCapture& capture = console.begin_capture(OutputSync::target, "/tmp");
  PlainReport report;

  explicit Reported(unsigned level = 0) : report(console, "make", level) {}

  std::string operator()(const Event& event) {
    const int id = capture.open();
    REQUIRE(id >= 0);
    capture.set_current(id);
    report.on(event);
    capture.set_current(-1);
    const std::string out = content(capture.stdout_fd(id)), err = content(capture.stderr_fd(id));
    capture.close(id);
    return out.empty() ? err : out;
  }
};

}  // namespace

TEST_CASE("a goal that needed nothing") {
  Reported top, nested(2);
  CHECK(top(event::UpToDate{"all", false}) == "make: 'all' is up to date.\n");
  CHECK(nested(event::UpToDate{"all", false}) == "make[2]: 'all' is up to date.\n");
  CHECK(top(event::UpToDate{"all", true}) == "make: Nothing to be done for 'all'.\n");
}

TEST_CASE("no rule") {
  Reported top;
  CHECK(top(event::NoRule{"x", "all", true}) == "make: *** No rule to make target 'x', needed by 'all'.  Stop.\n");
  CHECK(top(event::NoRule{"x", "", false}) == "make: *** No rule to make target 'x'.\n");
}

TEST_CASE("a line that failed") {
  Reported top;
  event::LineFailed e;
  e.target = "x";
  e.where = {"Makefile", 3};
  e.exit.status = 2;
  CHECK(top(e) == "make: *** [Makefile:3: x] Error 2\n");
  e.ignored = true;
  CHECK(top(e) == "make: [Makefile:3: x] Error 2 (ignored)\n");
  e.ignored = false;
  e.exit = {Exit::How::signalled, 15, false};
  CHECK(top(e) == "make: *** [Makefile:3: x] Terminated\n");
  e.where = {};
  CHECK(top(e) == "make: *** [<builtin>: x] Terminated\n");
}

TEST_CASE("messages: with the word for their severity, or bare") {
  Reported top;
  const Location where{"m.mk", 7};
  CHECK(top(event::Message{Severity::info, {}, "text", true}) == "text\n");
  CHECK(top(event::Message{Severity::note, where, "text", true}) == "m.mk:7: text\n");
  CHECK(top(event::Message{Severity::warning, where, "text", false}) == "m.mk:7: warning: text\n");
  CHECK(top(event::Message{Severity::warning, {}, "text", true}) == "make: text\n");
  CHECK(top(event::Message{Severity::error, {}, "text", false}) == "make: *** text\n");
  CHECK(top(event::Message{Severity::fatal, where, "text", false}) == "m.mk:7: *** text.  Stop.\n");
}

TEST_CASE("a file from the future: two digits while it is near") {
  Reported top;
  CHECK(top(event::TimeInFuture{"x", 1.25}) == "make: Warning: File 'x' has modification time 1.2 s in the future\n");
  CHECK(top(event::TimeInFuture{"x", 1234.5}) ==
        "make: Warning: File 'x' has modification time 1234 s in the future\n");
}
