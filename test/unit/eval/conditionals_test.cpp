// Which lines are read: ifdef, ifndef, ifeq, ifneq, else and endif. Manual, "Conditional Parts of Makefiles".
#include <catch2/catch.hpp>

#include "reader_helpers.h"

using namespace cmz;

namespace {

// Whether the first or the second branch is read.
std::string branch(const std::string& condition) {
  TestMake make("x = 1\nempty =\nspace = $(empty) $(empty)\nref = $(empty)\nname = x\ncomma := ,\nopen := (\n" +
                condition + "\nr = then\nelse\nr = else\nendif\n");
  return make.expand("$(r)");
}

}  // namespace

TEST_CASE("conditions compare expanded texts, and look whether a variable has a value") {
  struct Case {
    const char* condition;
    bool holds;
  };
  const Case cases[] = {
      {"ifeq (a,a)", true},
      {"ifeq (a,b)", false},
      {"ifneq (a,b)", true},
      {"ifneq (a,a)", false},
      {"ifeq ($(x),1)", true},
      {"ifeq (1,$(x))", true},
      {"ifeq (,)", true},
      {"ifeq (,$(empty))", true},
      {"ifeq ($(space),)", false},
      {"ifeq (a ,a)", true},   // blanks before the comma do not count,
      {"ifeq (a, a)", true},   // nor those behind it,
      {"ifeq ( a,a)", false},  // all others do
      {"ifeq (a,a )", false},
      {"ifeq ($(subst a,b,a),b)", true},
      {"ifeq ((a,b),(a,b))", true},
      {"ifeq ($(comma),$(comma))", true},
      {"ifeq (f(a,b),f(a,b))", true},
      {"ifeq 'a' 'a'", true},
      {"ifeq \"a\" \"a\"", true},
      {"ifeq 'a' \"a\"", true},
      {"ifeq 'a\"b' 'a\"b'", true},
      {"ifeq \"a \" \"a\"", false},
      {"ifeq '$(x)'  '1'", true},
      {"ifeq '' ''", true},
      {"ifneq 'a''b'", true},
      {"ifeq(a,a)=\nifeq (a,a)", true},
      {"  ifeq (a,a)", true},
      {"ifeq (a,a) # comment", true},
      {"ifeq (a,\\\n  a)", true},
      {"ifdef x", true},
      {"ifdef none", false},
      {"ifdef empty", false},
      {"ifdef ref", true},  // a value, though it expands to nothing
      {"ifdef $(name)", true},
      {"ifdef   x  # comment", true},
      {"ifdef", false},
      {"ifdef $(empty)", false},
      {"ifndef none", true},
      {"ifndef x", false},
      {"ifndef empty", true},
      {"ifndef", true},
  };
  for (const Case& c : cases) {
    INFO(c.condition);
    CHECK(branch(c.condition) == (c.holds ? "then" : "else"));
  }
}

TEST_CASE("of a chain of else conditions the first that holds is read, and the others are not even expanded") {
  const auto chosen = [](const char* first, const char* second, const char* third) {
    return TestMake(std::string(first) + "\nr = 1\nelse " + second + "\nr = 2\nelse " + third +
                    "\nr = 3\nelse\nr = 4\nendif\n")
        .expand("$(r)");
  };
  CHECK(chosen("ifeq (a,a)", "ifeq (a,a)", "ifeq (a,a)") == "1");
  CHECK(chosen("ifeq (a,b)", "ifeq (a,a)", "ifeq (a,a)") == "2");
  CHECK(chosen("ifdef a", "ifdef b", "ifneq (a,b)") == "3");
  CHECK(chosen("ifdef a", "ifdef b", "ifndef .DEFAULT_GOAL # none") == "3");
  CHECK(chosen("ifdef a", "ifdef b", "ifeq 'a' 'b'") == "4");
  CHECK(chosen("ifndef a", "ifeq ($(error no),)", "ifeq ($(error no),)") == "1");
}

TEST_CASE("conditionals nest, and in lines that are skipped nothing but they counts") {
  const std::string_view text =
      "ifdef none\n"
      "  ifdef .DEFAULT_GOAL\n  r += 1\n  else\n  r += 2\n  endif\n"
      "  ifeq ($(error expanded),\n  else ifeq no syntax\n  endif\n"
      "  define d\n  endif\n  else\n  endef\n"
      "  missing separator\n  include nothing\n\techo\n"
      "else\n"
      "  ifdef none\n  r += 3\n  else\n  r += 4\n    ifndef none\n    r += 5\n    endif\n  endif\n"
      "endif\n"
      "r += 6\n";
  CHECK(TestMake(text).expand("$(r)") == "4 5 6");
  CHECK(
      TestMake("ifdef none\nifdef none\nelse ifndef none\nr = wrong\nelse\nr = wrong\nendif\nelse\nr += right\nendif\n")
          .expand("$(r)") == "right");
}

TEST_CASE("a recipe's lines may depend on conditions, which leave the rule open") {
  TestMake make("a:\n\techo 1\nifdef none\n\techo 2\nelse\n\techo 3\nendif\n\techo 4\n");
  CHECK(make.recipe("a") == "echo 1\necho 3\necho 4");
}

TEST_CASE("a line with the recipe prefix is a condition where no recipe is") {
  TestMake make("\tifdef none\n\tr = 1\n\telse\n\tr = 2\n\tendif\n");
  CHECK(make.expand("$(r)") == "2");
}

TEST_CASE("variables that a condition asks for may be made by what is read just before") {
  TestMake make("goal:\nifeq ($(.DEFAULT_GOAL),goal)\nr = set\nendif\nother: V = 1\nifdef V\nr += wrong\nendif\n");
  CHECK(make.expand("$(r)") == "set");
}

TEST_CASE("conditions without sense end make at their line") {
  struct Case {
    const char* makefile;
    const char* error;
  };
  const Case cases[] = {
      {"ifeq\nendif", "Makefile:1: invalid syntax in conditional"},
      {"ifeq (a\nendif", "Makefile:1: invalid syntax in conditional"},
      {"ifeq (a,b\nendif", "Makefile:1: invalid syntax in conditional"},
      {"ifeq (a)\nendif", "Makefile:1: invalid syntax in conditional"},
      {"ifeq (a(,b)\nendif", "Makefile:1: invalid syntax in conditional"},
      {"ifneq a b\nendif", "Makefile:1: invalid syntax in conditional"},
      {"ifeq 'a' b\nendif", "Makefile:1: invalid syntax in conditional"},
      {"ifeq 'a'\nendif", "Makefile:1: invalid syntax in conditional"},
      {"ifeq 'a\nendif", "Makefile:1: invalid syntax in conditional"},
      {"ifeq 'a' 'b\nendif", "Makefile:1: invalid syntax in conditional"},
      {"\nifdef a b\nendif", "Makefile:2: invalid syntax in conditional"},
      {"b = a c\nifndef $(b)\nendif", "Makefile:2: invalid syntax in conditional"},
      {"endif", "Makefile:1: extraneous 'endif'"},
      {"ifdef a\nendif\nendif", "Makefile:3: extraneous 'endif'"},
      {"else", "Makefile:1: extraneous 'else'"},
      {"else ifdef a", "Makefile:1: extraneous 'else'"},
      {"ifdef a\nelse\nelse\nendif", "Makefile:3: only one 'else' per conditional"},
      {"ifdef a\nelse\nelse ifdef b\nendif", "Makefile:3: only one 'else' per conditional"},
      {"ifdef a", "Makefile:2: missing 'endif'"},
      {"ifdef a\n", "Makefile:3: missing 'endif'"},
      {"ifndef a\nifdef b\nendif", "Makefile:4: missing 'endif'"},
  };
  for (const Case& c : cases) {
    INFO(c.makefile);
    CHECK(TestMake().failure(std::string(c.makefile) + "\n") == c.error);
  }
}

TEST_CASE("text behind a complete condition is told and left out") {
  TestMake make(
      "ifeq (a,b) more\nelse junk\nr = 1\nendif junk\nifneq 'a' 'b' more\nr += 2\nendif\n"
      "ifneq (a,a)\nr += wrong\nelse # comment\nr += 3\nendif # comment\nifdef r\nelse what\nr = wrong\nendif\n");
  CHECK(make.messages() == Lines{"Makefile:1: extraneous text after 'ifeq' directive",
                                 "Makefile:2: extraneous text after 'else' directive",
                                 "Makefile:4: extraneous text after 'endif' directive",
                                 "Makefile:5: extraneous text after 'ifneq' directive",
                                 "Makefile:14: extraneous text after 'else' directive"});
  CHECK(make.expand("$(r)") == "1 2 3");
}

TEST_CASE(
    "an else whose condition has a wrong syntax begins a conditional of which nothing is read, not even its else") {
  TestMake make("ifdef NONE\nelse ifeq wrong\nx = 1\nelse\nx = 2\nendif\ny = 3\nendif\n");
  CHECK(make.expand("[$(x)][$(y)]") == "[][3]");
  CHECK(make.messages() == Lines{"Makefile:2: extraneous text after 'else' directive"});
}
