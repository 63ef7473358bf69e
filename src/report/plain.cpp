#include "cmzmake/report/plain.h"

#include <fmt/format.h>

#include <cstring>
#include <variant>

namespace cmz {
namespace {

std::string place(const Location& where) {
  if (!where.known() || where.line == 0) return "<builtin>";
  return fmt::format("{}:{}", where.file, where.line);
}

std::string_view word_of(const event::Message& message) {
  if (message.bare) return {};
  switch (message.severity) {
    case Severity::info:
    case Severity::note:
      return {};
    case Severity::warning:
      return "warning: ";
    case Severity::error:
    case Severity::fatal:
      return "*** ";
  }
  return {};
}

std::string by_peer(std::string_view peer) { return peer.empty() ? std::string() : fmt::format("[{}] ", peer); }

}  // namespace

struct PlainReport::Words {
  Console& console;
  const PlainReport& report;
  const std::string& make = report.prefix_;

  // --- nothing is said of these ---
  void operator()(const event::RunBegan&) const {}
  void operator()(const event::RunEnded&) const {}
  void operator()(const event::JobWaits&) const {}
  void operator()(const event::ProcessBegan&) const {}
  void operator()(const event::ProcessEnded&) const {}
  void operator()(const event::JobEnded&) const {}

  void operator()(const event::Message& e) const {
    if (e.severity == Severity::info) {
      console.out(fmt::format("{}\n", e.text));
      return;
    }
    const std::string_view end = e.severity == Severity::fatal ? ".  Stop." : "";
    if (e.where.known())
      console.err(fmt::format("{}:{}: {}{}{}\n", e.where.file, e.where.line, word_of(e), e.text, end));
    else
      console.err(fmt::format("{}: {}{}{}\n", make, word_of(e), e.text, end));
  }

  void operator()(const event::Text& e) const {
    if (e.what == event::Text::What::usage)
      console.print_error(e.text);
    else
      console.print(e.text);
  }

  // What its processes write comes behind "Entering directory".
  void operator()(const event::JobBegan& e) const {
    if (e.runs) console.flush_pending();
  }

  void operator()(const event::LineBegan& e) const {
    if (e.shown) console.out(fmt::format("{}\n", e.text), e.output);
  }

  void operator()(const event::LineNotExecuted& e) const {
    console.err(fmt::format("{}: {}\n", make, e.why), e.output);
  }

  void operator()(const event::LineFailed& e) const {
    const std::string what =
        e.exit.how == Exit::How::signalled
            ? fmt::format("{}{}", strsignal(e.exit.status), e.exit.core_dumped ? " (core dumped)" : "")
            : fmt::format("Error {}", e.exit.status);
    console.err(fmt::format("{}: {}[{}: {}] {}{}{}\n", make, e.ignored ? "" : "*** ", place(e.where), e.target, what,
                            e.ignored ? " (ignored)" : "", report.failure_suffix),
                e.output);
  }

  void operator()(const event::Updating& e) const {
    console.out(fmt::format("{}: update target '{}' due to: {}\n", place(e.where), e.target, e.why));
  }

  void operator()(const event::Touched& e) const { console.out(fmt::format("touch {}\n", e.target)); }

  void operator()(const event::UpToDate& e) const {
    console.out(e.nothing_to_do ? fmt::format("{}: Nothing to be done for '{}'.\n", make, e.target)
                                : fmt::format("{}: '{}' is up to date.\n", make, e.target));
  }

  void operator()(const event::NoRule& e) const {
    const std::string needed = e.needed_by.empty() ? std::string() : fmt::format(", needed by '{}'", e.needed_by);
    console.err(
        fmt::format("{}: *** No rule to make target '{}'{}.{}\n", make, e.target, needed, e.fatal ? "  Stop." : ""));
  }

  void operator()(const event::NotRemade& e) const {
    console.err(fmt::format("{}: Target '{}' not remade because of errors.\n", make, e.target));
  }

  void operator()(const event::WaitingForJobs&) const {
    console.err(fmt::format("{}: *** Waiting for unfinished jobs....\n", make));
  }

  void operator()(const event::HalfMadeDeleted& e) const {
    console.err(fmt::format("{}: *** {}Deleting file '{}'\n", make, by_peer(e.made_by), e.target));
  }

  void operator()(const event::MemberMayBeBogus& e) const {
    console.err(
        fmt::format("{}: *** {}Archive member '{}' may be bogus; not deleted\n", make, by_peer(e.made_by), e.target));
  }

  void operator()(const event::IntermediatesRemoved& e) const {
    console.out(fmt::format("rm {}{}", e.names, e.interrupted ? "" : "\n"));
  }

  void operator()(const event::CircularDropped& e) const {
    console.err(fmt::format("{}: {}ircular {} <- {} dependency dropped{}\n", make, e.controlled ? 'c' : 'C', e.target,
                            e.prerequisite, e.controlled ? "" : "."));
  }

  void operator()(const event::TimeInFuture& e) const {
    const std::string seconds = e.seconds < 100 ? fmt::format("{:.2g}", e.seconds) : fmt::format("{:.0f}", e.seconds);
    console.err(
        fmt::format("{}: Warning: File '{}' has modification time {} s in the future\n", make, e.target, seconds));
  }

  void operator()(const event::ClockSkew&) const {
    console.err(fmt::format("{}: warning:  Clock skew detected.  Your build may be incomplete.\n", make));
  }

  void operator()(const event::MakefileFailed& e) const {
    (*this)(event::Message{Severity::error, e.where, fmt::format("Failed to remake makefile '{}'.", e.makefile), true});
  }

  void operator()(const event::MakefileMissing& e) const {
    (*this)(event::Message{Severity::error, e.where, fmt::format("{}: {}", e.makefile, e.why), true});
  }
};

PlainReport::PlainReport(Console& console, std::string_view program, unsigned level)
    : console_(console), program_(program) {
  set_level(level);
}

void PlainReport::set_level(unsigned level) { prefix_ = level > 0 ? fmt::format("{}[{}]", program_, level) : program_; }

std::string PlainReport::directory_line(bool entering, const std::optional<std::string>& directory) const {
  return fmt::format("{}{}: {} {}\n", directory_prefix, prefix_, entering ? "Entering" : "Leaving",
                     directory ? fmt::format("directory '{}'", *directory) : "an unknown directory");
}

void PlainReport::on(const Event& event) { std::visit(Words{console_, *this}, event); }

}  // namespace cmz
