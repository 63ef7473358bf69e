#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "cmzmake/event/sink.h"
#include "cmzmake/report/byte_stream.h"

namespace cmz {

// Each event as a line of JSON, written as it happens. docs/events.md describes the lines; it and kVersion
// change together with them.
class JsonEvents final : public EventSink {
 public:
  static constexpr int kVersion = 1;

  // `seconds`: the time since 1970, for the member "time".
  JsonEvents(std::unique_ptr<ByteStream> stream, std::function<double()> seconds);
  // Gives a slow reader a second for the rest.
  ~JsonEvents() override;

  void on(const Event& event) override;

  // Offers the reader what still waits; and where it can be seen that there is room.
  void flush() { stream_->flush(); }
  bool waits() const { return stream_->waiting() > 0 && stream_->descriptor() >= 0; }
  int descriptor() const { return stream_->descriptor(); }

 private:
  void tell_lost();

  std::unique_ptr<ByteStream> stream_;
  std::function<double()> seconds_;
  uint64_t lost_ = 0;  // events that found no room, since the last that did
};

}  // namespace cmz
