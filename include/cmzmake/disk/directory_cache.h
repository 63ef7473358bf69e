#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cmzmake/base/arena.h"
#include "cmzmake/disk/glob.h"
#include "cmzmake/disk/name_set.h"

namespace cmz {

// Listings of directories, read when first asked for. Manual, "Directory Search", tells what make
// asks them; a listing is trusted until forget_all(), and after it for as long as its directory
// has not changed. In a directory that may not be listed there is nothing; one that breaks off in the middle is Fatal.
class DirectoryCache {
 public:
  DirectoryCache();
  ~DirectoryCache();
  DirectoryCache(const DirectoryCache&) = delete;
  DirectoryCache& operator=(const DirectoryCache&) = delete;

  // Whether it is certain, without asking the disk, that `path` does not exist.
  bool known_absent(std::string_view path) const;
  // Whether `path` is in its directory; a dangling symbolic link is.
  bool listed(std::string_view path);
  // What listed() knows of `directory` without asking the disk again; nullptr: nothing for certain. Valid until
  // generation() changes.
  const NameSet* names(std::string_view directory);
  // Grows with everything that may change an answer.
  uint64_t generation() const { return generation_; }
  // All names of `directory`.
  void each_name(std::string_view directory, const GlobSource::Visitor& visit);

  // The next question about `path` goes to the disk.
  void changed(std::string_view path);
  void forget_all() { ++epoch_, ++generation_; }

  // How often a directory was listed.
  uint64_t times_read() const { return times_read_; }

 private:
  uint64_t times_read_ = 0;
  enum class State : uint8_t { unlisted, listed, stale, unreadable };

  // A directory on disk, by whatever names it is reached.
  struct Listing {
    NameSet names;
    timespec mtime{}, ctime{};  // when it was listed
    uint32_t epoch = 0;         // in which mtime and ctime were compared with the disk
    uint32_t questions = 0;     // since it became stale
    State state = State::unlisted;
    bool complete = false;  // a name that is not in it does not exist
    bool racy = false;      // listed so soon after a change that another may not show in its times
  };
  // A name of a directory.
  struct Directory {
    std::string_view path;
    Listing* listing = nullptr;
    uint32_t hash = 0;
    uint32_t epoch = 0;    // in which `listing` and `missing` were found out
    bool missing = false;  // nothing below it exists
  };
  struct Identity {
    dev_t device;
    ino_t inode;
    bool operator==(const Identity&) const = default;
  };
  struct IdentityHash {
    size_t operator()(const Identity& id) const {
      return (static_cast<uint64_t>(id.inode) ^ static_cast<uint64_t>(id.device) << 40) * 0x9E3779B97F4A7C15ull;
    }
  };

  Directory* find(std::string_view path) const;
  Directory& get(std::string_view path);
  void check(Directory& directory);
  void read(Directory& directory);
  void grow();

  Arena arena_;
  std::vector<Directory*> slots_;  // open addressing, power of two
  size_t count_ = 0;
  std::unordered_map<Identity, Listing, IdentityHash> listings_;
  std::unique_ptr<char[]> buffer_;  // for getdents64
  uint32_t epoch_ = 1;
  uint64_t generation_ = 0;
};

}  // namespace cmz
