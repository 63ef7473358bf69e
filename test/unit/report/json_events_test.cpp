// --events: lines of JSON for a reader who may be quick, slow or gone.
#include "cmzmake/report/json_events.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "fakes/fake_loop.h"

using namespace cmz;

namespace {

struct Pipe {
  int reader, writer;
  Pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    reader = ends[0];
    writer = ends[1];
  }
  ~Pipe() { close_reader(); }
  void close_reader() {
    if (reader >= 0) ::close(reader);
    reader = -1;
  }
  std::string read() {
    std::string out;
    char buffer[65536];
    for (ssize_t n; (n = ::read(reader, buffer, sizeof buffer)) > 0;) out.append(buffer, static_cast<size_t>(n));
    return out;
  }
};

double at_noon() { return 43200.5; }

// Make sleeps, and the reader has made room meanwhile.
void room(FakeLoop& loop, const Pipe& pipe) {
  loop.make_ready(pipe.writer);
  loop.poll();
}

}  // namespace

TEST_CASE("an event is a line of JSON") {
  Pipe pipe;
  FakeLoop loop;
  JsonEvents events(std::make_unique<ByteStream>(pipe.writer, 1 << 20), loop, at_noon);
  events.on(event::NoRule{"x", "all", true});
  const std::string text = pipe.read();
  CHECK(text == R"({"time":43200.5,"event":"no-rule","target":"x","needed_by":"all","fatal":true})"
                "\n");
}

TEST_CASE("a job's end has its result, times and counts") {
  Pipe pipe;
  FakeLoop loop;
  JsonEvents events(std::make_unique<ByteStream>(pipe.writer, 1 << 20), loop, at_noon);
  event::JobEnded e;
  e.job = 7;
  e.target = "test\\:unit";
  e.how = event::JobEnded::How::failed;
  e.exit.status = 2;
  e.began_ns = 1'000'000'000;
  e.ended_ns = 3'500'000'000;
  e.usage = {10, 20, 4096};
  e.counts.finished = 3;
  events.on(e);
  const auto line = nlohmann::json::parse(pipe.read());
  CHECK(line["event"] == "job-end");
  CHECK(line["job"] == 7);
  CHECK(line["target"] == "test\\:unit");
  CHECK(line["result"] == "failed");
  CHECK(line["status"] == 2);
  CHECK(line["seconds"] == 2.5);
  CHECK(line["peak_rss_kib"] == 4096);
  CHECK(line["targets"]["finished"] == 3);
}

TEST_CASE("bytes that are no UTF-8 are replaced") {
  Pipe pipe;
  FakeLoop loop;
  JsonEvents events(std::make_unique<ByteStream>(pipe.writer, 1 << 20), loop, at_noon);
  events.on(
      event::Touched{"a\xff"
                     "b"});
  const auto line = nlohmann::json::parse(pipe.read());
  CHECK(line["target"] ==
        "a\xEF\xBF\xBD"
        "b");
}

TEST_CASE("a slow reader gets all, later") {
  Pipe pipe;
  const std::string long_text(10'000, 'x');
  FakeLoop loop;
  JsonEvents events(std::make_unique<ByteStream>(pipe.writer, 1 << 24), loop, at_noon);
  for (int i = 0; i < 100; ++i) events.on(event::Touched{long_text});
  CHECK(loop.watched() == 1);
  size_t got = 0;
  for (std::string text; !(text = pipe.read()).empty(); room(loop, pipe)) got += text.size();
  CHECK(loop.watched() == 0);
  CHECK(got > 100 * long_text.size());
}

TEST_CASE("what a slow reader loses is counted, and lines stay whole") {
  Pipe pipe;
  const std::string long_text(10'000, 'x');
  FakeLoop loop;
  JsonEvents events(std::make_unique<ByteStream>(pipe.writer, 30'000), loop, at_noon);
  for (int i = 0; i < 100; ++i) events.on(event::Touched{long_text});
  std::string all;
  for (std::string text; !(text = pipe.read()).empty(); room(loop, pipe)) all += text;
  events.on(event::ClockSkew{});
  all += pipe.read();
  size_t touched = 0, lost = 0;
  for (size_t begin = 0, end; (end = all.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const auto line = nlohmann::json::parse(all.substr(begin, end - begin));
    if (line["event"] == "touch") ++touched;
    if (line["event"] == "lost") lost += line["count"].get<size_t>();
  }
  CHECK(touched < 100);
  CHECK(touched + lost == 100);
}

TEST_CASE("a reader that is gone is no error and no signal") {
  Pipe pipe;
  pipe.close_reader();
  FakeLoop loop;
  JsonEvents events(std::make_unique<ByteStream>(pipe.writer, 1 << 20), loop, at_noon);
  events.on(event::ClockSkew{});
  events.on(event::ClockSkew{});
  CHECK(loop.watched() == 0);
}
