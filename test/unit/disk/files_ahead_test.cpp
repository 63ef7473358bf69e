#include "cmzmake/disk/files_ahead.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "cmzmake/disk/disk.h"
#include "temp_folder.h"

using namespace cmz;

namespace {

// So many files that their slots are used again and again.
std::vector<std::string> write_files(const TempFolder& folder, Disk& disk, size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) {
    names.push_back(folder / ("f" + std::to_string(i)));
    REQUIRE_FALSE(disk.write(names.back(), std::string(i % 97, 'x') + std::to_string(i), false));
  }
  return names;
}

// What a makefile reader does: takes what is there, and reads the rest itself.
bool same_as_disk(FilesAhead& ahead, Disk& disk, const std::string& name) {
  std::string taken, read;
  FileTime time_taken, time_read;
  if (!ahead.take(name, taken, time_taken)) return true;
  REQUIRE_FALSE(disk.read(name, read, &time_read));
  return taken == read && time_taken == time_read;
}

}  // namespace

TEST_CASE("files read ahead hold what the disk has") {
  const TempFolder folder;
  const auto disk = make_real_disk();
  const auto names = write_files(folder, *disk, 500);
  FilesAhead ahead(names);
  for (const std::string& name : names) CHECK(same_as_disk(ahead, *disk, name));
}

TEST_CASE("a file is handed over whole, whatever was in the buffer") {
  const TempFolder folder;
  const auto disk = make_real_disk();
  const auto names = write_files(folder, *disk, 1);
  std::string text;
  FileTime time;
  for (bool taken = false; !taken;) {  // at times it has not been read yet
    FilesAhead ahead(names);
    text = "longer than the file";
    taken = ahead.take(names[0], text, time);
  }
  CHECK(text == "0");
}

TEST_CASE("only the next name is taken") {
  const TempFolder folder;
  const auto disk = make_real_disk();
  const auto names = write_files(folder, *disk, 3);
  FilesAhead ahead(names);
  std::string text;
  FileTime time;
  CHECK_FALSE(ahead.take(names[1], text, time));
  CHECK(text.empty());
  for (const std::string& name : names) CHECK(same_as_disk(ahead, *disk, name));
  CHECK_FALSE(ahead.take(names[2], text, time));
}

TEST_CASE("what is missing or no regular file is left to the one who asks") {
  const TempFolder folder;
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);  // opening it would wait for a writer
  const std::vector<std::string> names = {folder / "missing", folder / "fifo", folder / "."};
  FilesAhead ahead(names);
  std::string text;
  FileTime time;
  for (const std::string& name : names) CHECK_FALSE(ahead.take(name, text, time));
}

TEST_CASE("files that are not wanted any more are not read") {
  const TempFolder folder;
  const auto disk = make_real_disk();
  const auto names = write_files(folder, *disk, 200);
  for (size_t taken : {0, 1, 40, 199}) {
    FilesAhead ahead(names);
    for (size_t i = 0; i < taken; ++i) CHECK(same_as_disk(ahead, *disk, names[i]));
  }
}

TEST_CASE("few files are not worth a thread") {
  const auto disk = make_real_disk();
  CHECK(disk->files_ahead({"a", "b"}) == nullptr);
}
