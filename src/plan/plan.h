#pragma once

#include "cmzmake/plan/builder.h"

namespace cmz {

// What the rooms of this floor share: the floors below, and what the command line has decided.
struct Plan {
  Plan(const BuildContext& context, BuildOptions wanted)
      : evaluator(context.evaluator),
        db(context.evaluator.db),
        search(context.search),
        disk(context.disk),
        events(context.events),
        capture(context.capture),
        debug(context.debug),
        options(std::move(wanted)) {}

  Evaluator& evaluator;
  Database& db;
  Search& search;
  Disk& disk;
  EventSink& events;
  OutputCapture* capture;  // -O, or null
  DebugLog* debug;         // -d, or null
  BuildOptions options;    // makefiles are remade with others
  PlanCounts counts;

  // Nothing is made for real: -n, -q, -t.
  bool pretends() const { return options.dry_run || options.question || options.touch; }
  // Nothing is said of what goes well: -s, `.SILENT:` alone.
  bool silent() const { return options.silent || db.special.silent_all; }
  // Manual, "Chains of Implicit Rules".
  bool is_intermediate(const Target& target) const {
    return !target.phony && (target.intermediate || (db.special.secondary_all && !target.not_intermediate));
  }
};

}  // namespace cmz
