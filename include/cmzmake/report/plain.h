#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cmzmake/base/diagnostics.h"
#include "cmzmake/report/event.h"
#include "cmzmake/report/output.h"

namespace cmz {

// GNU make's own lines, to the byte. Of what the build does (events) the words are here and nowhere else; what is said
// of a makefile, a file or an option comes in the words of whoever found it, and gets its beginning and its end here.
class PlainReport : public EventSink, public Diagnostics {
 public:
  // `program`: the name before messages; `level`: MAKELEVEL, shown as "make[1]" when above 0.
  PlainReport(std::string_view program, unsigned level);
  void set_level(unsigned level);

  void on(const Event& event) override;
  void info(std::string_view text) override;
  void message(const Location& where, std::string_view text) override;

  // "FILE:LINE: *** TEXT.  Stop."
  void fatal(const Location& where, std::string_view text);
  // "make: Entering directory 'DIR'", or Leaving.
  std::string directory_line(bool entering, const std::optional<std::string>& directory) const;
  // Says that the directory is left: the last line, which no capture takes.
  void left(const std::optional<std::string>& directory);

  // Lines that belong to a captured output go there.
  void set_capture(OutputCapture* capture) { capture_ = capture; }

  // Writes `text` to standard output as it is; "Entering directory" still waits for a line of make's own.
  void print(std::string_view text, int capture = -1);
  // Where a $(shell) command may write its errors now: a descriptor, or -1 for make's own standard error.
  int shell_stderr();

  // Shown once before the first other line: "Entering directory". Empty: nothing.
  std::string pending_enter;
  // What lines about directories begin with: "# " where -p makes them comments.
  std::string_view directory_prefix;
  // What the message about a failed recipe ends with.
  std::string failure_suffix;
  const std::string& prefix() const { return prefix_; }

  // Standard output could not be written: make says so at its end and fails.
  void note_write_error() { write_error_ = true; }
  bool write_error() const { return write_error_ || (capture_ && capture_->write_error()); }

 private:
  void out(std::string_view text, int capture = -1);
  void err(std::string_view text, int capture = -1);
  void flush_enter();

  std::string program_;
  std::string prefix_;  // "make" or "make[2]"
  OutputCapture* capture_ = nullptr;
  bool write_error_ = false;
};

}  // namespace cmz
