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
    std::sort(sorted.begin(), sorted.end(), [](const std::string& a, const std::string& b) {
      return table_place(a, 1024) < table_place(b, 1024);
    });
    CHECK(sorted == names);
  }
}

TEST_CASE("a table grows when fifteen sixteenths are full") {
  CHECK(table_size(1024, 960) == 1024);
  CHECK(table_size(1024, 961) == 2048);
  CHECK(table_size(1024, 5000) == 8192);
}
