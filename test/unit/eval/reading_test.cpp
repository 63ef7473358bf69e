// How a makefile is read: lines and comments, include, vpath, load, $(eval), and where all of it stands.
// Manual, "Writing Makefiles".
#include <catch2/catch.hpp>

#include <cerrno>

#include "reader_helpers.h"

using namespace cmz;

namespace {

struct Case {
  const char* makefile;
  const char* text;
  const char* expansion;
};

template <size_t N>
void check(const Case (&cases)[N]) {
  for (const Case& c : cases) {
    INFO(c.makefile << " | " << c.text);
    CHECK(TestMake(c.makefile).expand(c.text) == c.expansion);
  }
}

}  // namespace

TEST_CASE("lines go on behind a backslash, and end at a comment") {
  const Case cases[] = {
      {"V = a\\\nb\n", "$(V)", "a b"},
      {"V = a  \\\n\t  b  \\\n c\n", "$(V)", "a b c"},
      {"V = a \\\\\nW = b\n", "$(V)|$(W)", "a \\\\|b"},
      {"V = a\\\\\\\nb\n", "$(V)", "a\\ b"},
      {"V \\\n = \\\n a\n", "$(V)", "a"},
      {"# comment \\\nV = a\nW = b\n", "[$(V)]$(W)", "[]b"},
      {"V = a\\#b # comment\n", "[$(V)]", "[a#b ]"},
      {"V = a\\\\# comment\n", "[$(V)]", "[a\\]"},
      {"V = $(subst x,#,axb)#\n", "$(V)", "a#b"},
      {"V = a", "$(V)", "a"},
      {"V = a\\", "[$(V)]", "[a\\]"},
      {"V = a \\\n", "[$(V)]", "[a ]"},
      {"\n\n   \n\t\nV = a\n", "$(V)", "a"},
      {"V = a\r\nW = b\r\n", "[$(V)$(W)]", "[ab]"},
      {"\xEF\xBB\xBFV = a\n", "$(V)", "a"},
      {"\tV = a\n", "$(V)", "a"},
      {"a:\n\techo\nV = a\n\tW = b\n", "$(V)$(W)", "ab"},
  };
  check(cases);
}

TEST_CASE("a NUL takes the rest of its line away, and is told") {
  TestMake make(std::string_view("\0V = a\nW = b\n", 13));
  CHECK(make.messages() == Lines{"Makefile:1: warning: NUL character seen; rest of line ignored"});
  CHECK(make.expand("[$(V)]$(W)") == "[]b");
}

TEST_CASE("places count lines of the file, the first of those that go on") {
  CHECK(TestMake("V = a \\\n b\n$(warning x)\n\n\\\n$(warning y)\n").messages() ==
        Lines{"Makefile:3: x", "Makefile:5: y"});
  CHECK(TestMake("define V\n1\n2\nendef\n$(warning x)\n").messages() == Lines{"Makefile:5: x"});
  CHECK(TestMake("define V :=\n1\n$(warning x)\nendef\n").messages() == Lines{"Makefile:4: x"});
  CHECK(TestMake().failure("\ndefine V\n1\n") == "Makefile:2: missing 'endef', unterminated 'define'");
  CHECK(TestMake().failure("define V\ndefine W\nendef\n") == "Makefile:1: missing 'endef', unterminated 'define'");
}

TEST_CASE("text behind a complete define or endef is told") {
  TestMake make("define V = junk\n1\nendef junk\ndefine W # comment\n2\nendef # comment\n");
  CHECK(make.messages() == Lines{"Makefile:1: extraneous text after 'define' directive",
                                 "Makefile:3: extraneous text after 'endef' directive"});
  CHECK(make.expand("$(V)$(W)") == "12");
}

TEST_CASE("include reads other makefiles at its place") {
  TestMake make;
  make.disk.add("one.mk", 1, "V += one\n$(warning of one)\nW := $(lastword $(MAKEFILE_LIST))\n");
  make.disk.add("d/two.mk", 1, "V += two\nX := $(MAKEFILE_LIST)\ngoal:\n");
  make.disk.add("d/three.mk", 1, "V += three\n");
  make.read(
      "V = zero\nn = one.mk\ninclude $(n) d/t*.mk # comment\nV += end\n$(warning after)\n-include none.mk one.mk\n");
  CHECK(make.expand("$(V)") == "zero one three two end one");
  CHECK(make.expand("$(W)") == "one.mk");
  CHECK(make.expand("$(X)") == "Makefile one.mk d/three.mk d/two.mk");
  CHECK(make.expand("$(.DEFAULT_GOAL)") == "goal");
  CHECK(make.messages() == Lines{"one.mk:2: of one", "Makefile:5: after", "one.mk:2: of one"});
}

TEST_CASE("include of nothing reads nothing, and closes the rule before it") {
  TestMake make;
  make.disk.add("one.mk", 1, "\tV = 1\n");
  make.read("e =\ninclude $(e)\ninclude\n-include\na:\n\techo 1\ninclude one.mk\n");
  CHECK(make.recipe("a") == "echo 1");
  CHECK(make.expand("$(V)") == "1");
}

TEST_CASE("errors in an included makefile name it") {
  TestMake make;
  make.disk.add("one.mk", 1, "ifdef V\n");
  make.disk.add("two.mk", 1, "\n\nendif\n");
  CHECK(make.failure("include one.mk\nendif\n") == "one.mk:2: missing 'endif'");
  CHECK(make.failure("ifndef V\ninclude two.mk\nendif\n") == "two.mk:3: extraneous 'endif'");
  make.disk.add_directory("d");
  CHECK(make.failure("include d\n") == "d: Is a directory");
}

TEST_CASE("MAKEFILE_LIST is a variable like others, which grows with each makefile") {
  TestMake make;
  make.disk.add("one.mk", 1, "");
  make.read(
      "MAKEFILE_LIST =\ninclude one.mk\nV := $(MAKEFILE_LIST)\nMAKEFILE_LIST := x\ninclude ./one.mk\nW := "
      "$(MAKEFILE_LIST)\n");
  CHECK(make.expand("[$(V)] [$(W)]") == "[one.mk] [x one.mk]");
}

TEST_CASE("MAKEFILE_LIST of the command line stays") {
  TestMake make;
  make.command_line("MAKEFILE_LIST=mine");
  make.read("a:\n");
  CHECK(make.expand("$(MAKEFILE_LIST)") == "mine");
}

TEST_CASE("-d tells which makefiles are read, and how they were asked for") {
  TestMake make;
  make.disk.add("one.mk", 1, "");
  Lines told;
  DebugLog log([&](const std::string& line) { told.push_back(line); });
  log.set_kinds(DebugLog::verbose);
  make.evaluator.debug = &log;
  make.read("include one.mk\n-include none.mk\n");
  CHECK(told == Lines{"Reading makefile 'Makefile'...\n",
                      "Reading makefile 'one.mk' (search path) (no ~ expansion)...\n",
                      "Reading makefile 'none.mk' (search path) (don't care) (no ~ expansion)...\n"});
}

TEST_CASE("vpath directives add to each other, and are taken away again") {
  struct Vpaths {
    const char* makefile;
    Lines vpaths;
  };
  const Vpaths cases[] = {
      {"vpath %.c src:inc", {"%.c src:inc"}},
      {"vpath %.c  src inc/", {"%.c src:inc"}},
      {"vpath %.c ::src:: / ", {"%.c src:/"}},
      {"d = src\nvpath $(d)/% $(d)", {"src/% src"}},
      {"vpath %.c a\nvpath %.h b\nvpath %.c c", {"%.c a", "%.h b", "%.c c"}},
      {"vpath %.c a\nvpath %.h b\nvpath %.c c\nvpath %.c", {"%.h b"}},
      {"vpath %.c a\nvpath", {}},
      {"vpath x.c a", {"x.c a"}},
      {"vpath = 1\n", {}},
  };
  for (const Vpaths& c : cases) {
    INFO(c.makefile);
    CHECK(TestMake(std::string(c.makefile) + "\n").vpaths() == c.vpaths);
  }
}

TEST_CASE("$(eval) reads its text where it stands") {
  const Case cases[] = {
      {"$(eval V = $$(W))\nW = 1\n", "$(V)", "1"},
      {"define t\nifdef x\nV = 1\nelse\nV = 2\nendif\nendef\n$(eval $(t))\n", "$(V)", "2"},
      {"define t\n$1 = $2\nendef\n$(eval $(call t,a,1))$(eval $(call t,b,2))\n", "$(a)$(b)", "12"},
      {"V := [$(eval W = 1)]\n", "$(V)$(W)", "[]1"},
      {"$(eval )\nV = 1\n", "$(V)", "1"},
      {"$(eval V = a \\# b)\n", "$(V)", "a # b"},
  };
  check(cases);
  CHECK(TestMake().failure("\n$(eval endif)\n") == "Makefile:2: extraneous 'endif'");
  CHECK(TestMake().failure("define t\n\n\nfoo\nendef\n$(eval $(t))\n") == "Makefile:6: missing separator");
  CHECK(TestMake().failure("$(eval ifdef x)\n") == "Makefile:1: missing 'endif'");
  CHECK(TestMake("define t\na:\n\techo 1\nendef\n\n$(eval $(t))\n").recipe_place("a") == "Makefile:6");
  CHECK(TestMake().failure("define t\na:\n\techo 1\nendef\n$(eval $(t))\n\techo 2\n") ==
        "Makefile:6: recipe commences before first target");
}

TEST_CASE("$(eval) leaves the rule around it open, and may be a rule of its own") {
  TestMake make("a: $(eval V = 1) b\n\techo $(V)\n$(eval c: d ; echo 2)\n\n$(eval e:)\n");
  CHECK(make.rules("a") == Lines{"a: b"});
  CHECK(make.recipe("a") == "echo 1");
  CHECK(make.rules("c") == Lines{"c: d"});
  CHECK(make.recipe("c") == "echo 2");
  CHECK(make.rules("e") == Lines{"e:"});
}

TEST_CASE("a missing makefile is noted with its place, and looked for where -I says") {
  TestMake make;
  make.disk.add("inc/one.mk", 1, "V = found\n");
  make.disk.add("inc2/one.mk", 1, "V = wrong\n");
  make.disk.add("inc2/two.mk", 1, "W = found\n");
  make.evaluator.settings.include_dirs = {"nowhere", "inc", "inc2"};
  make.read("include one.mk two.mk\n\ninclude none.mk\n-include other.mk\nsinclude /abs.mk\n");
  CHECK(make.expand("$(V) $(W) $(MAKEFILE_LIST)") == "found found Makefile inc/one.mk inc2/two.mk");
  Lines missing;
  for (const ReadMakefile& m : make.evaluator.makefiles)
    if (m.error != 0)
      missing.push_back(TestMake::text_of(m.where) + " " + std::string(m.target->name.view()) +
                        (m.optional ? "?" : ""));
  CHECK(missing == Lines{"Makefile:3 none.mk", "Makefile:4 other.mk?", "Makefile:5 /abs.mk?"});
}

TEST_CASE("a makefile that cannot be read is noted with the reason") {
  TestMake make;
  make.disk.add("one.mk", 1, "V = 1\n");
  make.disk.add("inc/one.mk", 1, "V = 2\n");
  make.evaluator.settings.include_dirs = {"inc"};
  make.disk.fail("one.mk", EACCES);
  make.read("include one.mk\n");
  CHECK(make.evaluator.makefiles.back().error == EACCES);
  CHECK(make.expand("[$(V)]") == "[]");
}

TEST_CASE("a makefile that includes itself ends make before memory does") {
  TestMake make;
  make.disk.add("one.mk", 1, "include one.mk\n");
  // Whichever ends first: descriptors, or the stack where frames are large.
  const std::string failure = make.failure("include one.mk\n");
  CHECK((failure == "one.mk:1: Too many open files" || failure == "one.mk:1: expansion is nested too deeply"));
}
