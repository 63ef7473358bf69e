// Definitions: what each operator makes of a value, which origin is stronger, what may be undefined, and variables of
// targets and patterns. Manual, "How to Use Variables".
#include <catch2/catch.hpp>

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

TEST_CASE("each operator expands its value at its own time") {
  const Case cases[] = {
      {"a = $(b)\nb = 1\n", "$(a) $(value a) $(flavor a)", "1 $(b) recursive"},
      {"a := $(b)\nb = 1\n", "[$(a)] [$(value a)] $(flavor a)", "[] [] simple"},
      {"b = 1\na := $(b)\nb = 2\n", "$(a)", "1"},
      {"b = 1\na ::= $(b)$$x\nb = 2\n", "$(a) $(flavor a)", "1$x simple"},
      {"b = 1\na :::= $(b)$$x\nb = 2\n", "$(a) $(value a) $(flavor a)", "1$x 1$$x recursive"},
      {"a ?= $(b)\nb = 1\n", "$(a) $(flavor a)", "1 recursive"},
      {"a = 1\na ?= 2\n", "$(a)", "1"},
      {"a =\na ?= 2\n", "[$(a)]", "[]"},
      {"b = 2\na != echo 1 $(b)\n", "$(a) $(flavor a)", "1 2 recursive"},
      {"a != echo '$$(b)'\nb = 1\n", "$(a) $(value a)", "1 $(b)"},
      {"a != exit 3\n", "[$(a)]$(.SHELLSTATUS)", "[]3"},
      {"a = \n", "[$(a)]$(origin a)", "[]file"},
      {"a = 1  # comment\n", "[$(a)]", "[1  ]"},
      {"  a=1\n", "[$(a)]", "[1]"},
      {"a  =   b  c \n", "[$(a)]", "[b  c ]"},
      {"a = x = y := z\n", "$(a)", "x = y := z"},
  };
  check(cases);
}

TEST_CASE("+= adds a blank and the text, expanded at once only where the variable is simple") {
  const Case cases[] = {
      {"a += $(b)\nb = 1\n", "$(a) $(flavor a)", "1 recursive"},
      {"a = 1\na += $(b)\nb = 2\n", "$(a) $(value a)", "1 2 1 $(b)"},
      {"a := 1\na += $(b)\nb = 2\n", "[$(a)] $(flavor a)", "[1] simple"},
      {"b = 2\na := 1\na += $(b)\nb = 3\n", "$(a)", "1 2"},
      {"a =\na += 1\n", "[$(a)]", "[1]"},
      {"a = 1\na +=\n", "[$(a)]", "[1]"},
      {"a :=\na += 1 2\n", "[$(a)]", "[1 2]"},
      {"a :::= $$x\na += $(b)\nb = 2\n", "$(value a)", "$$x $(b)"},
      {"a = x\n$(foreach a,y,$(eval a += z))\n", "$(a) $(flavor a)", "y z simple"},
      {"a = x\nb := $(a)\na += y\n", "$(a) $(b)", "x y x"},
      {"a = $(warning once)1\nb := $(a)\na += $$y\n", "$(a)", "1 $y"},
  };
  check(cases);
}

TEST_CASE("the name of a variable is expanded and may be nearly any text") {
  const Case cases[] = {
      {"n = x\n$(n)y = 1\n", "$(xy)", "1"},
      {"b = with blank\n$(b) = 1\n", "$(with blank)", "1"},
      {"e =\nb = blanks $(e)\n$(b)=1\n", "[$(blanks)][$(blanks )]", "[][1]"},
      {"n = x\ndefine  $(n) \n1\nendef\n", "$(x)", "1"},
      {"a.b-c/d@% = 1\n", "$(a.b-c/d@%)", "1"},
      {"export = 1\ninclude := 2\nifdef = 3\n", "$(export)$(include)$(ifdef)", "123"},
      {"define = 4\noverride = 5\nprivate := 6\n", "$(define)$(override)$(private)", "456"},
  };
  check(cases);
  for (const char* line : {"$(n) = 1", "= 1", ":= 1", "define\nendef", "define $(n)\nendef", "undefine",
                           "undefine $(n)", "a: $(n) = 1", "a%: = 1"}) {
    INFO(line);
    CHECK(TestMake().failure(std::string("\n") + line + "\n") == "Makefile:2: empty variable name");
  }
}

TEST_CASE("define keeps lines as they are and takes operators") {
  const Case cases[] = {
      {"define a\none  \n\ttwo # kept\nendef\n", "$(a)", "one  \n\ttwo # kept"},
      {"define a\nendef\n", "[$(a)]$(flavor a)$(origin a)", "[]recursivefile"},
      {"define a =\n$(b)\nendef\nb = 1\n", "$(a)", "1"},
      {"b = 1\ndefine a :=\n$(b)\n$(b)\nendef\nb = 2\n", "$(a)", "1\n1"},
      {"a = 0\ndefine a +=\n1\n2\nendef\n", "$(a)", "0 1\n2"},
      {"a = 0\ndefine a ?=\n1\nendef\n", "$(a)", "0"},
      {"define a !=\necho x\nendef\n", "$(a)", "x"},
      {"define a\ndefine b\n1\nendef\nendef\n$(eval $(a))\n", "$(b)", "1"},
      {"define a\n\tendef\nendef # of a\n", "$(a)", "\tendef"},
      {"define a\none \\\n  two\nendef\n", "$(a)", "one two"},
      {"define a\n\nendef\n", "[$(a)]", "[]"},
      {"define a\n\n\nendef\n", "[$(a)]", "[\n]"},
      {"define a\nifdef x\nendif\nendef\n", "$(a)", "ifdef x\nendif"},
      {"override define a\n1\nendef\n", "$(origin a)", "override"},
      {"define override\n1\nendef\n", "$(override)", "1"},
  };
  check(cases);
}

TEST_CASE("a definition is replaced by one that is as strong, and by no weaker one") {
  struct Origins {
    const char* makefile;
    bool overrides;  // -e
    const char* value;
    const char* origin;
  };
  const Origins cases[] = {
      {"", false, "env", "environment"},
      {"", true, "env", "environment"},
      {"V = file", false, "file", "file"},
      {"V = file", true, "env", "environment override"},
      {"V += file", false, "env file", "file"},
      {"V += file", true, "env", "environment override"},
      {"V ?= file", false, "env", "environment"},
      {"V +=", false, "env", "environment"},
      {"override V = over", true, "over", "override"},
      {"override V += over", true, "env over", "override"},
      {"override V = over\nV = file\nV += file", false, "over", "override"},
      {"override V = over\noverride V += more", false, "over more", "override"},
      {"undefine V", false, "", "undefined"},
      {"undefine V", true, "env", "environment override"},
      {"override undefine V", true, "", "undefined"},
      {"V := $(V) more", false, "env more", "file"},
  };
  for (const Origins& c : cases) {
    INFO(c.makefile << (c.overrides ? " -e" : ""));
    TestMake make;
    if (c.overrides) make.environment_overrides();
    make.environment("V", "env");
    make.read(c.makefile);
    CHECK(make.expand("$(V)") == c.value);
    CHECK(make.expand("$(origin V)") == c.origin);
  }
}

TEST_CASE("the command line's definitions yield to override alone") {
  const Case cases[] = {
      {"V = file\n", "$(V) $(origin V) $(flavor V)", "line command line recursive"},
      {"V := file\nV += file\n", "$(V)", "line"},
      {"V ?= file\n", "$(V)", "line"},
      {"define V\nfile\nendef\n", "$(V)", "line"},
      {"override V = over\n", "$(V) $(origin V)", "over override"},
      {"override V += over\n", "$(V) $(origin V)", "line over override"},
      {"undefine V\n", "$(V)", "line"},
      {"override undefine V\n", "[$(V)]", "[]"},
      {"override undefine V\nV = file\n", "$(V)", "file"},
  };
  for (const Case& c : cases) {
    INFO(c.makefile);
    TestMake make;
    make.command_line("V=line");
    make.read(c.makefile);
    CHECK(make.expand(c.text) == c.expansion);
  }
  TestMake make;
  make.command_line("S:=$(undefined)x");
  make.command_line("P+=1");
  make.command_line("P+=2");
  make.read("P += 3\n");
  CHECK(make.expand("$(S) $(flavor S) $(P) $(origin P)") == "x simple 1 2 command line");
}

TEST_CASE("undefine takes a variable away as if it had never been") {
  const Case cases[] = {
      {"a = 1\nundefine a\n", "[$(a)] $(origin a) $(flavor a)", "[] undefined undefined"},
      {"a = 1\nn = a\nundefine $(n)\na ?= 2\n", "$(a)", "2"},
      {"undefine none\n", "$(origin none)", "undefined"},
      {"b = with blank\n$(b) = 1\nundefine $(b)\n", "$(origin with blank)", "undefined"},
  };
  check(cases);
}

TEST_CASE(".VARIABLES lists what is defined now") {
  const Case cases[] = {
      {"a = 1\nb = $(filter a c,$(.VARIABLES))\n", "$(b)", "a"},
      {"a = 1\nc = 1\n", "$(filter a c .VARIABLES,$(sort $(.VARIABLES)))", ".VARIABLES a c"},
      {"a = 1\nundefine a\n", "[$(filter a,$(.VARIABLES))]", "[]"},
      {"undefine .VARIABLES\n.VARIABLES = mine\n", "$(.VARIABLES)", "mine"},
  };
  check(cases);
}

TEST_CASE("an assignment to MAKEFLAGS counts at once where a makefile says it, global and not from the environment") {
  TestMake make;
  std::string seen;
  make.evaluator.on_makeflags = [&] { seen += "[" + make.evaluator.value_of("MAKEFLAGS") + "]"; };
  make.environment("MAKEFLAGS", "e");
  make.command_line("MAKEFLAGS=c");
  CHECK(seen.empty());
  make.read("override MAKEFLAGS = k\na: MAKEFLAGS = n\noverride MAKEFLAGS += s\n");
  CHECK(seen == "[k][k s]");
}

TEST_CASE("each kind of variable tells its origin") {
  TestMake make("f = 1\noverride o = 1\n");
  CHECK(make.expand("$(origin f) $(origin o) $(origin none) $(origin SHELL) $(origin @D) $(foreach x,1,$(origin x))") ==
        "file override undefined default automatic automatic");
}

TEST_CASE("a target's variable is seen by its recipe alone, each assignment as its operator says") {
  struct OfTarget {
    const char* makefile;
    const char* value;
  };
  const OfTarget cases[] = {
      {"a: V = $(W)\nW = late", "late"},
      {"W = 1\na: V := $(W)\nW = 2", "1"},
      {"a: V ?= own", "global"},
      {"undefine V\na: V ?= own", "own"},
      {"a: V += more", "global more"},
      {"a: V = own\na: V += more", "own more"},
      {"a: V := own\na: V += $(W)\nW = late", "own"},
      {"W = now\na: V := own\na: V += $(W)\nW = late", "own now"},
      {"a: V = one\na: V = two", "two"},
      {"a: V != echo shell", "shell"},
      {"n = V\na: $(n) = computed", "computed"},
      {"a: V = $@$(W)\na: W = $<.", "a."},
      {"a b: V = both", "both"},
      {"t = a\n$(t): V = own", "own"},
      {"a: V = x # comment", "x "},
      {"a: V = x ; y", "x ; y"},
      {"a: override V = own", "own"},
      {"a: export V = own", "own"},
      {"a: private V = own", "own"},
      {"a:: V = own", "own"},
      {"c = :\na$(c) V = own", "own"},
      {"l = a: V = own\n$(l)", "own"},
  };
  for (const OfTarget& c : cases) {
    INFO(c.makefile);
    TestMake make(std::string("V = global\n") + c.makefile + "\na: ; @echo [$(V)]\nz: ; @echo $(V)\n");
    CHECK(make.recipe("a") == std::string("echo [") + c.value + "]");
    CHECK(make.recipe("z") == (std::string_view(c.makefile).starts_with("undefine") ? "echo " : "echo global"));
  }
}

TEST_CASE("a definition of the command line takes the place of a target's, but for override") {
  struct OfTarget {
    const char* assignment;
    const char* value;
  };
  const OfTarget cases[] = {
      {"a: V = own", "line"},
      {"a: V := own", "line"},
      {"a: V += own", "line"},
      {"a: override V = own", "own"},
      {"a: override V += own", "line own"},
      {"%: V = own", "line"},
      {"%: override V = own", "own"},
  };
  for (const OfTarget& c : cases) {
    INFO(c.assignment);
    TestMake make;
    make.command_line("V=line");
    make.read(std::string(c.assignment) + "\na: ; @echo $(V)\n");
    CHECK(make.recipe("a") == std::string("echo ") + c.value);
  }
}

TEST_CASE("variables of all patterns that match are there, those of longer patterns last") {
  TestMake make(
      "V = global\nlib/%.o: V = long\n%.o: V = short\n%: W = any\n%.o: X += one\n%.o: X += two\n"
      "W2 = now\n%.o: Y := $(W2)\nW2 = late\n%.o: Z = $(W2)$@\nlib/own.o: V = own\n"
      "lib/a.o b.o lib/own.o c: ; @echo $(V) $(W) [$(X)] [$(Y)] [$(Z)]\n");
  CHECK(make.recipe("lib/a.o") == "echo long any [one two] [now] [latelib/a.o]");
  CHECK(make.recipe("b.o") == "echo short any [one two] [now] [lateb.o]");
  CHECK(make.recipe("lib/own.o") == "echo own any [one two] [now] [latelib/own.o]");
  CHECK(make.recipe("c") == "echo global any [] [] []");
}

TEST_CASE("variables of patterns, too, are seen by the prerequisites of what matches") {
  const std::string_view text = "p: V = of-p\n%.q: W = of-q\np x.q: c\nc: ; @echo [$(V)][$(W)]\n";
  CHECK(TestMake(text).recipe("c", "p") == "echo [of-p][]");
  CHECK(TestMake(text).recipe("c", "x.q") == "echo [][of-q]");
}

TEST_CASE("of a pattern's assignments the last says whether the variable is exported, and all private ones are seen") {
  const std::string_view text =
      "%b: export V = 1\n%b: V = 2\n%c: private P = 1\nxc: Q = 2\nxb xc: ; [$(P)][$(Q)][$(V)]\n";
  CHECK(TestMake(text).recipe("xb") == "[][][2]");
  for (const std::string& variable : TestMake(text).exported("xb")) CHECK_FALSE(variable.starts_with("V="));
  CHECK(TestMake(text).recipe("xc") == "[1][2][]");
}

TEST_CASE("a target's own ?= looks at its own variable first, and a pattern's gives way to the command line's") {
  CHECK(TestMake("a: V =\na: V ?= 2\na: ; [$(V)]\n").recipe("a") == "[]");
  TestMake make;
  make.command_line("W=cl");
  make.read("%: W = x\nxb: ; $(W) $(origin W)\n");
  CHECK(make.recipe("xb") == "cl command line");
}
