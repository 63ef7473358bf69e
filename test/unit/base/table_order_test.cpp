#include "cmzmake/base/table_order.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace cmz;

// The orders in which GNU Make 4.4.1 was seen to remove intermediate files.
TEST_CASE("names are listed in the order of make's tables") {
  const std::vector<std::string> expected[] = {
      {"b.i", "g.i", "f.i", "h.i", "d.i", "a.i", "e.i", "c.i"},
      {"baz.i", "bar.i", "foo.i"},
      {"x5.i", "x3.i", "x2.i", "x4.i", "x1.i"},
      {"1234567890123456a", "1234567890123456b"},
  };
  for (const auto& names : expected) {
    auto sorted = names;
    std::sort(sorted.begin(), sorted.end(),
              [](const std::string& a, const std::string& b) { return table_place(a, 1024) < table_place(b, 1024); });
    CHECK(sorted == names);
  }
}

TEST_CASE("a table grows when fifteen sixteenths are full") {
  CHECK(table_size(1024, 960) == 1024);
  CHECK(table_size(1024, 961) == 2048);
  CHECK(table_size(1024, 5000) == 8192);
}

// The order in which GNU Make 4.4.1 was seen to list variables: V_ and m_ want the same slot, and
// so do Z_ and L_.
TEST_CASE("variables are listed in the order of their table, those that collide one behind the other") {
  const std::vector<std::string_view> made = {"Z_",
                                              "L_",
                                              "V_",
                                              "K_",
                                              "m_",
                                              "k_",
                                              "l_",
                                              "w_",
                                              "v_",
                                              "PREPROCESS.S",
                                              "COMPILE.m",
                                              "MAKE_COMMAND",
                                              "-*-command-variables-*-",
                                              "LINK.S"};
  const std::vector<std::string_view> listed = {
      "PREPROCESS.S", "COMPILE.m", "LINK.S", "MAKE_COMMAND", "l_", "K_", "k_",
      "w_",           "v_",        "Z_",     "L_",           "V_", "m_", "-*-command-variables-*-"};
  std::vector<std::string_view> got;
  for (const uint32_t index : table_order(made, 1024, variable_hash)) got.push_back(made[index]);
  CHECK(got == listed);
}

TEST_CASE("a table that grows loses no name") {
  std::vector<std::string> names;
  for (int i = 0; i < 200; ++i) names.push_back("name" + std::to_string(i));
  const std::vector<std::string_view> views(names.begin(), names.end());
  std::vector<uint32_t> order = table_order(views, 16, variable_hash);
  REQUIRE(order.size() == 200);
  CHECK_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (uint32_t i = 0; i < 200; ++i) CHECK(order[i] == i);
}
