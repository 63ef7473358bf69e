#include "cmzmake/report/plain.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace cmz {
namespace {

// Writes all of it; false when that is impossible. Who closed the descriptor does not want to hear
// of it.
bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return errno == EBADF;
    }
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

std::string place(const Location& where) {
  if (!where.known() || where.line == 0) return "<builtin>";
  return fmt::format("{}:{}", where.file, where.line);
}

}  // namespace

PlainReport::PlainReport(std::string_view program, unsigned level) : program_(program) { set_level(level); }

void PlainReport::set_level(unsigned level) { prefix_ = level > 0 ? fmt::format("{}[{}]", program_, level) : program_; }

void PlainReport::flush_enter() {
  if (pending_enter.empty()) return;
  const std::string line = std::move(pending_enter);
  pending_enter.clear();
  if (!write_all(STDOUT_FILENO, line)) write_error_ = true;
}

void PlainReport::out(std::string_view text, int capture) {
  if (capture < 0) flush_enter();
  print(text, capture);
}

void PlainReport::print(std::string_view text, int capture) {
  if (capture < 0 && capture_) capture = capture_->current();
  if (capture >= 0 && capture_) {
    capture_->write(capture, false, text);
    return;
  }
  if (!write_all(STDOUT_FILENO, text)) write_error_ = true;
}

void PlainReport::err(std::string_view text, int capture) {
  if (capture < 0) flush_enter();
  if (capture < 0 && capture_) capture = capture_->current();
  if (capture >= 0 && capture_) {
    capture_->write(capture, true, text);
    return;
  }
  write_all(STDERR_FILENO, text);
}

void PlainReport::info(std::string_view text) { out(fmt::format("{}\n", text)); }

void PlainReport::message(const Location& where, std::string_view text) {
  if (where.known())
    err(fmt::format("{}:{}: {}\n", where.file, where.line, text));
  else
    err(fmt::format("{}: {}\n", prefix_, text));
}

void PlainReport::fatal(const Location& where, std::string_view text) {
  if (where.known())
    err(fmt::format("{}:{}: *** {}.  Stop.\n", where.file, where.line, text));
  else
    err(fmt::format("{}: *** {}.  Stop.\n", prefix_, text));
}

int PlainReport::shell_stderr() {
  if (capture_ && capture_->current() >= 0) return capture_->stderr_fd(capture_->current());
  flush_enter();
  return -1;
}

std::string PlainReport::directory_line(bool entering, const std::optional<std::string>& directory) const {
  return fmt::format("{}{}: {} {}\n", directory_prefix, prefix_, entering ? "Entering" : "Leaving",
                     directory ? fmt::format("directory '{}'", *directory) : "an unknown directory");
}

void PlainReport::left(const std::optional<std::string>& directory) {
  if (!write_all(STDOUT_FILENO, directory_line(false, directory))) write_error_ = true;
}

void PlainReport::on(const Event& e) {
  using Kind = Event::Kind;
  switch (e.kind) {
    case Kind::started:
      flush_enter();
      break;
    case Kind::makefile_failed:
      message(e.where, fmt::format("Failed to remake makefile '{}'.", e.target));
      break;
    case Kind::command:
      out(fmt::format("{}\n", e.text), e.output);
      break;
    case Kind::touch:
      out(fmt::format("touch {}\n", e.target), e.output);
      break;
    case Kind::up_to_date:
      out(e.flag ? fmt::format("{}: Nothing to be done for '{}'.\n", prefix_, e.target)
                 : fmt::format("{}: '{}' is up to date.\n", prefix_, e.target));
      break;
    case Kind::no_rule: {
      std::string text = fmt::format("{}: *** No rule to make target '{}'", prefix_, e.target);
      if (!e.other.empty()) text += fmt::format(", needed by '{}'", e.other);
      text += e.fatal ? ".  Stop.\n" : ".\n";
      err(text);
      break;
    }
    case Kind::failed: {
      const std::string what = e.signal
                                   ? fmt::format("{}{}", strsignal(e.signal), e.core_dumped ? " (core dumped)" : "")
                                   : fmt::format("Error {}", e.status);
      err(fmt::format("{}: {}[{}: {}] {}{}{}\n", prefix_, e.flag ? "" : "*** ", place(e.where), e.target, what,
                      e.flag ? " (ignored)" : "", failure_suffix),
          e.output);
      break;
    }
    case Kind::not_executed:
      err(fmt::format("{}: {}\n", prefix_, e.text), e.output);
      break;
    case Kind::not_remade:
      err(fmt::format("{}: Target '{}' not remade because of errors.\n", prefix_, e.target));
      break;
    case Kind::waiting:
      err(fmt::format("{}: *** Waiting for unfinished jobs....\n", prefix_));
      break;
    case Kind::deleting:
    case Kind::bogus_member: {
      const std::string by = e.other.empty() ? std::string() : fmt::format("[{}] ", e.other);
      const std::string what = e.kind == Kind::deleting
                                   ? fmt::format("Deleting file '{}'", e.target)
                                   : fmt::format("Archive member '{}' may be bogus; not deleted", e.target);
      err(fmt::format("{}: *** {}{}\n", prefix_, by, what), e.output);
      break;
    }
    case Kind::removing:
      out(fmt::format("rm {}{}", e.text, e.flag ? "" : "\n"));
      break;
    case Kind::circular:
      err(fmt::format("{}: {}ircular {} <- {} dependency dropped{}\n", prefix_, e.flag ? 'c' : 'C', e.target, e.other,
                      e.flag ? "" : "."));
      break;
    case Kind::time_in_future: {
      const std::string seconds = e.seconds < 100 ? fmt::format("{:.2g}", e.seconds) : fmt::format("{:.0f}", e.seconds);
      err(fmt::format("{}: Warning: File '{}' has modification time {} s in the future\n", prefix_, e.target, seconds));
      break;
    }
    case Kind::clock_skew:
      err(fmt::format("{}: warning:  Clock skew detected.  Your build may be incomplete.\n", prefix_));
      break;
    case Kind::updating:
      out(fmt::format("{}: update target '{}' due to: {}\n", place(e.where), e.target, e.text), e.output);
      break;
    case Kind::makefile_missing:
      message(e.where, fmt::format("{}: {}", e.target, e.text));
      break;
  }
}

}  // namespace cmz
