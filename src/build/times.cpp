// Modification times of targets, and where vpath finds them.
#include <fmt/format.h>
#include <time.h>

#include "cmzmake/build/builder.h"

namespace cmz {

FileTime Builder::mtime(Target& target) {
  if (!target.mtime.is_unknown()) return target.mtime;
  if (target.phony)
    target.mtime = FileTime::absent();
  else if (target.old_file)
    target.mtime = FileTime::oldest();
  else if (target.double_colon_head)
    target.mtime = mtime(*target.double_colon_head);
  else
    target.mtime = read_mtime(target);
  return target.mtime;
}

FileTime Builder::read_mtime(Target& target) {
  const std::string_view name = target.name.view();
  const size_t open = name.find('(');
  if (open != std::string_view::npos && open > 0 && name.back() == ')') {
    FileTime time = disk_.member_mtime(name.substr(0, open), name.substr(open + 1, name.size() - open - 2));
    if (time.is_absent() && !target.vpath_searched) {
      target.vpath_searched = true;
      const std::string archive(name.substr(0, open));
      if (auto found = search_.vpath(archive)) {
        const std::string path = found->path + std::string(name.substr(open));
        const FileTime there = disk_.member_mtime(found->path, name.substr(open + 1, name.size() - open - 2));
        if (!there.is_absent()) {
          db_.rename_target(target, db_.symbols.intern(path));
          time = there;
        }
      }
    }
    if (time.is_real()) time.ns += 999'999'999;  // archives hold whole seconds
    return time;
  }

  std::error_code error;
  FileTime time = options_.check_symlink_times ? disk_.mtime_newest_link(name) : disk_.mtime(name, &error);
  if (error)
    e_.diagnostics.message({}, fmt::format("*** stat: {}: {}", name, error.message()));
  if (time.is_absent() && !target.vpath_searched && !target.ignore_vpath) {
    target.vpath_searched = true;
    if (auto found = search_.vpath(name)) {
      db_.rename_target(target, db_.symbols.intern(found->path));
      if (found->in_gpath) target.ignore_vpath = true;
      const FileTime there = options_.check_symlink_times ? disk_.mtime_newest_link(found->path)
                                                          : disk_.mtime(found->path);
      const Target* known = db_.find_target(found->path);
      if (known && known != &target && !known->mtime.is_unknown())
        time = known->mtime;
      else if (!there.is_absent())
        time = there;
      if (found->in_gpath) target.hashed_name = target.name;
    }
  }
  if (time.is_real()) {
    check_future(target, time);
    if (target.low_resolution_time) time.ns += 999'999'999 - time.ns % 1'000'000'000;
  }
  return time;
}

void Builder::check_future(Target& target, FileTime time) {
  static constexpr int64_t kSecond = 1'000'000'000;
  const auto now = [] {
    timespec ts;
    ::clock_gettime(CLOCK_REALTIME_COARSE, &ts);
    return ts.tv_sec * kSecond + ts.tv_nsec;
  };
  if (time.ns <= now_) return;
  now_ = now();
  // File systems stamp with the kernel's coarse clock, which may be a tick ahead of what was just read.
  if (time.ns <= now_ + 20'000'000) return;
  clock_skew_ = true;
  Event event{};
  event.kind = Event::Kind::time_in_future;
  event.target = target.name.view();
  event.seconds = static_cast<double>(time.ns - now_) / kSecond;
  events_.on(event);
}

bool Builder::touch(Target& target) {
  const std::string_view name = target.name.view();
  if (!options_.silent && !db_.special.silent_all && !target.silent) {
    Event event{};
    event.kind = Event::Kind::touch;
    event.target = name;
    events_.on(event);
  }
  if (options_.dry_run || options_.question) return true;
  const size_t open = name.find('(');
  std::error_code error;
  if (open != std::string_view::npos && open > 0 && name.back() == ')')
    error = disk_.touch_member(name.substr(0, open), name.substr(open + 1, name.size() - open - 2));
  else
    error = disk_.touch(name);
  if (error) {
    e_.diagnostics.message({}, fmt::format("*** touch: {}: {}", name, error.message()));
    return false;
  }
  return true;
}

}  // namespace cmz
