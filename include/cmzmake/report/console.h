#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cmzmake/event/event.h"
#include "cmzmake/report/output_capture.h"

namespace cmz {

// Owns the descriptors 1 and 2: whatever make itself writes there goes through here. Knows no words, only where they
// go: to the terminal, or into the captured output (-O) of a job; and which line still waits to be shown first.
class Console {
 public:
  // -O: outputs are kept apart from now on, in temporary files below `directory`. Ended by end_capture().
  OutputCapture& begin_capture(OutputSync mode, std::string directory);
  void end_capture();
  // Null: nothing is kept apart.
  OutputCapture* capture() { return capture_.get(); }

  // Lines of make's own on standard output or standard error. They go to the captured output `output`; with -1 behind
  // what is pending, and to the capture's current output if there is one.
  void out(std::string_view text, OutputId output = -1);
  void err(std::string_view text, OutputId output = -1);
  // Text on standard output as it is, that no pending line has to precede.
  void print(std::string_view text, OutputId output = -1);
  // The same on standard error.
  void print_error(std::string_view text);
  // On standard output at once, past any capture and anything pending.
  void print_last(std::string_view text);

  // A line that is shown once, before the next line of make's own that is not captured ("Entering directory"); it takes
  // the place of one that still waits. Empty: nothing.
  void set_pending(std::string line) { pending_ = std::move(line); }
  bool has_pending() const { return !pending_.empty(); }
  void flush_pending();

  // Where a $(shell) command may write its errors now: a descriptor, or -1 for make's own standard error.
  int child_stderr();

  // Standard output could not be written: make says so at its end and fails. The errno of it, or 0.
  int write_error() const { return write_error_ != 0 || !capture_ ? write_error_ : capture_->write_error(); }

 private:
  OutputId captured(OutputId output) const;
  void write_out(std::string_view text);

  std::unique_ptr<OutputCapture> capture_;
  std::string pending_;
  int write_error_ = 0;
};

}  // namespace cmz
