// Modification times of targets, and where vpath finds them.
#include <fmt/format.h>
#include <time.h>

#include "cmzmake/base/archive_name.h"
#include "cmzmake/build/builder.h"

namespace cmz {
namespace {
constexpr int64_t kSecond = 1'000'000'000;
}

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
  if (const auto member = split_archive_name(name)) {
    FileTime time = disk_.member_mtime(member->archive, member->member);
    if (time.is_absent() && !target.vpath_searched) {
      target.vpath_searched = true;
      if (auto found = search_.vpath(member->archive)) {
        const std::string path = fmt::format("{}({})", found->path, member->member);
        const FileTime there = disk_.member_mtime(found->path, member->member);
        if (!there.is_absent()) {
          db_.rename_target(target, db_.symbols.intern(path));
          time = there;
        }
      }
    }
    // A member that is older than the file of its name is as good as missing: it must come from that file.
    if (time.is_real()) {
      const FileTime file = disk_.mtime(member->member);
      if (file.is_real() && file.ns / kSecond > time.ns / kSecond) return FileTime::absent();
    }
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
  }
  return time;
}

// The target's time as its prerequisites are compared with: one that is known to the second only is as new
// as the end of that second. Manual, ".LOW_RESOLUTION_TIME"; archives hold whole seconds too.
FileTime Builder::time_as_target(Target& target) {
  FileTime time = mtime(target);
  if (time.is_real() && (target.low_resolution_time || is_archive_member(target.name.view())))
    time.ns += kSecond - 1 - time.ns % kSecond;
  return time;
}

void Builder::check_future(Target& target, FileTime time) {
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
  std::error_code error;
  if (const auto member = split_archive_name(name))
    error = disk_.touch_member(member->archive, member->member);
  else
    error = disk_.touch(name);
  if (error) {
    e_.diagnostics.message({}, fmt::format("*** touch: {}: {}", name, error.message()));
    return false;
  }
  return true;
}

}  // namespace cmz
