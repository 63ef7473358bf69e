#include "cmzmake/model/database.h"

#include <catch2/catch.hpp>
#include <string>

using namespace cmz;

TEST_CASE("a target is made once and found by its name") {
  Database db;
  Target& a = db.target("a");
  CHECK(&db.target("a") == &a);
  CHECK(db.find_target("a") == &a);
  CHECK(db.find_target("b") == nullptr);
}

TEST_CASE("a renamed target is found by both names") {
  Database db;
  Target& a = db.target("a");
  db.rename_target(a, db.symbols.intern("dir/a"));
  CHECK(a.name.view() == "dir/a");
  CHECK(a.hashed_name.view() == "a");
  CHECK(db.find_target("a") == &a);
  CHECK(db.find_target("dir/a") == &a);
}

TEST_CASE("rules of a double-colon target hang together in order") {
  Database db;
  Target& head = db.target("a");
  Target& one = db.add_double_colon(head);
  Target& two = db.add_double_colon(head);
  CHECK(head.next_double_colon == &one);
  CHECK(one.next_double_colon == &two);
  CHECK(two.double_colon_head == &head);
  CHECK(db.find_target("a") == &head);
}

TEST_CASE("a set finds its variables whether small or large") {
  SymbolTable symbols;
  for (const int count : {3, 50}) {
    VariableSet set;
    for (int i = 0; i < count; ++i) set.at(symbols.intern("v" + std::to_string(i))).set_value(std::to_string(i));
    CHECK(set.size() == static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      const Variable* v = set.find(symbols.intern("v" + std::to_string(i)));
      REQUIRE(v);
      CHECK(v->value == std::to_string(i));
    }
    set.erase(symbols.intern("v1"));
    CHECK(set.find(symbols.intern("v1")) == nullptr);
    CHECK(set.find(symbols.intern("v2")) != nullptr);
  }
}

TEST_CASE("variables that are missing are added, others stay") {
  SymbolTable symbols;
  VariableSet to, from;
  to.at(symbols.intern("both")).set_value("kept");
  from.at(symbols.intern("both")).set_value("lost");
  from.at(symbols.intern("new")).set_value("$(added)");
  to.add_missing(from);
  CHECK(to.find(symbols.intern("both"))->value == "kept");
  CHECK(to.find(symbols.intern("new"))->value == "$(added)");
  CHECK(to.find(symbols.intern("new"))->has_dollar);
}

TEST_CASE("patterns match with a stem of at least one character") {
  Arena arena;
  const PatternText p = parse_rule_pattern("lib%.a", arena);
  CHECK(p.matches("libx.a"));
  CHECK_FALSE(p.matches("lib.a"));
  CHECK_FALSE(p.matches("libx.b"));
  CHECK(parse_rule_pattern("%", arena).match_anything());
}

TEST_CASE("the endings of all names stay known while there come more") {
  Database db;
  for (int i = 0; i < 20000; ++i) db.target("name" + std::to_string(i) + ".x" + std::to_string(i % 7));
  for (const Target& target : db.targets()) CHECK(db.may_hold_tail(TailFilter::tail_of({}, {}, target.name.view())));
  size_t held = 0;
  for (int i = 0; i < 20000; ++i) held += db.may_hold_tail(TailFilter::tail_of({}, std::to_string(i), ".c"));
  CHECK(held < 2000);  // and few others
}
