// Slots: the implicit one, tokens for the others, the load, and a pool that has lost some.
#include "slots.h"

#include <catch2/catch.hpp>

#include "fakes/fake_make.h"
#include "plan_helpers.h"

using namespace cmz;
using For = event::JobWaits::For;

namespace {

struct Bench {
  FakeMake make;
  Search search{make.evaluator};
  FakeTokens tokens;
  FakeLoop loop;
  FakeExecutor executor{make.disk, loop};
  FakeEvents events;
  Plan plan{{make.evaluator, search, make.disk, loop, executor, tokens, events}, {}};
  Slots slots;

  explicit Bench(size_t free, LoadGauge* load = nullptr) : tokens(free), slots(plan, loop, tokens, load) {}

  void start(bool recursive = false) {
    REQUIRE_FALSE(slots.ask(recursive).has_value());
    slots.take(recursive);
  }
};

}  // namespace

TEST_CASE("the first job needs no token, each further one does") {
  Bench bench(1);
  bench.start();
  CHECK(bench.tokens.free == 1);
  bench.start();
  CHECK(bench.tokens.free == 0);
  const auto wait = bench.slots.ask(false);
  REQUIRE(wait.has_value());
  CHECK(wait->reason == For::slot);
  CHECK(wait->ask_again_ms == -1);
}

TEST_CASE("tokens are watched while somebody waits for one, and not otherwise") {
  Bench bench(0);
  bench.start();
  bench.slots.before_sleep(-1);
  CHECK_FALSE(bench.tokens.watched());
  bench.slots.after_sleep();
  REQUIRE(bench.slots.ask(false).has_value());
  bench.slots.before_sleep(-1);
  CHECK(bench.tokens.watched());
  bench.slots.after_sleep();
  CHECK_FALSE(bench.tokens.watched());
  bench.slots.withdraw();
  bench.slots.before_sleep(-1);
  CHECK_FALSE(bench.tokens.watched());
}

TEST_CASE("whichever job ends, the implicit slot is the last in use") {
  Bench bench(2);
  for (int i = 0; i < 3; ++i) bench.start();
  CHECK(bench.tokens.free == 0);
  bench.slots.give_back(false);
  CHECK(bench.tokens.free == 1);
  bench.slots.give_back(false);
  CHECK(bench.tokens.free == 2);
  bench.slots.give_back(false);
  CHECK(bench.slots.used() == 0);
}

TEST_CASE("a job that has its token and waits for a whole pool keeps it when another job ends") {
  Bench bench(1);
  bench.start();
  bench.tokens.lost = 1;
  bench.tokens.clients = 100;
  const auto wait = bench.slots.ask(true);  // it has a token now
  REQUIRE(wait.has_value());
  CHECK(wait->reason == For::tokens);
  CHECK(bench.tokens.free == 0);
  bench.slots.give_back(false);  // the other job ends: the implicit slot is free for this one
  CHECK(bench.tokens.free == 1);
  bench.slots.withdraw();
  CHECK(bench.tokens.free == 1);
}

TEST_CASE("a job that is given up gives its token back") {
  Bench bench(1);
  bench.start();
  bench.tokens.lost = 1;
  bench.tokens.clients = 100;
  REQUIRE(bench.slots.ask(true).has_value());
  bench.slots.withdraw();
  CHECK(bench.tokens.free == 1);
}

TEST_CASE("no token is asked for while the load is too high") {
  LoadSources sources;
  sources.seconds = [] { return 1.0; };
  sources.running = [] { return 9.0; };
  LoadGauge gauge(sources);
  Bench bench(4, &gauge);
  bench.plan.options.max_load = 3;
  bench.start();  // one job always runs
  const auto wait = bench.slots.ask(false);
  REQUIRE(wait.has_value());
  CHECK(wait->reason == For::load);
  CHECK(wait->ask_again_ms > 0);
  CHECK(bench.tokens.asked == 0);
}
