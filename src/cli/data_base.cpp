// -p: everything that make knows, in make's words and order. Manual, "Summary of Options".
// Left out are the sections that tell of GNU Make's own insides: its directory cache, the load of its hash tables,
// its string cache.
#include "data_base.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <unordered_set>
#include <vector>

#include "cmzmake/base/strings.h"
#include "cmzmake/base/table_order.h"
#include "cmzmake/cli/options.h"
#include "cmzmake/eval/recipes.h"

namespace cmz {
namespace {

std::string_view origin_text(Origin origin) {
  switch (origin) {
    case Origin::default_:
      return "default";
    case Origin::environment:
      return "environment";
    case Origin::file:
      return "makefile";
    case Origin::environment_override:
      return "environment under -e";
    case Origin::command_line:
      return "command line";
    case Origin::override_:
      return "'override' directive";
    case Origin::automatic:
      return "automatic";
  }
  return "";
}

// `prefix` stands before the definition: "# ", or the target whose variable it is.
void print_variable(const Variable& v, std::string_view prefix, std::string& out) {
  out += fmt::format("# {}", origin_text(v.origin));
  if (v.private_) out += " private";
  if (v.where.known()) out += fmt::format(" (from '{}', line {})", v.where.file, v.where.line);
  out += '\n';
  const bool recursive = v.flavor == Flavor::recursive;
  if (recursive && v.value.find('\n') != std::string::npos) {
    out += fmt::format("{}define {}\n{}\nendef\n", prefix, v.name.view(), v.value);
    return;
  }
  out += fmt::format("{}{} {} ", prefix, v.name.view(), recursive ? (v.append ? "+=" : "=") : ":=");
  if (!v.value.empty() && trim(v.value).empty()) {  // blanks alone would not be read back
    out += fmt::format("$(subst ,,{})\n", v.value);
    return;
  }
  for (char c : v.value) {
    if (!recursive && c == '$') out += '$';  // so that it reads back the same
    out += c;
  }
  out += '\n';
}

// The sizes with which make's tables begin.
constexpr size_t kFileTable = 1024, kGlobalTable = 1024, kTargetTable = 32;

std::vector<const Variable*> as_table(const VariableSet& set, size_t initial) {
  std::vector<const Variable*> all;
  std::vector<std::string_view> names;
  for (const auto& v : set) {
    all.push_back(&*v);
    names.push_back(v->name.view());
  }
  std::vector<const Variable*> out;
  for (const uint32_t index : table_order(names, initial, variable_hash)) out.push_back(all[index]);
  return out;
}

std::string time_text(FileTime time) {
  if (time.is_unknown()) return "Modification time never checked.";
  if (time.is_absent()) return "File does not exist.";
  if (!time.is_real()) {
    if (time == FileTime::oldest()) return "File is very old.";
    return "Last modified 2514-05-30 01:53:03.107374182";  // how GNU Make writes its newest time
  }
  constexpr int64_t kSecond = 1'000'000'000;
  int64_t fraction = time.ns % kSecond, whole = time.ns / kSecond;
  if (fraction < 0) fraction += kSecond, --whole;
  const std::time_t seconds = whole;
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", std::localtime(&seconds));
  std::string out = fmt::format("Last modified {}", text);
  if (fraction == 0) return out;
  out += fmt::format(".{:09}", fraction);
  while (out.back() == '0') out.pop_back();
  return out;
}

// What the text is made from.
class DataBase {
 public:
  DataBase(Evaluator& e, const Options& options) : e_(e), db_(e.db), options_(options) {}
  std::string text();

 private:
  void variables();
  void pattern_variables();
  void implicit_rules();
  void files();
  void file(const Target& head, const Target& t);
  void file_state(const Target& t);
  void recipe(const Recipe& recipe);
  void vpaths();

  Evaluator& e_;
  Database& db_;
  const Options& options_;
  std::unordered_set<const Target*> not_intermediate_;  // the makefile's word: the build adds what it finds there
  char recipe_prefix_ = e_.recipe_prefix;               // with which what is printed would be read back
  std::string out_;
};

void DataBase::variables() {
  out_ += "# Variables\n\n";
  for (const Variable* v : as_table(db_.globals, kGlobalTable)) print_variable(*v, "", out_);
}

void DataBase::pattern_variables() {
  out_ += "\n# Pattern-specific Variable Values\n";
  for (const auto& [length, p] : db_.pattern_variables) {
    Variable shown;
    shown.name = db_.symbols.intern(p.name);
    shown.flavor = p.flavor;
    shown.origin = p.origin;
    shown.private_ = p.modifiers.private_;
    shown.where = p.where;
    shown.value = p.value;
    out_ += fmt::format("\n{}%{} :\n", p.pattern.prefix, p.pattern.suffix);
    print_variable(shown, "# ", out_);
  }
  if (db_.pattern_variables.empty())
    out_ += "\n# No pattern-specific variable values.\n";
  else
    out_ += fmt::format("\n# {} pattern-specific variable values\n", db_.pattern_variables.size());
}

void DataBase::recipe(const Recipe& recipe) {
  if (recipe.where.known())
    out_ += fmt::format("#  recipe to execute (from '{}', line {}):\n", recipe.where.file, recipe.where.line);
  else
    out_ += "#  recipe to execute (built-in):\n";
  for (std::string_view line : recipe.source) {
    out_ += recipe_prefix_;
    out_ += line;
    out_ += '\n';
  }
}

void DataBase::implicit_rules() {
  out_ += "\n# Implicit Rules\n";
  size_t terminal = 0;
  for (const auto& rule : db_.pattern_rules) {
    terminal += rule->terminal;
    std::string targets;
    for (std::string_view text : rule->target_texts) targets += (targets.empty() ? "" : " ") + std::string(text);
    out_ += fmt::format("\n{}:{}", targets, rule->terminal ? ":" : "");
    bool bar = false;
    for (const PatternPrerequisite& p : rule->prerequisites) {
      if (p.order_only && !std::exchange(bar, true)) out_ += " |";
      out_ += fmt::format("{} {}", p.wait_before ? " .WAIT" : "", p.text);
    }
    out_ += '\n';
    if (rule->recipe) recipe(*rule->recipe);
  }
  if (db_.pattern_rules.empty())
    out_ += "\n# No implicit rules.\n\n";
  else
    out_ += fmt::format("\n# {} implicit rules, {} ({:.1f}%) terminal.\n", db_.pattern_rules.size(), terminal,
                        100.0 * static_cast<double>(terminal) / static_cast<double>(db_.pattern_rules.size()));
}

void DataBase::file_state(const Target& t) {
  if (t.group) {
    out_ += "#  Also makes:";
    for (const Target* member : t.group->members)
      if (t.group->is_explicit || member != &t) out_ += fmt::format(" {}", member->name.view());
    out_ += '\n';
  }
  // The time after a recipe, as far as GNU Make has asked for it.
  FileTime time = t.mtime;
  if (options_.touch && t.updated && !t.phony)
    time = FileTime::newest();
  else if (t.updated && !t.phony && time != FileTime::newest() &&
           ((t.command_line && !t.parent && !t.well_ended) || (t.status == Status::failed && !options_.keep_going)))
    time = FileTime::unknown();
  if (t.double_colon_head) {  // its rules share what is known
    const FileTime shared = t.double_colon_head->mtime;
    if (time.is_unknown() || shared == FileTime::newest()) time = shared;
  }
  out_ += fmt::format("#  {}\n", time_text(time));
  const bool given_up = options_.question && t.progress == Progress::visiting;
  if (t.progress != Progress::finished && !given_up) {
    out_ += "#  File has not been updated.\n";
    return;
  }
  out_ += "#  File has been updated.\n";
  switch (given_up ? Status::question : t.status) {
    case Status::none:
      break;
    case Status::success:
      out_ += "#  Successfully updated.\n";
      break;
    case Status::question:
      out_ += "#  Needs to be updated (-q is set).\n";
      break;
    case Status::failed:
      out_ += "#  Failed to be updated.\n";
      break;
  }
}

// One rule of `head`: itself, or one of its double-colon ones.
void DataBase::file(const Target& head, const Target& t) {
  out_ += '\n';
  const Recipe* of_rule = head.name.view() == ".DEFAULT" ? db_.default_recipe : t.recipe;
  const bool has_recipe = of_rule && !of_rule->empty();
  if (has_recipe && of_rule->prefix != recipe_prefix_) {
    recipe_prefix_ = of_rule->prefix;
    out_ += ".RECIPEPREFIX = ";
    if (recipe_prefix_ != '\t') out_ += recipe_prefix_;
    out_ += '\n';
  }
  const bool is_first = &t == &head || &t == head.next_double_colon;
  if (t.variables && is_first)
    for (const Variable* v : as_table(*t.variables, kTargetTable))
      print_variable(*v, fmt::format("{}: ", head.name.view()), out_);
  if (!t.is_target && t.stem.empty()) out_ += "# Not a target:\n";
  out_ += fmt::format("{}:{}", head.name.view(), t.double_colon_head ? ":" : "");
  if (t.builtin && head.name.view() == ".SUFFIXES" && !options_.no_builtin_rules) {
    const std::string suffixes = e_.value_of("SUFFIXES", e_.global_scope());
    for (std::string_view suffix : Words(suffixes)) out_ += fmt::format(" {}", suffix);
  }
  bool bar = false;
  for (const bool order_only : {false, true})
    for (const Prerequisite& p : t.prerequisites) {
      if (p.order_only != order_only) continue;
      if (order_only && !std::exchange(bar, true)) out_ += " |";
      if (p.wait_before) out_ += " .WAIT";
      out_ += fmt::format(" {}", p.target ? p.target->name.view() : db_.pending(p)->text);
    }
  out_ += '\n';
  if (t.precious) out_ += "#  Precious file (prerequisite of .PRECIOUS).\n";
  if (t.phony) out_ += "#  Phony target (prerequisite of .PHONY).\n";
  if (head.command_line && is_first && !options_.goals.empty()) out_ += "#  Command line target.\n";
  if (t.builtin && head.name.view() != ".SUFFIXES") out_ += "#  Builtin rule\n";
  out_ += fmt::format("#  Implicit rule search has {}been done.\n", t.searched ? "" : "not ");
  VariableSet automatic;
  if (t.expanded) set_automatic_variables(e_, const_cast<Target&>(t), automatic);
  if (const Variable* star = t.expanded ? automatic.find(db_.symbols.intern("*")) : nullptr)
    out_ += fmt::format("#  Implicit/static pattern stem: '{}'\n", star->value);
  else if (t.has_static_pattern || !t.stem.empty())
    out_ += fmt::format("#  Implicit/static pattern stem: '{}'\n", t.stem);
  const bool was_there = t.progress != Progress::untouched && (t.updated ? t.time_before : t.mtime).is_real();
  if (t.intermediate || (db_.special.secondary_all && !t.not_intermediate && !was_there))
    out_ += "#  File is an intermediate prerequisite.\n";
  // GNU Make notes so what is there and good, for not to be removed.
  const auto is_made = [](const Prerequisite& p) {
    return p.target && (p.target->time_changed || (p.target->phony && p.target->updated));
  };
  const bool is_behind = !t.recipe && std::any_of(t.prerequisites.begin(), t.prerequisites.end(), is_made);
  const bool is_good =
      was_there && !t.updated && !is_behind && t.status != Status::failed && t.status != Status::question;
  if (t.secondary || is_good) out_ += "#  File is secondary (prerequisite of .SECONDARY).\n";
  if (t.not_intermediate && not_intermediate_.contains(&head))
    out_ += "#  File is a prerequisite of .NOTINTERMEDIATE.\n";
  file_state(t);
  if (t.expanded)
    for (const Variable* v : as_table(automatic, kTargetTable)) print_variable(*v, "# ", out_);
  if (has_recipe) recipe(*of_rule);
}

void DataBase::files() {
  out_ += "# Files\n";
  if (const Target* named = db_.find_target(".NOTINTERMEDIATE"))
    for (const Prerequisite& p : named->prerequisites) not_intermediate_.insert(p.target);
  std::vector<const Target*> targets;
  std::vector<std::string_view> names;
  const auto add = [&](std::string_view name, const Target* target) {
    targets.push_back(target);
    names.push_back(name);
  };
  bool suffixes_asked = false;
  for (const Target& t : db_.targets()) {
    if (!t.double_colon_head && !t.merged_into) add(t.name.view(), &t);
    suffixes_asked |= t.expanded && t.stem.empty() && !t.has_static_pattern;
  }
  // Names that are none of ours: .DEFAULT, .SUFFIXES where a target's stem was looked for, and the suffixes that the
  // built-in rules know.
  if (!db_.find_target(".DEFAULT")) add(".DEFAULT", nullptr);
  if (suffixes_asked && !db_.find_target(".SUFFIXES")) add(".SUFFIXES", nullptr);
  const std::string suffixes = e_.value_of("SUFFIXES", e_.global_scope());
  if (!options_.no_builtin_rules)
    for (std::string_view suffix : Words(suffixes))
      if (!db_.find_target(suffix)) add(suffix, nullptr);
  for (const uint32_t index : table_order(names, kFileTable, table_hash)) {
    const Target* target = targets[index];
    if (target && target->double_colon) {
      for (const Target* t = target->next_double_colon; t; t = t->next_double_colon) file(*target, *t);
    } else if (target) {
      file(*target, *target);
    } else {
      Target shown;
      shown.name = shown.hashed_name = db_.symbols.intern(names[index]);
      shown.builtin = names[index] != ".DEFAULT" && names[index] != ".SUFFIXES";
      file(shown, shown);
    }
  }
}

void DataBase::vpaths() {
  out_ += "\n# VPATH Search Paths\n\n";
  for (const VpathEntry& entry : db_.vpaths) {
    out_ += fmt::format("vpath {} ", entry.text);
    for (size_t i = 0; i < entry.directories.size(); ++i)
      out_ += fmt::format("{}{}", i ? ":" : "", entry.directories[i]);
    out_ += '\n';
  }
  if (db_.vpaths.empty())
    out_ += "# No 'vpath' search paths.\n";
  else
    out_ += fmt::format("\n# {} 'vpath' search paths.\n", db_.vpaths.size());
  std::string general = e_.value_of("VPATH", e_.global_scope());
  std::replace(general.begin(), general.end(), ' ', ':');
  if (general.empty())
    out_ += "\n# No general ('VPATH' variable) search path.\n";
  else
    out_ += fmt::format("\n# General ('VPATH' variable) search path:\n# {}\n", general);
}

std::string DataBase::text() {
  const std::time_t now = std::time(nullptr);
  char date[64];
  std::strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", std::localtime(&now));
  const std::string version = version_text();
  for (size_t at = 0; at < version.size();) {
    const size_t end = version.find('\n', at);
    out_ += fmt::format("# {}\n", std::string_view(version).substr(at, end - at));
    if (end == std::string::npos) break;
    at = end + 1;
  }
  out_ += fmt::format("\n# Make data base, printed on {}\n\n", date);
  variables();
  pattern_variables();
  implicit_rules();
  files();
  vpaths();
  out_ += fmt::format("\n# Finished Make data base on {}\n\n", date);
  return std::move(out_);
}

}  // namespace

std::string data_base_text(Evaluator& e, const Options& options) {
  for (const std::string& goal : options.goals)  // also when make did not get so far
    e.db.target(without_dot_slash(goal)).command_line = true;
  return DataBase(e, options).text();
}

}  // namespace cmz
