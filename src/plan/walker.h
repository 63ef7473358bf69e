// The walk: depth first, left to right, on an explicit stack, so that a chain of a million targets needs no more of the
// machine's stack than a chain of ten.
//
// A frame is one target that is being looked at. `update` brings it up to date; `check` looks through an intermediate
// file that does not exist, to see whether anything below it is newer than the file that asks; `double_colon` goes
// through the rules of a double-colon target.
//
//     all: a b          stack, top first                        what step() does
//     a: x ; recipe
//     x: ; recipe       x update  begin ─► prerequisites ─► decide ─► recipe     starts x's recipe: running
//                       a update  prerequisites          ◄── x runs: a waits for it
//                       all update prerequisites         ◄── a waits, goes on with b
//
// A frame whose prerequisites are not all finished leaves the stack as *waiting*: when the last of them is finished,
// the target is ready, and is looked at again in the order in which the first walk came by (ready_queue.h).
//
// When a recipe has to wait for a slot, or make runs one recipe at a time, the walk pauses right there: its stack
// stays, and step() goes on from it once something has happened. The walk itself never sleeps.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "failure_policy.h"
#include "finisher.h"
#include "job_runner.h"
#include "visit_order.h"

namespace cmz {

class Walker {
 public:
  struct Rooms {
    TargetStates& states;
    TargetTimes& times;
    VisitOrder& order;
    ReadyQueue& ready;
    Goals& goals;
    FailurePolicy& failures;
    Finisher& finisher;
    JobRunner& jobs;
  };
  Walker(Plan& plan, const Rooms& rooms);

  // Puts a goal, or a target that is ready again, on the stack, which is empty. A goal that was looked at is left
  // alone.
  void visit_goal(Target& goal);
  void visit_again(Target& target);

  bool at_rest() const { return stack_.empty(); }
  enum class Pause : uint8_t {
    none,  // the stack is empty
    slot,  // a recipe waits for a slot
    job,   // make runs one recipe at a time, and one runs
  };
  // Goes on until the stack is empty or the walk must pause.
  Pause go_on();
  // A fatal error has ended the walk.
  void abandon();

  // What came of `target`, which is finished, for `asker` (null: for make, whose goal it is). Of a double-colon target
  // only the one who comes to it first in a pass hears of all its rules; the others hear of the first rule alone, as
  // GNU Make has it.
  Status answer(const Target& target, const Target* asker);

  // -d: a goal that was looked at before is come by again.
  void tell_seen(Target& target, size_t depth);
  // Of the goals while makefiles are remade.
  size_t goal_depth() const { return goals_.are_makefiles ? 1 : 0; }

 private:
  struct Frame {
    enum class Kind : uint8_t { update, check, double_colon };
    enum class Phase : uint8_t { begin, prerequisites, intermediates, decide, slot, recipe };
    Kind kind;
    Phase phase = Phase::begin;
    bool must_make = false;
    bool running = false;  // something below is not finished
    bool absent = false;
    bool waiting_child = false;  // a child frame's result is expected
    Status status = Status::none;
    Target* target;
    Target* owner;             // the target that waits for what is unfinished: itself, or a check's asker
    Target* entry = nullptr;   // double_colon: the rule that is considered
    Target* walked = nullptr;  // update: whose prerequisites are looked at: the target or a peer of its group
    uint32_t member = 0;       // the next peer
    uint32_t depth = 0;        // for -d
    size_t next = 0;           // prerequisite
    uint32_t node = 0;         // the same in the chain, when the target is in a group; 0: behind the last
    uint32_t last_kept = 0;    // the node before it that was not dropped as circular
    FileTime time;             // update: the target's own; check: the asker's
  };
  struct Result {
    Status status = Status::none;
    bool running = false;
    bool must_make = false;
  };
  // One prerequisite of a target that is in a group. Node 0 is none.
  struct PrerequisiteNode {
    Prerequisite prerequisite;
    uint32_t next = 0;
  };
  struct Chain {
    uint32_t first = 0;
    size_t size = 0;
  };

  void push_root(Target& target);
  Pause step(Frame& frame);
  void stop();

  // update (walker.cpp, begin_update.cpp)
  Pause step_update(Frame& frame);
  void begin_update(Frame& frame);
  void weigh_peers_times(Frame& frame);
  void end_prerequisites(Frame& frame);
  void look_again(Frame& frame);
  void pass_finished(Frame& frame, const Target& target) const;
  bool next_prerequisite(Frame& frame);
  void rewind(Frame& frame);
  void begin_list(Frame& frame, Target& walked);
  Prerequisite* looked_at(const Frame& frame);
  void advance(Frame& frame);
  void prepare(Target& target);

  // the others (walk_check.cpp, walk_double_colon.cpp)
  void step_check(Frame& frame);
  void step_double_colon(Frame& frame);
  const Target* first_asker(const Target& head) const;

  // all of them
  void visit(Target& target, Frame& from);
  void visit_check(Target& target, Frame& from);
  void pop(Result result);
  void deliver(Result result);
  void weigh_delivered(const Prerequisite& p, bool by_time, Frame& frame);
  bool was_not_made(Target& child, const Result& result);
  void wait_for(Frame& frame, Target& target);
  void suspend(Frame& frame);
  void tell_circular(const Target& asker, const Target& needed);
  void drop_circular(Target& target, size_t place);

  // the prerequisites of groups (walk_group.cpp)
  bool next_member(Frame& frame);
  void begin_chain(Frame& frame);
  void advance_chain(Frame& frame);
  void drop_from_chain(Frame& frame);

  // the decision (decide.cpp)
  Pause decide(Frame& frame);
  void give_up(Frame& frame);
  bool weigh_prerequisites(Frame& frame);
  void tell_prerequisite(const Frame& frame, const Prerequisite& p, FileTime time, bool newer) const;
  void tell_verdict(const Frame& frame, const struct Verdict& verdict) const;
  Pause remake(Frame& frame);
  void conclude(Frame& frame);

  Plan& plan_;
  TargetStates& states_;
  TargetTimes& times_;
  VisitOrder& order_;
  ReadyQueue& ready_;
  Goals& goals_;
  FailurePolicy& failures_;
  Finisher& finisher_;
  JobRunner& jobs_;

  std::vector<Frame> stack_;
  std::deque<PrerequisiteNode> nodes_ = std::deque<PrerequisiteNode>(1);
  std::unordered_map<const Target*, Chain> chains_;
  Result delivered_;
  bool has_delivered_ = false;
  std::unordered_map<const Target*, uint32_t> considered_;        // for -d: in which pass last
  std::unordered_map<const Target*, uint32_t> considered_heads_;  // double-colon targets whose later rules count
};

}  // namespace cmz
