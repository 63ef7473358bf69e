#pragma once

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cmzmake/disk/disk.h"
#include "cmzmake/disk/glob.h"

namespace cmz {

// A disk in memory with settable times. Times are plain seconds. What make itself writes or touches
// gets the time `now`, which then grows by one. The working directory is /fake, home is /home/fake.
class FakeDisk final : public Disk, private GlobSource {
 public:
  FakeDisk() { add_directory("/fake"); }

  int64_t now = 1000000;
  int mtime_calls = 0;
  std::vector<std::string> changed_paths;  // in order of changed()
  int forgotten = 0;                       // calls of forget_all()

  // Makes or replaces a file, with the directories above it.
  void add(std::string_view path, int64_t seconds, std::string contents = {}) {
    make(path, Kind::file, seconds).text = std::move(contents);
  }
  // The same with the time `now`.
  void add_text(std::string_view path, std::string contents) { add(path, now++, std::move(contents)); }
  void add_directory(std::string_view path, int64_t seconds = 1) { make(path, Kind::directory, seconds); }
  void add_link(std::string_view path, std::string target, int64_t seconds) {
    make(path, Kind::link, seconds).text = std::move(target);
  }
  // A member of an archive; the archive is made when it is not there.
  void add_member(std::string_view archive, std::string member, int64_t seconds) {
    Node* node = find(archive);
    if (!node) node = &make(archive, Kind::file, seconds);
    node->members[std::move(member)] = seconds;
  }
  // From now on mtime(), read() and write() of `path` give this error; 0 ends it.
  void fail(std::string_view path, int error) {
    if (error)
      errors_[absolute(path)] = error;
    else
      errors_.erase(absolute(path));
  }
  // From now on `path`, which exists, gives this error when it is opened for reading, or when it is read then; 0 ends
  // it.
  void fail_open(std::string_view path, int error) { read_errors_[absolute(path)] = {"open", error}; }
  void fail_read(std::string_view path, int error) { read_errors_[absolute(path)] = {"read", error}; }
  void erase(std::string_view path) {
    ++generation_;
    nodes_.erase(absolute(path));
  }
  bool has(std::string_view path) { return find(path) != nullptr; }
  std::string text(std::string_view path) {
    const Node* node = find(path);
    return node ? node->text : std::string();
  }

  // --- Disk ---
  FileTime mtime(std::string_view path, std::error_code* error = nullptr) override {
    ++mtime_calls;
    if (error) *error = error_of(path);
    if (error_of(path)) return FileTime::absent();
    const Node* node = find(path);
    return node ? time(node->seconds) : FileTime::absent();
  }
  FileTime mtime_newest_link(std::string_view path, std::error_code* error = nullptr) override {
    FileTime newest = mtime(path, error);
    if (error_of(path)) return newest;
    if (const Node* node = find(path, false)) newest = std::max(newest, time(node->seconds));
    return newest;
  }
  bool listed(std::string_view path) override { return exists(path); }
  const NameSet* names(std::string_view directory) override {
    if (directory.empty()) directory = ".";
    NameSet& set = sets_[absolute(directory)];
    set.clear();
    each_name(directory,
              [&](std::string_view name, EntryType type) { set.put(name, type, NameSet::Presence::present); });
    return &set;
  }
  uint64_t generation() const override { return generation_; }
  bool exists(std::string_view path) override { return find(path, false) != nullptr; }
  bool is_directory(std::string_view path) override {
    const Node* node = find(path);
    return node && node->kind == Kind::directory;
  }
  std::error_code read(std::string_view path, std::string& out, FileTime* time_read = nullptr,
                       const char** step = nullptr) override {
    const char* unused;
    const char*& failed = step ? *step : unused;
    failed = "open";
    if (const std::error_code error = error_of(path)) return error;
    const Node* node = find(path);
    if (!node) return failure(ENOENT);
    if (const auto it = read_errors_.find(absolute(path)); it != read_errors_.end() && it->second.error != 0) {
      failed = it->second.step;
      return failure(it->second.error);
    }
    failed = "read";
    if (node->kind == Kind::directory) return failure(EISDIR);
    if (time_read) *time_read = time(node->seconds);
    out += node->text;
    return {};
  }
  std::error_code write(std::string_view path, std::string_view text, bool append,
                        const char** step = nullptr) override {
    if (step) *step = "open";
    if (const std::error_code error = error_of(path)) return error;
    Node* node = find(path);
    if (node && node->kind == Kind::directory) return failure(EISDIR);
    if (!node && !is_directory(parent(absolute(path)))) return failure(ENOENT);
    if (!node) node = &make(path, Kind::file, now);
    if (!append) node->text.clear();
    node->text += text;
    node->seconds = now++;
    return {};
  }
  std::error_code touch(std::string_view path) override { return write(path, {}, true); }
  std::error_code remove(std::string_view path) override {
    const Node* node = find(path, false);
    if (!node) return failure(ENOENT);
    if (node->kind == Kind::directory) return failure(EISDIR);
    nodes_.erase(absolute(path));
    return {};
  }
  std::vector<std::string> glob(std::string_view pattern) override { return glob_paths(expand_tilde(pattern), *this); }
  std::string expand_tilde(std::string_view path, std::string_view home = {}) override {
    if (path != "~" && !path.starts_with("~/")) return std::string(path);
    return std::string(home.empty() ? "/home/fake" : home).append(path.substr(1));
  }
  std::string real_path(std::string_view path) override { return find(path) ? absolute(path) : std::string(); }
  FileTime member_mtime(std::string_view archive, std::string_view member) override {
    const Node* node = find(archive);
    if (!node) return FileTime::absent();
    const auto it = node->members.find(std::string(member.substr(member.rfind('/') + 1)));
    return it == node->members.end() ? FileTime::absent() : time(it->second);
  }
  std::error_code touch_member(std::string_view archive, std::string_view member) override {
    Node* node = find(archive);
    if (!node) return failure(ENOENT);
    const auto it = node->members.find(std::string(member));
    if (it == node->members.end()) return failure(ENXIO);
    it->second = node->seconds = now++;
    return {};
  }
  std::vector<std::string> glob_members(std::string_view archive, std::string_view pattern) override {
    std::vector<std::string> names;
    const NamePattern wanted(pattern);
    if (const Node* node = find(archive))
      for (const auto& [name, seconds] : node->members)
        if (wanted.match(name)) names.push_back(name);
    return names;
  }
  void changed(std::string_view path) override { changed_paths.emplace_back(path); }
  void forget_all() override { ++forgotten; }

 private:
  enum class Kind { file, directory, link };
  struct Node {
    Kind kind = Kind::file;
    int64_t seconds = 0;
    std::string text;  // contents, or a link's target
    std::map<std::string, int64_t> members;
  };

  static FileTime time(int64_t seconds) { return {seconds * 1'000'000'000}; }
  static std::error_code failure(int error) { return {error, std::generic_category()}; }
  static std::string_view parent(std::string_view path) { return path.substr(0, std::max<size_t>(path.rfind('/'), 1)); }

  // The name without `.`, `..`, doubled and last slashes.
  static std::string absolute(std::string_view path) {
    std::string full = path.starts_with('/') ? "" : "/fake";
    while (!path.empty()) {
      const size_t end = std::min(path.find('/'), path.size());
      const std::string_view name = path.substr(0, end);
      if (name == "..")
        full.resize(full.empty() ? 0 : full.rfind('/'));
      else if (!name.empty() && name != ".")
        full.append("/").append(name);
      path = path.substr(std::min(end + 1, path.size()));
    }
    return full.empty() ? "/" : full;
  }

  Node& make(std::string_view path, Kind kind, int64_t seconds) {
    ++generation_;
    const std::string full = absolute(path);
    for (std::string_view up = parent(full); !nodes_.contains(std::string(up)); up = parent(up))
      nodes_[std::string(up)] = {Kind::directory, 1, {}, {}};
    Node& node = nodes_[full];
    node = {kind, seconds, {}, {}};
    return node;
  }

  Node* find(std::string_view path, bool follow = true) {
    if (path.empty()) return nullptr;
    const bool must_be_directory = path.ends_with('/');
    std::string full = absolute(path);
    for (int links = 0; links < 40; ++links) {
      const auto it = nodes_.find(full);
      if (it == nodes_.end()) return nullptr;
      if (it->second.kind == Kind::link && follow) {
        const std::string& target = it->second.text;
        full = absolute(target.starts_with('/') ? target : std::string(parent(full)) + "/" + target);
        continue;
      }
      return must_be_directory && it->second.kind != Kind::directory ? nullptr : &it->second;
    }
    return nullptr;
  }

  std::error_code error_of(std::string_view path) const {
    const auto it = errors_.find(absolute(path));
    return it == errors_.end() ? std::error_code() : failure(it->second);
  }

  void each_name(std::string_view directory, const Visitor& visit) override {
    if (!is_directory(directory)) return;
    visit(".", EntryType::directory);
    visit("..", EntryType::directory);
    const std::string above = absolute(directory);
    for (const auto& [path, node] : nodes_)
      if (path != "/" && parent(path) == above)
        visit(std::string_view(path).substr(path.rfind('/') + 1), node.kind == Kind::directory ? EntryType::directory
                                                                  : node.kind == Kind::link    ? EntryType::link
                                                                                               : EntryType::other);
  }

  std::map<std::string, Node> nodes_ = {{"/", {Kind::directory, 1, {}, {}}}};
  std::map<std::string, int> errors_;
  struct ReadError {
    const char* step;
    int error;
  };
  std::map<std::string, ReadError> read_errors_;
  std::map<std::string, NameSet> sets_;  // that names() gave out
  uint64_t generation_ = 0;
};

}  // namespace cmz
