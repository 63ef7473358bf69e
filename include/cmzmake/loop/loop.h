// The one place where make sleeps: until a child ends, a signal comes, a descriptor is ready or time is over.
//
// Things are handed out, as calls, from inside three functions only, so that everybody else finds the build as they
// left it:
//
//     wait()      sleeps until somebody calls wake()        everything
//     poll()      does not sleep                            everything
//     wait_for()  sleeps until a condition holds, within    only what may be heard at any time: the build is in the
//                 an expansion ($(shell))                   middle of something
//
// Real: EventLoop. A fake with a clock that tests set: test/unit/fakes/fake_loop.h.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>

#include "cmzmake/base/exit.h"

namespace cmz {

// When a call may be made.
enum class When : uint8_t {
  at_rest,   // from inside wait() and poll(): it may change the build
  any_time,  // from inside wait_for(), too: it does not
};

class Loop {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;
  using Call = std::function<void()>;
  // With the status of waitpid(2) and what the child has used.
  using ChildEnded = std::function<void(int status, const Usage& usage)>;
  // Names a timer or a watch; 0: none.
  using Id = uint64_t;
  enum class Ready : uint8_t { read, write };

  virtual ~Loop() = default;

  virtual Time now() const = 0;

  // Makes `call` once, when so much time has passed.
  virtual Id after(Duration time, When when, Call call) = 0;
  // The timer's call is not made any more. A timer that is over, and 0, are no error.
  virtual void cancel(Id timer) = 0;

  // Makes `call` whenever `descriptor` is ready, until unwatch(), which comes before the descriptor is closed.
  // 0: the system has no room to watch it.
  virtual Id watch(int descriptor, Ready ready, When when, Call call) = 0;
  virtual void unwatch(Id watch) = 0;

  // Makes `call` when this child has ended, and waits for it. False: there is no way to hear of it; the child can only
  // be waited for with wait_for_child().
  virtual bool watch_child(pid_t child, When when, ChildEnded call) = 0;
  // Nobody wants to hear of this child any more.
  virtual void forget_child(pid_t child) = 0;
  // Sleeps until a child that is not watched has ended, and gives its status.
  virtual int wait_for_child(pid_t child) = 0;

  // Makes `call` in a later wait(). One wait() makes one such call, after what poll() hands out.
  virtual void post(Call call) = 0;

  // From here on signals that end programs do not end make at once: they are kept for fatal_signal().
  virtual void attend_signals() = 0;
  // Looks whether a signal has come.
  virtual void take_signals() = 0;
  // The signal that asks make to end, or 0. Sticky.
  virtual int fatal_signal() const = 0;

  // wait() ends when the call that is being made, or the next one, returns.
  virtual void wake() = 0;
  // Hands out what has happened, without sleeping.
  virtual void poll() = 0;
  // Sleeps, and hands out, until wake() was called or a signal asks make to end. Returns at once when there is nothing
  // to wait for: no child, no timer, no descriptor whose calls are made at rest.
  virtual void wait() = 0;
  // Sleeps, and hands out what may be heard at any time, until `done` says true or a signal asks make to end: then
  // false.
  virtual bool wait_for(const std::function<bool()>& done) = 0;
};

}  // namespace cmz
