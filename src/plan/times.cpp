// Modification times of targets, and where vpath finds them.
#include <fmt/format.h>
#include <time.h>

#include "cmzmake/base/archive_name.h"
#include "cmzmake/base/strings.h"
#include "cmzmake/plan/builder.h"

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
    target.mtime = mtime_of_rule(target, *target.double_colon_head);
  else
    target.mtime = read_mtime(target);
  return target.mtime;
}

// One rule of a double-colon target: it goes by the name that the target was found under.
FileTime Builder::mtime_of_rule(Target& rule, Target& head) {
  const FileTime time = mtime(head);
  rule.name = head.name;
  rule.hashed_name = head.hashed_name;
  rule.ignore_vpath = head.ignore_vpath;
  return time;
}

// A target that vpath has found is remade where the makefile says it is.
void Builder::leave_vpath(Target& target) {
  target.name = target.hashed_name;
  if (target.recipe) target.mtime = FileTime::unknown();
  target.vpath_searched = true;
  target.ignore_vpath = true;
  Target* const head = target.double_colon_head;
  if (head && !head->ignore_vpath) leave_vpath(*head);  // all rules to come, too
}

// A makefile has the time that it had when it was read, unless something may have changed it since.
void Builder::known_since_read(const ReadMakefile& makefile) {
  Target& target = *makefile.target;
  if (makefile.error != 0 || !makefile.time.is_real() || makefile.generation != disk_.generation() ||
      !target.mtime.is_unknown() || target.phony || target.old_file || options_.check_symlink_times)
    return;
  target.mtime = makefile.time;
  check_future(target, makefile.time);
}

FileTime Builder::ask_disk(const Target& target, std::error_code* error) {
  if (options_.check_symlink_times) return disk_.mtime_newest_link(target.name.view(), error);
  if (times_ahead_ && target.ahead != 0 && target.name == target.hashed_name) {
    if (ahead_generation_ != disk_.generation())
      times_ahead_.reset();  // something was run
    else if (const auto time = times_ahead_->get(target.ahead - 1))
      return *time;
  }
  return disk_.mtime(target.name.view(), error);
}

void Builder::look_ahead(const std::vector<Target*>& goals) {
  if (options_.check_symlink_times || db_.targets().size() < TimesAhead::kPays) return;
  std::vector<const char*> names;
  struct Place {
    Target* target;
    size_t next;
  };
  std::vector<Place> path;
  const auto enter = [&](Target* target) {
    if (target == nullptr || target->ahead != 0) return;
    target->ahead = UINT32_MAX;
    if (!target->phony && target->mtime.is_unknown() && !is_archive_member(target->name.view())) {
      names.push_back(target->name.c_str());
      target->ahead = static_cast<uint32_t>(names.size());
    }
    path.push_back({target, 0});
  };
  for (Target* goal : goals) {
    enter(goal);
    while (!path.empty()) {
      Place& place = path.back();
      if (place.next == place.target->prerequisites.size())
        path.pop_back();
      else
        enter(place.target->prerequisites[place.next++].target);
    }
  }
  for (Target& target : db_.targets())
    if (target.ahead == UINT32_MAX) target.ahead = 0;
  ahead_generation_ = disk_.generation();
  times_ahead_ = disk_.times_ahead(std::move(names));
}

FileTime Builder::read_mtime(Target& target) {
  const std::string_view name = target.name.view();
  if (const auto member = split_archive_name(name)) return read_member_mtime(target, *member);

  std::error_code error;
  FileTime time = ask_disk(target, &error);
  if (error) e_.diagnostics.message({}, fmt::format("stat: {}: {}", name, error.message()));
  if (time.is_absent() && !target.vpath_searched && !target.ignore_vpath) {
    target.vpath_searched = true;
    if (auto found = search_.vpath(name, target.is_target)) {
      const Symbol path = db_.symbols.intern(found->path);
      if (Target* other = db_.find_target(path); other && other != &target && !target.double_colon_head) {
        merge(target, *other);
        return mtime(*other);
      }
      db_.rename_target(target, path);
      if (found->in_gpath) target.ignore_vpath = true;
      const FileTime there =
          options_.check_symlink_times ? disk_.mtime_newest_link(found->path) : disk_.mtime(found->path);
      const std::string_view plain = without_dot_slash(found->path);  // VPATH may say ./dir where -W says dir
      if (const Target* known = db_.find_target(plain);
          plain.size() < found->path.size() && known && !known->mtime.is_unknown())
        time = known->mtime;
      else if (!there.is_absent())
        time = there;
      if (found->in_gpath) target.hashed_name = target.name;
    }
  }
  if (time.is_real() && !target.updated) check_future(target, time);
  return time;
}

// A member is as old as its archive says. The archive is a target like others: where vpath finds it, there its members
// are, until one of them is made here.
FileTime Builder::read_member_mtime(Target& target, const ArchiveName& name) {
  Target& archive = *resolve(&db_.target(name.archive));
  const bool there = !mtime(archive).is_absent();
  std::string_view path = name.archive;
  if (archive.name.view() != path && !target.ignore_vpath) {
    const std::string found = fmt::format("{}({})", archive.name.view(), name.member);
    const Symbol symbol = db_.symbols.intern(found);
    if (Target* other = db_.find_target(symbol); other && other != &target && !target.double_colon_head) {
      merge(target, *other);
      return mtime(*other);
    }
    db_.rename_target(target, symbol);
    path = archive.name.view();
    if (archive.ignore_vpath) {
      target.ignore_vpath = true;
      target.hashed_name = target.name;
    }
  }
  const FileTime time = there ? disk_.member_mtime(path, name.member) : FileTime::absent();
  if (!time.is_real()) return time;
  // A member that is older than the file of its name is as good as missing: it must come from that file.
  const FileTime file = disk_.mtime(name.member);
  return file.is_real() && file.ns / kSecond > time.ns / kSecond ? FileTime::absent() : time;
}

// The member's archive may be another one now: it is looked for again.
void Builder::member_was_made(const Target& target) {
  const auto member = split_archive_name(target.name.view());
  Target* const archive = member ? db_.find_target(member->archive) : nullptr;
  if (archive == nullptr) return;
  disk_.changed(member->archive);
  archive->mtime = FileTime::unknown();
  if (archive->ignore_vpath) return;
  archive->name = archive->hashed_name;
  archive->vpath_searched = false;
}

// vpath found `from` where the makefiles know `into`: from now on they are one.
void Builder::merge(Target& from, Target& into) {
  const Target& first_rule = into.double_colon ? *into.next_double_colon : into;
  if (from.recipe && first_rule.recipe && from.recipe != first_rule.recipe) {
    const Location where = from.recipe->where;
    const auto say = [&](const std::string& text) { e_.diagnostics.message(where, text); };
    const std::string_view old_name = from.name.view(), name = into.name.view();
    say(fmt::format("Recipe was specified for file '{}' at {}:{},", old_name, where.file, where.line));
    say(fmt::format("but '{}' is now considered the same file as '{}'.", old_name, name));
    say(fmt::format("Recipe for '{}' will be ignored in favor of the one for '{}'.", old_name, name));
  } else if (from.recipe && !into.recipe) {
    into.recipe = from.recipe;
    into.stem = from.stem;
  }
  if (from.double_colon != into.double_colon && from.is_target) {
    const char* kinds[] = {"single-colon", "double-colon"};
    throw Fatal({}, fmt::format("can't rename {} '{}' to {} '{}'", kinds[from.double_colon], from.name.view(),
                                kinds[into.double_colon], into.name.view()));
  }
  if (into.progress == Progress::finished && !from.prerequisites.empty()) {  // it has more to look at now
    into.progress = Progress::untouched;
    into.status = Status::none;
  }
  into.prerequisites.insert(into.prerequisites.end(), from.prerequisites.begin(), from.prerequisites.end());
  for (Target* entry = from.next_double_colon; entry; entry = entry->next_double_colon)
    if (entry->double_colon_head == &from) entry->double_colon_head = &into;
  if (from.double_colon) {
    Target* last = &into;
    while (last->next_double_colon) last = last->next_double_colon;
    last->next_double_colon = from.next_double_colon;
  }
  if (from.variables) {
    if (!into.variables)
      into.variables = from.variables;
    else
      into.variables->add_missing(*from.variables);
  }
  into.is_target |= from.is_target;
  into.is_explicit |= from.is_explicit;
  into.precious |= from.precious;
  into.phony |= from.phony;
  into.command_line |= from.command_line;
  into.silent |= from.silent;
  into.ignore_errors |= from.ignore_errors;
  into.secondary |= from.secondary;
  into.not_intermediate |= from.not_intermediate;
  into.not_parallel |= from.not_parallel;
  into.snapped &= from.snapped;
  if (!into.parent) into.parent = from.parent;
  from.merged_into = &into;
}

// The target's time as its prerequisites are compared with: one that is known to the second only is as new
// as the end of that second. Manual, ".LOW_RESOLUTION_TIME"; archives hold whole seconds too.
FileTime Builder::time_as_target(Target& target) {
  FileTime time = mtime(target);
  if (!time.is_real()) return time;
  if (target.low_resolution_time && time.ns % kSecond != 0)
    e_.diagnostics.message({},
                           fmt::format("*** Warning: .LOW_RESOLUTION_TIME file '{}' has a high resolution time stamp",
                                       target.name.view()));
  if (target.low_resolution_time || is_archive_member(target.name.view())) time.ns += kSecond - 1 - time.ns % kSecond;
  return time;
}

// One file is enough to say that the clocks differ.
void Builder::check_future(Target& target, FileTime time) {
  if (clock_skew_) return;
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
  event.target = target.hashed_name.view();  // it is looked at before vpath's name is taken over
  event.seconds = static_cast<double>(time.ns - now_) / kSecond;
  events_.on(event);
}

bool Builder::touch(Target& target) {
  const std::string_view name = target.name.view();
  if (!options_.silent && !db_.special.silent_all) {
    Event event{};
    event.kind = Event::Kind::touch;
    event.target = name;
    events_.on(event);
  }
  if (options_.dry_run) return true;
  if (const auto member = split_archive_name(name)) return touch_member(member->archive, member->member);
  const std::error_code error = disk_.touch(name);
  if (error) e_.diagnostics.message({}, fmt::format("touch: open: {}: {}", name, error.message()));
  return !error;
}

bool Builder::touch_member(std::string_view archive, std::string_view member) {
  const std::error_code error = disk_.touch_member(archive, member);
  if (!error) return true;
  std::string what;
  if (error == std::errc::no_such_file_or_directory)
    what = fmt::format("Archive '{}' does not exist", archive);
  else if (error == std::errc::no_such_device_or_address)
    what = fmt::format("Member '{}' does not exist in '{}'", member, archive);
  else if (error == std::errc::invalid_argument || error == std::errc::is_a_directory)
    what = fmt::format("'{}' is not a valid archive", archive);
  else
    what = fmt::format("{}({}): {}", archive, member, error.message());
  e_.diagnostics.message({}, "touch: " + what);
  return false;
}

}  // namespace cmz
