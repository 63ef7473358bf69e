#include "cmzmake/eval/name_functions.h"

#include <catch2/catch.hpp>

using namespace cmz;

namespace {

template <class F, class... Args>
std::string call(F function, Args... args) {
  std::string out = "<";
  function(args..., out);
  REQUIRE(out.starts_with('<'));
  return out.substr(1);
}

}  // namespace

TEST_CASE("dir and notdir", "[names]") {
  CHECK(call(cmz::dir, "src/foo.c hacks") == "src/ ./");
  CHECK(call(cmz::dir, "/ // /a a/ a//b . ..") == "/ // / a/ a// ./ ./");
  CHECK(call(cmz::dir, "  a/b \t c ") == "a/ ./");
  CHECK(call(cmz::dir, "").empty());
  CHECK(call(cmz::notdir, "src/foo.c hacks") == "foo.c hacks");
  CHECK(call(cmz::notdir, "a/ b c/") == " b ");
  CHECK(call(cmz::notdir, "a/ b/") == " ");
  CHECK(call(cmz::notdir, "a/").empty());
}

TEST_CASE("suffix and basename", "[names]") {
  CHECK(call(cmz::suffix, "src/foo.c src-1.0/bar.c hacks") == ".c .c");
  CHECK(call(cmz::suffix, "a. .b a.b/c .. a.b.c") == ". .b . .c");
  CHECK(call(cmz::suffix, "a a.c b") == ".c");
  CHECK(call(cmz::suffix, "a/.b") == ".b");
  CHECK(call(cmz::suffix, "a b").empty());
  CHECK(call(cmz::basename, "src/foo.c src-1.0/bar hacks") == "src/foo src-1.0/bar hacks");
  CHECK(call(cmz::basename, ".c a") == " a");
  CHECK(call(cmz::basename, "a .c") == "a ");
  CHECK(call(cmz::basename, "a/.c a. a.b/c .. a.b.c /.") == "a/ a a.b/c . a.b /");
}

TEST_CASE("addsuffix and addprefix", "[names]") {
  CHECK(call(addsuffix, ".c", "foo bar") == "foo.c bar.c");
  CHECK(call(addsuffix, "", "a  b") == "a b");
  CHECK(call(addsuffix, "x y ", "a b") == "ax y  bx y ");
  CHECK(call(addsuffix, "x", "").empty());
  CHECK(call(addprefix, "src/", "foo bar") == "src/foo src/bar");
  CHECK(call(addprefix, "a b ", "c d") == "a b c a b d");
}

TEST_CASE("join", "[names]") {
  CHECK(call(join, "a b", ".c .o") == "a.c b.o");
  CHECK(call(join, "a b c", "1") == "a1 b c");
  CHECK(call(join, "a", "1 2  3") == "a1 2 3");
  CHECK(call(join, "", " a b") == "a b");
  CHECK(call(join, "a  b", "") == "a b");
  CHECK(call(join, "", "").empty());
}

TEST_CASE("abspath", "[names]") {
  CHECK(call(abspath, "/a/../b /a/./b //a //a//b/ /.. /../.. / //", "/w/d") == "/b /a/b /a /a/b / / / /");
  CHECK(call(abspath, "a/../b . .. ./ ../x a// ../../..  /a/... .a/..b", "/w/d") ==
        "/w/d/b /w/d /w /w/d /w/x /w/d/a / /a/... /w/d/.a/..b");
  CHECK(call(abspath, "x .. ../..", "/") == "/x / /");
  CHECK(call(abspath, "", "/w").empty());
}
