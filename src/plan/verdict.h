// The decision: is a target to be made? Pure functions from times and flags. Manual, "How `make` Processes a Makefile",
// "Rules without Recipes or Prerequisites", "Double-Colon Rules".
#pragma once

#include "cmzmake/disk/file_time.h"

namespace cmz {

// What the decision knows of one prerequisite that is up to date.
struct PrerequisiteFacts {
  FileTime time;  // absent: there is no such file
  bool order_only = false;
  bool intermediate = false;  // may be missing
  bool remade = false;        // its recipe has changed it, or it is phony and its recipe ran
};

struct PrerequisiteVerdict {
  bool missing = false;       // it ought to be there, and is not
  bool newer = false;         // than the target
  bool makes_target = false;  // reason enough to make it
  bool changed = false;       // something happened to it, whatever the times say
};

constexpr PrerequisiteVerdict judge(const PrerequisiteFacts& p, FileTime target_time) {
  PrerequisiteVerdict out;
  out.missing = p.time.is_absent() && !p.intermediate;
  out.newer = p.remade || p.time > target_time;
  out.makes_target = !p.order_only && out.missing;
  out.changed = p.remade || out.makes_target;
  return out;
}

// What the decision knows of a target whose prerequisites are up to date.
struct TargetFacts {
  bool absent = false;     // there is no such file, or a phony one
  bool must_make = false;  // it is absent, or a prerequisite is newer or missing
  bool is_target = false;  // a rule names it
  bool has_recipe = false;
  bool lone_double_colon = false;  // a double-colon rule without prerequisites: it always applies
  bool prerequisite_changed = false;
  bool always_make = false;  // -B
};

struct Verdict {
  enum class Why : unsigned char {
    up_to_date,
    must,  // absent, or because of prerequisites
    lone_double_colon,
    always_make,      // only -B wants it
    nothing_changed,  // a rule without a recipe, and no prerequisite that anything was done to
  };
  bool make = false;
  Why why = Why::up_to_date;
};

constexpr Verdict judge(const TargetFacts& t) {
  using Why = Verdict::Why;
  const bool must = t.must_make || t.lone_double_colon;
  const bool make = must || (t.always_make && t.has_recipe);
  if (!t.has_recipe && t.is_target && !t.prerequisite_changed && !(make && t.absent))
    return {false, t.lone_double_colon ? Why::lone_double_colon : Why::nothing_changed};
  if (!make) return {};
  if (t.lone_double_colon) return {true, Why::lone_double_colon};
  return {true, must ? Why::must : Why::always_make};
}

}  // namespace cmz
