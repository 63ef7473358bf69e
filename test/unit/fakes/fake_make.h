#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/eval/evaluator.h"
#include "cmzmake/eval/shell.h"
#include "cmzmake/event/diagnostics.h"
#include "fakes/fake_disk.h"

namespace cmz {

// Keeps the messages that it is told, in make's words.
struct FakeDiagnostics : EventSink {
  std::vector<std::string> infos, messages;
  void on(const Event& event) override {
    const auto* const message = std::get_if<event::Message>(&event);
    if (message == nullptr) return;
    const std::string text(message->text);
    if (message->severity == Severity::info) {
      infos.push_back(text);
      return;
    }
    const Location& where = message->where;
    const char* const word = message->bare ? "" : message->severity == Severity::warning ? "warning: " : "*** ";
    messages.push_back((where.known() ? std::string(where.file) + ":" + std::to_string(where.line) + ": " : "") + word +
                       text);
  }
};

// Answers every command with the command itself, unless a test knows better.
struct FakeShell : Shell {
  std::function<ShellResult(const ShellRequest&)> answer;
  ShellResult run(const ShellRequest& request) override {
    if (answer) return answer(request);
    ShellResult out;
    out.output = std::string(request.command) + "\n";
    return out;
  }
};

// A makefile that was read from memory, over a disk in memory, without built-in rules.
struct FakeMake {
  FakeDisk disk;
  FakeShell shell;
  FakeDiagnostics said;
  Diagnostics diagnostics{said};
  Database db;
  Evaluator evaluator{db, disk, shell, diagnostics};

  void read(std::string_view makefile) {
    evaluator.settings.no_builtin_rules = true;
    evaluator.define_global("SHELL", "/bin/sh", Origin::default_);
    evaluator.define_global(".SHELLFLAGS", "-c", Origin::default_);
    evaluator.define_global(".DEFAULT_GOAL", "", Origin::file);
    evaluator.reading_makefiles = true;
    disk.add_text("Makefile", std::string(makefile));
    evaluator.read_makefile("Makefile", false, false);
    evaluator.reading_makefiles = false;
    evaluator.finish_reading();
    evaluator.convert_suffix_rules();
  }
};

}  // namespace cmz
