#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "cmzmake/event/sink.h"
#include "cmzmake/loop/loop.h"
#include "cmzmake/report/byte_stream.h"

namespace cmz {

// Each event as a line of JSON, written as it happens. docs/events.md describes the lines; it and kVersion
// change together with them.
class JsonEvents final : public EventSink {
 public:
  static constexpr int kVersion = 1;

  // `seconds`: the time since 1970, for the member "time". `loop`: where make sleeps, for what a slow reader takes
  // meanwhile.
  JsonEvents(std::unique_ptr<ByteStream> stream, Loop& loop, std::function<double()> seconds);
  // Gives a slow reader a second for the rest.
  ~JsonEvents() override;

  void on(const Event& event) override;

  // See ByteStream.
  void leave_for_exec() { stream_->leave_for_exec(); }

 private:
  void tell_lost();
  void watch_room();

  std::unique_ptr<ByteStream> stream_;
  Loop& loop_;
  Loop::Id room_ = 0;  // while something waits for the reader
  std::function<double()> seconds_;
  uint64_t lost_ = 0;  // events that found no room, since the last that did
};

}  // namespace cmz
