#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace cmz {

// A folder of its own for one test, removed at the end. Paths given are relative to it.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "cmzmake-disk-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

  void file(const std::string& name, const std::string& text = {}) const {
    std::filesystem::create_directories(std::filesystem::path(*this / name).parent_path());
    std::ofstream(*this / name, std::ios::binary) << text;
  }
  void folder(const std::string& name) const { std::filesystem::create_directories(*this / name); }
  void link(const std::string& name, const std::string& target) const {
    REQUIRE(::symlink(target.c_str(), (*this / name).c_str()) == 0);
  }
  void remove(const std::string& name) const { std::filesystem::remove_all(*this / name); }
  // Sets the modification time, of a link itself.
  void set_time(const std::string& name, time_t seconds, long ns = 0) const {
    const timespec times[2] = {{seconds, ns}, {seconds, ns}};
    REQUIRE(::utimensat(AT_FDCWD, (*this / name).c_str(), times, AT_SYMLINK_NOFOLLOW) == 0);
  }

 private:
  std::string path_;
};

// Runs a test inside a folder and goes back at its end.
class InFolder {
 public:
  explicit InFolder(const TempFolder& folder) : old_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder.path());
  }
  ~InFolder() { std::filesystem::current_path(old_); }
  InFolder(const InFolder&) = delete;
  InFolder& operator=(const InFolder&) = delete;

 private:
  std::filesystem::path old_;
};

}  // namespace cmz
