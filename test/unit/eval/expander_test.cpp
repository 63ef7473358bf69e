// What references become: variables, substitutions, computed names, values inside values, and the errors on the way.
// Manual, "Basics of Variable References", "Substitution References", "Computed Variable Names".
#include <catch2/catch.hpp>

#include "reader_helpers.h"

using namespace cmz;

namespace {

struct Case {
  const char* text;
  const char* expansion;
};

// Expands each text behind the same makefile.
template <size_t N>
void check(TestMake& make, const Case (&cases)[N]) {
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(make.expand(c.text) == c.expansion);
  }
}

}  // namespace

TEST_CASE("a reference is a dollar and one letter, or a name in brackets of either kind") {
  TestMake make("x = X\nxy = XY\nempty =\nblank := a b\n$(blank) = blank\n");
  check(make, {
                  {"no reference", "no reference"},
                  {"$x", "X"},
                  {"$xy", "Xy"},
                  {"$(xy)${xy}", "XYXY"},
                  {"[$(empty)][$(undefined)][$u]", "[][][]"},
                  {"$$x $$$x $$$$", "$x $X $$"},
                  {"at the end $", "at the end $"},
                  {"$(a b)", "blank"},
                  {"$(x))", "X)"},
                  {"$ x", "x"},
                  {"$()${}", ""},
              });
}

TEST_CASE("the name of a variable may be computed") {
  TestMake make("one = 1\nname = one\nnum_one = first\nprefix = num_\nx = y\ny = z\nz = end\n$(name)_more = made\n");
  check(make, {
                  {"$($(name))", "1"},
                  {"${num_$(name)}", "first"},
                  {"$($(prefix)${name})", "first"},
                  {"$($($(x)))", "end"},
                  {"$(one_more)", "made"},
                  {"$($(undefined))", ""},
                  {"$(none$(name))", ""},
              });
}

TEST_CASE("a substitution reference changes the end of each word, or what a pattern says") {
  TestMake make(
      "l = a.c  b.c c.h\ne =\nlc := l:c\n$(lc) = colon\ncolon := :\nfrom = .c\nto = .o\npercent = %.c=%.o\npair = "
      ".c=.o\n"
      "p = x%y xzy\nwhole = l:.c=.o\n");
  check(make, {
                  {"$(l:.c=.o)", "a.o b.o c.h"},
                  {"${l:.c=.o}", "a.o b.o c.h"},
                  {"$(l:.c=)", "a b c.h"},
                  {"$(l:=.x)", "a.c.x b.c.x c.h.x"},
                  {"$(l:%.c=%.o)", "a.o b.o c.h"},
                  {"$(l:%.c=lib/%.o)", "lib/a.o lib/b.o c.h"},
                  {"$(l:a%=%a)", ".ca b.c c.h"},
                  {"$(l:.c=.$$)", "a.$ b.$ c.h"},
                  {"$(l:$(from)=$(to))", "a.o b.o c.h"},
                  {"$(l:$(pair))", "a.o b.o c.h"},
                  {"$(l:$(percent))", "a.o b.o c.h"},
                  {"$(l$(colon).c=.o)", "a.o b.o c.h"},
                  {"$($(whole))", "a.o b.o c.h"},
                  {"$(p:x\\%y=Z)", "Z xzy"},
                  {"$(p:\\%y=Z)", "xZ xzy"},
                  {"$(l:c)", "colon"},
                  {"[$(e:.c=.o)][$(undefined:.c=.o)][$(undefined:=x)]", "[][][]"},
              });
}

TEST_CASE("a recursive value is expanded at each use, and may define itself anew meanwhile") {
  TestMake make("x = $(y)$(y)\ny = 1\nself = $(eval self := new)old\n");
  CHECK(make.expand("$(x)") == "11");
  CHECK(make.expand("$(eval y = 2)$(x)") == "22");
  CHECK(make.expand("$(self) $(self)") == "old new");
}

TEST_CASE("functions see variables of their own before those around them") {
  TestMake make("x = outer\nf = $(x)$1$2\nargs = $0:$1:$2:$3\ng = $(call args,in,$1)\n");
  check(make, {
                  {"$(foreach x,a b,$(x)$(f)) $(x)", "aa bb outer"},
                  {"$(let x y,1 2 3,$(x)-$(y)-$(f)) $(x)", "1-2 3-1 outer"},
                  {"$(call f,p,q)", "outerpq"},
                  {"$(call f)", "outer"},
                  {"$(call g,out,more)", "args:in:out:"},
                  {"$(call undefined,1)", ""},
              });
}

TEST_CASE("references that do not end are errors, named where the text stands") {
  const Case cases[] = {
      {"x := a$(y", "Makefile:1: unterminated variable reference"},
      {"\nx := ${y)", "Makefile:2: unterminated variable reference"},
      {"x := $($(y)", "none"},
      {"x := $(subst a,b", "Makefile:1: unterminated call to function 'subst': missing ')'"},
      {"x := ${subst a,b)", "Makefile:1: unterminated call to function 'subst': missing '}'"},
      {"x := $(subst a,$(b)", "Makefile:1: unterminated call to function 'subst': missing ')'"},
      {"x := $(if", "Makefile:1: unterminated call to function 'if': missing ')'"},
      {"x = a$(y\n\n\nz := $(x)", "Makefile:1: unterminated variable reference"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(TestMake().failure(c.text) == c.expansion);
  }
}

TEST_CASE("a value that needs itself is an error, named where it is defined") {
  const Case cases[] = {
      {"x = $(x)\n\ny := $(x)", "Makefile:1: Recursive variable 'x' references itself (eventually)"},
      {"x = $(y)\ny = $(x)\n\nz := $(y)", "Makefile:2: Recursive variable 'y' references itself (eventually)"},
      {"x = $(x:a=b)\ny := $(x)", "Makefile:1: Recursive variable 'x' references itself (eventually)"},
      {"define x\n$(if 1,$(x))\nendef\ny := $(x)", "Makefile:1: Recursive variable 'x' references itself (eventually)"},
      {"x = $(x)", "none"},
      {"x = $(if $1,$1$(call x,$2))\ny := $(call x,a,b)", "none"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(TestMake().failure(c.text) == c.expansion);
  }
  CHECK(TestMake("x = $1$(if $2,$(call x,$2,$3))").expand("$(call x,a,b,c)") == "abc");
}

TEST_CASE("errors of functions name the definition they stand in, those of the makefile the place of use") {
  const Case cases[] = {
      {"x = $(word 0,a)\n\ny := $(x)", "Makefile:1: first argument to 'word' function must be greater than 0"},
      {"\ny := $(word 0,a)", "Makefile:2: first argument to 'word' function must be greater than 0"},
      {"x = $(y)\ny = $(word x,a)\nz := $(x)", "Makefile:2: invalid first argument to 'word' function: 'x'"},
      {"x = $(word 1,a)\nz := $(x) $(word 0,a)",
       "Makefile:2: first argument to 'word' function must be greater than 0"},
      {"x = $(error bad)\n\ny := $(x)", "Makefile:3: bad"},
      {"a:\n\techo\n$(word 0,a): b", "Makefile:3: first argument to 'word' function must be greater than 0"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(TestMake().failure(c.text) == c.expansion);
  }
}

TEST_CASE("warnings stand where make is, not where the value was defined") {
  TestMake make("x = $(warning two  blanks)\n\ny := $(x)\n$(warning $(y))\n$(info told  so)\n");
  CHECK(make.messages() == Lines{"Makefile:3: two  blanks", "Makefile:4: "});
  CHECK(make.infos() == Lines{"told  so"});
}

TEST_CASE("undefined variables are told when that is asked for") {
  TestMake make;
  make.warn_undefined();
  make.read(
      "GNUMAKEFLAGS =\nempty =\nx := $(u)$(empty)$(v:a=b)\nlate = $(w)\ny := $(late)\nf := $(call function)\n"
      "z := $(MAKECMDGOALS)$(VPATH)$(GPATH)$(.DEFAULT)$(MAKE_RESTARTS)\n$(value u)$(origin u)$(flavor u):\n"
      "ifdef u\nendif\nexport n\n");
  CHECK(make.messages() ==
        Lines{"Makefile:3: warning: undefined variable 'u'", "Makefile:3: warning: undefined variable 'v'",
              "Makefile:5: warning: undefined variable 'w'", "Makefile:6: warning: undefined variable 'function'"});
}

TEST_CASE("a target's += is joined with the value around it when it is used") {
  TestMake make(
      "x = global $(y)\ny = 1\na: x += of-a $(y)\na: x += again\na b: ; @echo $(x)\n"
      "b: x = own\nb: x += more\nc: z += alone\nc: ; @echo $(z)\n");
  CHECK(make.recipe("a") == "echo global 1 of-a 1 again");
  CHECK(make.recipe("b") == "echo own more");
  CHECK(make.recipe("c") == "echo alone");
}

TEST_CASE("a prerequisite sees the variables of the target that wants it, private ones not") {
  TestMake make(
      "x = global\ny = two\np: x += of-p\np: private y += hidden\np: private h = hidden\np: v = of-p\n"
      "p: c\nc: x += of-c\nc: y += of-c\nc: ; @echo $(x)/$(y)/[$(h)]/$(v)\n");
  CHECK(make.recipe("c", "p") == "echo global of-p of-c/two of-c/[]/of-p");
  TestMake bare("private y = hidden\nx = seen\np: c\nc: ; @echo [$(y)]$(x)\n");
  CHECK(bare.recipe("c", "p") == "echo []seen");
}
