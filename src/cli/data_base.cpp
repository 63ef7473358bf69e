#include "data_base.h"

#include <fmt/format.h>
#include <unistd.h>

#include <ctime>

namespace cmz {
namespace {

std::string_view origin_text(Origin origin) {
  switch (origin) {
    case Origin::default_: return "default";
    case Origin::environment: return "environment";
    case Origin::file: return "makefile";
    case Origin::environment_override: return "environment under -e";
    case Origin::command_line: return "command line";
    case Origin::override_: return "'override' directive";
    case Origin::automatic: return "automatic";
  }
  return "";
}

void print_variable(const Variable& v, std::string_view prefix, std::string& out) {
  out += fmt::format("{}# {}", prefix, origin_text(v.origin));
  if (v.private_) out += " private";
  if (v.where.known()) out += fmt::format(" (from '{}', line {})", v.where.file, v.where.line);
  out += '\n';
  const bool recursive = v.flavor == Flavor::recursive;
  if (recursive && v.value.find('\n') != std::string::npos) {
    out += fmt::format("{}define {}\n{}\nendef\n", prefix, v.name.view(), v.value);
    return;
  }
  out += fmt::format("{}{} {} ", prefix, v.name.view(), recursive ? (v.append ? "+=" : "=") : ":=");
  for (char c : v.value) {
    if (!recursive && c == '$') out += '$';  // so that it reads back the same
    out += c;
  }
  out += '\n';
}

void print_recipe(const Recipe& recipe, std::string& out) {
  if (recipe.where.known())
    out += fmt::format("#  recipe to execute (from '{}', line {}):\n", recipe.where.file, recipe.where.line);
  else
    out += "#  recipe to execute (built-in):\n";
  for (std::string_view line : recipe.source) {
    out += recipe.prefix;
    out += line;
    out += '\n';
  }
}

void print_target(const Target& t, std::string& out) {
  if (!t.is_target) out += "# Not a target:\n";
  out += fmt::format("{}:{}", t.name.view(), t.double_colon_head ? ":" : "");
  for (const Prerequisite& p : t.prerequisites)
    if (p.target && !p.order_only) out += fmt::format(" {}", p.target->name.view());
  bool bar = false;
  for (const Prerequisite& p : t.prerequisites)
    if (p.target && p.order_only) {
      if (!bar) out += " |";
      bar = true;
      out += fmt::format(" {}", p.target->name.view());
    }
  out += '\n';
  if (t.phony) out += "#  Phony target (prerequisite of .PHONY).\n";
  if (t.command_line) out += "#  Command line target.\n";
  if (t.precious) out += "#  Precious file (prerequisite of .PRECIOUS).\n";
  if (!t.stem.empty()) out += fmt::format("#  Implicit/static pattern stem: '{}'\n", t.stem);
  if (t.variables)
    for (const auto& v : *t.variables) print_variable(*v, "# ", out);
  if (t.recipe && !t.recipe->empty()) print_recipe(*t.recipe, out);
  out += '\n';
}

}  // namespace

std::string data_base_text(Evaluator& e) {
  const Database& db = e.db;
  const std::time_t now = std::time(nullptr);
  char date[64];
  std::strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", std::localtime(&now));
  std::string out = fmt::format("\n# Make data base, printed on {}\n\n# Variables\n\n", date);
  for (const auto& v : db.globals)
    if (v->name.view() != "-*-command-variables-*-") print_variable(*v, "", out);

  out += "\n# Pattern-specific Variable Values\n\n";
  for (const PatternVariable& p : db.pattern_variables)
    out += fmt::format("{}%{} :\n# {} = {}\n\n", p.pattern.prefix, p.pattern.suffix, p.name, p.value);

  out += "\n# Implicit Rules\n\n";
  size_t terminal = 0;
  for (const auto& rule : db.pattern_rules) {
    terminal += rule->terminal;
    std::string targets;
    for (std::string_view text : rule->target_texts) targets += (targets.empty() ? "" : " ") + std::string(text);
    out += fmt::format("{}:{}", targets, rule->terminal ? ":" : "");
    bool bar = false;
    for (const PatternPrerequisite& p : rule->prerequisites) {
      if (p.order_only && !bar) {
        out += " |";
        bar = true;
      }
      out += fmt::format(" {}", p.text);
    }
    out += '\n';
    if (rule->recipe) print_recipe(*rule->recipe, out);
    out += '\n';
  }
  out += fmt::format("# {} implicit rules, {} ({:.1f}%) terminal.\n\n# Files\n\n", db.pattern_rules.size(), terminal,
                     db.pattern_rules.empty() ? 0.0 : 100.0 * terminal / db.pattern_rules.size());
  for (const Target& t : db.targets())
    if (!t.double_colon) print_target(t, out);
  out += "# VPATH Search Paths\n\n";
  if (db.vpaths.empty()) out += "# No 'vpath' search paths.\n";
  for (const VpathEntry& entry : db.vpaths) {
    out += fmt::format("vpath {} ", entry.text);
    for (size_t i = 0; i < entry.directories.size(); ++i)
      out += fmt::format("{}{}", i ? ":" : "", entry.directories[i]);
    out += '\n';
  }
  out += fmt::format("\n# Finished Make data base on {}\n\n", date);
  return out;
}

}  // namespace cmz
