#pragma once

#include <cstdint>
#include <string_view>

#include "cmzmake/base/location.h"

namespace cmz {

// Something that happened in the build, for whoever tells people or programs about it.
// The views live only during EventSink::on().
struct Event {
  enum class Kind : uint8_t {
    started,           // a job is about to write
    command,           // text: a recipe line about to run (or shown under -n)
    touch,             // target is touched (-t)
    up_to_date,        // a goal needed nothing; `flag`: it has no recipe or is phony
    no_rule,           // no rule makes `target`; `other`: needed by; `fatal`: the build stops
    failed,            // a recipe line failed: where, status or signal; `flag`: ignored
    not_executed,      // text: what exec said
    not_remade,        // -k: goal `target` was not remade because of errors
    waiting,           // the build stops, jobs still run
    deleting,          // half-made `target` is deleted; `other`: the target whose recipe made it
    bogus_member,      // half-made `target` is an archive's member, and stays; `other` as above
    removing,          // text: intermediate files that are removed, separated by blanks; `flag`:
                       // the last one could not be, which is told next
    circular,          // the prerequisite `other` of `target` is dropped; `flag`: in the words of --warn
    time_in_future,    // `target` is `seconds` younger than now
    clock_skew,        // such files were seen
    updating,          // --trace: `target` at `where` is updated because of `text`
    makefile_failed,   // `target`, included at `where`, could not be remade
    makefile_missing,  // `target`, included at `where`, cannot be read: text says why
  };
  Kind kind;
  std::string_view target;
  std::string_view other;
  std::string_view text;
  Location where;
  int status = 0;  // exit status
  int signal = 0;  // or the signal that ended the process
  bool core_dumped = false;
  bool fatal = false;
  bool flag = false;
  double seconds = 0;
  int output = -1;  // a captured output that this belongs to, or -1
};

// Watches the build, never steers it.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on(const Event& event) = 0;
};

}  // namespace cmz
