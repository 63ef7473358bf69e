// The one door for changes of a target's state, and what it counts.
#include "target_states.h"

#include <catch2/catch.hpp>

using namespace cmz;

TEST_CASE("targets are counted by their state") {
  TargetStates states;
  Target a, b;
  CHECK(states.counts().known == 0);
  states.set(a, Progress::visiting);
  states.set(b, Progress::visiting);
  states.set(a, Progress::waiting);
  states.set(b, Progress::running);
  CHECK(states.counts().known == 2);
  CHECK(states.counts().waiting == 1);
  CHECK(states.counts().running == 1);
  states.finish(b, Status::failed);
  states.set(a, Progress::visiting);
  states.finish(a, Status::success);
  CHECK(states.counts().finished == 2);
  CHECK(states.counts().failed == 1);
  CHECK(states.counts().running == 0);
  CHECK(a.status == Status::success);
}

TEST_CASE("a target that is to be looked at again is no longer counted as finished or failed") {
  TargetStates states;
  Target a;
  states.set(a, Progress::visiting);
  states.finish(a, Status::failed);
  states.set(a, Progress::untouched);
  CHECK(states.counts().known == 0);
  CHECK(states.counts().finished == 0);
  CHECK(states.counts().failed == 0);
}
