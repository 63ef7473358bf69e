#include "cmzmake/syntax/plain_rule.h"

#include <catch2/catch.hpp>
#include <string>

using namespace cmz;

namespace {

// "TARGETS: PREREQUISITES /BYTES/LINES", or "-" for a line that is left to the general reader.
std::string scan(const std::string& text) {
  PlainRule rule;
  if (!scan_plain_rule(text, rule)) return "-";
  std::string out;
  for (size_t i = 0; i < rule.words.size(); ++i) {
    if (i > 0) out += i == rule.targets ? ": " : " ";
    out += rule.words[i];
  }
  if (rule.words.size() == rule.targets) out += ":";
  return out + " /" + std::to_string(rule.size) + "/" + std::to_string(rule.lines);
}

}  // namespace

TEST_CASE("names, a colon and names are a plain rule") {
  CHECK(scan("a.o: a.c a.h\nnext") == "a.o: a.c a.h /13/1");
  CHECK(scan("a b :c") == "a b: c /6/1");
  CHECK(scan("a.h:\n") == "a.h: /5/1");
  CHECK(scan("../x/a.o: ./b ../c\n") == "../x/a.o: ./b ../c /19/1");
  CHECK(scan(" a\t: \t b \n") == "a: b /10/1");
  CHECK(scan("a: \xC3\xA4 \"b\" 'c'\n") == "a: \xC3\xA4 \"b\" 'c' /14/1");
}

TEST_CASE("a plain rule goes on behind a backslash") {
  CHECK(scan("a: b \\\n  c\\\nd\ne") == "a: b c d /14/3");
  CHECK(scan("a \\\n: b\n") == "a: b /8/2");
  CHECK(scan("a: b \\\n\n") == "a: b /8/2");
  CHECK(scan("a: b \\\n") == "-");  // and ends there: the general reader says how
  CHECK(scan("a: b \\c\n") == "-");
  CHECK(scan("a: b \\\\\n") == "-");
}

TEST_CASE("what has a meaning of its own is left to the general reader") {
  for (const char* text :
       {"a: $b\n",    "$a: b\n",    "a: b # c\n", "a = b\n",     "a := b\n",       "a: b = c\n",      "%.o: %.c\n",
        "a: b ; c\n", "a: | b\n",   "a b &: c\n", "a:: b\n",     "a: b: c\n",      "a: *.c\n",        "a: b?\n",
        "a: [b]\n",   "a: ~/b\n",   "a: b(c)\n",  ".PHONY: a\n", "a: .WAIT b\n",   ".: a\n",          "a\n",
        "\n",         "",           ": a\n",      "a\\:b: c\n",  "include a: b\n", "-include a: b\n", "export a: b\n",
        "ifdef: a\n", "endif: a\n", "a: b\r\n",   "a: b\f\n"})
    CHECK(scan(text) == "-");
}

TEST_CASE("a NUL in the source is not its end") {
  const std::string text("a: b\0c\n", 7);
  PlainRule rule;
  CHECK_FALSE(scan_plain_rule(text, rule));
}

TEST_CASE("the echo of a prerequisite is its name and a colon") {
  CHECK(scan_echo("a.h:\nb.h:\n", "a.h") == 5);
  CHECK(scan_echo("\na.h:\n", "a.h") == 6);
  CHECK(scan_echo("a.h:", "a.h") == 0);
  CHECK(scan_echo("a.h: \n", "a.h") == 0);
  CHECK(scan_echo("a.h: b\n", "a.h") == 0);
  CHECK(scan_echo("a.h::\n", "a.h") == 0);
  CHECK(scan_echo("a.hh:\n", "a.h") == 0);
  CHECK(scan_echo("\n\na.h:\n", "a.h") == 0);
  CHECK(scan_echo("", "a.h") == 0);
  CHECK(scan_echo("a.h", "a.h") == 0);
}

TEST_CASE("not every name may begin a plain rule") {
  for (const char* name : {"a.h", "../x", "includes", "x.else"}) CHECK(may_begin_plain_rule(name));
  for (const char* name : {"include", "else", "export", ".PHONY", ".x", "."}) CHECK_FALSE(may_begin_plain_rule(name));
}
