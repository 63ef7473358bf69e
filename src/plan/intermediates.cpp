// Intermediate files vanish when all is built. Manual, "Chains of Implicit Rules".
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cmzmake/base/table_order.h"
#include "rooms.h"

namespace cmz {
namespace {

// Those to be removed, in the order of GNU Make's table of files. What the command line names is kept.
std::vector<Target*> made_intermediates(Database& db, bool goals_are_named) {
  std::vector<Target*> made;
  if (db.special.secondary_all) return made;
  for (Target& t : db.targets())
    if (t.intermediate && t.updated && !t.precious && !t.secondary && !t.not_intermediate &&
        !(t.command_line && goals_are_named))
      made.push_back(&t);
  const size_t size = table_size(1024, db.targets().size());
  std::stable_sort(made.begin(), made.end(), [size](const Target* a, const Target* b) {
    return table_place(a->name.view(), size) < table_place(b->name.view(), size);
  });
  return made;
}

}  // namespace

void Builder::remove_intermediates() {
  Plan& plan = rooms_->plan;
  if (plan.options.question || plan.options.touch || rooms_->intermediates_removed) return;
  std::string names;
  const auto show = [&](bool interrupted) {
    if (names.empty() || plan.silent()) return;
    plan.events.on(event::IntermediatesRemoved{names, interrupted});
    names.clear();
  };
  bool any = false;
  for (const Target* t : made_intermediates(plan.db, rooms_->goals.are_named)) {
    std::error_code error;
    if (!plan.options.dry_run) {
      error = plan.disk.remove(t->name.view());
      if (error == std::errc::no_such_file_or_directory) continue;
      plan.disk.changed(t->name.view());
    }
    if (!std::exchange(any, true) && plan.debug) plan.debug->say(DebugLog::basic, 0, "Removing intermediate files...");
    if (!names.empty()) names += ' ';
    names += t->name.view();
    if (!error) continue;
    show(true);
    plan.evaluator.diagnostics.bare_error({}, fmt::format("\nunlink: {}: {}", t->name.view(), error.message()));
  }
  show(false);
}

}  // namespace cmz
