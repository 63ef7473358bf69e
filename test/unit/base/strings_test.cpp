#include "cmzmake/base/strings.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace cmz;

TEST_CASE("words are separated by any whitespace", "[strings]") {
  std::vector<std::string_view> words;
  for (std::string_view word : Words(" \t a\nbc\v\fd\r e ")) words.push_back(word);
  CHECK(words == std::vector<std::string_view>{"a", "bc", "d", "e"});
  for (std::string_view word : Words(" \n ")) FAIL(word);
}

TEST_CASE("next_word leaves the rest", "[strings]") {
  std::string_view rest = "  one  two ";
  CHECK(next_word(rest) == "one");
  CHECK(rest == "  two ");
  CHECK(next_word(rest) == "two");
  CHECK(next_word(rest).empty());
  CHECK(rest.empty());
}

TEST_CASE("trimming", "[strings]") {
  CHECK(trim("\t a b \n") == "a b");
  CHECK(trim(" \t").empty());
  CHECK(skip_spaces("\n x ") == "x ");
  CHECK(skip_blanks(" \t\n x") == "\n x");
  CHECK(trim_end(" x \r") == " x");
}

TEST_CASE("backslashes quote a percent and each other before one", "[strings][pattern]") {
  struct Case {
    const char* text;
    const char* unquoted;
    size_t percent;
  };
  const size_t none = std::string::npos;
  const Case cases[] = {
      {"", "", none},
      {"%", "%", 0},
      {"a%b", "a%b", 1},
      {"\\%", "%", none},
      {"a\\\\%b", "a\\%b", 2},
      {"a\\\\\\%b", "a\\%b", none},
      {"a\\b%", "a\\b%", 3},
      {"%a%", "%a%", 0},
      {"a\\%%\\%", "a%%\\%", 2},
      {"a\\\\b", "a\\\\b", none},
      {"a%\\\\", "a%\\\\", 1},
      {"\\%\\%%", "%%%", 2},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const Pattern pattern = parse_pattern(c.text);
    CHECK(pattern.text == c.unquoted);
    CHECK(pattern.percent == c.percent);
    CHECK((find_percent(c.text) == none) == (c.percent == none));
  }
  CHECK(find_percent("a\\%%") == 3);
}

TEST_CASE("a pattern gives the stem", "[strings][pattern]") {
  std::string_view stem;
  CHECK(parse_pattern("a%b").match("axyb", &stem));
  CHECK(stem == "xy");
  CHECK(parse_pattern("a%b").match("ab", &stem));
  CHECK(stem.empty());
  CHECK_FALSE(parse_pattern("aa%aa").match("aaa"));
  CHECK_FALSE(parse_pattern("a%b").match("axc"));
  CHECK(parse_pattern("a\\%b").match("a%b"));
  CHECK_FALSE(parse_pattern("a\\%b").match("axb"));
}
