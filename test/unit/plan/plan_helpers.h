// Stand-ins at the seams of the floor plan: an executor without processes, tokens that are counted, and a sink.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cmzmake/event/sink.h"
#include "cmzmake/run/executor.h"
#include "cmzmake/run/token_pool.h"
#include "fakes/fake_disk.h"
#include "fakes/fake_loop.h"

namespace cmz {

// Runs nothing: jobs end in the order in which they were started, when somebody sleeps in the loop. A line
// `fail` fails; what else a line says is a file that it makes.
class FakeExecutor : public Executor {
 public:
  FakeExecutor(FakeDisk& disk, Loop& loop) : disk_(disk), loop_(loop) {}

  std::vector<std::string> started;
  size_t most_at_once = 0;

  void set_listener(JobListener* listener) override { listener_ = listener; }
  void start(std::shared_ptr<const Job> job) override {
    started.push_back(job->target);
    waiting_.push_back(std::move(job));
    most_at_once = std::max(most_at_once, waiting_.size());
    loop_.post([this] { end_first(); });
  }
  size_t running() const override { return waiting_.size(); }
  void cancel(JobId, int) override {}
  void cancel_all(int) override {}

 private:
  void end_first() {
    const Job job = *waiting_.front();
    waiting_.pop_front();
    const JobId id = job.id;
    Outcome outcome;
    outcome.ran = true;
    for (size_t i = 0; i < job.lines.size(); ++i) {
      listener_->line_begins(id, i);
      outcome.line_index = i;
      if (job.lines[i].text == "fail") {
        outcome.exit.status = 1;
        break;
      }
      disk_.add(job.lines[i].text, disk_.now++);
    }
    listener_->job_ended(id, outcome);
    loop_.wake();
  }

  FakeDisk& disk_;
  Loop& loop_;
  JobListener* listener_ = nullptr;
  std::deque<std::shared_ptr<const Job>> waiting_;
};

// Counts; asking for more than there are gives none.
class FakeTokens : public TokenPool {
 public:
  explicit FakeTokens(size_t tokens) : free(tokens) {}
  bool try_acquire() override {
    ++asked;
    if (free == 0) return false;
    --free;
    return true;
  }
  void release() override { ++free; }
  Settlement settle() override {
    ++settled;
    Settlement out;
    if (clients > 0) {
      --clients;
      out.missing = lost;
    } else {
      std::swap(out.replaced, lost);
      free += out.replaced;
    }
    return out;
  }
  size_t free, lost = 0;
  int clients = 0;  // so many times somebody else has the pool open
  int asked = 0, settled = 0;
};

// Keeps the events, with the targets that they are about.
struct FakeEvents : EventSink {
  std::vector<std::pair<std::string, std::string>> heard;  // name and target
  void on(const Event& event) override {
    std::visit(
        [this](const auto& e) {
          if constexpr (requires { e.target; })
            heard.emplace_back(e.kName, e.target);
          else
            heard.emplace_back(e.kName, "");
        },
        event);
  }
  size_t count(std::string_view name) const {
    return static_cast<size_t>(
        std::count_if(heard.begin(), heard.end(), [name](const auto& event) { return event.first == name; }));
  }
  std::string first(std::string_view name) const {
    for (const auto& [event, target] : heard)
      if (event == name) return target;
    return {};
  }
};

}  // namespace cmz
