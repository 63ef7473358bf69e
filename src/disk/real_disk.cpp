// The disk of the process: system calls, and what is remembered of their answers.
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <unordered_map>

#include "clock_tick.h"
#include "cmzmake/base/symbol.h"
#include "cmzmake/disk/archive.h"
#include "cmzmake/disk/directory_cache.h"
#include "cmzmake/disk/disk.h"
#include "cmzmake/disk/glob.h"
#include "cmzmake/disk/second_thread.h"
#include "file.h"
#include "path_buffer.h"
#include "stat_time.h"

namespace cmz {
namespace {

class RealDisk final : public Disk, private GlobSource {
 public:
  FileTime mtime(std::string_view path, std::error_code* error) override;
  FileTime mtime_newest_link(std::string_view path, std::error_code* error) override;
  bool listed(std::string_view path) override { return directories_.listed(path); }
  const NameSet* names(std::string_view directory) override { return directories_.names(directory); }
  uint64_t generation() const override { return directories_.generation(); }
  bool exists(std::string_view path) override;
  void set_something_runs(bool yes) override {
    something_runs_ = yes;
    existing_.clear();
  }
  bool is_directory(std::string_view path) override;

  std::unique_ptr<TimesAhead> times_ahead(std::vector<const char*> names) override {
    if (names.size() < TimesAhead::kPays || !second_thread_pays()) return nullptr;
    return std::make_unique<TimesAhead>(std::move(names));
  }
  std::unique_ptr<FilesAhead> files_ahead(const std::vector<std::string>& names) override {
    if (names.size() < FilesAhead::kPays || !second_thread_pays()) return nullptr;
    return std::make_unique<FilesAhead>(names);
  }

  std::error_code read(std::string_view path, std::string& out, FileTime* time, const char** step) override {
    return read_file(path, out, time, step);
  }
  std::error_code write(std::string_view path, std::string_view text, bool append, const char** step) override;
  std::error_code touch(std::string_view path) override;
  std::error_code remove(std::string_view path) override;

  std::vector<std::string> glob(std::string_view pattern) override;
  std::string expand_tilde(std::string_view path, std::string_view home) override;
  std::string real_path(std::string_view path) override;

  FileTime member_mtime(std::string_view archive, std::string_view member) override;
  std::error_code touch_member(std::string_view archive, std::string_view member) override;
  std::vector<std::string> glob_members(std::string_view archive, std::string_view pattern) override;

  DiskCounts counts() const override {
    DiskCounts out = counts_;
    out.directories = directories_.times_read();
    return out;
  }

  void changed(std::string_view path) override;
  void forget_all() override;

 private:
  struct KnownArchive {
    ArchiveIndex index;
    std::error_code error;
    struct stat st {};
    uint32_t epoch = 0;
    bool racy = false;  // read so soon after a change that another may not show in its times
  };

  void each_name(std::string_view directory, const Visitor& visit) override {
    directories_.each_name(directory, visit);
  }
  const KnownArchive& archive(std::string_view path);

  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return hash_text(text); }
  };

  DiskCounts counts_;
  DirectoryCache directories_;
  std::unordered_map<std::string, bool, TextHash, std::equal_to<>> existing_;  // exists()'s answers
  uint64_t existing_generation_ = 0;
  bool something_runs_ = false;
  std::unordered_map<std::string, KnownArchive> archives_;
  uint32_t epoch_ = 1;
};

FileTime RealDisk::mtime(std::string_view path, std::error_code* error) {
  if (error) error->clear();
  if (directories_.known_absent(path)) {
    ++counts_.absent;
    return FileTime::absent();
  }
  ++counts_.times;
  struct stat st;
  const PathBuffer name(path);
  int result;
  do result = ::stat(name, &st);
  while (result != 0 && errno == EINTR);
  if (result == 0) return file_time(st.st_mtim);
  if (error && errno != ENOENT && errno != ENOTDIR) *error = last_error();
  return FileTime::absent();
}

FileTime RealDisk::mtime_newest_link(std::string_view path, std::error_code* error) {
  constexpr int kMostLinks = 40;  // as many as the kernel follows
  std::error_code failure;
  FileTime newest = mtime(path, &failure);
  if (error) *error = failure;
  if (failure) return newest;
  std::string name(path);
  for (int i = 0; i <= kMostLinks; ++i) {
    struct stat st;
    if (::lstat(name.c_str(), &st) != 0) break;
    newest = std::max(newest, file_time(st.st_mtim));
    if (!S_ISLNK(st.st_mode)) break;
    char target[PATH_MAX];
    const ssize_t size = ::readlink(name.c_str(), target, sizeof target);
    if (size <= 0) break;
    // A relative target starts from the directory of its link.
    const size_t slash = name.rfind('/');
    name.resize(target[0] == '/' || slash == std::string::npos ? 0 : slash + 1);
    name.append(target, static_cast<size_t>(size));
  }
  return newest;
}

bool RealDisk::is_directory(std::string_view path) {
  if (directories_.known_absent(path)) return false;
  struct stat st;
  return ::stat(PathBuffer(path), &st) == 0 && S_ISDIR(st.st_mode);
}

bool RealDisk::exists(std::string_view path) {
  const auto ask = [&] {
    struct stat st;
    return !directories_.known_absent(path) && ::lstat(PathBuffer(path), &st) == 0;
  };
  if (something_runs_) return ask();
  if (existing_generation_ != generation()) {
    existing_generation_ = generation();
    existing_.clear();
  }
  const auto known = existing_.find(path);
  return known != existing_.end() ? known->second : existing_.emplace(path, ask()).first->second;
}

std::error_code RealDisk::write(std::string_view path, std::string_view text, bool append, const char** step) {
  constexpr size_t kBuffer = 4096;  // make's: what fits is written when the file is closed
  const char* unused;
  const char*& failed = step ? *step : unused;
  failed = "open";
  File file(path, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC));
  if (!file) return last_error();
  changed(path);
  failed = text.size() <= kBuffer ? "close" : "write";
  while (!text.empty()) {
    const ssize_t put = ::write(file.fd(), text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return last_error();
    text.remove_prefix(static_cast<size_t>(put));
  }
  failed = "close";
  return file.close();
}

std::error_code RealDisk::touch(std::string_view path) {
  // Opened for writing: what may not be written may not be touched, and a directory neither.
  const File file(path, O_RDWR | O_CREAT);
  if (!file || ::futimens(file.fd(), nullptr) != 0) return last_error();
  changed(path);
  return {};
}

std::error_code RealDisk::remove(std::string_view path) {
  if (::unlink(PathBuffer(path)) != 0) return last_error();
  changed(path);
  return {};
}

std::vector<std::string> RealDisk::glob(std::string_view pattern) {
  if (is_plain_name(pattern)) {
    if (exists(pattern)) return {std::string(pattern)};
    return {};
  }
  if (pattern.starts_with('~')) return glob_paths(expand_tilde(pattern, {}), *this);
  return glob_paths(pattern, *this);
}

std::string RealDisk::expand_tilde(std::string_view path, std::string_view home) {
  if (!path.starts_with('~')) return std::string(path);
  const size_t end = std::min(path.find('/'), path.size());
  const std::string user(path.substr(1, end - 1));
  if (user.empty() && home.empty()) {
    if (const char* from_environment = std::getenv("HOME")) home = from_environment;
  }
  if (!user.empty() || home.empty()) {
    const passwd* entry = user.empty() ? ::getpwuid(::getuid()) : ::getpwnam(user.c_str());
    if (!entry || !entry->pw_dir) return std::string(path);
    home = entry->pw_dir;
  }
  return std::string(home).append(path.substr(end));
}

std::string RealDisk::real_path(std::string_view path) {
  const std::unique_ptr<char, decltype(&std::free)> found(::realpath(PathBuffer(path), nullptr), &std::free);
  return found ? std::string(found.get()) : std::string();
}

// The members are read again only when the archive's file has changed.
const RealDisk::KnownArchive& RealDisk::archive(std::string_view path) {
  KnownArchive& known = archives_[std::string(path)];
  if (known.epoch == epoch_) return known;
  const File file(path, O_RDONLY | O_NONBLOCK);
  struct stat st;
  if (!file || ::fstat(file.fd(), &st) != 0) {
    known = {};
    known.error = std::make_error_code(std::errc::no_such_file_or_directory);  // for make, whatever the reason
    known.epoch = epoch_;
    return known;
  }
  const bool same = known.epoch != 0 && !known.racy && known.st.st_ino == st.st_ino && known.st.st_dev == st.st_dev &&
                    known.st.st_size == st.st_size && same_time(known.st.st_ctim, st.st_ctim) &&
                    same_time(known.st.st_mtim, st.st_mtim);
  if (!same) {
    known = {};
    known.st = st;
    known.racy = within_clock_tick(st.st_ctim, file_clock_now());
    known.error = known.index.read(file.fd());
  }
  known.epoch = epoch_;
  return known;
}

FileTime RealDisk::member_mtime(std::string_view path, std::string_view member) {
  const ArchiveMember* found = archive(path).index.find(member);
  // No date: a deterministic archive, whose members are always made anew.
  if (!found || found->date <= 0) return FileTime::absent();
  return file_time({found->date, 0});
}

std::error_code RealDisk::touch_member(std::string_view path, std::string_view member) {
  changed(path);
  const KnownArchive& known = archive(path);
  if (known.error) return known.error;
  const ArchiveMember* found = known.index.find(member);
  if (!found)
    return known.index.damaged() ? std::make_error_code(std::errc::invalid_argument)
                                 : std::make_error_code(std::errc::no_such_device_or_address);
  File file(path, O_RDWR);
  if (!file) return last_error();
  // As GNU Make does it: the date is that of the archive's last change, not of this one.
  struct stat st;
  if (::fstat(file.fd(), &st) != 0) return last_error();
  if (const std::error_code error = write_member_date(file.fd(), *found, st.st_mtim.tv_sec)) return error;
  changed(path);
  return file.close();
}

std::vector<std::string> RealDisk::glob_members(std::string_view path, std::string_view pattern) {
  const NamePattern wanted(pattern);
  const bool with_slash = pattern.find('/') != std::string_view::npos;
  std::vector<std::string> names;
  for (const ArchiveMember& member : archive(path).index.members())
    if (wanted.match(member.name) && (with_slash || member.name.find('/') == std::string::npos))
      names.push_back(member.name);
  std::ranges::sort(names);
  return names;
}

void RealDisk::changed(std::string_view path) {
  directories_.changed(path);
  if (!archives_.empty()) archives_.erase(std::string(path));
}

void RealDisk::forget_all() {
  ++epoch_;
  directories_.forget_all();
}

}  // namespace

std::unique_ptr<Disk> make_real_disk() { return std::make_unique<RealDisk>(); }

}  // namespace cmz
