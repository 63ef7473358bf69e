// What happened: one struct for each kind of thing, with the fields of that kind. Whoever tells people or programs of a
// build (make's own lines, --events, later the display and the history) is an EventSink that visits them; a visitor has
// no default, so that the compiler finds every sink that forgot one.
//
// kName is what programs call the kind (--events). The views live only during EventSink::on().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cmzmake/base/exit.h"
#include "cmzmake/base/location.h"

namespace cmz {

// A job of this make. Numbers begin with 1; 0 is none.
using JobId = uint64_t;

// A captured output (-O) that a line belongs to; -1: make's own.
using OutputId = int;

enum class Severity : uint8_t {
  info,     // $(info): on standard output, as it is
  note,     // of interest, nothing is wrong
  warning,  // something may be wrong, the build goes on
  error,    // something is wrong, the build may go on
  fatal,    // it ends here
};

// How many of the targets that the walk has come to are in which state.
struct TargetCounts {
  uint32_t known = 0;     // come to so far; more may follow while `walking`
  uint32_t waiting = 0;   // for prerequisites
  uint32_t running = 0;   // their recipes run
  uint32_t finished = 0;  // with or without success
  uint32_t failed = 0;    // of the finished ones
  bool walking = true;    // the walk has not come to all yet
};

namespace event {

// --- the run ---

// Make has read its command line and begins.
struct RunBegan {
  static constexpr std::string_view kName = "run-begin";
  std::string_view program;  // the name that messages begin with
  std::string_view version;
  std::string_view directory;  // after -C; empty: not known
  unsigned level = 0;          // MAKELEVEL
  int restarts = 0;            // how often makefiles have been remade, and make begun anew
  const std::vector<std::string>* arguments = nullptr;
};
// The last event.
struct RunEnded {
  static constexpr std::string_view kName = "run-end";
  int status = 0;
  int signal = 0;         // that ends make; 0: none
  bool restarts = false;  // a makefile was remade: this process begins anew
};
// --- words ---

// Something that make says in words, about a makefile, an option, a file.
struct Message {
  static constexpr std::string_view kName = "message";
  Severity severity = Severity::note;
  Location where;  // unknown: make itself says it
  std::string_view text;
  bool bare = true;  // GNU Make writes it without a word for the severity
};
// Text that somebody asked for.
struct Text {
  static constexpr std::string_view kName = "text";
  enum class What : uint8_t {
    usage,  // on standard error, after a wrong option
    help,
    version,
    data_base,
    targets,
    debug,
    statistics,
  };
  What what = What::debug;
  std::string_view text;  // whole lines
};

// --- jobs: the recipe of one target, line by line ---

// A job is ready but may not start yet. Told once for each reason.
struct JobWaits {
  static constexpr std::string_view kName = "job-wait";
  enum class For : uint8_t {
    slot,    // -j: a token of the jobserver
    load,    // -l
    tokens,  // what a killed client of the jobserver may still hold
  };
  JobId job = 0;
  std::string_view target;
  For reason = For::slot;
};
// The lines of a recipe follow.
struct JobBegan {
  static constexpr std::string_view kName = "job-begin";
  JobId job = 0;
  std::string_view target;
  Location where;          // of its recipe
  bool runs = true;        // some line of it is executed: it is about to write
  bool recursive = false;  // and is a make, or runs like one (`+`)
  unsigned attempt = 1;
  std::string_view why;  // what is newer, or why else it is remade; empty: nobody asked
  TargetCounts counts;
};
// A recipe line begins: shown unless it is silent. Under -n, and where make does nothing for it, without a process.
struct LineBegan {
  static constexpr std::string_view kName = "line";
  JobId job = 0;
  std::string_view target;
  Location where;
  std::string_view text;
  bool shown = true;
  bool recursive = false;
  OutputId output = -1;
};
struct ProcessBegan {
  static constexpr std::string_view kName = "process-begin";
  JobId job = 0;
  int pid = 0;
};
struct ProcessEnded {
  static constexpr std::string_view kName = "process-end";
  JobId job = 0;
  int pid = 0;
  Exit exit;
  Usage usage;
};
struct LineNotExecuted {
  static constexpr std::string_view kName = "line-not-executed";
  JobId job = 0;
  std::string_view why;  // "foo: No such file or directory"
  OutputId output = -1;
};
struct LineFailed {
  static constexpr std::string_view kName = "line-failed";
  JobId job = 0;
  std::string_view target;
  Location where;
  Exit exit;
  bool ignored = false;
  OutputId output = -1;
};
// Each job that began ends, whatever becomes of the build.
struct JobEnded {
  static constexpr std::string_view kName = "job-end";
  enum class How : uint8_t {
    done,
    failed,
    question,  // -q: there is something to do
  };
  JobId job = 0;
  std::string_view target;
  How how = How::done;
  Exit exit;  // of the line that ended it
  unsigned attempt = 1;
  int64_t began_ns = 0, ended_ns = 0;  // since 1970
  Usage usage;
  TargetCounts counts;
};

// --- targets ---

// --trace: why a target is remade.
struct Updating {
  static constexpr std::string_view kName = "update";
  std::string_view target;
  Location where;
  std::string_view why;
};
// -t
struct Touched {
  static constexpr std::string_view kName = "touch";
  std::string_view target;
};
// A goal needed nothing.
struct UpToDate {
  static constexpr std::string_view kName = "up-to-date";
  std::string_view target;
  bool nothing_to_do = false;  // it is phony, or has no recipe
};
struct NoRule {
  static constexpr std::string_view kName = "no-rule";
  std::string_view target;
  std::string_view needed_by;  // empty: a goal
  bool fatal = false;
};
// -k: a goal cannot be made, because of what failed.
struct NotRemade {
  static constexpr std::string_view kName = "not-remade";
  std::string_view target;
};
// The build has failed, and jobs still run.
struct WaitingForJobs {
  static constexpr std::string_view kName = "waiting-for-jobs";
};
// A recipe was interrupted or failed half-way.
struct HalfMadeDeleted {
  static constexpr std::string_view kName = "deleted";
  std::string_view target;
  std::string_view made_by;  // the target whose recipe it was, if it is a peer
};
// An archive's member may be half made, and stays.
struct MemberMayBeBogus {
  static constexpr std::string_view kName = "maybe-bogus";
  std::string_view target;
  std::string_view made_by;
};
struct IntermediatesRemoved {
  static constexpr std::string_view kName = "intermediates-removed";
  std::string_view names;    // separated by blanks
  bool interrupted = false;  // one could not be removed, which is told next
};
struct CircularDropped {
  static constexpr std::string_view kName = "circular";
  std::string_view target;
  std::string_view prerequisite;
  bool controlled = false;  // --warn or .WARNINGS speaks of it
};
struct TimeInFuture {
  static constexpr std::string_view kName = "time-in-future";
  std::string_view target;
  double seconds = 0;  // after now
};
// Such files were seen.
struct ClockSkew {
  static constexpr std::string_view kName = "clock-skew";
};

// --- makefiles that are remade ---

struct MakefileFailed {
  static constexpr std::string_view kName = "makefile-failed";
  std::string_view makefile;
  Location where;  // of its `include`
};
struct MakefileMissing {
  static constexpr std::string_view kName = "makefile-missing";
  std::string_view makefile;
  Location where;
  std::string_view why;
};

}  // namespace event

using Event =
    std::variant<event::RunBegan, event::RunEnded, event::Message, event::Text, event::JobWaits, event::JobBegan,
                 event::LineBegan, event::ProcessBegan, event::ProcessEnded, event::LineNotExecuted, event::LineFailed,
                 event::JobEnded, event::Updating, event::Touched, event::UpToDate, event::NoRule, event::NotRemade,
                 event::WaitingForJobs, event::HalfMadeDeleted, event::MemberMayBeBogus, event::IntermediatesRemoved,
                 event::CircularDropped, event::TimeInFuture, event::ClockSkew, event::MakefileFailed,
                 event::MakefileMissing>;

}  // namespace cmz
