#include "cmzmake/syntax/reader.h"

#include <catch2/catch.hpp>

#include "cmzmake/syntax/statement.h"

using namespace cmz;

TEST_CASE("logical lines join at backslash-newlines and keep their numbers") {
  LineReader reader("a\nb \\\n c\\\\\nd\\");
  LogicalLine line;
  REQUIRE(reader.next(&line));
  CHECK(line.text == "a");
  CHECK(line.line == 1);
  REQUIRE(reader.next(&line));
  CHECK(line.text == "b \\\n c\\\\");  // two backslashes quote each other
  CHECK(line.line == 2);
  REQUIRE(reader.next(&line));
  CHECK(line.text == "d\\");
  CHECK(line.line == 4);
  CHECK_FALSE(line.unfinished);
  CHECK_FALSE(reader.next(&line));
}

TEST_CASE("a backslash-newline at the end of a file continues nothing") {
  LineReader reader("x = a \\\n");
  LogicalLine line;
  REQUIRE(reader.next(&line));
  CHECK(line.text == "x = a \\");
  CHECK(line.unfinished);
}

TEST_CASE("continuations collapse to one space") {
  std::string buffer;
  CHECK(collapse_continuations("a  \\\n\t b", buffer) == "a b");
  CHECK(collapse_continuations("a  \\\n\t b", buffer, true) == "a   b");
  CHECK(collapse_continuations("a\\\\\\\nb", buffer) == "a\\ b");
  CHECK(collapse_continuations("plain", buffer) == "plain");
}

TEST_CASE("comments end at an unquoted hash outside of references") {
  std::string buffer;
  CHECK(remove_comment("a # b", buffer) == "a ");
  CHECK(remove_comment("a \\# b # c", buffer) == "a # b ");
  CHECK(remove_comment("a \\\\# b", buffer) == "a \\");
  CHECK(remove_comment("$(x #) y # z", buffer) == "$(x #) y ");
}

TEST_CASE("stops are looked for outside of references and quotes") {
  CHECK(find_unquoted("a$(b:c):d", ":") == 7);
  CHECK(find_unquoted("a\\:b:c", ":") == 4);
  CHECK(find_unquoted("abc", ":") == std::string_view::npos);
}

TEST_CASE("line ends and NUL bytes are normalized") {
  std::string text = "a\r\nb\r\n";
  CHECK(normalize_source(text).empty());
  CHECK(text == "a\nb\n");

  text = std::string("a\0x\nb\n\0y\nc\0", 11);
  CHECK(normalize_source(text) == std::vector<uint32_t>{2});
  CHECK(text == "ab\n\nc");

  text = std::string("a\0x\n\0y\nb\\\n\0\nc", 13);  // one that follows at once ends the line
  CHECK(normalize_source(text) == std::vector<uint32_t>{1, 2});
  CHECK(text == "a\nb\\\n\nc");
}

TEST_CASE("lines are told apart by their text alone") {
  CHECK(classify("a: b").directive == Directive::none);
  CHECK(classify("ifeq (a,b)").directive == Directive::ifeq);
  CHECK(classify("else").directive == Directive::else_);
  CHECK(classify("-include x").directive == Directive::include_optional);
  CHECK(classify("include: x").directive == Directive::none);  // a rule for a target of that name
  CHECK(classify("export X").directive == Directive::export_);
  CHECK(classify("vpath %.c src").directive == Directive::vpath);
  CHECK(classify("define X =").directive == Directive::define);

  const Statement s = classify("export override X += a b");
  CHECK(s.directive == Directive::assignment);
  CHECK(s.modifiers.export_);
  CHECK(s.modifiers.override_);
  CHECK(s.op == AssignOp::append);
  CHECK(s.name == "X");
  CHECK(s.text == "a b");
}

TEST_CASE("every assignment operator") {
  const std::pair<const char*, AssignOp> all[] = {
      {"X = v", AssignOp::recursive},       {"X := v", AssignOp::simple},
      {"X ::= v", AssignOp::simple},        {"X :::= v", AssignOp::posix_immediate},
      {"X += v", AssignOp::append},         {"X ?= v", {AssignOp::recursive, true}},
      {"X != v", AssignOp::shell},          {"X ?:= v", {AssignOp::simple, true}},
      {"X?::=v", {AssignOp::simple, true}}, {"X ?:::= v", {AssignOp::posix_immediate, true}},
      {"X ?!= v", {AssignOp::shell, true}},
  };
  for (const auto& [text, op] : all) {
    Statement s;
    INFO(text);
    REQUIRE(parse_assignment(text, &s));
    CHECK(s.op == op);
    CHECK(s.name == "X");
    CHECK(s.text == "v");
  }
  Statement s;
  CHECK_FALSE(parse_assignment("a: b", &s));
}
