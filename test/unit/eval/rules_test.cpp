// What rules put into the database: prerequisites, recipes, double-colon, static pattern, grouped and pattern rules,
// the default goal, and how names are written. Manual, "Writing Rules", "Using Implicit Rules".
#include <catch2/catch.hpp>

#include "reader_helpers.h"

using namespace cmz;

namespace {

struct Case {
  const char* makefile;
  Lines rules;  // of `a`
};

}  // namespace

TEST_CASE("a rule's line gives the target its prerequisites") {
  const Case cases[] = {
      {"a:", {"a:"}},
      {"b: a", {}},
      {"a : b  c\td", {"a: b c d"}},
      {"a: b b | c c", {"a: b b | c c"}},
      {"a: | c", {"a: | c"}},
      {"a: b |", {"a: b"}},
      {"a: b | c | d", {"a: b | c | d"}},
      {"a: b|c", {"a: b | c"}},
      {"a: b .WAIT c | d .WAIT e", {"a: b .WAIT c | d .WAIT e"}},
      {"a: .WAIT b", {"a: .WAIT b"}},
      {"a: b .WAIT", {"a: b"}},
      {"a: b # c", {"a: b"}},
      {"a: b \\\n   c", {"a: b c"}},
      {"a: ./b .//c ././d", {"a: b c d"}},
      {"./a: b", {"a: b"}},
      {"a: b\na: c | d\na: e", {"a: b c e | d"}},
      {"a: b\na: c ; x\na: d", {"a: c b d"}},
      {"a: b | o\na: c | p ; x", {"a: c b | p o"}},
      {"x a y: b", {"a: b"}},
      {"a: b ; echo c", {"a: b"}},
      {"a: b\\ c", {"a: b c"}},
      {"a: b\\:c", {"a: b:c"}},
      {"a: b\\#c", {"a: b#c"}},
      {"a: b\\;c", {"a: b"}},
      {"a: b\\|c", {"a: b|c"}},
      {"a: b\\%c %d", {"a: b\\%c %d"}},
      {"a: b$$c", {"a: b$c"}},
      {"a:=b", {}},
      {"a::b", {"a:: b"}},
      {"a: b&c", {"a: b&c"}},
      {"a: ~/x", {"a: /home/fake/x"}},
  };
  for (const Case& c : cases) {
    INFO(c.makefile);
    CHECK(TestMake(c.makefile).rules("a") == c.rules);
  }
}

TEST_CASE("targets, colon and prerequisites may come out of references") {
  const Case cases[] = {
      {"t = a\n$(t): b", {"a: b"}},
      {"t = x a\n$(t) y: b", {"a: b"}},
      {"c = :\na$(c) b", {"a: b"}},
      {"c = ::\na$(c) b", {"a:: b"}},
      {"r = a: b\n$(r) c", {"a: b c"}},
      {"r = a: b ; echo x\n$(r)", {"a: b"}},
      {"p = b c\na: $(p) d | $(p)", {"a: b c d | b c"}},
      {"p = b | c\na: $(p)", {"a: b | c"}},
      {"e =\n$(e) a: b\n$(e)\n$(e)  # nothing", {"a: b"}},
      {"s = b ; echo\na: $(s)", {"a: b"}},
      {"p = b\\:c\na: $(p)", {"a: b:c"}},
      {"a: $(subst x,:,bxc)\n", {}},
      {"define two\na: b\na: c\nendef\n$(eval $(two))", {"a: b c"}},
  };
  for (const Case& c : cases) {
    INFO(c.makefile);
    if (std::string_view(c.makefile).find("bxc") == std::string_view::npos)
      CHECK(TestMake(c.makefile).rules("a") == c.rules);
    else
      CHECK(TestMake().failure(c.makefile) == "Makefile:1: target pattern contains no '%'");
  }
}

TEST_CASE("wildcards in names give the files that match, else themselves") {
  TestMake make;
  for (const char* file : {"b.c", "a.c", "d/e.c", "lib.a"}) make.disk.add(file, 1);
  make.read("a: *.c d/?.c *.none [x]\n*.c: a.h\n");
  CHECK(make.rules("a") == Lines{"a: a.c b.c d/e.c *.none [x]"});
  CHECK(make.rules("a.c") == Lines{"a.c: a.h"});
  CHECK(make.rules("b.c") == Lines{"b.c: a.h"});
}

TEST_CASE("members of archives may be listed in one pair of brackets") {
  TestMake make("a: l(x y) m(z) (n) l(u\nl(p q): s\n");
  CHECK(make.rules("a") == Lines{"a: l(x) l(y) m(z) (n) l(u"});
  CHECK(make.rules("l(p)") == Lines{"l(p): s"});
  CHECK(make.rules("l(q)") == Lines{"l(q): s"});
}

TEST_CASE("a second recipe takes the place of the first, and both places are told") {
  TestMake make("a: b\n\techo one\n\na: c\n\n\techo two\n");
  CHECK(make.messages() == Lines{"Makefile:6: warning: overriding recipe for target 'a'",
                                 "Makefile:2: warning: ignoring old recipe for target 'a'"});
  CHECK(make.recipe("a") == "echo two");
  CHECK(make.recipe_place("a") == "Makefile:6");
  CHECK(make.rules("a") == Lines{"a: c b"});
  CHECK(TestMake("a: ; x\na: b\n").messages().empty());
  CHECK(TestMake("a b: ; x\na: ; y\n").recipe_place("b") == "Makefile:1");
  CHECK(TestMake("a a: ; x\n").messages() == Lines{"Makefile:1: target 'a' given more than once in the same rule"});
  CHECK(TestMake("a a: b\n").rules("a") == Lines{"a: b b"});
}

TEST_CASE("double-colon rules stay apart from each other") {
  TestMake make("a:: b ; echo 1\nc a::\na:: d | e\n\techo 3\n");
  CHECK(make.rules("a") == Lines{"a:: b", "a::", "a:: d | e"});
  CHECK(make.rules("c") == Lines{"c::"});
  CHECK(make.messages().empty());
  CHECK(TestMake().failure("a:: b\n\na: c\n") == "Makefile:3: target file 'a' has both : and :: entries");
  CHECK(TestMake().failure("a: b\na:: c\n") == "Makefile:2: target file 'a' has both : and :: entries");
}

TEST_CASE("a static pattern rule gives each target prerequisites by its stem") {
  const Case cases[] = {
      {"a b: %: %.c x%.h y", {"a: a.c xa.h y"}},
      {"a: %: %.%", {"a: a.%"}},
      {"a: a%: b%c %", {"a: bc"}},
      {"a: %: | %.d", {"a: | a.d"}},
      {"a: %: b .WAIT %.c", {"a: b .WAIT a.c"}},
      {"a:: %: %.c", {"a:: a.c"}},
      {"p = %: %.c\na: $(p)", {"a: a.c"}},
      {"a: %:%.c ; echo", {"a: a.c"}},
  };
  for (const Case& c : cases) {
    INFO(c.makefile);
    CHECK(TestMake(c.makefile).rules("a") == c.rules);
  }
  TestMake make("a.o b: %.o: %.c ; echo $*\n");
  CHECK(make.messages() == Lines{"Makefile:1: target 'b' doesn't match the target pattern"});
  CHECK(make.rules("a.o") == Lines{"a.o: a.c"});
  CHECK(make.rules("b") == Lines{"b:"});
  CHECK(make.recipe("a.o") == "echo a");
  CHECK(make.recipe("b") == "echo b");
}

TEST_CASE("targets of a grouped rule have one recipe, which there must be") {
  TestMake make("a b &: c ; echo\nd&:e\n\techo\nf g&:: h ; echo\n");
  CHECK(make.rules("a") == Lines{"a: c"});
  CHECK(make.rules("b") == Lines{"b: c"});
  CHECK(make.rules("d") == Lines{"d: e"});
  CHECK(make.rules("g") == Lines{"g:: h"});
  CHECK(make.messages().empty());
  CHECK(TestMake("a b &: ; x\n\nb c &:\n\ty\n").messages() ==
        Lines{"Makefile:4: warning: overriding recipe for target 'b'",
              "Makefile:1: warning: ignoring old recipe for target 'b'",
              "Makefile:4: warning: overriding group membership for target 'b'"});
  const Lines both = TestMake("c d&: ; x\nd c&: ; y\n").messages();
  REQUIRE(both.size() == 6);
  CHECK(both[4] == "Makefile:2: warning: overriding group membership for target 'c'");  // the last name first
  CHECK(both[5] == "Makefile:2: warning: overriding group membership for target 'd'");
}

TEST_CASE("what -MP adds for a prerequisite is a rule like others where that has a double colon") {
  CHECK(TestMake().failure("b:: ;\nmain: a b c\n\nb:\n\nc:\n") ==
        "Makefile:4: target file 'b' has both : and :: entries");
}

TEST_CASE("pattern rules are kept in order, and replaced by those with the same patterns") {
  struct Patterns {
    const char* makefile;
    Lines patterns;
  };
  const Patterns cases[] = {
      {"%.o: %.c ; 1\n%.o: %.p ; 2", {"%.o: %.c", "%.o: %.p"}},
      {"%.o: %.c ; 1\n%.x: %.y ; 2\n%.o: %.c ; 3", {"%.x: %.y", "%.o: %.c"}},
      {"%.o: %.c ; 1\n%.o: %.c d ; 2", {"%.o: %.c", "%.o: %.c d"}},
      {"%.o %.p: %.c | d ; 1", {"%.o %.p: %.c | d"}},
      {"%.o %.p: %.c ; 1\n%.o: %.c ; 2", {"%.o %.p: %.c", "%.o: %.c"}},
      {"%.o: %.c ; 1\n%.o %.p: %.c ; 2", {"%.o %.p: %.c"}},
      {"%:: %.c ; 1", {"%:: %.c"}},
      {"%.o: %.c", {"%.o: %.c"}},
      {"%.o: ; 1", {"%.o:"}},
      {"%.o: b .WAIT %.c ; 1", {"%.o: b .WAIT %.c"}},
      {"./%.o: ./%.c ; 1", {"%.o: %.c"}},
      {"lib/%.o: *.c %.[ch] ; 1", {"lib/%.o: *.c %.[ch]"}},
      {"p = %.o\n$(p): %.c ; 1", {"%.o: %.c"}},
      {"\\%.o: %.c ; 1", {}},
  };
  for (const Patterns& c : cases) {
    INFO(c.makefile);
    CHECK(TestMake(c.makefile).patterns() == c.patterns);
  }
}

TEST_CASE("suffix rules become pattern rules when all is read, in the order of .SUFFIXES") {
  struct Patterns {
    const char* makefile;
    Lines patterns;
  };
  const Patterns cases[] = {
      {".SUFFIXES: .c .o\n.c.o: ; 1", {"%.c:", "%.o: %.c", "%.o:"}},
      {".c.o: ; 1\n.SUFFIXES: .o .c", {"%.o:", "%.c:", "%.o: %.c"}},
      {".SUFFIXES: .c\n.c: ; 1", {"%.c:", "%: %.c"}},
      {".SUFFIXES: .c .o\n.c.o:\n", {"%.c:", "%.o:"}},
      {".SUFFIXES: .c .o\n.c.o: ; 1\n.SUFFIXES:\n", {}},
      {".c.o: ; 1\n", {}},
      {".SUFFIXES: .c .o\n.c.o: ; 1\n%.o: %.c ; 2", {"%.o: %.c", "%.c:", "%.o:"}},
  };
  for (const Patterns& c : cases) {
    INFO(c.makefile);
    CHECK(TestMake(c.makefile).patterns() == c.patterns);
  }
  CHECK(TestMake(".SUFFIXES: .c .o\n\n.c.o: x\n\techo\n").messages() ==
        Lines{"Makefile:4: warning: ignoring prerequisites on suffix rule definition"});
}

TEST_CASE("the first target is the default goal, unless it begins with a dot or is a pattern") {
  const auto goal = [](std::string_view makefile) { return TestMake(makefile).expand("$(.DEFAULT_GOAL)"); };
  CHECK(goal("a b: c\nd:\n") == "a");
  CHECK(goal(".PHONY: x\n.hidden: y\n%: ; z\nb: c\n") == "b");
  CHECK(goal("./.a/b: c\n") == ".a/b");
  CHECK(goal("../x:\n") == "../x");
  CHECK(goal("a: V = 1\nb:\n") == "b");
  CHECK(goal("a:\n.DEFAULT_GOAL =\nb:\nc:\n") == "b");
  CHECK(goal(".DEFAULT_GOAL = z\na:\n") == "z");
  CHECK(goal("$(eval a:)\nb:\n") == "a");
  CHECK(goal("a:: b\n") == "a");
  CHECK(goal("e =\n$(e):\nb:\n") == "b");
}

TEST_CASE("a rule whose targets expand to nothing is skipped with its recipe") {
  TestMake make("e =\n$(e): b\n\techo 1\n\t$(error not expanded)\na: c\n\techo 2\n$(e): V = 1\n");
  CHECK(make.recipe("a") == "echo 2");
  CHECK(make.expand("[$(V)]") == "[]");
}

TEST_CASE("a line that has no target before its recipe is no rule") {
  CHECK(TestMake("x = ; b: c\n$(x)\nb2:\n").rules("b").empty());
  CHECK(TestMake().failure("x = a;b: c\n\n$(x)\n") == "Makefile:3: missing separator");
  CHECK(TestMake().failure("a\\;b: c\n") == "Makefile:1: missing separator");
}

TEST_CASE("what is neither rule nor directive nor assignment ends make at its line") {
  struct Failure {
    const char* makefile;
    const char* error;
  };
  const Failure cases[] = {
      {"\tfoo", "Makefile:1: recipe commences before first target"},
      {"a = 1\n\tfoo", "Makefile:2: recipe commences before first target"},
      {"foo", "Makefile:1: missing separator"},
      {"x = foo\n\n$(x)", "Makefile:3: missing separator"},
      {"a:\n        foo", "Makefile:2: missing separator (did you mean TAB instead of 8 spaces?)"},
      {".RECIPEPREFIX = >\n        foo", "Makefile:2: missing separator"},
      {"ifeq(a,b)", "Makefile:1: missing separator (ifeq/ifneq must be followed by whitespace)"},
      {" ifneq(a,b)", "Makefile:1: missing separator (ifeq/ifneq must be followed by whitespace)"},
      {"; foo", "Makefile:1: missing rule before recipe"},
      {"a b c ; foo", "Makefile:1: missing separator"},
      {"endef", "Makefile:1: missing separator"},
      {"override", "Makefile:1: missing separator"},
      {"a: : c", "Makefile:1: missing target pattern"},
      {"a: b: c", "Makefile:1: target pattern contains no '%'"},
      {"a: %b c: d", "Makefile:1: multiple target patterns"},
      {"%.o a: b", "Makefile:1: mixed implicit and normal rules"},
      {"%.o: %.c: d", "Makefile:1: mixed implicit and static pattern rules"},
      {"a &: b", "Makefile:1: grouped targets must provide a recipe"},
      {"%.a %.b &: c", "Makefile:1: grouped targets must provide a recipe"},
      {"foo \\\n bar", "Makefile:1: missing separator"},
      {"a: b\nfoo bar\nc:", "Makefile:2: missing separator"},
  };
  for (const Failure& c : cases) {
    INFO(c.makefile);
    CHECK(TestMake().failure(std::string(c.makefile) + "\n") == c.error);
  }
}

TEST_CASE("a pattern among normal targets is told and taken as a name") {
  TestMake make("a %.o: b\n\techo\n");
  CHECK(make.messages() == Lines{"Makefile:1: *** mixed implicit and normal rules: deprecated syntax"});
  CHECK(make.rules("%.o") == Lines{"%.o: b"});
  CHECK(make.patterns().empty());
}

TEST_CASE("lines of nothing but names are rules like others, and what -MP adds to them too") {
  TestMake make(
      "a.o: a.c a.h \\\n  b.h ./c.h\na.h:\n\nb.h:\n\nc.h:\n\techo of-c\na.o: d.h\nd.h:\na.o: e.h e2.h\ne2.h:\ne3.h:\n"
      "%.q: %.h\nf.o: %.h\n");
  CHECK(make.rules("a.o") == Lines{"a.o: a.c a.h b.h c.h d.h e.h e2.h"});
  for (const char* target : {"a.h", "b.h", "c.h", "d.h", "e2.h", "e3.h"}) {
    INFO(target);
    CHECK(make.rules(target) == Lines{std::string(target) + ":"});
  }
  CHECK(make.rules("e.h").empty());
  CHECK(make.rules("a.c").empty());
  CHECK(make.recipe("c.h") == "echo of-c");
  CHECK(make.expand("$(.DEFAULT_GOAL)") == "a.o");
  CHECK(make.patterns() == Lines{"%.q: %.h"});
  CHECK(make.rules("f.o") == Lines{"f.o: %.h"});

  TestMake again("a: s x y\nx::\ny:\nifdef none\nb: c\nendif\n");
  CHECK(again.rules("x") == Lines{"x::"});
  CHECK(again.rules("y") == Lines{"y:"});
  CHECK(again.rules("b").empty());
  CHECK(TestMake().failure("x:: 1\na: s x\nx:\n") == "Makefile:3: target file 'x' has both : and :: entries");
  CHECK(TestMake().failure("a: s x\nx:\n foo\n") == "Makefile:3: missing separator");
}

TEST_CASE("a rule of $(eval) in a recipe is no place for prerequisites") {
  TestMake make("a:\n\techo 1\n\t$(eval b: c)echo 2\n");
  CHECK(make.recipe("a") == "Makefile:2: prerequisites cannot be defined in recipes");
}
