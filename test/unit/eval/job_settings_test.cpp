// Settings of jobs: target-specific variables whose names begin with a dot.
#include "cmzmake/eval/job_settings.h"

#include <catch2/catch.hpp>
#include <string>

#include "eval/reader_helpers.h"

using namespace cmz;
using namespace std::chrono_literals;

namespace {

// What a makefile sets for `a`.
JobSettings settings(std::string_view makefile) {
  TestMake make(makefile);
  const auto found = job_settings(make.evaluator, make.db.target("a"));
  return found ? *found : JobSettings{};
}

std::string failure(std::string_view makefile) {
  TestMake make(makefile);  // outlives the error, whose place names one of its files
  try {
    job_settings(make.evaluator, make.db.target("a"));
    return "none";
  } catch (const Fatal& fatal) {
    return TestMake::text_of(fatal.where()) + ": " + fatal.what();
  }
}

}  // namespace

TEST_CASE("A target without settings has none, nor has any under GNU Make's name") {
  TestMake make("a: ; x\nb: .TIMEOUT = 3\nb: ; y\n");
  CHECK(job_settings(make.evaluator, make.db.target("a")) == nullptr);
  CHECK(job_settings(make.evaluator, make.db.target("b")) != nullptr);
  make.evaluator.settings.dialect = Dialect::gnu;
  CHECK(job_settings(make.evaluator, make.db.target("b")) == nullptr);
}

TEST_CASE("Times are seconds, or have units; blanks around values do not count") {
  CHECK(settings("a: .TIMEOUT = 90\na: ; x\n").timeout == 90s);
  CHECK(settings("a: .TIMEOUT := 10m ## note\na: ; x\n").timeout == 10min);
  CHECK(settings("a: .TIMEOUT = 1h30m\na: ; x\n").timeout == 90min);
  CHECK(settings("a: .TIMEOUT = 0.25s\na: ; x\n").timeout == 250ms);
  CHECK(settings("a: .READY_TIMEOUT = 2s\na: ; x\n").ready_timeout == 2s);
}

TEST_CASE("All settings are read") {
  const JobSettings all = settings(
      "a: .RETRIES = 2\na: .POOL = db\na: .WEIGHT = 4\na: .MEMORY = 1.5G\na: .READY = tcp:3001\na: .RESTART = 3\n"
      "a: .PROGRESS = grep -c $$x $@.log; echo /6\na: .WORKTREE = fix/handlers\na: ; x\n");
  JobSettings expected;
  expected.retries = 2;
  expected.pool = "db";
  expected.weight = 4;
  expected.memory = 3ull << 29;
  expected.ready = "tcp:3001";
  expected.restarts = 3;
  expected.progress = "grep -c $x .log; echo /6";
  expected.worktree = "fix/handlers";
  CHECK(all == expected);
}

TEST_CASE("make's own rules say whose setting counts") {
  // Names beat patterns, the more specific pattern the other; private keeps prerequisites from it.
  CHECK(settings("%: private .TIMEOUT := 3m\na: .TIMEOUT = 7\na: ; x\n").timeout == 7s);
  CHECK(settings("%: private .TIMEOUT := 3m\na: ; x\n").timeout == 3min);
  TestMake make("p: .POOL = inherited\np: private .WEIGHT = 2\np: a ; x\na: ; y\n");
  make.db.target("a").parent = &make.db.target("p");
  CHECK(job_settings(make.evaluator, make.db.target("a"))->pool == "inherited");
  CHECK(job_settings(make.evaluator, make.db.target("a"))->weight == 1);
  // The command line beats all; the environment sets nothing.
  TestMake beaten;
  beaten.command_line(".TIMEOUT=9");
  beaten.environment(".POOL", "x");
  beaten.read("a: .TIMEOUT = 7\na: ; x\n");
  CHECK(job_settings(beaten.evaluator, beaten.db.target("a"))->timeout == 9s);
  CHECK(job_settings(beaten.evaluator, beaten.db.target("a"))->pool.empty());
}

TEST_CASE("A setting of a grouped target may stand on any peer") {
  CHECK(settings("b: .TIMEOUT = 5\na b &: ; x\n").timeout == 5s);
  CHECK(settings("b: .TIMEOUT = 5\na: .TIMEOUT = 6\na b &: ; x\n").timeout == 6s);
}

TEST_CASE("A value that means nothing is told with its place and what would be right") {
  const std::string rule = "a: ; x\n";
  CHECK(failure("\n\na: .TIMEOUT = 10 min\n" + rule) ==
        "Makefile:3: target 'a': .TIMEOUT '10 min' is no time: write 10m");
  CHECK(failure("a: .TIMEOUT = soon\n" + rule) ==
        "Makefile:1: target 'a': .TIMEOUT 'soon' is no time: write seconds, or a number with s, m or h");
  CHECK(failure("a: .TIMEOUT = -1\n" + rule) != "none");
  CHECK(failure("a: .TIMEOUT = 1e9\n" + rule) != "none");
  CHECK(failure("a: .RETRIES = many\n" + rule) ==
        "Makefile:1: target 'a': .RETRIES 'many' is no number: write a whole number");
  CHECK(failure("a: .WEIGHT = 0\n" + rule) ==
        "Makefile:1: target 'a': .WEIGHT '0' is no number of slots: write 1 or more");
  CHECK(failure("a: .MEMORY = 4 GB\n" + rule) ==
        "Makefile:1: target 'a': .MEMORY '4 GB' is no amount of memory: write 4G");
  CHECK(failure("a: .MEMORY = 4X\n" + rule) != "none");
  CHECK(failure("a: .TIMEOUT =\n" + rule) == "none");
}
