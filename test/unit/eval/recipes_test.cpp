// What a recipe's lines become: cut, expanded with the automatic variables, flags taken off.
// Manual, "Writing Recipes in Rules", "Automatic Variables".
#include <catch2/catch.hpp>

#include "reader_helpers.h"

using namespace cmz;

namespace {

struct Case {
  const char* makefile;
  const char* recipe;  // of `a`
};

template <size_t N>
void check(const Case (&cases)[N]) {
  for (const Case& c : cases) {
    INFO(c.makefile);
    CHECK(TestMake(std::string(c.makefile) + "\n").recipe("a") == c.recipe);
  }
}

}  // namespace

TEST_CASE("automatic variables name the target and its prerequisites") {
  const Case cases[] = {
      {"a: ; echo $@ [$<] [$^] [$+] [$|] [$*] [$%] [$?]", "echo a [] [] [] [] [] [] []"},
      {"a: b c b | d b e d\n\techo $@ $< [$^] [$+] [$|]", "echo a b [b c] [b c b] [d e]"},
      {"a: b c b | d\n\techo $?", "echo b c"},
      {"a: | d\n\techo [$<] [$^] [$|]", "echo [] [] [d]"},
      {"a: b\na: c ; echo $< $^\na: d", "echo c c b d"},
      {"a: l(m) l2(n o)\n\techo $@ $^ [$%]", "echo a m n o []"},
      {"a: d/b /c e\n\techo $(<D) $(<F) $(^D) $(^F) $(@D) $(@F)", "echo d b d  . b c e . a"},
      {"a: d/b c b\n\techo ${?D} ${+F} [$(*D)] [$(%F)]", "echo d . . b c b [] []"},
      {"a: %: b\n\techo $*", "echo a"},
      {"a: a%: b\n\techo [$*]", "echo []"},
      {"V = $@:$<\na: b\n\techo $(V) $(@:a=x)", "echo a:b x"},
      {"a: b .WAIT c\n\techo $^", "echo b c"},
      {"a:: b ; echo $@ $<", "echo a b"},
      {"a: b ; echo $$@ $$$@", "echo $@ $a"},
  };
  check(cases);
}

TEST_CASE("the stem is what a static pattern says, or what stands before a known suffix") {
  TestMake make(
      ".SUFFIXES: .o .tar.gz .gz\nd/x.o x.tar.gz y.c .o l(m.o): ; echo [$*]\nd/z.o: d/%.o: %.c ; echo $* $(*D) $(*F)\n"
      "e/f.o: %.o: ; echo $* $(*D) $(*F)\n");
  CHECK(make.recipe("d/x.o") == "echo [d/x]");
  CHECK(make.recipe("x.tar.gz") == "echo [x]");
  CHECK(make.recipe("y.c") == "echo []");
  CHECK(make.recipe(".o") == "echo []");
  CHECK(make.recipe("d/z.o") == "echo z . z");
  CHECK(make.recipe("e/f.o") == "echo e/f e f");
}

TEST_CASE("a member of an archive is told apart from the archive") {
  TestMake make("l.a(m.o): m.o ; echo $@ $% $< $(@D) $(%D) $(%F)\nd/l.a(n.o): ; echo $(@D) $(@F) $%\n");
  CHECK(make.recipe("l.a(m.o)") == "echo l.a m.o m.o . . m.o");
  CHECK(make.recipe("d/l.a(n.o)") == "echo d l.a n.o");
}

TEST_CASE("a recipe is the lines behind the prefix, less empty ones") {
  const Case cases[] = {
      {"a:\n\techo 1\n\techo 2", "echo 1\necho 2"},
      {"a: ; echo 1\n\techo 2", "echo 1\necho 2"},
      {"a:;echo 1", "echo 1"},
      {"a: ;", ""},
      {"a:\n\t", ""},
      {"a:\n\n\techo 1\n\n# comment\n  # comment\n\techo 2", "echo 1\necho 2"},
      {"a:\n\t   \t echo 1  ", "echo 1  "},
      {"a:\n\t# echo 1", "# echo 1"},
      {"a:\n\techo 1 # 2", "echo 1 # 2"},
      {"a: ; echo 1 # 2", "echo 1 # 2"},
      {"e =\na:\n\t$(e)\n\t  $(e) $(e)\n\techo 1", "echo 1"},
      {"a:\n\tV = 1\n\tifdef x", "V = 1\nifdef x"},
      {"a:\n\techo 1\nV = 1\n", "echo 1"},
      {"a:\n\techo $$x $$$$", "echo $x $$"},
      {"a:\n\techo ';' \\#", "echo ';' \\#"},
      {".RECIPEPREFIX = >\na:\n>echo 1\n> echo 2", "echo 1\necho 2"},
      {".RECIPEPREFIX = >\na:\n>echo 1\n.RECIPEPREFIX =\nb:\n\techo 2", "echo 1"},
      {".RECIPEPREFIX := >x\na:\n>echo 1", "echo 1"},
  };
  check(cases);
}

TEST_CASE("a line goes on behind a backslash, and loses one prefix there") {
  const Case cases[] = {
      {"a:\n\techo 1 \\\n\t2", "echo 1 \\\n2"},
      {"a:\n\techo 1 \\\n\t\t2", "echo 1 \\\n\t2"},
      {"a:\n\techo 1 \\\n  2", "echo 1 \\\n  2"},
      {"a:\n\techo 1\\\n2", "echo 1\\\n2"},
      {"a:\n\techo $(strip 1 \\\n\t\t2)", "echo 1 2"},
      {"a:\n\techo $(if 1,x   \\\n\t\t  y,z)", "echo x y"},
      {"a:\n\techo ${subst x,(,x\\\n\t(})", "echo ( ()"},
      {"a:\n\techo $(subst (a),b, \\\n\t  (a) \\\n\tc) \\\n\td", "echo  b c \\\nd"},
      {"a:\n\techo 1 \\\\\n\techo 2", "echo 1 \\\\\necho 2"},
      {"a:\n\techo '\\\\' \\\n\t2", "echo '\\\\' \\\n2"},
      {"a:\n\t\\\n\techo 1", "\\\necho 1"},
      {"a:\n\t \\\n\t\n\techo 1", "echo 1"},
      {"V = 1 \\\n  2\na:\n\techo $(V)", "echo 1 2"},
      {".RECIPEPREFIX = >\na:\n>echo 1 \\\n>2\\\n\t3", "echo 1 \\\n2\\\n\t3"},
  };
  check(cases);
}

TEST_CASE("a line that expands to several becomes several") {
  const Case cases[] = {
      {"define V\necho 1\n\necho 2\nendef\na:\n\t$(V)", "echo 1\necho 2"},
      {"define V\necho 1\n@- echo 2\nendef\na:\n\t$(V) 3", "echo 1\necho 2 3"},
      {"define V\necho 1 \\\n  2\nendef\na:\n\t$(V)", "echo 1 2"},
      {"define n\n\n\nendef\na:\n\techo 1$(n)echo 2\\$(n)  3", "echo 1\necho 2\\\n  3"},
      {"define n\n\n\nendef\na:\n\techo 1\\\\$(n)echo 2", "echo 1\\\\\necho 2"},
      {"define n\n\n\nendef\na:\n\t$(n)$(n)echo 2$(n)", "echo 2"},
  };
  check(cases);
}

TEST_CASE("@, - and + before a line are its flags, wherever they come from") {
  struct Flags {
    const char* line;
    const char* text;
    bool silent, ignore_errors, recursive;
  };
  const Flags cases[] = {
      {"echo", "echo", false, false, false},
      {"@echo", "echo", true, false, false},
      {"-echo", "echo", false, true, false},
      {"+echo", "echo", false, false, true},
      {" @ -\t+ @echo -@", "echo -@", true, true, true},
      {"$(at)echo", "echo", true, false, false},
      {"@$(minus) echo", "echo", true, true, false},
      {"$(all) echo", "echo", true, true, true},
      {"echo $(MAKE)", "echo mk", false, false, true},
      {"echo ${MAKE}", "echo mk", false, false, true},
      {"echo $(MAKE:x=y)", "echo mk", false, false, false},
      {"echo $(mk)", "echo mk", false, false, false},
      {"echo $$(MAKE)", "echo $(MAKE)", false, false, true},
  };
  for (const Flags& c : cases) {
    INFO(c.line);
    TestMake make(std::string("MAKE = mk\nat = @\nminus = -\nall = @-+\nmk = $(MAKE)\na:\n\t") + c.line + "\n");
    const std::vector<CommandLine> lines = make.recipe_lines("a");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].text == c.text);
    CHECK(lines[0].flags.silent == c.silent);
    CHECK(lines[0].flags.ignore_errors == c.ignore_errors);
    CHECK(lines[0].flags.recursive == c.recursive);
  }
}

TEST_CASE("flags of a line hold for all lines that it becomes") {
  TestMake make("define V\necho 1\n@echo 2\necho 3\nendef\na:\n\t-$(V)\n");
  const std::vector<CommandLine> lines = make.recipe_lines("a");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].flags.ignore_errors);
  CHECK(lines[1].flags.ignore_errors);
  CHECK(lines[1].flags.silent);
  CHECK_FALSE(lines[2].flags.silent);
}

TEST_CASE("under .ONESHELL a recipe is one text, with the flags of its first line") {
  const Case cases[] = {
      {".ONESHELL:\na:\n\techo 1\n\techo 2", "echo 1\necho 2"},
      {"a:\n\t@echo 1\n\t-@ +echo 2\n\n\t echo 3\n.ONESHELL:", "echo 1\necho 2\necho 3"},
      {".ONESHELL:\na:\n\techo 1\\\n\t@echo 2\n\t@echo 3", "echo 1\\\n@echo 2\necho 3"},
      {".ONESHELL:\na:\n\techo 1", "echo 1"},
      {".ONESHELL:\na: ; @echo 1", "echo 1"},
      {".ONESHELL:\na:\n\t\n\t", ""},
      {".ONESHELL:\nSHELL = /usr/bin/perl\na:\n\t@echo 1\n\t@echo 2\n\t-echo 3", "echo 1\n@echo 2\n-echo 3"},
      {".ONESHELL:\nSHELL = /bin/bash\na:\n\t@echo 1\n\t@echo 2", "echo 1\necho 2"},
  };
  check(cases);
  TestMake make(".ONESHELL:\na:\n\t@echo 1\n\t-+echo 2\n");
  const std::vector<CommandLine> lines = make.recipe_lines("a");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].flags.silent);
  CHECK_FALSE(lines[0].flags.ignore_errors);
  CHECK_FALSE(lines[0].flags.recursive);
  CHECK(lines[0].line == 3);
}

TEST_CASE("errors in a recipe name its place and count its lines, not those between them") {
  const Case cases[] = {
      {"a:\n\techo 1\n\t$(error bad)", "Makefile:3: bad"},
      {"\n\na: ; $(error bad)", "Makefile:3: bad"},
      {"a:\n\techo 1\n# comment\n\n\t$(error bad)", "Makefile:3: bad"},
      {"a:\n\techo 1 \\\n\t2 \\\n\t3\n\t$(error bad)", "Makefile:3: bad"},
      {"a: ; echo 0\n\t$(word 0,x)", "Makefile:2: first argument to 'word' function must be greater than 0"},
      {"V = $(word 0,x)\na:\n\t$(V)", "Makefile:1: first argument to 'word' function must be greater than 0"},
      {"a:\n\techo $(V", "Makefile:2: unterminated variable reference"},
      {"a: V = $(V)\na:\n\techo $(V)", "Makefile:1: Recursive variable 'V' references itself (eventually)"},
      {"a:\n\t$(eval endif)", "Makefile:2: extraneous 'endif'"},
  };
  check(cases);
}

TEST_CASE("lines know where they stand") {
  TestMake make("a: ; echo 1\n\techo 2\n\n\t$(eval V = $(warning here))echo 3\n");
  CHECK(make.recipe_place("a") == "Makefile:1");
  const std::vector<CommandLine> lines = make.recipe_lines("a");
  REQUIRE(lines.size() == 3);
  CHECK(lines[2].line == 3);
  CHECK(make.messages() == Lines{"Makefile:3: here"});
}

TEST_CASE("the recipe of .DEFAULT is expanded for what has no other, which is its own first prerequisite") {
  TestMake make(".DEFAULT:\n\techo $@ $< [$^]\n");
  make.db.target("x").recipe = const_cast<Recipe*>(make.db.default_recipe);
  CHECK(make.recipe("x") == "echo x x []");
}
