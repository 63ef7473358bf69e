#include "cmzmake/search/search.h"

#include <catch2/catch.hpp>

#include "fakes/fake_make.h"

using namespace cmz;

namespace {

std::string prerequisites(const Target& target) {
  std::string out;
  for (const Prerequisite& p : target.prerequisites) {
    if (!out.empty()) out += ' ';
    if (p.order_only) out += '|';
    out += p.target->name.view();
  }
  return out;
}

}  // namespace

TEST_CASE("a pattern rule applies when its prerequisites exist") {
  FakeMake make;
  make.disk.add("a.c", 1);
  make.read("%.o: %.c | dir ; cc\n%.o: %.p ; pc\ndir:\n");
  Search search(make.evaluator);
  Target& o = make.db.target("a.o");
  REQUIRE(search.implicit_rule(o));
  CHECK(o.stem == "a");
  CHECK(prerequisites(o) == "a.c |dir");
  CHECK_FALSE(search.implicit_rule(make.db.target("b.o")));
}

TEST_CASE("the shortest stem wins") {
  FakeMake make;
  make.disk.add("lib/x.c", 1);
  make.read("%.o: %.c ; one\nlib/%.o: lib/%.c ; two\n");
  Search search(make.evaluator);
  Target& o = make.db.target("lib/x.o");
  REQUIRE(search.implicit_rule(o));
  CHECK(o.stem == "x");
}

TEST_CASE("rules chain through files that need not exist") {
  FakeMake make;
  make.disk.add("a.y", 1);
  make.read("%.o: %.c ; cc\n%.c: %.y ; yacc\n");
  Search search(make.evaluator);
  Target& o = make.db.target("a.o");
  REQUIRE(search.implicit_rule(o));
  const Target* c = make.db.find_target("a.c");
  REQUIRE(c);
  CHECK(c->intermediate);
  CHECK(prerequisites(*c) == "a.y");
}

TEST_CASE("a terminal rule does not chain") {
  FakeMake make;
  make.disk.add("a.y", 1);
  make.read("%.o:: %.c ; cc\n%.c: %.y ; yacc\n");
  Search search(make.evaluator);
  CHECK_FALSE(search.implicit_rule(make.db.target("a.o")));
}

TEST_CASE("a name that the rule gives literally is not intermediate") {
  FakeMake make;
  make.read("%.4: %.1 a.3 ; cat\n%.1 %.3: ; touch\n");
  Search search(make.evaluator);
  REQUIRE(search.implicit_rule(make.db.target("a.4")));
  CHECK(make.db.find_target("a.1")->intermediate);
  CHECK_FALSE(make.db.find_target("a.3")->intermediate);
}

TEST_CASE("vpath finds files in directories, in order") {
  FakeMake make;
  make.disk.add("two/x.h", 1);
  make.disk.add("one/y.h", 1);
  make.disk.add("two/y.h", 1);
  make.read("VPATH = one:two\nvpath %.q one\n");
  Search search(make.evaluator);
  REQUIRE(search.vpath("x.h"));
  CHECK(search.vpath("x.h")->path == "two/x.h");
  CHECK(search.vpath("y.h")->path == "one/y.h");
  CHECK_FALSE(search.vpath("z.h"));
  CHECK_FALSE(search.vpath("/x.h"));
}

TEST_CASE("second expansion sees the target") {
  FakeMake make;
  make.read(".SECONDEXPANSION:\na: $$@.x $$(addsuffix .y,$$@)\n");
  Search search(make.evaluator);
  Target& a = make.db.target("a");
  search.expand_prerequisites(a);
  CHECK(prerequisites(a) == "a.x a.y");
}

//     name            build/x/file_7.d              the ending that rules know: none, of names below build/
//     what rules want build/x/file_7.d.o <- src/x/file_7.d.c <- src/x/file_7.d.y
//     TailFilter      "d.c"? "d.y"?                 yes where found.d.c and chained.d.y lie: only those are searched
//     for
TEST_CASE("what no rule can want is refused at a glance, below folders of their own too") {
  FakeMake make;
  make.read("build/%.o: src/%.c ; cc\n%.c: %.y ; yacc\n%: %.o ; ld\n");
  make.disk.add("src/x/found.d.c", 1);
  make.disk.add("src/x/chained.d.y", 1);
  make.disk.add("src/x/other.c", 1);
  Search search(make.evaluator);
  for (int i = 0; i < 20; ++i)
    CHECK_FALSE(search.implicit_rule(make.db.target("build/x/file_" + std::to_string(i) + ".d")));
  CHECK_FALSE(search.implicit_rule(make.db.target("build/x/other.d")));
  CHECK_FALSE(search.implicit_rule(make.db.target("elsewhere/x/found.d")));
  Target& found = make.db.target("build/x/found.d");
  REQUIRE(search.implicit_rule(found));
  CHECK(prerequisites(found) == "build/x/found.d.o");
  CHECK(search.implicit_rule(make.db.target("build/x/chained.d")));
  make.db.target("src/x/mentioned.d.y").is_explicit = true;
  CHECK(search.implicit_rule(make.db.target("build/x/mentioned.d")));
}
