#include "cmzmake/loop/timer_queue.h"

#include <catch2/catch.hpp>
#include <string>

using namespace cmz;
using std::chrono::milliseconds;

TEST_CASE("Calls are due at their times, those of the same time in their order") {
  TimerQueue timers;
  std::string heard;
  const TimerQueue::Time start{};
  timers.add(1, start + milliseconds(20), [&] { heard += 'b'; });
  timers.add(2, start + milliseconds(10), [&] { heard += 'a'; });
  timers.add(3, start + milliseconds(20), [&] { heard += 'c'; });
  CHECK(timers.earliest() == start + milliseconds(10));
  CHECK_FALSE(timers.run_one(start + milliseconds(9)));
  while (timers.run_one(start + milliseconds(20))) {
  }
  CHECK(heard == "abc");
  CHECK(timers.empty());
  CHECK_FALSE(timers.earliest().has_value());
}

TEST_CASE("A cancelled timer is not called; a call may add and cancel others") {
  TimerQueue timers;
  std::string heard;
  const TimerQueue::Time start{};
  timers.add(1, start, [&] {
    heard += 'a';
    CHECK(timers.cancel(2));
    timers.add(3, start, [&] { heard += 'c'; });
  });
  timers.add(2, start, [&] { heard += 'b'; });
  while (timers.run_one(start)) {
  }
  CHECK(heard == "ac");
  CHECK_FALSE(timers.cancel(1));
}
