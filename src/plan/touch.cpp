// -t: files get the present time instead of their recipes. Manual, "Instead of Executing Recipes".
#include <fmt/format.h>

#include "cmzmake/base/archive_name.h"
#include "job_runner.h"

namespace cmz {

// The end of what -t does. The target counts as the newest of all.
void JobRunner::finish_touched(RunningJob& running) {
  Target& target = *running.target;
  bool ok = true;
  for (; running.touches > 0; --running.touches) ok = touch(target) && ok;
  finisher_.finish(target, ok ? Status::success : Status::failed,
                   running.job->lines.empty() ? Finisher::Ran::touched : Finisher::Ran::yes);
}

bool JobRunner::touch(Target& target) {
  const std::string_view name = target.name.view();
  if (!plan_.silent()) plan_.events.on(event::Touched{name});
  if (plan_.options.dry_run) return true;
  if (const auto member = split_archive_name(name)) return touch_member(member->archive, member->member);
  const std::error_code error = plan_.disk.touch(name);
  if (error) plan_.evaluator.diagnostics.bare_error({}, fmt::format("touch: open: {}: {}", name, error.message()));
  return !error;
}

bool JobRunner::touch_member(std::string_view archive, std::string_view member) {
  const std::error_code error = plan_.disk.touch_member(archive, member);
  if (!error) return true;
  std::string what;
  if (error == std::errc::no_such_file_or_directory)
    what = fmt::format("Archive '{}' does not exist", archive);
  else if (error == std::errc::no_such_device_or_address)
    what = fmt::format("Member '{}' does not exist in '{}'", member, archive);
  else if (error == std::errc::invalid_argument || error == std::errc::is_a_directory)
    what = fmt::format("'{}' is not a valid archive", archive);
  else
    what = fmt::format("{}: {}", archive, error.message());
  plan_.evaluator.diagnostics.bare_error({}, "touch: " + what);
  return false;
}

}  // namespace cmz
