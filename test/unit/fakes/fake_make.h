#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/base/diagnostics.h"
#include "cmzmake/eval/evaluator.h"
#include "cmzmake/eval/shell.h"
#include "fakes/fake_disk.h"

namespace cmz {

// Keeps what it is told.
struct FakeDiagnostics : Diagnostics {
  std::vector<std::string> infos, messages;
  void info(std::string_view text) override { infos.emplace_back(text); }
  void message(const Location& where, std::string_view text) override {
    messages.push_back((where.known() ? std::string(where.file) + ":" + std::to_string(where.line) + ": " : "") +
                       std::string(text));
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
  Database db;
  Evaluator evaluator{db, disk, shell, said};

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
