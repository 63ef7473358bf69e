#include "cmzmake/eval/text_functions.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <vector>

#include "cmzmake/base/strings.h"

using namespace cmz;

namespace {

// What a function appends behind what is there already.
template <class F, class... Args>
std::string call(F function, Args... args) {
  std::string out = "<";
  function(args..., out);
  REQUIRE(out.starts_with('<'));
  return out.substr(1);
}

}  // namespace

TEST_CASE("subst", "[text]") {
  CHECK(call(subst, "ee", "EE", "feet on the street") == "fEEt on the strEEt");
  CHECK(call(subst, "", "X", "abc") == "abcX");
  CHECK(call(subst, "", "X", "") == "X");
  CHECK(call(subst, "", "X", " a b ") == " a b X");
  CHECK(call(subst, "aa", "b", "aaaa a") == "bb a");
  CHECK(call(subst, "a", "aa", "aaa") == "aaaaaa");
  CHECK(call(subst, "a", "", "banana") == "bnn");
  CHECK(call(subst, " ", "", "a b  c") == "abc");
  CHECK(call(subst, "abc", "x", "ab") == "ab");
}

TEST_CASE("patsubst", "[text]") {
  struct Case {
    const char *pattern, *replacement, *text, *result;
  };
  const Case cases[] = {
      {"%.c", "%.o", "x.c.c bar.c", "x.c.o bar.o"},
      {"%", "x%y", "a b", "xay xby"},
      {"\\%", "X", "% a", "X a"},
      {"a\\%b", "X", "a%b axb", "X axb"},
      {"a\\\\%b", "X%", "a\\zb axb", "Xz axb"},
      {"a\\\\\\%b", "X%", "a\\%b axb", "X% axb"},
      {"a\\b%", "X%", "a\\bzz", "Xzz"},
      {"%a%", "X%", "zza% zzab", "Xzz zzab"},
      {"%", "X\\%Y", "q", "X%Y"},
      {"%", "X\\\\%Y", "q", "X\\qY"},
      {"%", "X\\a%Y", "q", "X\\aqY"},
      {"", "X", "q", "q"},
      {"q", "", "q r q", " r "},
      {"%q", "%", "q rq q", " r "},
      {"%q", "", "q rq b q", "b"},
      {"%", "", " a  b ", ""},
      {"b%", "", "b1 c b2", "c"},
      {"b", "", "a b b a", "a   a"},
      {"q", "a%b", "q", "a%b"},
      {"q", "a\\%b", "q", "a%b"},
      {"q", "a\\\\%b", "q", "a\\%b"},
      {"%", "a%b%c", "q", "aqb%c"},
      {"a\\%%", "X%", "a%z", "Xz"},
      {"a\\%%\\%", "X%", "a%z\\%", "Xz"},
      {"a%\\\\", "X%", "az\\\\ az\\", "Xz az\\"},
      {"%", "\\", "a b", "\\ \\"},
      {"a", " b ", "a a", " b   b "},
      {"a ", "b", "a a", "a a"},
      {"%", "%", " a\t b\n\vc ", "a b c"},
      {"aa%aa", "x", "aaa aaaa", "aaa x"},
      {"b", "X", "a\nb  b\tb ", "a\nX  X\tX "},
      {"", "X", "", "X"},
      {"", "X", "a ", "a X"},
      {"a a", "X", "xa a a", "xa a a"},
      {"a a", "X", "a a a a", "X X"},
      {" a", "X", "b  a", "b X"},
      {"a ", "X", "a b", "a b"},
      {"aa", "X", "aaa aa", "aaa X"},
  };
  for (const Case& c : cases) {
    INFO(c.pattern << " , " << c.replacement << " , " << c.text);
    CHECK(call(patsubst, c.pattern, c.replacement, c.text) == c.result);
  }
}

TEST_CASE("strip and findstring", "[text]") {
  CHECK(call(strip, " a  b\tc\nd  ") == "a b c d");
  CHECK(call(strip, " \t ").empty());
  CHECK(call(findstring, "a", "a b c") == "a");
  CHECK(call(findstring, "b c", "a b c") == "b c");
  CHECK(call(findstring, "d", "a").empty());
  CHECK(call(findstring, "", "abc").empty());
}

TEST_CASE("filter and filter-out", "[text]") {
  CHECK(call(filter, "%.c %.s", "a.c b.h c.s a.c") == "a.c c.s a.c");
  CHECK(call(filter, "", "a b").empty());
  CHECK(call(filter, "%", "").empty());
  CHECK(call(filter, "%", "a\tb\n c") == "a b c");
  CHECK(call(filter, "a b a", "b b a c") == "b b a");
  CHECK(call(filter, "%a%", "a% ba%") == "a% ba%");
  CHECK(call(filter, "a%b", "ab axb a") == "ab axb");
  CHECK(call(filter, "a\\%%", "a%b ab") == "a%b");
  CHECK(call(filter, "a\\b", "a\\b ab") == "a\\b");
  CHECK(call(filter, "a\\\\b\\%", "a\\\\b% a\\b%") == "a\\\\b%");
  CHECK(call(filter_out, "%.c %.s", "a.c b.h c.s a.c x") == "b.h x");
  CHECK(call(filter_out, "", "a  b") == "a b");
  CHECK(call(filter_out, "%", "a b").empty());
  CHECK(call(filter_out, "a\\%", "a% ab") == "ab");
}

TEST_CASE("many patterns give what one after the other gives", "[text]") {
  std::mt19937 random(11);
  const auto piece = [&](size_t most) {
    std::string text;
    for (auto n = random() % (most + 1); n > 0; --n) text += "abc%"[random() % 3];
    return text;
  };
  for (int round = 0; round < 200; ++round) {
    std::string patterns, text;
    std::vector<Pattern> list;
    for (int i = 0; i < 40; ++i) {
      std::string pattern = piece(3);
      if (random() % 2) pattern += "%" + piece(3);
      if (random() % 8 == 0) pattern = "\\%" + pattern;
      if (pattern.empty() || pattern == "%") continue;
      patterns += pattern + " ";
      list.push_back(parse_pattern(pattern));
    }
    for (int i = 0; i < 50; ++i) text += (random() % 9 ? "" : "%") + piece(6) + " ";
    std::string kept, left;
    for (std::string_view word : Words(text)) {
      const bool hit = std::any_of(list.begin(), list.end(), [&](auto& p) { return p.match(word); });
      std::string& to = hit ? kept : left;
      if (!to.empty()) to += ' ';
      to += word;
    }
    INFO(patterns << " , " << text);
    REQUIRE(call(filter, patterns, text) == kept);
    REQUIRE(call(filter_out, patterns, text) == left);
  }
}

TEST_CASE("sort", "[text]") {
  CHECK(call(sort, "b a  c a b") == "a b c");
  CHECK(call(sort, "").empty());
  CHECK(call(sort, "B a _ A 1") == "1 A B _ a");
  CHECK(call(sort, "ab a abc a") == "a ab abc");
  CHECK(call(sort, "a a b b") == "a b");
  CHECK(call(sort, "a\tb\rc\fe \f \v\n f") == "a b c e f");
  CHECK(call(sort, "\x7f z \xff a\xff a") == "\xff a a\xff z \x7f");  // first bytes are signed
}

TEST_CASE("sort of words that differ late", "[text]") {
  std::mt19937 random(13);
  const char* stems[] = {"a/long/directory/name/", "a/long/directory/nam", "", "12345678", "1234567812345678"};
  std::string text, expected;
  const auto before = [](const std::string& a, const std::string& b) {
    return a[0] != b[0] ? static_cast<signed char>(a[0]) < static_cast<signed char>(b[0]) : a < b;
  };
  std::set<std::string, decltype(before)> all(before);
  for (int i = 0; i < 5000; ++i) {
    std::string word = stems[random() % std::size(stems)];
    for (auto n = 1 + random() % 9; n > 0; --n) word += "ab/\x80"[random() % 4];
    all.insert(word);
    text.append(word).append(" ");
  }
  for (const std::string& word : all) expected.append(expected.empty() ? "" : " ").append(word);
  CHECK(call(sort, text) == expected);
}

TEST_CASE("word, wordlist, words, firstword, lastword", "[text]") {
  CHECK(word(2, " a b c") == "b");
  CHECK(word(4, "a b c").empty());
  CHECK(word(1, "").empty());
  CHECK(word(0, "a").empty());
  CHECK(wordlist(2, 3, "a  b   c d") == "b   c");
  CHECK(wordlist(3, 2, "a b c").empty());
  CHECK(wordlist(1, 0, "a b").empty());
  CHECK(wordlist(2, 99, "a b  c ") == "b  c");
  CHECK(wordlist(9, 10, "a b").empty());
  CHECK(wordlist(1, 1, " a b ") == "a");
  CHECK(wordlist(1, 2, "a\tb\n c") == "a\tb");
  CHECK(words("a b  c\td") == 4);
  CHECK(words(" ") == 0);
  CHECK(firstword("  a b") == "a");
  CHECK(firstword("").empty());
  CHECK(lastword("a b ") == "b");
  CHECK(lastword("ab") == "ab");
  CHECK(lastword(" \n").empty());
}

TEST_CASE("numbers of word and wordlist", "[text]") {
  int64_t value = 0;
  CHECK(parse_number(" 02\t", value) == NumberError::none);
  CHECK(value == 2);
  CHECK(parse_number("+7", value) == NumberError::none);
  CHECK(value == 7);
  CHECK(parse_number("-1", value) == NumberError::none);
  CHECK(value == -1);
  CHECK(parse_number("9223372036854775807", value) == NumberError::none);
  CHECK(value == INT64_MAX);
  CHECK(parse_number("-9223372036854775808", value) == NumberError::none);
  CHECK(value == INT64_MIN);
  CHECK(parse_number("9223372036854775808", value) == NumberError::out_of_range);
  CHECK(parse_number("", value) == NumberError::empty);
  CHECK(parse_number(" ", value) == NumberError::empty);
  for (const char* text : {"x", "1a", "1 2", "- 1", "--1", "-", "+", "1.5", "0x1"}) {
    INFO(text);
    CHECK(parse_number(text, value) == NumberError::invalid);
  }
}

TEST_CASE("integers of any length", "[text]") {
  const auto integer = [](std::string_view text) {
    Integer value;
    REQUIRE(parse_integer(text, value) == NumberError::none);
    return value;
  };
  const char* ascending[] = {
      "-9",  "-10", "-99999999999999999999", "-100000000000000000000", "-0", "1",
      "007", "+10", "99999999999999999999",  "100000000000000000000"};  // negative ones: as GNU Make 4.4.1 has it
  for (size_t i = 0; i < std::size(ascending); ++i)
    for (size_t k = 0; k < std::size(ascending); ++k) {
      const int order = compare_integers(integer(ascending[i]), integer(ascending[k]));
      INFO(ascending[i] << " and " << ascending[k]);
      CHECK((order < 0) == (i < k));
      CHECK((order > 0) == (i > k));
    }
  CHECK(integer("-00").text() == "0");
  CHECK(integer(" +007 ").text() == "7");
  CHECK(integer("-0990").text() == "-990");
  Integer value;
  CHECK(parse_integer("", value) == NumberError::empty);
  CHECK(parse_integer("12a", value) == NumberError::invalid);
}
