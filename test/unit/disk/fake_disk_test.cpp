#include "../fakes/fake_disk.h"

#include <catch2/catch.hpp>

using namespace cmz;

TEST_CASE("the fake disk behaves as a disk", "[fake_disk]") {
  FakeDisk fake;
  Disk& disk = fake;
  using Names = std::vector<std::string>;
  fake.add("src/a.c", 10, "int a;");
  fake.add("src/b.c", 20);
  fake.add_link("l.c", "src/a.c", 30);
  fake.add_link("dangling.c", "nowhere", 30);
  CHECK(disk.mtime("src/../src//a.c").ns == 10'000'000'000);
  CHECK(disk.mtime("l.c").ns == 10'000'000'000);
  CHECK(disk.mtime_newest_link("l.c").ns == 30'000'000'000);
  CHECK(disk.mtime("dangling.c").is_absent());
  CHECK(disk.mtime("src/a.c/").is_absent());
  CHECK(disk.is_directory("src/"));
  CHECK(disk.listed("dangling.c"));
  CHECK(disk.glob("*.c") == Names{"dangling.c", "l.c"});
  CHECK(disk.glob("s*/[ab].c") == Names{"src/a.c", "src/b.c"});
  CHECK(disk.real_path("src/.") == "/fake/src");

  CHECK_FALSE(disk.write("src/new", "x", false));
  CHECK_FALSE(disk.write("src/new", "y", true));
  CHECK(fake.text("src/new") == "xy");
  CHECK(disk.mtime("src/new") > disk.mtime("src/b.c"));
  CHECK(disk.write("no/new", "x", false) == std::errc::no_such_file_or_directory);
  std::string text;
  CHECK_FALSE(disk.read("l.c", text));
  CHECK(text == "int a;");
  CHECK_FALSE(disk.remove("l.c"));
  CHECK_FALSE(disk.listed("l.c"));

  std::error_code error;
  fake.fail("src/a.c", EACCES);
  CHECK(disk.mtime("src/a.c", &error).is_absent());
  CHECK(error == std::errc::permission_denied);

  fake.add_member("lib.a", "x.o", 40);
  CHECK(disk.member_mtime("lib.a", "obj/x.o").ns == 40'000'000'000);
  CHECK(disk.glob_members("lib.a", "*.o") == Names{"x.o"});
}
