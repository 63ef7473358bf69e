#include <pwd.h>
#include <catch2/catch.hpp>

#include "cmzmake/disk/disk.h"
#include "temp_folder.h"

using namespace cmz;

namespace {

constexpr int64_t kSecond = 1'000'000'000;

}  // namespace

TEST_CASE("mtime is the disk's, to the nanosecond", "[disk]") {
  const TempFolder folder;
  folder.file("a", "x");
  folder.set_time("a", 1000000000, 123456789);
  const auto disk = make_real_disk();
  CHECK(disk->mtime(folder / "a").ns == 1000000000 * kSecond + 123456789);
  folder.set_time("a", -5);
  CHECK(disk->mtime(folder / "a").ns == -5 * kSecond);
}

TEST_CASE("a missing file is absent and no error", "[disk]") {
  const TempFolder folder;
  folder.file("file");
  folder.link("loop", "loop");
  folder.link("dangling", "nowhere");
  const auto disk = make_real_disk();
  std::error_code error = std::make_error_code(std::errc::io_error);
  CHECK(disk->mtime(folder / "no", &error).is_absent());
  CHECK_FALSE(error);
  CHECK(disk->mtime(folder / "file/below", &error).is_absent());
  CHECK_FALSE(error);
  CHECK(disk->mtime(folder / "file/", &error).is_absent());
  CHECK_FALSE(error);
  CHECK(disk->mtime(folder / "dangling", &error).is_absent());
  CHECK_FALSE(error);
  CHECK(disk->mtime("", &error).is_absent());
  CHECK_FALSE(error);
  CHECK(disk->mtime(folder / "loop", &error).is_absent());
  CHECK(error == std::errc::too_many_symbolic_link_levels);
  CHECK(disk->mtime(folder / std::string(300, 'x'), &error).is_absent());
  CHECK(error == std::errc::filename_too_long);
  std::string deep = folder.path();
  while (deep.size() < 10000) deep += "/.";
  CHECK(disk->mtime(deep, &error).is_absent());
  CHECK(error == std::errc::filename_too_long);
}

TEST_CASE("paths may take detours", "[disk]") {
  const TempFolder folder;
  folder.file("a/x");
  folder.folder("b");
  folder.link("l", "a");
  const InFolder in(folder);
  const auto disk = make_real_disk();
  for (const char* path : {"a/x", "./a/x", "a//x", ".//a/./x", "b/../a/x", "l/x", "a/"}) {
    INFO(path);
    CHECK(disk->mtime(path).is_real());
    CHECK(disk->listed(path));
    CHECK(disk->mtime(path).is_real());
  }
  for (const char* path : {"a/x/", "c/../a/x", "a/x/../x", "a/xx", "./c", "c/", ""}) {
    INFO(path);
    CHECK(disk->mtime(path).is_absent());
    CHECK_FALSE(disk->listed(path));
    CHECK(disk->mtime(path).is_absent());
  }
  CHECK(disk->listed("/"));
  CHECK(disk->listed("."));
  CHECK(disk->listed("a/.."));
  CHECK(disk->is_directory("a/"));
  CHECK(disk->is_directory("l"));
  CHECK_FALSE(disk->is_directory("a/x"));
}

TEST_CASE("a listing holds until it is told of a change", "[disk]") {
  const TempFolder folder;
  folder.file("a");
  const auto disk = make_real_disk();
  CHECK_FALSE(disk->listed(folder / "b"));
  folder.file("b");
  CHECK_FALSE(disk->listed(folder / "b"));
  disk->changed(folder / "b");
  CHECK(disk->listed(folder / "b"));
  CHECK(disk->mtime(folder / "b").is_real());
  folder.remove("b");
  disk->changed(folder / "b");
  CHECK_FALSE(disk->listed(folder / "b"));
  CHECK(disk->mtime(folder / "b").is_absent());

  folder.file("c");
  folder.remove("a");
  CHECK(disk->listed(folder / "a"));
  disk->forget_all();
  CHECK(disk->listed(folder / "c"));
  CHECK_FALSE(disk->listed(folder / "a"));
}

TEST_CASE("whether a name exists is asked once, until something may have changed", "[disk]") {
  const TempFolder folder;
  folder.link("dangling", "nowhere");
  const auto disk = make_real_disk();
  CHECK(disk->exists(folder / "dangling"));
  CHECK_FALSE(disk->exists(folder / "a"));
  CHECK_FALSE(disk->exists(""));
  folder.file("a");
  folder.remove("dangling");
  CHECK_FALSE(disk->exists(folder / "a"));
  CHECK(disk->exists(folder / "dangling"));
  disk->forget_all();
  CHECK(disk->exists(folder / "a"));
  CHECK_FALSE(disk->exists(folder / "dangling"));
  REQUIRE_FALSE(disk->write(folder / "b", "text", false));
  CHECK(disk->exists(folder / "b"));
  REQUIRE_FALSE(disk->remove(folder / "b"));
  CHECK_FALSE(disk->exists(folder / "b"));

  disk->set_something_runs(true);
  folder.file("b");
  CHECK(disk->exists(folder / "b"));
  folder.remove("b");
  CHECK_FALSE(disk->exists(folder / "b"));
  folder.file("b");
  disk->set_something_runs(false);
  CHECK(disk->exists(folder / "b"));
}

TEST_CASE("many changes of a large folder are all seen", "[disk]") {
  const TempFolder folder;
  for (int i = 0; i < 100; ++i) folder.file("old" + std::to_string(i));
  const auto disk = make_real_disk();
  for (int i = 0; i < 200; ++i) {
    const std::string name = "new" + std::to_string(i);
    REQUIRE_FALSE(disk->listed(folder / name));
    folder.file(name);
    disk->forget_all();
    REQUIRE(disk->listed(folder / name));
    REQUIRE(disk->listed(folder / "old99"));
    REQUIRE(disk->mtime(folder / name).is_real());
  }
  CHECK(disk->glob(folder / "*").size() == 300);
}

TEST_CASE("one directory has many names", "[disk]") {
  const TempFolder folder;
  folder.file("d/a");
  folder.link("l", "d");
  const auto disk = make_real_disk();
  CHECK_FALSE(disk->listed(folder / "l/b"));
  CHECK_FALSE(disk->listed(folder / "d/b"));
  folder.file("d/b");
  disk->changed(folder / "d/../d/b");
  CHECK(disk->listed(folder / "l/b"));
  CHECK(disk->listed(folder / "d/b"));
}

TEST_CASE("a missing directory answers for all below it until it is made", "[disk]") {
  const TempFolder folder;
  const auto disk = make_real_disk();
  CHECK_FALSE(disk->listed(folder / "out/sub/x"));
  CHECK(disk->mtime(folder / "out/sub/x").is_absent());
  folder.file("out/sub/x");
  SECTION("changed() of the file") { disk->changed(folder / "out/sub/x"); }
  SECTION("changed() of the directory above") { disk->changed(folder / "out/sub"); }
  SECTION("forget_all()") { disk->forget_all(); }
  CHECK(disk->mtime(folder / "out/sub/x").is_real());
  CHECK(disk->listed(folder / "out/sub/x"));
}

TEST_CASE("a removed directory takes its names along", "[disk]") {
  const TempFolder folder;
  folder.file("out/x");
  const auto disk = make_real_disk();
  CHECK(disk->listed(folder / "out/x"));
  folder.remove("out");
  disk->changed(folder / "out");
  CHECK_FALSE(disk->listed(folder / "out/x"));
}

TEST_CASE("what the disk itself writes is known at once", "[disk]") {
  const TempFolder folder;
  const auto disk = make_real_disk();
  CHECK_FALSE(disk->listed(folder / "a"));
  CHECK_FALSE(disk->write(folder / "a", "one\n", false));
  CHECK(disk->listed(folder / "a"));
  CHECK(disk->mtime(folder / "a").is_real());
  CHECK_FALSE(disk->write(folder / "a", "two\n", true));
  std::string text = "0 ";
  CHECK_FALSE(disk->read(folder / "a", text));
  CHECK(text == "0 one\ntwo\n");
  CHECK_FALSE(disk->write(folder / "a", "3", false));
  text.clear();
  CHECK_FALSE(disk->read(folder / "a", text));
  CHECK(text == "3");
  CHECK_FALSE(disk->remove(folder / "a"));
  CHECK_FALSE(disk->listed(folder / "a"));
  CHECK(disk->remove(folder / "a") == std::errc::no_such_file_or_directory);
}

TEST_CASE("reading and writing fail with the system's error", "[disk]") {
  const TempFolder folder;
  folder.folder("d");
  const auto disk = make_real_disk();
  std::string text = "kept";
  CHECK(disk->read(folder / "d", text) == std::errc::is_a_directory);
  CHECK(disk->read(folder / "no", text) == std::errc::no_such_file_or_directory);
  CHECK(text == "kept");
  CHECK(disk->write(folder / "d", "x", false) == std::errc::is_a_directory);
  CHECK(disk->write(folder / "no/x", "x", true) == std::errc::no_such_file_or_directory);
  CHECK(disk->remove(folder / "d") == std::errc::is_a_directory);
  CHECK(disk->touch(folder / "d") == std::errc::is_a_directory);
}

TEST_CASE("a large file and a file without a size are read whole", "[disk]") {
  const TempFolder folder;
  const std::string large(3'000'000, 'y');
  folder.file("large", large);
  const auto disk = make_real_disk();
  std::string text;
  CHECK_FALSE(disk->read(folder / "large", text));
  CHECK(text == large);
  text.clear();
  CHECK_FALSE(disk->read("/proc/self/status", text));  // says it has size 0
  CHECK(text.find("Pid:") != std::string::npos);
}

TEST_CASE("touch sets the time to now and makes missing files", "[disk]") {
  const TempFolder folder;
  folder.file("a", "text");
  folder.set_time("a", 1);
  const auto disk = make_real_disk();
  CHECK_FALSE(disk->touch(folder / "a"));
  CHECK(disk->mtime(folder / "a").ns > 1'000'000 * kSecond);
  CHECK_FALSE(disk->listed(folder / "new"));
  CHECK_FALSE(disk->touch(folder / "new"));
  CHECK(disk->listed(folder / "new"));
  std::string text;
  CHECK_FALSE(disk->read(folder / "a", text));
  CHECK(text == "text");
}

TEST_CASE("the newest of a chain of links counts with -L", "[disk]") {
  const TempFolder folder;
  folder.file("d/file");
  folder.link("d/one", "file");
  folder.link("two", "d/one");
  folder.link("dangling", "nowhere");
  folder.link("loop", "loop");
  folder.set_time("d/file", 100);
  folder.set_time("d/one", 300);
  folder.set_time("two", 200);
  folder.set_time("dangling", 400);
  const auto disk = make_real_disk();
  CHECK(disk->mtime(folder / "two").ns == 100 * kSecond);
  CHECK(disk->mtime_newest_link(folder / "two").ns == 300 * kSecond);
  folder.set_time("d/file", 500);
  CHECK(disk->mtime_newest_link(folder / "two").ns == 500 * kSecond);
  CHECK(disk->mtime_newest_link(folder / "dangling").ns == 400 * kSecond);
  std::error_code error;
  CHECK(disk->mtime_newest_link(folder / "no", &error).is_absent());
  CHECK_FALSE(error);
  CHECK(disk->mtime_newest_link(folder / "loop", &error).is_absent());
  CHECK(error == std::errc::too_many_symbolic_link_levels);
}

TEST_CASE("in a directory that may not be listed nothing is listed, and its files have times", "[disk]") {
  const TempFolder folder;
  folder.file("d/a");
  REQUIRE(::chmod((folder / "d").c_str(), 0111) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  const uid_t user = ::geteuid();
  if (user == 0) REQUIRE(::seteuid(65534) == 0);  // root may read everything
  const auto disk = make_real_disk();
  const bool listed = disk->listed(folder / "d/a"), exists = disk->exists(folder / "d/a");
  const bool time = disk->mtime(folder / "d/a").is_real();
  const auto all = disk->glob(folder / "d/*"), one = disk->glob(folder / "*/a");
  if (user == 0) REQUIRE(::seteuid(0) == 0);
  ::chmod((folder / "d").c_str(), 0755);
  CHECK_FALSE(listed);
  CHECK(exists);
  CHECK(time);
  CHECK(all.empty());
  CHECK(one.size() == 1);
}

TEST_CASE("tilde and real paths", "[disk]") {
  const TempFolder folder;
  folder.file("d/file");
  folder.link("l", "d/file");
  const auto disk = make_real_disk();
  CHECK(disk->expand_tilde("~", "/h") == "/h");
  CHECK(disk->expand_tilde("~/x", "/h") == "/h/x");
  CHECK(disk->expand_tilde("~root/x") == std::string(::getpwnam("root")->pw_dir) + "/x");
  CHECK(disk->expand_tilde("~no-such-user/x", "/h") == "~no-such-user/x");
  CHECK(disk->expand_tilde("a~", "/h") == "a~");
  CHECK(disk->real_path(folder / "d/../l") == disk->real_path(folder.path()) + "/d/file");
  CHECK(disk->real_path(folder / "no").empty());
  CHECK(disk->real_path("").empty());
}
