// What a failed recipe leaves behind. Manual, "Errors in Recipes", "Interrupting or Killing `make`".
#include <fmt/format.h>

#include "cmzmake/base/archive_name.h"
#include "job_runner.h"

namespace cmz {

// A target whose recipe failed is deleted if the recipe has changed it: the next run must not take
// it for done.
void JobRunner::delete_half_made(Target& target) {
  delete_if_changed(target, nullptr);
  if (!target.group) return;
  for (Target* member : target.group->members)
    if (member != &target) delete_if_changed(*member, &target);
}

void JobRunner::delete_if_changed(Target& target, const Target* made_by) {
  if (target.precious || target.phony) return;
  const std::string_view name = target.name.view();
  const std::string_view by = made_by ? made_by->name.view() : std::string_view();
  if (const auto part = split_archive_name(name)) {
    plan_.disk.changed(part->archive);
    // Left alone: it may be new, or in an archive that is.
    if (plan_.disk.member_mtime(part->archive, part->member) != target.time_before ||
        plan_.disk.mtime(part->archive).is_absent())
      plan_.events.on(event::MemberMayBeBogus{name, by});
    return;
  }
  plan_.disk.changed(name);
  const FileTime now = plan_.disk.mtime(name);
  if (now.is_absent() || now == target.time_before || plan_.disk.is_directory(name)) return;
  plan_.events.on(event::HalfMadeDeleted{name, by});
  const std::error_code error = plan_.disk.remove(name);
  plan_.disk.changed(name);
  if (!error || error == std::errc::no_such_file_or_directory) return;
  plan_.evaluator.diagnostics.bare_error({}, fmt::format("unlink: {}: {}", name, error.message()));
}

}  // namespace cmz
