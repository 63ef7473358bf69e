// Whole builds, with fakes at the seams.
#include "cmzmake/plan/builder.h"

#include <catch2/catch.hpp>

#include "fakes/fake_make.h"
#include "plan_helpers.h"

using namespace cmz;

namespace {

struct Run {
  FakeMake make;
  FakeLoop loop;
  FakeExecutor executor{make.disk, loop};
  FakeEvents events;
  FakeTokens tokens;
  BuildOptions options;
  LoadGauge* load = nullptr;
  std::vector<std::string> old_files, new_files;
  int status = -1;

  explicit Run(size_t free_tokens = 0) : tokens(free_tokens) { options.one_at_a_time = free_tokens == 0; }

  std::string operator()(std::string_view makefile, std::vector<std::string> goals) {
    make.read(makefile);
    Search search(make.evaluator);
    BuildContext context{make.evaluator, search, make.disk, loop, executor, tokens, events};
    context.load = load;
    Builder builder(context, options);
    for (const std::string& name : old_files) builder.assume_old(make.db.target(name));
    for (const std::string& name : new_files) builder.assume_new(make.db.target(name));
    std::vector<Target*> targets;
    for (const std::string& goal : goals) targets.push_back(&make.db.target(goal));
    status = builder.build(targets);
    std::string order;
    for (const std::string& target : executor.started) order += (order.empty() ? "" : " ") + target;
    return order;
  }
};

}  // namespace

TEST_CASE("recipes start depth first, left to right") {
  Run run;
  CHECK(run("all: a b ; all\na: a1 a2 ; a\nb: a2 b1 ; b\na1 a2 b1: ; $@\n", {"all"}) == "a1 a2 a b1 b all");
  CHECK(run.status == 0);
}

TEST_CASE("what is up to date is not made") {
  Run run;
  run.make.disk.add("a", 20);
  run.make.disk.add("s", 10);
  run.make.disk.add("b", 5);
  CHECK(run("all: a b ; all\na: s ; a\nb: s ; b\ns:\n", {"all"}) == "b all");
}

TEST_CASE("order-only prerequisites do not make their target old") {
  Run run;
  run.make.disk.add("a", 10);
  run.make.disk.add("o", 20);
  CHECK(run("a: | o ; a\no:\n", {"a"}).empty());
  CHECK(run.events.count(event::UpToDate::kName) == 1);
}

TEST_CASE("a failing recipe ends the build, and with -k only what needs it") {
  const char* makefile = "all: a b c ; all\na: ; a\nb: ; fail\nc: ; c\n";
  Run stop;
  CHECK(stop(makefile, {"all"}) == "a b");
  CHECK(stop.status == 2);
  Run go_on;
  go_on.options.keep_going = true;
  CHECK(go_on(makefile, {"all"}) == "a b c");
  CHECK(go_on.status == 2);
  CHECK(go_on.events.count(event::NotRemade::kName) == 1);
}

TEST_CASE("there are never more jobs than tokens and the implicit slot, and all tokens come back") {
  for (const size_t free : {1u, 3u}) {
    Run run(free);
    std::string makefile = "all: ";
    for (int i = 0; i < 20; ++i) makefile += "t" + std::to_string(i) + " ";
    makefile += "; all\nt%: ; $@\n";
    run(makefile, {"all"});
    CHECK(run.status == 0);
    CHECK(run.executor.started.size() == 21);
    CHECK(run.executor.most_at_once == free + 1);
    CHECK(run.tokens.free == free);
  }
}

TEST_CASE("tokens come back after a failure") {
  Run run(4);
  run("all: a b c d e ; all\na b d e: ; $@\nc: ; fail\n", {"all"});
  CHECK(run.status == 2);
  CHECK(run.tokens.free == 4);
}

TEST_CASE("lost tokens are replaced before they are missed: by a sub-make, or by a job that needs one") {
  Run sub(1);
  sub.tokens.lost = 2;
  sub("all: a b ; all\na: ; +a\nb: ; +b\n", {"all"});
  CHECK(sub.tokens.free == 3);
  CHECK(sub.tokens.settled == 1);  // b starts while a may have tokens

  Run plain(1);
  plain.tokens.lost = 1;
  plain("all: a b c ; all\na b c: ; $@\n", {"all"});
  CHECK(plain.executor.most_at_once == 3);
  CHECK(plain.tokens.free == 2);
}

TEST_CASE("a sub-make starts when those who may have the missing tokens are gone, or take too long") {
  Run short_lived(1);
  short_lived.tokens.lost = 2;
  short_lived.tokens.clients = 5;
  short_lived("all: ; +all\n", {"all"});
  CHECK(short_lived.tokens.settled == 6);
  CHECK(short_lived.tokens.free == 3);

  Run for_ever(1);
  for_ever.tokens.lost = 2;
  for_ever.tokens.clients = 1000000;
  CHECK(for_ever("all: a ; +all\na: ; +a\n", {"all"}) == "a all");
  CHECK(for_ever.tokens.settled < 100);
  Run once(1);
  once.tokens.lost = 2;
  once.tokens.clients = 1000000;
  once("all: ; +all\n", {"all"});
  CHECK(for_ever.tokens.settled == once.tokens.settled + 1);  // the second does not wait again
}

TEST_CASE("while the load is too high no token is asked for") {
  for (const double tasks : {9.0, 1.0}) {
    LoadSources sources;
    sources.seconds = [] { return 1.0; };
    sources.running = [tasks] { return tasks; };
    LoadGauge gauge(sources);
    Run run(4);
    run.load = &gauge;
    run.options.max_load = 3;
    run("all: a b c d ; all\na b c d: ; $@\n", {"all"});
    CHECK(run.status == 0);
    CHECK(run.executor.most_at_once == (tasks > 3 ? 1 : 3));
    CHECK((run.tokens.asked == 0) == (tasks > 3));
  }
}

TEST_CASE(".WAIT keeps what follows behind what came before") {
  Run run(8);
  CHECK(run("all: a b .WAIT c ; all\na: x ; a\nb: ; b\nc: ; c\nx: ; x\n", {"all"}) == "x b a c all");
}

TEST_CASE("a cycle is cut and told") {
  Run run;
  CHECK(run("a: b ; a\nb: a ; b\n", {"a"}) == "b a");
  CHECK(run.events.count(event::CircularDropped::kName) == 1);
}

TEST_CASE("no rule: told with the target that needs it") {
  Run run;
  run("all: missing ; all\n", {"all"});
  CHECK(run.status == 2);
  REQUIRE(run.events.count(event::NoRule::kName) == 1);
  CHECK(run.events.first(event::NoRule::kName) == "missing");
}

TEST_CASE("a chain is not bound by the stack") {
  Run run;
  std::string makefile;
  constexpr int kLength = 100000;
  for (int i = 0; i < kLength; ++i) makefile += "t" + std::to_string(i) + ": t" + std::to_string(i + 1) + "\n";
  makefile += "t" + std::to_string(kLength) + ": ; end\n";
  CHECK(run(makefile, {"t0"}) == "t" + std::to_string(kLength));
  CHECK(run.status == 0);
}

TEST_CASE("one run of a recipe makes all of a group") {
  Run run;
  CHECK(run("all: x y ; all\nx y &: s ; x\ns: ; s\n", {"all"}) == "s x all");
}

TEST_CASE("-q says 1 when something is out of date, and runs nothing") {
  Run run;
  run.options.question = true;
  CHECK(run("a: ; a\n", {"a"}).empty());
  CHECK(run.status == 1);
}

TEST_CASE("each job that begins ends, whatever becomes of the build") {
  for (const bool keep_going : {false, true}) {
    Run run(2);
    run.options.keep_going = keep_going;
    run("all: a b c d ; all\na d: ; $@\nb: ; fail\nc: b ; c\n", {"all"});
    CHECK(run.status == 2);
    CHECK(run.events.count(event::JobBegan::kName) > 0);
    CHECK(run.events.count(event::JobBegan::kName) == run.events.count(event::JobEnded::kName));
  }
}

TEST_CASE("a job that waits for a slot is told once, with its target") {
  Run run(1);
  run("all: a b c ; all\na b c: ; $@\n", {"all"});
  CHECK(run.events.count(event::JobWaits::kName) == 1);
  CHECK(run.events.first(event::JobWaits::kName) == "c");
}

TEST_CASE("-o: a target is old and is not remade; -W: it is new") {
  Run run;
  run.make.disk.add("a", 20);
  run.make.disk.add("s", 10);
  run.old_files = {"b"};
  run.new_files = {"s"};
  CHECK(run("all: a b ; all\na: s ; a\nb: ; b\ns:\n", {"all"}) == "a all");
}
