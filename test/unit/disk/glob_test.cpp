#include "cmzmake/disk/glob.h"

#include <glob.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "cmzmake/disk/disk.h"
#include "temp_folder.h"

using namespace cmz;

namespace {

std::vector<std::string> system_glob(const std::string& pattern) {
  std::vector<std::string> names;
  glob_t found;
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    names.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void make_tree(const TempFolder& folder) {
  for (const char* name : {"a.c",       "b.c",          "ab.c",      ".hidden", ".h.c",   "sub/a.c", "sub/x.c",
                           "sub/.h/y",  "sub/deep/a.c", "sub-2/a.c", "we ird",  "[x]",    "a\\b",    "b]/q",
                           "a[/z]",     "\xe9x",        "*star",     "-dash",   "^caret", "!bang",   "~tilde",
                           "new\nline", "b.",           "..c",       "A.C",     "q?",     "{a,b}",   "f"})
    folder.file(name);
  folder.folder("empty");
  folder.folder("s");
  folder.link("dangling.c", "nowhere");
  folder.link("loop", "loop");
  folder.link("link.c", "a.c");
  folder.link("slink", "sub");
}

}  // namespace

TEST_CASE("one name against one pattern", "[glob]") {
  struct Case {
    const char* pattern;
    const char* name;
    bool matches;
  };
  const Case cases[] = {
      {"*", "a", true},
      {"*", "", true},
      {"*", ".a", false},
      {".*", ".a", true},
      {"\\.*", ".a", true},
      {"[.]a", ".a", false},
      {"?a", ".a", false},
      {"a*", "a", true},
      {"a*b*c", "axbxbc", true},
      {"a*b*c", "axbxb", false},
      {"?", "", false},
      {"a\\*", "a*", true},
      {"a\\*", "ab", false},
      {"[a-c]", "b", true},
      {"[!a-c]", "b", false},
      {"[^a-c]", "d", true},
      {"[]x]", "]", true},
      {"[!]x]", "]", false},
      {"[a-]", "-", true},
      {"[--b]", "a", true},
      {"[a", "[a", true},
      {"[a", "a", false},
      {"[c-a]", "b", false},
      {"[\\]]", "]", true},
      {"[a\\-c]", "b", false},
      {"[[:digit:]x]", "7", true},
      {"[[:digit:]x]", "x", true},
      {"[[:nope:]]", "n", false},
      {"[[=a=]]", "a", true},
      {"[[.-.]]", "-", true},
      {"[[:alpha]", ":", true},
      {"*.c", "a.c", true},
      {"*.c", ".c", false},
      {"a*a", "a", false},
      {"x\\", "x\\", false},
      {"[!a]", "\xff", true},
  };
  for (const Case& c : cases) {
    INFO(c.pattern << " and " << c.name);
    CHECK(NamePattern(c.pattern).match(c.name) == c.matches);
  }
}

TEST_CASE("a pattern of many stars does not take exponential time", "[glob]") {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "a*";
  CHECK_FALSE(NamePattern(pattern + "b").match(std::string(5000, 'a')));
  CHECK(NamePattern(pattern).match(std::string(5000, 'a')));
}

TEST_CASE("what counts as a wildcard", "[glob]") {
  for (const char* text : {"*", "a?", "[a]", "x[!y]z", "[]]", "\\\\*"}) CHECK(has_wildcards(text));
  for (const char* text : {"", "a", "\\*", "[a", "a]", "\\[a]", "]["}) CHECK_FALSE(has_wildcards(text));
}

TEST_CASE("a plain name stands for itself", "[glob]") {
  for (const char* text : {"a", "a]", "../x/.y", "//x", "a~", "$(x", "\xff"}) CHECK(is_plain_name(text));
  for (const char* text : {"", "/", "a/", "~", "~x/y", "*", "a?", "[", "a\\", "a\\b"}) CHECK_FALSE(is_plain_name(text));
}

TEST_CASE("glob gives what glob(3) gives", "[glob][disk]") {
  const TempFolder folder;
  make_tree(folder);
  const InFolder in(folder);
  const auto disk = make_real_disk();
  const char* patterns[] = {
      "*",
      ".*",
      "*/",
      "*/*",
      "*/*/*",
      "*.c",
      "*.c/",
      "a.c",
      "a.c/",
      "sub/",
      "dangling.c",
      "dang*",
      "dangling.c/",
      "loop",
      "l*p",
      "nope",
      "nope*",
      "./*.c",
      ".//*.c",
      "sub/../*.c",
      "*/../*.c",
      "*//x.c",
      "*/x.c",
      "*/x.c/",
      "s*/x.c/",
      "nope/../a.c",
      "a.c/../b.c",
      "a.c/*",
      "dangling.c/*",
      "nope/*",
      "slink",
      "slink/",
      "slink/*",
      "\\[x\\]",
      "[[]x]",
      "[[]*",
      "[!a-z]*",
      "[^a-z]*",
      "a\\\\b",
      "a*\\\\b",
      "a[",
      "[a",
      "[a/z]",
      "a[/z]",
      "a[/z?",
      "a\\",
      "*\\",
      "a\\*",
      "\\a.c",
      "\\*star",
      "[]]",
      "b]/*",
      "[]a]*",
      "[!]a]*",
      ".?idden",
      "[.]hidden",
      "*hidden",
      "\\.h*",
      "sub/.*/y",
      "*/.h/*",
      "*/.",
      "*/..",
      "./*/",
      "sub//*.c",
      "sub///*.c",
      "//et*/passwd",
      "///et*/passwd",
      "/et*/passwd",
      "//etc/pass*",
      "/",
      "//",
      "/*bin",
      "s*\\/x.c",
      "s\\ub/*.c",
      "s*/\\x.c",
      "[a-c]*.c",
      "[c-a]*",
      "[a\\-c].c",
      "[--b].c",
      "[[:alpha:]].c",
      "[[:foo:]].c",
      "[[=a=]].c",
      "[[.a.]].c",
      "[a[.].]c",
      "*[[:alpha]",
      "?.c",
      "??.c",
      "*.C",
      "*\n*",
      "\xe9*",
      "-*",
      "~*",
      "{a,b}",
      "q\\?",
      "q[?]",
      "[a/]x",
      "sub[/]x.c",
      "",
      "empty/*",
      "empty/",
      "b.*",
      "..?",
      "*c*.*",
      "sub*/*.c",
      "*/*/a.c",
      "*/deep/*",
      "sub/deep/../*.c",
      "f",
      "f/",
      "f//",
      "s/",
      "s//",
      "s///",
      "sub//",
      "a.c//",
      "sub/deep///",
      "s*//",
      "*//",
      "?///",
      "///",
      "////",
      "/etc//",
      "..//",
      "./",
  };
  for (const char* pattern : patterns) {
    INFO(pattern);
    if (pattern[0] == '\0' || pattern[0] != '~') CHECK(disk->glob(pattern) == system_glob(pattern));
  }
}

TEST_CASE("glob gives what glob(3) gives for patterns made at random", "[glob][disk]") {
  const TempFolder folder;
  make_tree(folder);
  const InFolder in(folder);
  const auto disk = make_real_disk();
  const char* pieces[] = {"*", "?", "a", "b", ".",   ".c",  "sub", "/",   "/",    "[ab]", "[!a]", "[a-z]",
                          "x", "[", "]", "-", "\\a", "\\*", "..",  "*.c", "link", "[]]",  "z"};
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string pattern;
    for (auto n = 1 + random() % 5; n > 0; --n) pattern += pieces[random() % std::size(pieces)];
    if (pattern.starts_with('/')) continue;
    INFO(pattern);
    REQUIRE(disk->glob(pattern) == system_glob(pattern));
  }
}

TEST_CASE("a wildcard for very many levels needs no stack", "[glob][disk]") {
  const auto disk = make_real_disk();
  std::string pattern;
  for (int i = 0; i < 50000; ++i) pattern += "*/";
  const TempFolder folder;
  folder.file("a/b/c");
  const InFolder in(folder);
  CHECK(disk->glob(pattern).empty());
}

TEST_CASE("glob sees what changed() and forget_all() tell", "[glob][disk]") {
  const TempFolder folder;
  folder.file("a.c");
  const InFolder in(folder);
  const auto disk = make_real_disk();
  using Names = std::vector<std::string>;
  CHECK(disk->glob("*.c") == Names{"a.c"});
  folder.file("b.c");
  disk->changed("b.c");
  CHECK(disk->glob("*.c") == Names{"a.c", "b.c"});
  CHECK(disk->glob("b.c") == Names{"b.c"});
  folder.remove("a.c");
  folder.file("c.c");
  disk->forget_all();
  CHECK(disk->glob("*.c") == Names{"b.c", "c.c"});
  CHECK(disk->glob("a.c").empty());
}
