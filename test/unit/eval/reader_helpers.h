#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/eval/recipes.h"
#include "fakes/fake_make.h"

namespace cmz {

using Lines = std::vector<std::string>;

// A makefile in memory, seen as its writer sees it: what references give, what rules came of it, what is said. All
// this can be asked of GNU Make too (`$(info)`, `-n`, `-p`, a recipe `env`), so that each expectation can be checked.
// No built-in rules and variables (-rR).
class TestMake : public FakeMake {
 public:
  TestMake() {
    evaluator.settings.no_builtin_rules = evaluator.settings.no_builtin_variables = true;
    evaluator.define_computed_variables();
    shell.answer = [](const ShellRequest& request) { return tiny_shell(request); };
  }
  explicit TestMake(std::string_view makefile) : TestMake() { read(makefile); }

  // Before read(): what make gets, and options.
  void environment(std::string name, std::string value) {
    if (name == "SHELL")  // is for other programs: recipes have their own
      evaluator.define_global(name, "/bin/sh", Origin::file, Flavor::recursive);
    else
      evaluator.define_global(name, value, Origin::environment, Flavor::recursive);
    evaluator.original_environment.push_back(name + "=" + value);
  }
  void warn_undefined() { evaluator.warnings.set_command_line({}, true); }  // --warn-undefined-variables
  void environment_overrides() { evaluator.settings.environment_overrides = true; }
  void command_line(std::string_view assignment) { evaluator.assign_command_line(assignment, Origin::command_line); }

  void read(std::string_view makefile) {
    evaluator.define_builtin_variables();  // $(@D) and its like
    FakeMake::read(makefile);
  }
  // The error that ends make while it reads, "FILE:LINE: TEXT".
  std::string failure(std::string_view makefile) {
    return failing([&] {
      read(makefile);
      return std::string("none");
    });
  }

  std::string expand(std::string_view text) {
    return failing([&] { return evaluator.expand(text); });
  }

  // The rule of a target, or its double-colon rules, a line each: `a: b c | d`.
  Lines rules(std::string_view name) {
    Lines out;
    const Target* target = db.find_target(name);
    if (target == nullptr || !target->is_target) return out;
    if (!target->double_colon) out.push_back(rule(*target, ":"));
    for (const Target* t = target->next_double_colon; t != nullptr; t = t->next_double_colon)
      out.push_back(rule(*t, "::"));
    return out;
  }
  // The implicit rules, in their order: `%.o: %.c x | d`.
  Lines patterns() {
    Lines out;
    for (const auto& pattern : db.pattern_rules) {
      std::string line;
      for (std::string_view target : pattern->target_texts) append_word(line, target);
      line += pattern->terminal ? "::" : ":";
      bool bar = false;
      for (const PatternPrerequisite& p : pattern->prerequisites) append_prerequisite(line, p, p.text, bar);
      out.push_back(line);
    }
    return out;
  }
  // The `vpath` directives in force: `%.c src:inc`.
  Lines vpaths() {
    Lines out;
    for (const VpathEntry& entry : db.vpaths) {
      std::string line(entry.text);
      char separator = ' ';
      for (std::string_view directory : entry.directories) {
        (line += separator) += directory;
        separator = ':';
      }
      out.push_back(line);
    }
    return out;
  }
  // Where a target's recipe begins.
  std::string recipe_place(std::string_view name) {
    const Target* target = db.find_target(name);
    return target && target->recipe ? text_of(target->recipe->where) : "none";
  }

  // The lines of a target's recipe as -n shows them when all its prerequisites are new; `parent` wants it. Or the
  // error that they end in.
  std::string recipe(std::string_view name, std::string_view parent = {}) {
    return failing([&] {
      std::string out;
      for (const CommandLine& line : recipe_lines(name, parent)) {
        if (!out.empty()) out += '\n';
        out += line.text;
      }
      return out;
    });
  }
  // What its recipe's commands find in their environment.
  Lines exported(std::string_view name, std::string_view parent = {}) {
    Lines out;
    Target& target = target_below(name, parent);
    for (auto& [variable, value] : evaluator.exported(target_scope(evaluator, target), false))
      out.push_back(variable + "=" + value);
    return out;
  }

  const Lines& messages() const { return said.messages; }
  const Lines& infos() const { return said.infos; }

  // --- what only the inside shows ---
  std::vector<CommandLine> recipe_lines(std::string_view name, std::string_view parent = {}) {
    Target& target = target_below(name, parent);
    if (!target.double_colon) return lines_of(target);
    std::vector<CommandLine> out;
    for (Target* t = target.next_double_colon; t != nullptr; t = t->next_double_colon)
      if (t->recipe)
        for (CommandLine& line : lines_of(*t)) out.push_back(std::move(line));
    return out;
  }
  static std::string text_of(const Location& where) {
    return where.known() ? std::string(where.file) + ":" + std::to_string(where.line) : "none";
  }

 private:
  std::vector<CommandLine> lines_of(Target& target) {
    for (Prerequisite& p : target.prerequisites) p.changed = true;
    VariableSet automatic;
    return expand_recipe(evaluator, target, automatic);
  }
  Target& target_below(std::string_view name, std::string_view parent) {
    Target& target = db.target(name);
    if (!parent.empty()) target.parent = &db.target(parent);
    return target;
  }

  template <class Do>
  static std::string failing(Do act) {
    try {
      return act();
    } catch (const Fatal& fatal) {
      return (fatal.where().known() ? text_of(fatal.where()) + ": " : "") + fatal.what();
    }
  }

  static void append_word(std::string& line, std::string_view word) {
    if (!line.empty()) line += ' ';
    line += word;
  }
  template <class P>
  static void append_prerequisite(std::string& line, const P& p, std::string_view name, bool& bar) {
    if (p.order_only && !bar) append_word(line, "|");
    bar = p.order_only;
    if (p.wait_before) append_word(line, ".WAIT");
    append_word(line, name);
  }
  std::string rule(const Target& target, std::string_view colon) {
    std::string line(target.name.view());
    line += colon;
    for (const bool order_only : {false, true}) {
      bool bar = false;
      for (const Prerequisite& p : target.prerequisites)
        if (p.order_only == order_only)
          append_prerequisite(line, p, p.target ? p.target->name.view() : db.pending(p)->text, bar);
    }
    return line;
  }

  // Knows `echo 'TEXT'`, `env` and `exit N`.
  static ShellResult tiny_shell(const ShellRequest& request) {
    ShellResult out;
    if (request.command.starts_with("echo ")) {
      out.output.append(request.command.substr(5)).append("\n");
      std::erase(out.output, '\'');
    } else if (request.command == "env") {
      for (const char* const* entry = request.environment; *entry != nullptr; ++entry)
        out.output.append(*entry).append("\n");
    } else if (request.command.starts_with("exit ")) {
      out.status = std::stoi(std::string(request.command.substr(5)));
    } else {
      out.status = 127;
      out.error = std::string(request.command) + ": " + std::strerror(ENOENT);
    }
    return out;
  }
};

}  // namespace cmz
