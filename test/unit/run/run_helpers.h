#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cmzmake/loop/event_loop.h"
#include "cmzmake/run/local_executor.h"

namespace cmz::test {

// A folder that goes away with the object.
class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "cmz-run-XXXXXX";
    if (::mkdtemp(name.data())) path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& path() const { return path_; }

  std::string write(std::string_view name, std::string_view text, mode_t mode = 0644) const {
    const std::string file = *this / name;
    std::ofstream(file) << text;
    ::chmod(file.c_str(), mode);
    return file;
  }
  std::string read(std::string_view name) const {
    std::ifstream in(*this / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::string path_;
};

inline std::shared_ptr<Environment> environment(std::string_view path = "/usr/bin:/bin") {
  auto out = std::make_shared<Environment>();
  out->add("PATH", path);
  return out;
}

inline Job job(std::vector<std::string> lines, std::shared_ptr<const Environment> env = environment()) {
  Job out;
  for (std::string& text : lines) {
    CommandLine line;
    line.text = std::move(text);
    out.lines.push_back(std::move(line));
  }
  out.environment = std::move(env);
  return out;
}

// Notes what it hears.
struct Recorder : JobListener {
  void line_begins(JobId id, size_t index) override {
    heard.push_back("begin " + std::to_string(id) + "." + std::to_string(index));
  }
  void line_not_executed(JobId, size_t index, std::string_view message) override {
    heard.push_back("not executed " + std::to_string(index) + ": " + std::string(message));
  }
  void line_failed_ignored(JobId, size_t index, const Exit& exit) override {
    heard.push_back("ignored " + std::to_string(index) + ": " + std::to_string(exit.status));
  }
  void job_ended(JobId id, const Outcome& outcome) override {
    heard.push_back("end " + std::to_string(id));
    outcomes[id] = outcome;
  }

  std::vector<std::string> heard;
  std::map<JobId, Outcome> outcomes;
};

// Starts a job with the number `id`.
inline void start(Executor& executor, Job job, JobId id = 1) {
  job.id = id;
  executor.start(std::make_shared<Job>(std::move(job)));
}

// Sleeps at most so long, in milliseconds.
inline void wait(Loop& loop, int at_most) {
  const Loop::Id timer = loop.after(std::chrono::milliseconds(at_most), When::at_rest, [&loop] { loop.wake(); });
  loop.wait();
  loop.cancel(timer);
}

// An executor whose listener is a Recorder. Jobs are numbered from 1.
struct Bench {
  Bench() { executor.set_listener(&recorder); }

  void finish() {
    while (executor.running() > 0) loop.wait();
  }
  JobId start(Job j) {
    const JobId id = j.id = ++last;
    executor.start(std::make_shared<Job>(std::move(j)));
    return id;
  }
  Outcome run(Job j) {
    const JobId id = start(std::move(j));
    finish();
    return recorder.outcomes.at(id);
  }
  std::string output_of(std::string_view line) {
    return executor.capture({"/bin/sh", "-c", std::string(line)}, environment()->envp()).output;
  }

  InheritedState state = read_inherited_state();
  EventLoop loop{[this] { return raise_descriptor_limit(state); }};
  LocalExecutor executor{loop, state};
  Recorder recorder;
  JobId last = 0;
};

}  // namespace cmz::test
