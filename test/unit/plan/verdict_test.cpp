// The decision as a table: times and flags on the left, the verdict on the right.
#include "verdict.h"

#include <catch2/catch.hpp>
#include <string>

using namespace cmz;

namespace {

constexpr FileTime kTarget{100}, kOlder{50}, kSame{100}, kNewer{150};

}  // namespace

TEST_CASE("what a prerequisite means for its target") {
  struct Row {
    const char* what;
    PrerequisiteFacts facts;
    bool missing, newer, makes_target, changed;
  };
  const Row rows[] = {
      {"older", {kOlder, false, false, false}, false, false, false, false},
      {"of the same time", {kSame, false, false, false}, false, false, false, false},
      {"newer", {kNewer, false, false, false}, false, true, false, false},
      {"newer, but order-only", {kNewer, true, false, false}, false, true, false, false},
      {"missing", {FileTime::absent(), false, false, false}, true, false, true, true},
      {"missing, but order-only", {FileTime::absent(), true, false, false}, true, false, false, false},
      {"missing, but intermediate", {FileTime::absent(), false, true, false}, false, false, false, false},
      {"older, but remade", {kOlder, false, false, true}, false, true, false, true},
      {"-W", {FileTime::newest(), false, false, false}, false, true, false, false},
      {"-o", {FileTime::oldest(), false, false, false}, false, false, false, false},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const PrerequisiteVerdict verdict = judge(row.facts, kTarget);
    CHECK(verdict.missing == row.missing);
    CHECK(verdict.newer == row.newer);
    CHECK(verdict.makes_target == row.makes_target);
    CHECK(verdict.changed == row.changed);
  }
}

TEST_CASE("every file is newer than a target that is not there") {
  CHECK(judge(PrerequisiteFacts{kOlder}, FileTime::absent()).newer);
  CHECK(judge(PrerequisiteFacts{FileTime::oldest()}, FileTime::absent()).newer);
}

TEST_CASE("whether a target is made, and why") {
  using Why = Verdict::Why;
  struct Row {
    const char* what;
    //          absent must   target recipe lone   changed -B
    TargetFacts facts;
    bool make;
    Why why;
  };
  const Row rows[] = {
      {"nothing is newer", {false, false, true, true, false, false, false}, false, Why::up_to_date},
      {"a prerequisite is newer", {false, true, true, true, false, false, false}, true, Why::must},
      {"it is not there", {true, true, true, true, false, false, false}, true, Why::must},
      {"not there, and no rule names it", {true, true, false, false, false, false, false}, true, Why::must},
      {"a file that no rule names", {false, false, false, false, false, false, false}, false, Why::up_to_date},
      {"-B", {false, false, true, true, false, false, true}, true, Why::always_make},
      {"-B, but there is no recipe", {false, false, true, false, false, false, true}, false, Why::nothing_changed},
      {"newer, no recipe, nothing was done",
       {false, true, true, false, false, false, false},
       false,
       Why::nothing_changed},
      {"newer, no recipe, something was done", {false, true, true, false, false, true, false}, true, Why::must},
      {"not there, no recipe", {true, true, true, false, false, false, false}, true, Why::must},
      {"a lone double-colon rule", {false, false, true, true, true, false, false}, true, Why::lone_double_colon},
      {"a lone double-colon rule without a recipe",
       {false, false, true, false, true, false, false},
       false,
       Why::lone_double_colon},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Verdict verdict = judge(row.facts);
    CHECK(verdict.make == row.make);
    CHECK(verdict.why == row.why);
  }
}
