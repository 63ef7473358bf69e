#include "cmzmake/base/memory_reserve.h"

#include <catch2/catch.hpp>

using namespace cmz;

TEST_CASE("memory that is kept is used once, and whoever asks hears of it") {
  MemoryReserve::keep();
  const std::new_handler handler = std::get_new_handler();
  REQUIRE(handler != nullptr);
  CHECK_NOTHROW(MemoryReserve::check());
  CHECK_NOTHROW(handler());  // an allocation that failed is tried again
  CHECK_THROWS_AS(MemoryReserve::check(), std::bad_alloc);
  CHECK_THROWS_AS(handler(), std::bad_alloc);
  MemoryReserve::forget();
  CHECK_NOTHROW(MemoryReserve::check());
  std::set_new_handler(nullptr);
}
