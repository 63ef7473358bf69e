// What the special targets mean to what they name, or to all. Manual, "Special Built-in Target Names".
#include <catch2/catch.hpp>

#include "cmzmake/eval/special_targets.h"
#include "reader_helpers.h"

using namespace cmz;

namespace {

const Target& target(TestMake& make, std::string_view name) {
  const Target* found = make.db.find_target(name);
  REQUIRE(found != nullptr);
  return *found;
}

}  // namespace

TEST_CASE("special targets mark what they name, whether or not it has a rule") {
  TestMake make(
      "n = i\n.PHONY: p p2\n.PRECIOUS: r %.x\n.INTERMEDIATE: $(n)\n.SECONDARY: s\n.NOTINTERMEDIATE: k\n"
      ".IGNORE: g\n.SILENT: l\n.NOTPARALLEL: q\n.LOW_RESOLUTION_TIME: t\n.PHONY: p3\np: ; x\no:\n");
  for (const char* name : {"p", "p2", "p3"}) {
    INFO(name);
    CHECK(target(make, name).phony);
    CHECK(target(make, name).is_target);
  }
  CHECK(target(make, "r").precious);
  CHECK(target(make, "%.x").precious);
  CHECK(target(make, "i").intermediate);
  CHECK_FALSE(target(make, "i").secondary);
  CHECK(target(make, "s").intermediate);
  CHECK(target(make, "s").secondary);
  CHECK(target(make, "k").not_intermediate);
  CHECK(target(make, "g").ignore_errors);
  CHECK(target(make, "l").silent);
  CHECK(target(make, "q").not_parallel);
  CHECK(target(make, "t").low_resolution_time);
  const Target& other = target(make, "o");
  CHECK_FALSE((other.phony || other.precious || other.intermediate || other.secondary || other.not_intermediate));
  CHECK_FALSE((other.ignore_errors || other.silent || other.not_parallel || other.low_resolution_time));
  const SpecialTargets& all = make.db.special;
  CHECK_FALSE((all.ignore_all || all.silent_all || all.not_parallel || all.secondary_all || all.not_intermediate_all));
}

TEST_CASE("every rule of a double-colon target is marked") {
  TestMake make("a:: ; 1\na:: ; 2\n.PHONY:: a\n.PRECIOUS:: b\n.PRECIOUS:: a\na:: ; 3\n");
  const Target& a = target(make, "a");
  CHECK(a.phony);
  int rules = 0;
  for (const Target* t = a.next_double_colon; t != nullptr; t = t->next_double_colon, ++rules) {
    CHECK(t->phony);
    CHECK(t->precious);
  }
  CHECK(rules == 3);
  CHECK(target(make, "b").precious);
}

TEST_CASE("some special targets without prerequisites mean everything") {
  CHECK(TestMake(".SECONDARY:\n").db.special.secondary_all);
  CHECK(TestMake(".NOTINTERMEDIATE:\n").db.special.not_intermediate_all);
  CHECK(TestMake(".IGNORE:\n").db.special.ignore_all);
  CHECK(TestMake(".SILENT:\n").db.special.silent_all);
  CHECK(TestMake(".NOTPARALLEL:\n").db.special.not_parallel);
  CHECK(TestMake(".EXPORT_ALL_VARIABLES:\n").db.special.export_all);
  CHECK(TestMake(".DELETE_ON_ERROR:\n").db.special.delete_on_error);
  CHECK(TestMake(".ONESHELL:\n").db.special.one_shell);
  CHECK(TestMake(".SECONDEXPANSION:\n").db.special.second_expansion);
  CHECK(TestMake(".POSIX:\n").db.special.posix);
  CHECK_FALSE(TestMake("a: .SECONDARY .SILENT\n").db.special.secondary_all);  // they are targets of no rule
  CHECK_FALSE(TestMake("a: .SILENT\n").db.special.silent_all);
  CHECK_FALSE(TestMake(".SILENT: a\n.SILENT:\n").db.special.silent_all);
}

TEST_CASE("what contradicts itself ends make") {
  CHECK(TestMake().failure(".NOTINTERMEDIATE: a\n.INTERMEDIATE: a\n") ==
        "a cannot be both .NOTINTERMEDIATE and .INTERMEDIATE");
  CHECK(TestMake().failure(".SECONDARY: b a\n.NOTINTERMEDIATE: a\n") ==
        "a cannot be both .NOTINTERMEDIATE and .SECONDARY");
  CHECK(TestMake().failure(".NOTINTERMEDIATE:\n.SECONDARY:\n") ==
        ".NOTINTERMEDIATE and .SECONDARY are mutually exclusive");
  CHECK(TestMake().failure(".NOTINTERMEDIATE:\n.SECONDARY: a\n") == "none");
}

TEST_CASE(".WAIT as a target should have nothing") {
  CHECK(TestMake(".WAIT: a ; b\n").messages() ==
        Lines{"Makefile:1: .WAIT should not have prerequisites", "Makefile:1: .WAIT should not have commands"});
  CHECK(TestMake(".WAIT:\n").messages().empty());
}

TEST_CASE(".SUFFIXES adds to the known suffixes, and clears them when it has no prerequisites") {
  const auto suffixes = [](std::string_view makefile) {
    TestMake make(makefile);
    return Lines(make.db.suffixes.begin(), make.db.suffixes.end());
  };
  CHECK(suffixes("") == Lines{});
  CHECK(suffixes(".SUFFIXES: .a .b\n.SUFFIXES: .c .a\n") == Lines{".a", ".b", ".c"});
  CHECK(suffixes(".SUFFIXES: .a\n.SUFFIXES:\n.SUFFIXES: .c\n") == Lines{".c"});
  CHECK(suffixes("e =\n.SUFFIXES: .a\n.SUFFIXES: $(e)\n") == Lines{});
}

TEST_CASE(".POSIX changes the defaults of variables, not what a makefile defines") {
  CHECK(TestMake(".POSIX:\n").expand("$(.SHELLFLAGS) $(CC) $(CFLAGS) $(FC) $(FFLAGS) $(SCCSGETFLAGS)") ==
        "-ec c99 -O1 fort77 -O1 -s");
  CHECK(TestMake("CC = mine\n.POSIX:\n").expand("$(CC)") == "mine");
  CHECK(TestMake("").expand("$(.SHELLFLAGS)") == "-c");
}

TEST_CASE("under .POSIX blanks before a backslash at the end of a line stay") {
  CHECK(TestMake("V = a  \\\n  b\n").expand("[$(V)]") == "[a b]");
  CHECK(TestMake(".POSIX:\nV = a  \\\n  b\n").expand("[$(V)]") == "[a   b]");
}

TEST_CASE("a second expansion in the prerequisites of a special target happens when all is read") {
  TestMake make(".SECONDEXPANSION:\n.PHONY: x $$(late) $$(none) y\nlate = a b\na:\n");
  for (const char* name : {"x", "a", "b", "y"}) CHECK(target(make, name).phony);
  CHECK(make.rules(".PHONY") == Lines{".PHONY: x a b y"});
}

TEST_CASE(".DEFAULT's recipe is the last one given") {
  TestMake make(".DEFAULT:\n\techo 1\n\n.DEFAULT:\n\techo 2\n");
  REQUIRE(make.db.default_recipe != nullptr);
  CHECK(TestMake::text_of(make.db.default_recipe->where) == "Makefile:5");
}
