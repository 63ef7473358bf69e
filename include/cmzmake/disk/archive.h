#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

namespace cmz {

// One member of an `ar` archive.
struct ArchiveMember {
  std::string name;
  int64_t date = 0;        // seconds since the epoch; 0 in deterministic archives
  uint64_t header = 0;     // its place in the file
  bool long_name = false;  // not cut to the 16 characters of the header
};

// The members of an archive in System V/GNU format (with its table of long names), in BSD's, or of
// a thin one. Manual, "Archives".
class ArchiveIndex {
 public:
  // Reads the headers from an open file. invalid_argument: it is no archive. A damaged archive
  // keeps the members before the damage.
  std::error_code read(int fd);

  const std::vector<ArchiveMember>& members() const { return members_; }
  // The first member of that name, or nullptr. A directory in `name` does not count, and names of
  // 15 characters and more match the cut names that old archives have.
  const ArchiveMember* find(std::string_view name) const;
  // The archive ended where it should not.
  bool damaged() const { return damaged_; }

 private:
  void add(ArchiveMember member);

  std::vector<ArchiveMember> members_;
  std::unordered_map<std::string, uint32_t> by_long_name_;
  std::unordered_map<std::string, uint32_t> by_short_name_;  // its first 15 characters
  bool damaged_ = false;
};

// Writes `date` (seconds since the epoch) into the header of `member`.
std::error_code write_member_date(int fd, const ArchiveMember& member, int64_t date);

}  // namespace cmz
