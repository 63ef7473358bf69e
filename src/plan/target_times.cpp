#include "target_times.h"

#include <fmt/format.h>
#include <time.h>

#include "cmzmake/base/archive_name.h"
#include "cmzmake/base/strings.h"

namespace cmz {
namespace {
constexpr int64_t kSecond = 1'000'000'000;
}

FileTime TargetTimes::of(Target& target) {
  if (!target.mtime.is_unknown()) return target.mtime;
  if (target.phony)
    set(target, FileTime::absent());
  else if (target.old_file)
    set(target, FileTime::oldest());
  else if (target.double_colon_head)
    set(target, of_rule(target, *target.double_colon_head));
  else
    set(target, read(target));
  return target.mtime;
}

// One rule of a double-colon target: it goes by the name that the target was found under.
FileTime TargetTimes::of_rule(Target& rule, Target& head) {
  const FileTime time = of(head);
  rule.name = head.name;
  rule.hashed_name = head.hashed_name;
  rule.ignore_vpath = head.ignore_vpath;
  return time;
}

void TargetTimes::leave_vpath(Target& target) {
  target.name = target.hashed_name;
  if (target.recipe) forget(target);
  target.vpath_searched = true;
  target.ignore_vpath = true;
  Target* const head = target.double_colon_head;
  if (head && !head->ignore_vpath) leave_vpath(*head);  // all rules to come, too
}

void TargetTimes::known_since_read(const ReadMakefile& makefile) {
  Target& target = *makefile.target;
  if (makefile.error != 0 || !makefile.time.is_real() || makefile.generation != plan_.disk.generation() ||
      !target.mtime.is_unknown() || target.phony || target.old_file || plan_.options.check_symlink_times)
    return;
  set(target, makefile.time);
  check_future(target, makefile.time);
}

FileTime TargetTimes::ask_disk(const Target& target, std::error_code* error) {
  if (plan_.options.check_symlink_times) return plan_.disk.mtime_newest_link(target.name.view(), error);
  if (ahead_ && target.ahead != 0 && target.name == target.hashed_name) {
    if (ahead_generation_ != plan_.disk.generation()) {
      ahead_.reset();  // something was run
    } else if (const auto time = ahead_->get(target.ahead - 1)) {
      ++plan_.counts.times_ahead;
      return *time;
    }
  }
  return plan_.disk.mtime(target.name.view(), error);
}

void TargetTimes::look_ahead(const std::vector<Target*>& goals) {
  if (plan_.options.check_symlink_times || plan_.db.targets().size() < TimesAhead::kPays) return;
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
  for (Target& target : plan_.db.targets())
    if (target.ahead == UINT32_MAX) target.ahead = 0;
  ahead_generation_ = plan_.disk.generation();
  ahead_ = plan_.disk.times_ahead(std::move(names));
}

FileTime TargetTimes::read(Target& target) {
  const std::string_view name = target.name.view();
  if (is_archive_member(name)) return read_member(target);
  std::error_code error;
  FileTime time = ask_disk(target, &error);
  if (error) plan_.evaluator.diagnostics.bare_error({}, fmt::format("stat: {}: {}", name, error.message()));
  if (time.is_absent() && !target.vpath_searched && !target.ignore_vpath) {
    target.vpath_searched = true;
    if (const auto found = plan_.search.vpath(name, target.is_target)) {
      const Symbol path = plan_.db.symbols.intern(found->path);
      if (Target* other = plan_.db.find_target(path); other && other != &target && !target.double_colon_head) {
        merge(target, *other);
        return of(*other);
      }
      plan_.db.rename_target(target, path);
      time = time_in_vpath(found->path, time);
      if (found->in_gpath) {
        target.ignore_vpath = true;
        target.hashed_name = target.name;
      }
    }
  }
  if (time.is_real() && !target.updated) check_future(target, time);
  return time;
}

// The time of a file that vpath found as `path`; `otherwise` when it is gone.
FileTime TargetTimes::time_in_vpath(const std::string& path, FileTime otherwise) {
  const FileTime there =
      plan_.options.check_symlink_times ? plan_.disk.mtime_newest_link(path) : plan_.disk.mtime(path);
  const std::string_view plain = without_dot_slash(path);  // VPATH may say ./dir where -W says dir
  if (plain.size() < path.size())
    if (const Target* known = plan_.db.find_target(plain); known && !known->mtime.is_unknown()) return known->mtime;
  return there.is_absent() ? otherwise : there;
}

// A member is as old as its archive says. The archive is a target like others: where vpath finds it, there its members
// are, until one of them is made here.
FileTime TargetTimes::read_member(Target& target) {
  const ArchiveName name = *split_archive_name(target.name.view());
  Target& archive = *resolve(&plan_.db.target(name.archive));
  const bool there = !of(archive).is_absent();
  std::string_view path = name.archive;
  if (archive.name.view() != path && !target.ignore_vpath) {
    const Symbol found = plan_.db.symbols.intern(fmt::format("{}({})", archive.name.view(), name.member));
    if (Target* other = plan_.db.find_target(found); other && other != &target && !target.double_colon_head) {
      merge(target, *other);
      return of(*other);
    }
    plan_.db.rename_target(target, found);
    path = archive.name.view();
    if (archive.ignore_vpath) {
      target.ignore_vpath = true;
      target.hashed_name = target.name;
    }
  }
  const FileTime time = there ? plan_.disk.member_mtime(path, name.member) : FileTime::absent();
  if (!time.is_real()) return time;
  // A member that is older than the file of its name is as good as missing: it must come from that file.
  const FileTime file = plan_.disk.mtime(name.member);
  return file.is_real() && file.ns / kSecond > time.ns / kSecond ? FileTime::absent() : time;
}

void TargetTimes::member_was_made(const Target& target) {
  const auto member = split_archive_name(target.name.view());
  Target* const archive = member ? plan_.db.find_target(member->archive) : nullptr;
  if (archive == nullptr) return;
  plan_.disk.changed(member->archive);
  forget(*archive);
  if (archive->ignore_vpath) return;
  archive->name = archive->hashed_name;
  archive->vpath_searched = false;
}

Target* TargetTimes::resolve(Target* target) {
  if (target->progress == Progress::untouched) of(*target);
  while (target->merged_into) target = target->merged_into;
  return target;
}

// vpath found `from` where the makefiles know `into`: from now on they are one. Of double-colon rules the first ones
// become one; all others of `from` are gone.
void TargetTimes::merge(Target& from, Target& into) {
  Target& old_rule = from.double_colon ? *from.next_double_colon : from;
  Target& rule = into.double_colon ? *into.next_double_colon : into;
  if (old_rule.recipe && rule.recipe && old_rule.recipe != rule.recipe) {
    const Location where = old_rule.recipe->where;
    const auto say = [&](const std::string& text) { plan_.evaluator.diagnostics.bare_warning(where, text); };
    const std::string_view old_name = from.name.view(), name = into.name.view();
    say(fmt::format("Recipe was specified for file '{}' at {}:{},", old_name, where.file, where.line));
    say(fmt::format("but '{}' is now considered the same file as '{}'.", old_name, name));
    say(fmt::format("Recipe for '{}' will be ignored in favor of the one for '{}'.", old_name, name));
  } else if (old_rule.recipe && !rule.recipe) {
    rule.recipe = old_rule.recipe;
    rule.stem = old_rule.stem;
  }
  if (from.double_colon != into.double_colon && from.is_target) {
    const char* kinds[] = {"single-colon", "double-colon"};
    throw Fatal({}, fmt::format("can't rename {} '{}' to {} '{}'", kinds[from.double_colon], from.name.view(),
                                kinds[into.double_colon], into.name.view()));
  }
  if (!old_rule.prerequisites.empty()) rule.recipe_known = false;  // there may be second expansions among them
  rule.prerequisites.insert(rule.prerequisites.end(), old_rule.prerequisites.begin(), old_rule.prerequisites.end());
  order_.extend(rule);
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
  rule.snapped &= old_rule.snapped;
  from.merged_into = &into;
}

FileTime TargetTimes::as_target(Target& target) {
  FileTime time = of(target);
  if (!time.is_real()) return time;
  if (target.low_resolution_time && time.ns % kSecond != 0)
    plan_.evaluator.diagnostics.error(
        {},
        fmt::format("Warning: .LOW_RESOLUTION_TIME file '{}' has a high resolution time stamp", target.name.view()));
  if (target.low_resolution_time || is_archive_member(target.name.view())) time.ns += kSecond - 1 - time.ns % kSecond;
  return time;
}

// One file is enough to say that the clocks differ.
void TargetTimes::check_future(Target& target, FileTime time) {
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
  // It is looked at before vpath's name is taken over.
  plan_.events.on(event::TimeInFuture{target.hashed_name.view(), static_cast<double>(time.ns - now_) / kSecond});
}

}  // namespace cmz
