// Which ready target comes next: the picture in ready_queue.h.
#include "ready_queue.h"

#include <catch2/catch.hpp>

using namespace cmz;

namespace {

// Targets with the places 1 to 7 in the first walk, which is over.
struct Seven {
  ReadyQueue queue;
  Target targets[8];
  Seven() {
    queue.reset();
    for (int i = 1; i <= 7; ++i) queue.give_place(targets[i]);
    queue.rewind();
  }
};

}  // namespace

TEST_CASE("a target keeps the place of its first walk") {
  Seven seven;
  CHECK(seven.targets[3].order == 3);
  seven.queue.give_place(seven.targets[3]);
  CHECK(seven.targets[3].order == 3);
}

TEST_CASE("what becomes ready before the present place waits for the next pass") {
  Seven seven;
  seven.queue.push(seven.targets[3]);
  CHECK(&seven.queue.pop() == &seven.targets[3]);  // the pass is at 3
  for (const int i : {6, 2, 4}) seven.queue.push(seven.targets[i]);
  CHECK(&seven.queue.pop() == &seven.targets[4]);
  CHECK(&seven.queue.pop() == &seven.targets[6]);
  CHECK(seven.queue.pass_is_empty());
  CHECK_FALSE(seven.queue.next_is_empty());
  const uint32_t pass = seven.queue.pass();
  seven.queue.begin_pass();
  CHECK(seven.queue.pass() == pass + 1);
  CHECK(&seven.queue.pop() == &seven.targets[2]);
}

TEST_CASE("while the first walk goes on, what it has numbered comes later") {
  Seven seven;
  seven.queue.follow_walk();
  seven.queue.push(seven.targets[7]);
  CHECK(seven.queue.pass_is_empty());
}

TEST_CASE("after a sleep the pass begins with the first target") {
  Seven seven;
  seven.queue.push(seven.targets[5]);
  seven.queue.pop();
  seven.queue.rewind();
  seven.queue.push(seven.targets[1]);
  CHECK(&seven.queue.pop() == &seven.targets[1]);
}

TEST_CASE("what was put aside comes again when somebody may wait for it") {
  Seven seven;
  seven.queue.put_aside(seven.targets[2]);
  CHECK(seven.queue.next_is_empty());
  seven.queue.take_up_aside();
  seven.queue.begin_pass();
  CHECK(&seven.queue.pop() == &seven.targets[2]);
}
