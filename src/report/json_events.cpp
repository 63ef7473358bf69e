#include "cmzmake/report/json_events.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace cmz {
namespace {

using Json = nlohmann::ordered_json;

// Adds what an event says; the names are those of docs/events.md.
class Members {
 public:
  explicit Members(Json& line) : line_(line) {}

  void operator()(const event::RunBegan& e) {
    line_["version"] = JsonEvents::kVersion;
    line_["program"] = e.program;
    line_["program_version"] = e.version;
    text("directory", e.directory);
    line_["level"] = e.level;
    line_["restarts"] = e.restarts;
    if (e.arguments) line_["arguments"] = *e.arguments;
  }
  void operator()(const event::RunEnded& e) {
    line_["status"] = e.status;
    if (e.signal != 0) line_["signal"] = e.signal;
    if (e.restarts) line_["restarts"] = true;
  }
  void operator()(const event::Message& e) {
    static constexpr std::string_view kSeverities[] = {"info", "note", "warning", "error", "fatal"};
    line_["severity"] = kSeverities[static_cast<size_t>(e.severity)];
    place(e.where);
    line_["text"] = e.text;
  }
  void operator()(const event::Text& e) {
    static constexpr std::string_view kWhats[] = {"usage",   "help",  "version",   "data-base",
                                                  "targets", "debug", "statistics"};
    line_["what"] = kWhats[static_cast<size_t>(e.what)];
    line_["text"] = e.text;
  }

  void operator()(const event::JobWaits& e) {
    static constexpr std::string_view kReasons[] = {"slot", "load", "tokens"};
    job(e.job, e.target);
    line_["for"] = kReasons[static_cast<size_t>(e.reason)];
  }
  void operator()(const event::JobBegan& e) {
    job(e.job, e.target);
    place(e.where);
    line_["runs"] = e.runs;
    if (e.recursive) line_["recursive"] = true;
    line_["attempt"] = e.attempt;
    text("why", e.why);
    counts(e.counts);
  }
  void operator()(const event::LineBegan& e) {
    job(e.job, e.target);
    place(e.where);
    line_["text"] = e.text;
    line_["shown"] = e.shown;
    if (e.recursive) line_["recursive"] = true;
  }
  void operator()(const event::ProcessBegan& e) {
    line_["job"] = e.job;
    line_["pid"] = e.pid;
  }
  void operator()(const event::ProcessEnded& e) {
    line_["job"] = e.job;
    line_["pid"] = e.pid;
    exit(e.exit);
    usage(e.usage);
  }
  void operator()(const event::LineNotExecuted& e) {
    line_["job"] = e.job;
    line_["why"] = e.why;
  }
  void operator()(const event::LineFailed& e) {
    job(e.job, e.target);
    place(e.where);
    exit(e.exit);
    line_["ignored"] = e.ignored;
  }
  void operator()(const event::JobEnded& e) {
    static constexpr std::string_view kResults[] = {"done", "failed", "question"};
    job(e.job, e.target);
    line_["result"] = kResults[static_cast<size_t>(e.how)];
    exit(e.exit);
    line_["attempt"] = e.attempt;
    line_["seconds"] = static_cast<double>(e.ended_ns - e.began_ns) / 1e9;
    usage(e.usage);
    counts(e.counts);
  }

  void operator()(const event::Updating& e) {
    target(e.target);
    place(e.where);
    line_["why"] = e.why;
  }
  void operator()(const event::Touched& e) { target(e.target); }
  void operator()(const event::UpToDate& e) {
    target(e.target);
    line_["nothing_to_do"] = e.nothing_to_do;
  }
  void operator()(const event::NoRule& e) {
    target(e.target);
    text("needed_by", e.needed_by);
    line_["fatal"] = e.fatal;
  }
  void operator()(const event::NotRemade& e) { target(e.target); }
  void operator()(const event::WaitingForJobs&) {}
  void operator()(const event::HalfMadeDeleted& e) {
    target(e.target);
    text("made_by", e.made_by);
  }
  void operator()(const event::MemberMayBeBogus& e) {
    target(e.target);
    text("made_by", e.made_by);
  }
  void operator()(const event::IntermediatesRemoved& e) { line_["files"] = e.names; }
  void operator()(const event::CircularDropped& e) {
    target(e.target);
    line_["prerequisite"] = e.prerequisite;
  }
  void operator()(const event::TimeInFuture& e) {
    target(e.target);
    line_["seconds"] = e.seconds;
  }
  void operator()(const event::ClockSkew&) {}

  void operator()(const event::MakefileFailed& e) {
    line_["makefile"] = e.makefile;
    place(e.where);
  }
  void operator()(const event::MakefileMissing& e) {
    line_["makefile"] = e.makefile;
    place(e.where);
    line_["why"] = e.why;
  }

 private:
  void text(const char* member, std::string_view value) {
    if (!value.empty()) line_[member] = value;
  }
  void target(std::string_view target) { line_["target"] = target; }
  void job(JobId job, std::string_view target) {
    line_["job"] = job;
    line_["target"] = target;
  }
  void place(const Location& where) {
    if (!where.known()) return;
    line_["file"] = where.file;
    if (where.line != 0) line_["line"] = where.line;
  }
  void exit(const Exit& exit) {
    line_[exit.how == Exit::How::signalled ? "signal" : "status"] = exit.status;
    if (exit.core_dumped) line_["core_dumped"] = true;
  }
  void usage(const Usage& usage) {
    line_["user_us"] = usage.user_us;
    line_["system_us"] = usage.system_us;
    line_["peak_rss_kib"] = usage.peak_rss_kib;
  }
  void counts(const TargetCounts& counts) {
    line_["targets"] = {{"known", counts.known},       {"waiting", counts.waiting}, {"running", counts.running},
                        {"finished", counts.finished}, {"failed", counts.failed},   {"walking", counts.walking}};
  }

  Json& line_;
};

// Bytes that are no UTF-8 become U+FFFD.
std::string text_of(const Json& line) { return line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n'; }

}  // namespace

JsonEvents::JsonEvents(std::unique_ptr<ByteStream> stream, Loop& loop, std::function<double()> seconds)
    : stream_(std::move(stream)), loop_(loop), seconds_(std::move(seconds)) {}

JsonEvents::~JsonEvents() {
  constexpr int kPatienceMs = 1000;
  loop_.unwatch(room_);
  tell_lost();
  stream_->finish(kPatienceMs);
}

void JsonEvents::on(const Event& event) {
  if (stream_->descriptor() < 0) return;  // nobody reads any more
  tell_lost();
  Json line;
  line["time"] = seconds_();
  std::visit(
      [&line](const auto& e) {
        line["event"] = e.kName;
        Members members(line);
        members(e);
      },
      event);
  if (!stream_->put(text_of(line))) ++lost_;
  if (room_ == 0 && stream_->waiting() > 0 && stream_->descriptor() >= 0) watch_room();
}

void JsonEvents::watch_room() {
  room_ = loop_.watch(stream_->descriptor(), Loop::Ready::write, When::any_time, [this] {
    stream_->flush();
    if (stream_->waiting() == 0 || stream_->descriptor() < 0) loop_.unwatch(std::exchange(room_, 0));
  });
}

void JsonEvents::tell_lost() {
  if (lost_ == 0) return;
  if (stream_->put(text_of({{"time", seconds_()}, {"event", "lost"}, {"count", lost_}}))) lost_ = 0;
}

}  // namespace cmz
