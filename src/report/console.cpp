#include "cmzmake/report/console.h"

#include <unistd.h>

#include <utility>

#include "write_all.h"

namespace cmz {

OutputCapture& Console::begin_capture(OutputSync mode, std::string directory) {
  capture_ = std::make_unique<OutputCapture>(mode, std::move(directory));
  return *capture_;
}

void Console::end_capture() {
  write_error_ = write_error();
  capture_.reset();
}

// The captured output that text for `output` goes to, or -1.
OutputId Console::captured(OutputId output) const {
  if (!capture_) return -1;
  return output >= 0 ? output : capture_->current();
}

// Who has closed the descriptor does not want to hear of it.
void Console::write_out(std::string_view text) {
  const int error = write_all(STDOUT_FILENO, text);
  if (error != 0 && error != EBADF && write_error_ == 0) write_error_ = error;
}

void Console::out(std::string_view text, OutputId output) {
  if (output < 0) flush_pending();
  print(text, output);
}

void Console::print(std::string_view text, OutputId output) {
  const OutputId to = captured(output);
  if (to >= 0)
    capture_->write(to, false, text);
  else
    write_out(text);
}

void Console::print_error(std::string_view text) { write_all(STDERR_FILENO, text); }

void Console::print_last(std::string_view text) { write_out(text); }

void Console::err(std::string_view text, OutputId output) {
  if (output < 0) flush_pending();
  const OutputId to = captured(output);
  if (to >= 0)
    capture_->write(to, true, text);
  else
    write_all(STDERR_FILENO, text);
}

void Console::flush_pending() {
  if (pending_.empty()) return;
  write_out(std::exchange(pending_, {}));
}

int Console::child_stderr() {
  if (capture_ && capture_->current() >= 0) return capture_->stderr_fd(capture_->current());
  flush_pending();
  return -1;
}

}  // namespace cmz
