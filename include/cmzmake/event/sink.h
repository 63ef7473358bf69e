#pragma once

#include <algorithm>
#include <vector>

#include "cmzmake/event/event.h"

namespace cmz {

// Watches the build, never steers it.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on(const Event& event) = 0;
};

// Tells each event to all of its sinks, in the order in which they were added.
class FanOut final : public EventSink {
 public:
  // `sink` outlives this, or is removed.
  void add(EventSink& sink) { sinks_.push_back(&sink); }
  void remove(EventSink& sink) { std::erase(sinks_, &sink); }
  void on(const Event& event) override {
    for (EventSink* sink : sinks_) sink->on(event);
  }

 private:
  std::vector<EventSink*> sinks_;
};

}  // namespace cmz
