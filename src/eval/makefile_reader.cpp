// Statements, one after the other. Reference: manual, "Writing Makefiles", "How `make` Reads a Makefile".
#include "makefile_reader.h"

#include <fmt/format.h>

#include <cstring>

#include "cmzmake/base/strings.h"
#include "cmzmake/eval/loaded_objects.h"
#include "file_names.h"
#include "names.h"

namespace cmz {

MakefileReader::MakefileReader(Evaluator& evaluator, std::string_view source, Location start, bool set_default_goal)
    : e_(evaluator),
      lines_(source, start.line),
      is_file_(true),
      where_(start),
      rules_(start),
      set_default_goal_(set_default_goal),
      scratch_(evaluator.take_scratch()) {}

MakefileReader::MakefileReader(Evaluator& evaluator, std::string_view source, Location where, Location rules)
    : e_(evaluator),
      lines_(source),
      is_file_(false),
      where_(where),
      rules_(rules),
      set_default_goal_(true),
      scratch_(evaluator.take_scratch()) {}

MakefileReader::~MakefileReader() {
  rule_.clear();
  e_.give_scratch(std::move(scratch_));
}

void MakefileReader::run() {
  LogicalLine line;
  for (;;) {
    if (plain_rule()) continue;
    if (!lines_.next(&line)) break;
    e_.where = place(line.line);
    statement(line);
  }
  if (!conditions_.empty()) throw Fatal(place(lines_.line()), "missing 'endif'");
  close_rule();
}

void MakefileReader::statement(const LogicalLine& line) {
  if (line.text.empty()) return;
  if (line.text[0] == e_.recipe_prefix && recipe_line(line)) return;

  std::string_view text = collapse_continuations(line.text, collapse_buffer_, e_.db.special.posix);
  std::string unfinished;
  if (line.unfinished) {  // the backslash-newline at the end of the file is a blank like others
    unfinished = trim_end(text.substr(0, text.size() - 1));
    text = unfinished += ' ';
  }
  text = skip_spaces(remove_comment(text, comment_buffer_));
  if (text.empty()) return;

  if (ignoring()) {
    // The words of a definition are none of the conditional's.
    if (skipping_define_) {
      skipping_define_ = trim_end(text) != "endef";
      return;
    }
    if (classify(text, e_.settings.dialect).directive == Directive::define) {
      skipping_define_ = true;
      return;
    }
    const Statement s = classify_conditional(text);
    if (s.directive != Directive::none) condition(s);
    return;
  }
  const Statement s = classify(text, e_.settings.dialect);
  if (s.directive == Directive::none)
    rule(text, line);
  else
    directive(s, line);
}

// A line with the recipe prefix belongs to the rule before it. Without one it is read like any other.
bool MakefileReader::recipe_line(const LogicalLine& line) {
  if (rule_.no_targets) return true;
  if (!rule_.open) return false;
  if (!ignoring()) add_recipe_line(line.text.substr(1), line.line);
  return true;
}

void MakefileReader::directive(const Statement& s, const LogicalLine& line) {
  switch (s.directive) {
    case Directive::none:
      break;
    case Directive::ifdef:
    case Directive::ifndef:
    case Directive::ifeq:
    case Directive::ifneq:
    case Directive::else_:
    case Directive::endif:
      condition(s);
      break;
    case Directive::assignment:
      close_rule();
      assignment(s);
      break;
    case Directive::define:
      close_rule();
      define(s);
      break;
    case Directive::undefine:
      close_rule();
      e_.undefine(e_.db.globals, s.name, s.modifiers.override_ ? Origin::override_ : Origin::file);
      break;
    case Directive::endef:
      rule(line.text, line);
      break;
    case Directive::include:
    case Directive::include_optional:
      close_rule();
      include(s, s.directive == Directive::include_optional);
      break;
    case Directive::load:
    case Directive::load_optional:
      close_rule();
      load(s, s.directive == Directive::load_optional);
      break;
    case Directive::export_:
    case Directive::unexport:
      close_rule();
      export_(s, s.directive == Directive::export_);
      break;
    case Directive::vpath:
      close_rule();
      vpath(s);
      break;
  }
}

void MakefileReader::assignment(const Statement& s) {
  const Origin origin = s.modifiers.override_ ? Origin::override_ : Origin::file;
  Variable* v = e_.assign(e_.db.globals, s.name, s.op, s.text, origin);
  if (v == nullptr) return;
  if (s.modifiers.export_ || s.modifiers.unexport_) {
    v->export_ = s.modifiers.export_ ? Export::yes : Export::no;
    e_.db.globals.touch();
  }
  if (s.modifiers.private_) v->private_ = e_.any_private = true;
}

// define NAME [OP] ... endef. Manual, "Defining Multi-Line Variables".
void MakefileReader::define(const Statement& s) {
  const Location start = e_.where;
  const Modifiers modifiers = s.modifiers;
  const AssignOp op = s.op;
  if (!skip_spaces(s.text).empty() && s.text.data() != s.name.data())
    e_.diagnostics.bare_warning(start, "extraneous text after 'define' directive");
  const std::string name(trim(e_.expand(s.name)));
  if (name.empty()) throw Fatal(start, "empty variable name");

  std::string value, buffer;
  int depth = 1;
  bool first = true;
  LogicalLine line;
  for (;;) {
    if (!lines_.next(&line)) throw Fatal(start, "missing 'endef', unterminated 'define'");
    std::string_view text = collapse_continuations(line.text, collapse_buffer_, e_.db.special.posix);
    if (text.empty() || text[0] != e_.recipe_prefix) {
      const std::string_view rest = skip_spaces(text);
      std::string_view after = rest;
      const std::string_view word = next_word(after);
      if (word == "define") {
        ++depth;
      } else if (word == "endef") {
        const std::string_view more = remove_comment(after, buffer);
        if (!trim(more).empty())
          e_.diagnostics.bare_warning(place(lines_.line() - 1), "extraneous text after 'endef' directive");
        if (--depth == 0) break;
        if (more.size() < after.size()) text.remove_suffix(after.size() - more.size());
      }
    }
    if (!first) value += '\n';
    first = false;
    value += text;
  }
  e_.where = place(lines_.line() - 1);  // the value is expanded where the `endef` ends
  const Origin origin = modifiers.override_ ? Origin::override_ : Origin::file;
  Variable* v = e_.assign_named(e_.db.globals, name, op, value, origin, start);
  if (v && modifiers.export_) {
    v->export_ = Export::yes;
    e_.db.globals.touch();
  }
  if (v && modifiers.private_) v->private_ = e_.any_private = true;
}

void MakefileReader::include(const Statement& s, bool optional) {
  const std::string expanded = e_.expand(s.text);
  std::vector<std::string> names;
  FileNames(expanded, &e_.disk).for_each([&](std::string_view name) { names.emplace_back(name); });
  const Location place = e_.where;
  auto ahead = e_.disk.files_ahead(names);
  const uint64_t generation = e_.disk.generation();
  for (const std::string& name : names) {
    if (ahead && e_.disk.generation() != generation) ahead.reset();
    e_.where = place;
    e_.read_makefile(name, true, optional, false, set_default_goal_, ahead.get());
  }
  e_.where = place;
}

// Manual, "The `load` Directive".
void MakefileReader::load(const Statement& s, bool optional) {
  const std::string expanded = e_.expand(s.text);
  FileNames(expanded, &e_.disk, FileNames::Archives::unknown).for_each([&](std::string_view word) {
    e_.objects().load(word, optional, rule_place());
  });
}

void MakefileReader::export_(const Statement& s, bool on) {
  if (s.text.empty()) {
    e_.export_all_by_directive = on;
    e_.db.globals.touch();
    return;
  }
  const std::string names = e_.expand(s.text);
  for (std::string_view name : Words(names)) {
    Variable* v = e_.lookup(name);
    if (v == nullptr) v = e_.define(e_.db.globals, name, "", Origin::file, Flavor::simple, e_.where);
    v->export_ = on ? Export::yes : Export::no;
  }
  e_.db.globals.touch();
}

// vpath PATTERN DIRECTORIES | vpath PATTERN | vpath. Manual, "The `vpath` Directive".
void MakefileReader::vpath(const Statement& s) {
  const std::string expanded = e_.expand(s.text);
  std::string_view rest = expanded;
  const std::string_view pattern = next_word(rest);
  auto& vpaths = e_.db.vpaths;
  if (pattern.empty()) {
    vpaths.clear();
    return;
  }
  std::vector<std::string_view> directories;
  const std::string_view kept = e_.db.arena.copy(rest);
  size_t at = 0;
  while (at < kept.size()) {  // blanks and colons separate
    size_t end = kept.find_first_of(": \t\n", at);
    if (end == std::string_view::npos) end = kept.size();
    if (end > at) directories.push_back(kept.substr(at, end - at));
    at = end + 1;
  }
  if (directories.empty()) {
    std::erase_if(vpaths, [&](const VpathEntry& entry) { return entry.text == pattern; });
    return;
  }
  for (auto& d : directories)
    while (d.size() > 1 && d.back() == '/') d.remove_suffix(1);
  VpathEntry entry;
  entry.text = e_.db.arena.copy(pattern);
  entry.pattern = parse_rule_pattern(pattern, e_.db.arena);
  entry.directories = std::move(directories);
  vpaths.push_back(std::move(entry));
}

// A text for the bytes of a makefile, with whatever was in it before. Most `.d` files leave nothing behind, and share
// one.
std::string& Evaluator::new_source() {
  if (free_sources_.empty()) return sources_.emplace_back();
  std::string& source = *free_sources_.back();
  free_sources_.pop_back();
  return source;
}

std::unique_ptr<ReaderScratch> Evaluator::take_scratch() {
  if (free_scratch_.empty()) return std::make_unique<ReaderScratch>();
  std::unique_ptr<ReaderScratch> scratch = std::move(free_scratch_.back());
  free_scratch_.pop_back();
  return scratch;
}

void Evaluator::give_scratch(std::unique_ptr<ReaderScratch> scratch) { free_scratch_.push_back(std::move(scratch)); }

// Nobody's rule can help there: make ends.
static bool no_more_files(std::error_code error) {
  return error == std::errc::too_many_files_open || error == std::errc::too_many_files_open_in_system ||
         error == std::errc::not_enough_memory;
}

bool Evaluator::read_makefile(std::string_view name, bool search_include_dirs, bool optional, bool is_default,
                              bool sets_default_goal, FilesAhead* ahead) {
  const Location place = where;
  std::string path = !name.empty() && name[0] == '~' ? disk.expand_tilde(name) : std::string(name);
  if (debug)
    debug->say(DebugLog::verbose, 0, "Reading makefile '{}'{}{}{}...", name, place.known() ? " (search path)" : "",
               optional ? " (don't care)" : "", place.known() ? " (no ~ expansion)" : "");
  std::string* const source = &new_source();
  FileTime time;
  std::error_code error;
  const char* step = "open";
  if (ahead && ahead->take(path, *source, time)) {
    ++counts.makefiles_ahead;
  } else {
    source->clear();
    error = disk.read(path, *source, &time, &step);
  }
  if (error && search_include_dirs && path[0] != '/' &&
      (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)) {
    for (const std::string& directory : settings.include_dirs) {
      std::string candidate = fmt::format("{}/{}", directory, path);
      std::error_code again = disk.read(candidate, *source, &time, &step);
      if (again == std::errc::no_such_file_or_directory || again == std::errc::not_a_directory) continue;
      error = again;
      path = std::move(candidate);
      break;
    }
  }
  if (error && *step == 'r') throw Fatal({}, fmt::format("{}: {}", path, error.message()));
  if (no_more_files(error)) throw Fatal(place, error.message());

  Target& target = db.target(without_dot_slash(path));
  target.is_explicit = true;
  makefiles.push_back({.target = &target,
                       .where = place,
                       .optional = optional,
                       .error = error.value(),
                       .is_default = is_default,
                       .time = time,
                       .generation = disk.generation()});
  if (error) {
    free_sources_.push_back(source);
    target.vpath_searched = true;       // another one of that name elsewhere is no makefile of ours
    target.mtime = FileTime::absent();  // even if it is there: a makefile that cannot be read has to be made
    return false;
  }
  ++counts.makefiles;
  counts.bytes += source->size();
  if (target.mtime.is_absent()) target.mtime = FileTime::unknown();  // an earlier `include` did not find it
  const Location start{db.symbols.intern(name).view(), 1};           // not where -I found it

  // As `+=` would, but for `$` in the name.
  Variable* list = db.globals.find(names_->makefile_list);
  const Flavor flavor = list ? list->flavor : Flavor::recursive;
  std::string names;
  if (list && list->origin == Origin::file)
    names = std::move(list->value);  // not copied for each of thousands of `.d` files
  else if (list)
    names = list->value;
  if (!names.empty()) names += ' ';
  define(db.globals, "MAKEFILE_LIST", std::move(names += path), Origin::file, flavor, start);

  for (uint32_t line : normalize_source(*source))
    diagnostics.warning({start.file, line}, "NUL character seen; rest of line ignored");
  std::string_view text = *source;
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  // GNU Make keeps the makefiles above open, and ends when it cannot open one more.
  check_depth();
  if (makefiles_open_ == kMostOpenMakefiles) throw Fatal(place, "Too many open files");
  ++makefiles_open_;
  MakefileReader reader(*this, text, start, sets_default_goal);
  reader.run();
  --makefiles_open_;
  if (!reader.kept()) free_sources_.push_back(source);
  where = place;
  return true;
}

void Evaluator::eval_text(const std::string& text) {
  eval_text(text, where, recipe_place.known() ? recipe_place : where);
}

void Evaluator::eval_text(const std::string& text, Location place, Location rules) {
  if (text.empty()) return;
  const Location saved = where;
  if (rules.line == 0) rules.line = 1;
  if (place.line == 0) place.line = 1;
  check_depth();
  ++evals_open_;
  MakefileReader(*this, text, place, rules).run();
  --evals_open_;
  where = saved;
}

}  // namespace cmz
