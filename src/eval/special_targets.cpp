// What .PHONY, .SUFFIXES, .PRECIOUS and the others mean. Manual, "Special Built-in Target Names".
#include "cmzmake/eval/special_targets.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmzmake/base/strings.h"
#include "names.h"

namespace cmz {

bool apply_early_special_target(Evaluator& e, std::string_view name, std::string_view prerequisites, Recipe* recipe) {
  if (name.empty() || name[0] != '.') return false;
  SpecialTargets& special = e.db.special;
  if (name == ".SUFFIXES") {
    auto& suffixes = e.db.suffixes;
    if (trim(prerequisites).empty()) {
      suffixes.clear();
      Target& target = e.db.target(".SUFFIXES");
      target.prerequisites.clear();
      target.builtin = false;  // there are no built-in ones in it now
    }
    for (std::string_view s : Words(prerequisites)) {
      const auto known = std::find(suffixes.begin(), suffixes.end(), s);
      if (known == suffixes.end())
        suffixes.push_back(e.db.arena.copy(s));
      else
        *known = e.db.arena.copy(s);  // no longer a built-in one
    }
    return true;
  }
  if (name == ".DEFAULT") {
    e.db.default_recipe = recipe;
    return true;
  }
  if (name == ".POSIX") {
    special.posix = true;
    // POSIX wants a recipe line to fail as soon as a command in it fails.
    constexpr std::pair<std::string_view, std::string_view> kPosix[] = {
        {".SHELLFLAGS", "-ec"}, {"CC", "c99"},          {"CFLAGS", "-O1"},  {"FC", "fort77"},
        {"FFLAGS", "-O1"},      {"SCCSGETFLAGS", "-s"}, {"ARFLAGS", "-rv"},
    };
    for (const auto& [variable, value] : kPosix)
      e.define(e.db.globals, variable, std::string(value), Origin::default_, Flavor::simple);
    return true;
  }
  if (name == ".SECONDEXPANSION") return special.second_expansion = true;
  if (name == ".ONESHELL") return special.one_shell = true;
  return false;
}

// Second expansions in the prerequisites of special targets happen now: they are no file's.
static void expand_pending(Evaluator& e, Target& target) {
  for (size_t i = 0; i < target.prerequisites.size(); ++i) {
    const PendingPrerequisites* pending = e.db.pending(target.prerequisites[i]);
    if (pending == nullptr) continue;
    PlaceGuard place(e, pending->where);
    const std::string text = e.expand(pending->text);
    std::vector<Prerequisite> names;
    append_prerequisites(e, text, nullptr, names, Mention::explicit_);
    target.prerequisites.erase(target.prerequisites.begin() + static_cast<std::ptrdiff_t>(i));
    target.prerequisites.insert(target.prerequisites.begin() + static_cast<std::ptrdiff_t>(i), names.begin(),
                                names.end());
    i += names.size() - 1;
  }
}

void Evaluator::finish_reading() {
  SpecialTargets& special = db.special;
  const auto each = [&](std::string_view name, auto apply) -> Target* {
    Target* target = db.find_target(name);
    if (target == nullptr || !target->is_target) return nullptr;
    for (Target* t = target; t; t = t->next_double_colon) {
      expand_pending(*this, *t);
      for (const Prerequisite& p : t->prerequisites)
        for (Target* named = p.target; named; named = named->next_double_colon) apply(*named);
    }
    return target;
  };
  const auto none_named = [](const Target* target) { return target != nullptr && target->prerequisites.empty(); };

  each(".PRECIOUS", [](Target& t) { t.precious = true; });
  each(".LOW_RESOLUTION_TIME", [](Target& t) { t.low_resolution_time = true; });
  each(".PHONY", [](Target& t) {
    t.phony = t.is_target = true;
    t.mtime = FileTime::absent();
  });
  const Target* all = each(".NOTINTERMEDIATE", [](Target& t) { t.not_intermediate = true; });
  special.not_intermediate_all = none_named(all);
  const auto conflict = [&](const Target& t, std::string_view other) {
    if (t.not_intermediate)
      throw Fatal({}, fmt::format("{} cannot be both .NOTINTERMEDIATE and {}", t.name.view(), other));
  };
  each(".INTERMEDIATE", [&](Target& t) {
    conflict(t, ".INTERMEDIATE");
    t.intermediate = true;
  });
  all = each(".SECONDARY", [&](Target& t) {
    conflict(t, ".SECONDARY");
    t.intermediate = t.secondary = true;
  });
  special.secondary_all = none_named(all);
  if (special.secondary_all && special.not_intermediate_all)
    throw Fatal({}, ".NOTINTERMEDIATE and .SECONDARY are mutually exclusive");
  special.ignore_all = none_named(each(".IGNORE", [](Target& t) { t.ignore_errors = true; }));
  special.silent_all = none_named(each(".SILENT", [](Target& t) { t.silent = true; }));
  special.not_parallel = none_named(each(".NOTPARALLEL", [](Target& t) { t.not_parallel = true; }));
  if (each(".EXPORT_ALL_VARIABLES", [](Target&) {})) {
    special.export_all = true;
    db.globals.touch();
  }
  if (each(".DELETE_ON_ERROR", [](Target&) {})) special.delete_on_error = true;
  add_extra_prerequisites(*this);
}

}  // namespace cmz
