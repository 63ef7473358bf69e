#pragma once

#include <string_view>

#include "cmzmake/event/sink.h"

namespace cmz {

// Words for a person, said while makefiles are read, expanded and built: each becomes an event::Message.
// How make prints a severity is for the sink to know. GNU Make leaves the word for it ("warning: ", "*** ") out of many
// messages: those are `bare`.
class Diagnostics {
 public:
  explicit Diagnostics(EventSink& sink) : sink_(sink) {}

  // $(info): `text` and a newline on standard output.
  void info(std::string_view text) { say(Severity::info, {}, text, true); }
  void note(const Location& where, std::string_view text) { say(Severity::note, where, text, true); }
  void warning(const Location& where, std::string_view text) { say(Severity::warning, where, text, false); }
  void error(const Location& where, std::string_view text) { say(Severity::error, where, text, false); }
  void bare_warning(const Location& where, std::string_view text) { say(Severity::warning, where, text, true); }
  void bare_error(const Location& where, std::string_view text) { say(Severity::error, where, text, true); }

 private:
  void say(Severity severity, const Location& where, std::string_view text, bool bare);

  EventSink& sink_;
};

}  // namespace cmz
