#include "cmzmake/disk/directory_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "clock_tick.h"
#include "cmzmake/base/fatal.h"
#include "file.h"
#include "path_buffer.h"

namespace cmz {
namespace {

constexpr size_t kBufferSize = 64 * 1024;

struct SplitPath {
  std::string_view directory;
  std::string_view name;  // empty behind a last slash
};

SplitPath split(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {".", path};
  size_t end = slash;
  while (end > 0 && path[end - 1] == '/') --end;
  return {end == 0 ? std::string_view("/") : path.substr(0, end), path.substr(slash + 1)};
}

bool is_dots(std::string_view name) { return name == "." || name == ".."; }

bool on_disk(const char* path) {
  struct stat st;
  return ::fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

// Whether names that readdir does not show do not exist either. Not so where letters of both
// cases are one, where directories are mounted when they are looked at, or where another machine
// writes.
bool lists_all_names(int fd) {
  struct statfs fs;
  if (::fstatfs(fd, &fs) != 0) return false;
  switch (static_cast<uint32_t>(fs.f_type)) {
    case 0xEF53:      // ext2, ext3, ext4
    case 0x58465342:  // xfs
    case 0x9123683E:  // btrfs
    case 0x01021994:  // tmpfs
    case 0x794C7630:  // overlayfs
    case 0xF2F52010:  // f2fs
    case 0x2FC12FC1:  // zfs
      return true;
    default:
      return false;
  }
}

EntryType entry_type(unsigned char d_type) {
  switch (d_type) {
    case DT_UNKNOWN:
      return EntryType::unknown;
    case DT_DIR:
      return EntryType::directory;
    case DT_LNK:
      return EntryType::link;
    default:
      return EntryType::other;
  }
}

}  // namespace

DirectoryCache::DirectoryCache() : slots_(64) {}
DirectoryCache::~DirectoryCache() = default;

DirectoryCache::Directory* DirectoryCache::find(std::string_view path) const {
  const auto hash = static_cast<uint32_t>(hash_text(path));
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask; slots_[i]; i = (i + 1) & mask)
    if (slots_[i]->hash == hash && slots_[i]->path == path) return slots_[i];
  return nullptr;
}

DirectoryCache::Directory& DirectoryCache::get(std::string_view path) {
  if (Directory* known = find(path)) return *known;
  if (++count_ * 2 > slots_.size()) grow();
  auto* fresh = arena_.make<Directory>();
  fresh->path = arena_.copy(path);
  fresh->hash = static_cast<uint32_t>(hash_text(path));
  const size_t mask = slots_.size() - 1;
  size_t i = fresh->hash & mask;
  while (slots_[i]) i = (i + 1) & mask;
  slots_[i] = fresh;
  return *fresh;
}

void DirectoryCache::grow() {
  std::vector<Directory*> old(slots_.size() * 2);
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (Directory* directory : old) {
    if (!directory) continue;
    size_t i = directory->hash & mask;
    while (slots_[i]) i = (i + 1) & mask;
    slots_[i] = directory;
  }
}

// Finds out which directory the name means now, and whether its listing still holds.
void DirectoryCache::check(Directory& directory) {
  if (directory.epoch == epoch_) return;
  directory.epoch = epoch_;
  directory.listing = nullptr;
  directory.missing = false;
  if (known_absent(directory.path)) {
    directory.missing = true;
    return;
  }
  struct stat st;
  if (::stat(directory.path.data(), &st) != 0) {
    directory.missing = errno == ENOENT || errno == ENOTDIR;
    return;
  }
  if (!S_ISDIR(st.st_mode)) {
    directory.missing = true;
    return;
  }
  Listing& listing = listings_[{st.st_dev, st.st_ino}];
  directory.listing = &listing;
  if (listing.epoch == epoch_) return;
  listing.epoch = epoch_;
  listing.questions = 0;
  if (listing.state == State::unreadable) listing.state = State::unlisted;
  if (listing.state == State::listed &&
      (listing.racy || !same_time(listing.mtime, st.st_mtim) || !same_time(listing.ctime, st.st_ctim)))
    listing.state = State::stale;
}

void DirectoryCache::read(Directory& directory) {
  ++times_read_;
  Listing& listing = *directory.listing;
  listing.names.clear();
  listing.state = State::unreadable;
  const timespec now = file_clock_now();
  const File file(directory.path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
  struct stat st;
  if (!file || ::fstat(file.fd(), &st) != 0) return;
  listing.mtime = st.st_mtim;
  listing.ctime = st.st_ctim;
  listing.racy = within_clock_tick(st.st_ctim, now);
  listing.complete = lists_all_names(file.fd());
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(kBufferSize);
  ssize_t got;
  while ((got = ::getdents64(file.fd(), buffer_.get(), kBufferSize)) > 0) {
    for (ssize_t at = 0; at < got;) {
      const char* p = buffer_.get() + at;
      unsigned short length;
      std::memcpy(&length, p + offsetof(dirent64, d_reclen), sizeof length);
      const auto type = static_cast<unsigned char>(p[offsetof(dirent64, d_type)]);
      listing.names.put(p + offsetof(dirent64, d_name), entry_type(type), NameSet::Presence::present);
      at += length;
    }
  }
  // ENOENT: the directory has been removed meanwhile.
  if (got < 0 && errno != ENOENT) throw Fatal({}, fmt::format("readdir {}: {}", directory.path, std::strerror(errno)));
  listing.state = State::listed;
}

bool DirectoryCache::known_absent(std::string_view path) const {
  if (count_ == 0 || path.size() >= PATH_MAX) return false;
  const auto [dir, name] = split(path);
  if (name.size() > NAME_MAX) return false;  // there cannot be one, which is another answer
  const Directory* directory = find(dir);
  if (!directory || directory->epoch != epoch_) return false;
  if (directory->missing) return true;
  const Listing* listing = directory->listing;
  return listing && listing->state == State::listed && listing->complete && !name.empty() && !is_dots(name) &&
         listing->names.presence(name) == NameSet::Presence::absent;
}

bool DirectoryCache::listed(std::string_view path) {
  const auto [dir, name] = split(path);
  if (path.empty()) return false;
  if (name.empty()) {
    struct stat st;
    return ::stat(PathBuffer(path), &st) == 0 && S_ISDIR(st.st_mode);
  }
  Directory& directory = get(dir);
  check(directory);
  if (directory.missing) return false;
  Listing* listing = directory.listing;
  if (!listing) return false;
  // A directory that changes all the time is asked name by name at first: reading it again has to
  // pay.
  if (listing->state == State::unlisted ||
      (listing->state == State::stale && ++listing->questions > listing->names.size() / 8 + 4))
    read(directory);
  if (listing->state == State::unreadable) return false;
  if (listing->state != State::listed) return on_disk(PathBuffer(path));
  switch (is_dots(name) ? NameSet::Presence::present : listing->names.presence(name)) {
    case NameSet::Presence::present:
      return true;
    case NameSet::Presence::absent:
      return false;
    case NameSet::Presence::ask:
      break;
  }
  return on_disk(PathBuffer(path));
}

const NameSet* DirectoryCache::names(std::string_view path) {
  static const NameSet none;
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (path.size() >= PATH_MAX) return nullptr;
  Directory& directory = get(path.empty() ? "." : path);
  check(directory);
  if (directory.missing) return &none;
  if (!directory.listing) return nullptr;
  if (directory.listing->state == State::unlisted) read(directory);
  return directory.listing->state == State::listed ? &directory.listing->names : nullptr;
}

void DirectoryCache::each_name(std::string_view path, const GlobSource::Visitor& visit) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (path.size() >= PATH_MAX) return;
  Directory& directory = get(path);
  check(directory);
  if (directory.missing || !directory.listing) return;
  Listing& listing = *directory.listing;
  if (listing.state != State::listed) read(directory);
  if (listing.state != State::listed) return;
  std::string full;
  listing.names.each([&](std::string_view name, EntryType type, NameSet::Presence presence) {
    if (presence == NameSet::Presence::ask) {
      full.assign(directory.path).append("/").append(name);
      if (!on_disk(full.c_str())) return;
      type = EntryType::unknown;
    }
    visit(name, type);
  });
}

void DirectoryCache::changed(std::string_view path) {
  ++generation_;
  if (count_ == 0 || path.empty()) return;
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const auto [dir, name] = split(path);
  if (find(path) != nullptr) ++epoch_;  // a directory: what is known of names below it goes, too
  Directory& directory = get(dir);
  check(directory);
  if (directory.missing) ++epoch_;
  if (directory.listing && directory.listing->state == State::listed)
    directory.listing->names.put(name, EntryType::unknown, NameSet::Presence::ask);
}

}  // namespace cmz
