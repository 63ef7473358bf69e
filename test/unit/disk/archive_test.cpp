#include "cmzmake/disk/archive.h"

#include <catch2/catch.hpp>
#include <ctime>

#include "cmzmake/disk/disk.h"
#include "temp_folder.h"

using namespace cmz;

namespace {

constexpr int64_t kSecond = 1'000'000'000;
using Names = std::vector<std::string>;

std::string header(const std::string& name, long long date, size_t size) {
  char text[61];
  std::snprintf(text, sizeof text, "%-16s%-12lld%-6d%-6d%-8o%-10zu`\n", name.c_str(), date, 0, 0, 0644, size);
  return text;
}

std::string member(const std::string& name, long long date, const std::string& body) {
  return header(name, date, body.size()) + body + (body.size() % 2 ? "\n" : "");
}

const std::string kTable = "a_name_longer_than_sixteen.o/\nother_long_name_of_a_member.o/\n";

std::string gnu_archive() {
  return "!<arch>\n" + member("/", 7, std::string(4, '\0')) + header("//", 0, kTable.size()).replace(16, 12, 12, ' ') +
         kTable + (kTable.size() % 2 ? "\n" : "") + member("odd.o/", 100, "123") + member("/0", 200, "x") +
         member("/30", 300, "yy") + member("odd.o/", 400, "second") + member("zero.o/", 0, "z");
}

}  // namespace

TEST_CASE("members of a GNU archive", "[archive]") {
  const TempFolder folder;
  folder.file("lib.a", gnu_archive());
  const auto disk = make_real_disk();
  const std::string lib = folder / "lib.a";
  CHECK(disk->member_mtime(lib, "odd.o").ns == 100 * kSecond);
  CHECK(disk->member_mtime(lib, "some/where/odd.o").ns == 100 * kSecond);
  CHECK(disk->member_mtime(lib, "a_name_longer_than_sixteen.o").ns == 200 * kSecond);
  CHECK(disk->member_mtime(lib, "other_long_name_of_a_member.o").ns == 300 * kSecond);
  CHECK(disk->member_mtime(lib, "a_name_longer_t").is_absent());
  CHECK(disk->member_mtime(lib, "zero.o").is_absent());  // it has no date
  CHECK(disk->member_mtime(lib, "/").is_absent());
  CHECK(disk->member_mtime(lib, "none.o").is_absent());
  CHECK(disk->member_mtime(folder / "no.a", "odd.o").is_absent());
  CHECK(disk->glob_members(lib, "o*.o") == Names{"odd.o", "odd.o", "other_long_name_of_a_member.o"});
  CHECK(disk->glob_members(lib, "[az]*") == Names{"a_name_longer_than_sixteen.o", "zero.o"});
  CHECK(disk->glob_members(lib, "*").front().empty());  // the index of symbols, as make has it
  CHECK(disk->glob_members(folder / "no.a", "*").empty());
}

TEST_CASE("names cut to the header's size match longer ones", "[archive]") {
  const TempFolder folder;
  folder.file("lib.a", "!<arch>\n" + member("fifteen_charact/", 5, "a") + member("exactly_sixteen.", 6, "b") +
                           member("short", 7, "c"));
  const auto disk = make_real_disk();
  const std::string lib = folder / "lib.a";
  CHECK(disk->member_mtime(lib, "fifteen_characters.o").ns == 5 * kSecond);
  CHECK(disk->member_mtime(lib, "exactly_sixteenth.o").ns == 6 * kSecond);
  CHECK(disk->member_mtime(lib, "short").ns == 7 * kSecond);
  CHECK(disk->member_mtime(lib, "shorter").is_absent());
}

TEST_CASE("members of BSD and thin archives", "[archive]") {
  const TempFolder folder;
  folder.file("bsd.a",
              "!<arch>\n" + member("#1/12", 11, std::string("long bsd.o\0\0data", 16)) + member("plain.o", 12, "x"));
  folder.file("thin.a", "!<thin>\n" + member("//", 0, "dir/one.o/\ntwo_with_a_long_name.o/\n") +
                            header("/11", 21, 5000) + header("three.o/", 22, 7));
  const auto disk = make_real_disk();
  CHECK(disk->member_mtime(folder / "bsd.a", "long bsd.o").ns == 11 * kSecond);
  CHECK(disk->member_mtime(folder / "bsd.a", "plain.o").ns == 12 * kSecond);
  CHECK(disk->member_mtime(folder / "thin.a", "two_with_a_long_name.o").ns == 21 * kSecond);
  CHECK(disk->member_mtime(folder / "thin.a", "three.o").ns == 22 * kSecond);
}

TEST_CASE("a damaged archive keeps what stands before the damage", "[archive]") {
  const TempFolder folder;
  const std::string good = gnu_archive();
  const auto disk = make_real_disk();
  for (size_t size = 0; size < good.size(); ++size) {
    folder.file("cut.a", good.substr(0, size));
    disk->changed(folder / "cut.a");
    INFO(size);
    CHECK(disk->member_mtime(folder / "cut.a", "odd.o").is_real() == (size >= good.find("123")));
  }
  folder.file("size.a", "!<arch>\n" + header("a/", 5, 4).replace(48, 10, "9999999999"));
  CHECK(disk->member_mtime(folder / "size.a", "b").is_absent());
  folder.file("name.a", "!<arch>\n" + member("/77", 5, "x") + member("#1/99", 5, "x"));
  CHECK(disk->glob_members(folder / "name.a", "*").empty());
}

TEST_CASE("touching a member", "[archive]") {
  const TempFolder folder;
  folder.file("lib.a", gnu_archive());
  folder.file("text", "no archive at all");
  folder.file("empty.a", "!<arch>\n");
  const auto disk = make_real_disk();
  const std::string lib = folder / "lib.a";
  CHECK(disk->member_mtime(lib, "zero.o").is_absent());
  const std::time_t before = std::time(nullptr);
  CHECK_FALSE(disk->touch_member(lib, "dir/zero.o"));
  CHECK(disk->member_mtime(lib, "zero.o").ns >= before * kSecond);
  CHECK(disk->member_mtime(lib, "odd.o").ns == 100 * kSecond);
  CHECK(disk->touch_member(lib, "none.o") == std::errc::no_such_device_or_address);
  CHECK(disk->touch_member(folder / "empty.a", "x") == std::errc::no_such_device_or_address);
  CHECK(disk->touch_member(folder / "text", "x") == std::errc::invalid_argument);
  CHECK(disk->touch_member(folder / "no.a", "x") == std::errc::no_such_file_or_directory);
}

TEST_CASE("a changed archive is read again", "[archive]") {
  const TempFolder folder;
  const auto disk = make_real_disk();
  const std::string lib = folder / "lib.a";
  CHECK(disk->member_mtime(lib, "a.o").is_absent());
  folder.file("lib.a", "!<arch>\n" + member("a.o/", 5, "x"));
  disk->changed(lib);
  CHECK(disk->member_mtime(lib, "a.o").ns == 5 * kSecond);
  folder.file("lib.a", "!<arch>\n" + member("a.o/", 6, "x"));
  disk->forget_all();
  CHECK(disk->member_mtime(lib, "a.o").ns == 6 * kSecond);
}
