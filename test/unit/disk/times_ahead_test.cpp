#include "cmzmake/disk/times_ahead.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "cmzmake/disk/disk.h"
#include "temp_folder.h"

using namespace cmz;

TEST_CASE("times are asked for ahead") {
  const TempFolder folder;
  const auto disk = make_real_disk();
  const std::string there = folder / "there", missing = folder / "missing", below = folder / "there/below";
  REQUIRE_FALSE(disk->write(there, "x", false));
  TimesAhead times({there.c_str(), missing.c_str(), below.c_str()});
  times.finish();
  CHECK(times.get(0) == disk->mtime(there));
  CHECK(times.get(1) == FileTime::absent());
  CHECK(times.get(2) == FileTime::absent());
}

TEST_CASE("a name of which the disk gives an error is left to the one who asks") {
  const std::string too_long(5000, 'x');
  TimesAhead times({too_long.c_str()});
  times.finish();
  CHECK_FALSE(times.get(0));
}

TEST_CASE("few names are not worth a thread") {
  const auto disk = make_real_disk();
  CHECK(disk->times_ahead({"a", "b"}) == nullptr);
}

TEST_CASE("what is not wanted any more ends at once") {
  std::vector<const char*> names(100000, "a");
  for (int i = 0; i < 20; ++i) {
    TimesAhead times(names);
    times.get(static_cast<size_t>(i));
  }
}
