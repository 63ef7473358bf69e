#include "cmzmake/base/stack_room.h"

#include <catch2/catch.hpp>
#include <cstring>

using namespace cmz;

namespace {

// Goes deeper, some kilobytes at a time, until there is no room; the depth.
size_t depth_of_stack(size_t depth) {
  volatile char used[8 * 1024];
  std::memset(const_cast<char*>(used), 1, sizeof used);
  if (StackRoom::is_low()) return depth;
  return depth_of_stack(depth + 1) + (used[depth % sizeof used] - 1);
}

}  // namespace

TEST_CASE("recursion without end comes to where the stack is low") {
  CHECK_FALSE(StackRoom::is_low());
  const size_t depth = depth_of_stack(0);
  CHECK(depth > 16);
  CHECK(depth < 16 * 1024);
  CHECK_FALSE(StackRoom::is_low());
}
