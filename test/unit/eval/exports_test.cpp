// Which variables get into the environment of recipes and of $(shell), and with which values.
// Manual, "Communicating Variables to a Sub-make".
#include <catch2/catch.hpp>

#include <algorithm>

#include "reader_helpers.h"

using namespace cmz;

namespace {

Lines sorted(Lines lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

// What the recipe of `a` gets of a makefile; make itself got E=env and M=env.
Lines exports(const std::string& makefile) {
  TestMake make;
  make.environment("E", "env");
  make.environment("M", "env");
  make.command_line("C=line");
  make.read(makefile + "\na: ; env\n");
  Lines out = make.exported("a");
  std::erase_if(out, [](const std::string& entry) {  // make's own
    return entry.starts_with("MAKE") || entry.starts_with("CURDIR") || entry.starts_with("GNUMAKEFLAGS");
  });
  return sorted(out);
}

}  // namespace

TEST_CASE("a child gets what make got, what the command line says, and what is exported") {
  struct Case {
    const char* makefile;
    Lines exports;
  };
  const Case cases[] = {
      {"", {"C=line", "E=env", "M=env"}},
      {"V = 1", {"C=line", "E=env", "M=env"}},
      {"export V = 1", {"C=line", "E=env", "M=env", "V=1"}},
      {"V = 1\nexport V", {"C=line", "E=env", "M=env", "V=1"}},
      {"export V\nV = $(W)\nW = 2", {"C=line", "E=env", "M=env", "V=2"}},
      {"export V W\nW = 2", {"C=line", "E=env", "M=env", "V=", "W=2"}},
      {"n = V\nexport $(n)\nV = 1", {"C=line", "E=env", "M=env", "V=1"}},
      {"export V := 1\nV = 2", {"C=line", "E=env", "M=env", "V=2"}},
      {"export define V\n1\nendef", {"C=line", "E=env", "M=env", "V=1"}},
      {"M = makefile", {"C=line", "E=env", "M=makefile"}},
      {"M += makefile", {"C=line", "E=env", "M=env makefile"}},
      {"unexport M C", {"E=env"}},
      {"unexport M\nM = 1", {"C=line", "E=env"}},
      {"undefine M", {"C=line", "E=env"}},
      {"export V = 1\nunexport V", {"C=line", "E=env", "M=env"}},
      {"unexport V = 1", {"C=line", "E=env", "M=env"}},
      {"override C = over", {"E=env", "M=env"}},
      {"export\nV = 1\nnot-a-name = 2\n1 = 3\n_x1 = 4", {"C=line", "E=env", "M=env", "V=1", "_x1=4"}},
      {"export\nunexport V\nV = 1", {"C=line", "E=env", "M=env"}},
      {"export\nunexport\nV = 1", {"C=line", "E=env", "M=env"}},
      {"export not-a-name = 2", {"C=line", "E=env", "M=env", "not-a-name=2"}},
      {"E = $$x", {"C=line", "E=$x", "M=env"}},
      {".EXPORT_ALL_VARIABLES:\nV = 1", {"C=line", "E=env", "M=env", "V=1"}},
  };
  for (const Case& c : cases) {
    INFO(c.makefile);
    CHECK(exports(c.makefile) == c.exports);
  }
}

TEST_CASE("a dollar that comes from the environment goes on as it came") {
  TestMake make;
  make.environment("D", "a$(B)c$$");
  make.read("B = b\na: ; env\n");
  CHECK(make.exported("a") == Lines{"D=a$(B)c$$", "MAKELEVEL=1"});
  CHECK(make.expand("$(D)") == "abc$");
}

TEST_CASE("the environment's SHELL goes on unless the makefile exports its own") {
  const auto shell = [](std::string_view makefile) {
    TestMake make;
    make.environment("SHELL", "/env/shell");
    make.read(std::string(makefile) + "a: ; env\n");
    for (const std::string& entry : make.exported("a"))
      if (entry.starts_with("SHELL=")) return entry;
    return std::string("none");
  };
  CHECK(shell("") == "SHELL=/env/shell");
  CHECK(shell("export SHELL\n") == "SHELL=/bin/sh");
  CHECK(shell("unexport SHELL\n") == "SHELL=/env/shell");
  CHECK(shell("export\n") == "SHELL=/env/shell");
  CHECK(shell("a: export SHELL = /bin/sh\n") == "SHELL=/bin/sh");
}

TEST_CASE("a target's variables are exported as it says, or as the global one of that name is") {
  struct Case {
    const char* makefile;
    const char* entry;
  };
  const Case cases[] = {
      {"a: V = own", "none"},
      {"a: export V = own", "V=own"},
      {"export V = global\na: V = own", "V=own"},
      {"export V = global\na: V += own", "V=global own"},
      {"export V = global\na: unexport V = own", "none"},
      {"export V = global\na: private V = own", "V=own"},
      {"V = global\na: export V += own", "V=global own"},
      {"export\na: V = own", "V=own"},
      {"unexport V\nexport\na: V = own", "none"},
      {"%: export V = own", "V=own"},
      {"%: V = own\nexport V = global", "V=own"},
      {"%: private V = own\nexport V = global", "V=global"},
      {"a: export V = own\n%: unexport V = pattern", "V=own"},
  };
  for (const Case& c : cases) {
    INFO(c.makefile);
    const Lines all = TestMake(std::string(c.makefile) + "\na: ; env\n").exported("a");
    const auto found = std::find_if(all.begin(), all.end(), [](const std::string& e) { return e.starts_with("V="); });
    CHECK((found == all.end() ? "none" : *found) == c.entry);
  }
}

TEST_CASE("the environment's value stands in a target that assigns it") {
  TestMake make;
  make.environment("V", "env");
  make.read("a: V = own\na b: ; env\n");
  CHECK(make.exported("a") == Lines{"V=own", "MAKELEVEL=1"});
  CHECK(make.exported("b") == Lines{"V=env", "MAKELEVEL=1"});
}

TEST_CASE("a prerequisite's commands get the variables of the target that wants it, private ones not") {
  TestMake make(
      "export V = global\nexport W = global\np: V = of-p\np: private W = of-p\np: export X = of-p\np: private export Y "
      "= p\n"
      "p: c\nc: ; env\n");
  CHECK(sorted(make.exported("c", "p")) == Lines{"MAKELEVEL=1", "V=of-p", "W=global", "X=of-p"});
}

TEST_CASE("$(shell) gets the environment that a recipe would get, as far as it is read") {
  TestMake make;
  make.environment("E", "env");
  make.read("export V = 1\nall := $(shell env)\nexport W = 2\nafter := $(shell env)\n");
  CHECK(make.expand("$(sort $(filter E=% V=% W=%,$(all)))") == "E=env V=1");
  CHECK(make.expand("$(sort $(filter E=% V=% W=%,$(after)))") == "E=env V=1 W=2");
}

TEST_CASE("a variable that calls $(shell) for its own value has make's own in that environment") {
  TestMake make;
  make.environment("V", "env");
  make.read("export V = $(filter V=%,$(shell env))\nX := $(V)\n");
  CHECK(make.expand("$(X)") == "V=env");
}

TEST_CASE("one that needs such a variable finds make's own value of it there, too") {
  TestMake make;
  make.environment("V", "env");
  make.read("export V = $(filter V=% W=%,$(shell env))\nexport W = [$(V)]\nX := $(V)\n");
  CHECK(make.expand("$(sort $(X))") == "V=env W=[env]");
}

TEST_CASE("exports are the same for all targets as long as no exported value has references") {
  CHECK(TestMake("export V = 1\nW = $(V)\n").evaluator.exports_are_constant());
  TestMake make("export V = 1\nexport W = $(V)\n");
  CHECK_FALSE(make.evaluator.exports_are_constant());
  make.evaluator.define_global("W", "1", Origin::file);
  CHECK(make.evaluator.exports_are_constant());
  CHECK_FALSE(TestMake("W = $(V)\nexport\n").evaluator.exports_are_constant());
}

TEST_CASE("output of $(shell) is one line, and its status stays") {
  TestMake make("define two\necho a\nb\n\n\nendef\nx := $(shell $(two))\ny := $(.SHELLSTATUS)\nz := $(shell exit 7)\n");
  CHECK(make.expand("$(y) [$(z)] $(.SHELLSTATUS)") == "0 [] 7");
}
