// MAKEFLAGS as make writes it for its children. Manual, "Communicating Options to a Sub-make".
#include <fmt/format.h>

#include <algorithm>

#include "cmzmake/cli/options.h"
#include "cmzmake/syntax/statement.h"
#include "option_table.h"

namespace cmz {
namespace {

// Blanks and backslashes are quoted, dollars doubled: the text is a variable's value and is split again.
std::string quote(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '$') out += '$';
    if (c == ' ' || c == '\t' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// Assignments as given, the last first; one that is overwritten later is left out.
std::string assignment_words(const std::vector<std::string>& assignments, Dialect dialect) {
  struct Word {
    std::string_view name;
    std::string text;
  };
  std::vector<Word> words;
  for (const std::string& each : assignments) {
    Statement s;
    if (!parse_assignment(each, &s, dialect)) continue;
    const bool simple = s.op.kind == AssignOp::simple || s.op.kind == AssignOp::posix_immediate;
    std::string text = override_word(s.name, simple, s.text);
    const auto same = [&](const Word& word) { return word.name == s.name; };
    const auto old = std::find_if(words.begin(), words.end(), same);
    if (old == words.end())
      words.push_back({s.name, std::move(text)});
    else
      old->text = std::move(text);
  }
  std::string out;
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    if (!out.empty()) out += ' ';
    out += word->text;
  }
  return out;
}

}  // namespace

std::string override_word(std::string_view name, bool simple, std::string_view value) {
  return quote(name) + (simple ? ":=" : "=") + quote(value);
}

std::string eval_flags_text(const Options& o) {
  std::string out;
  for (const std::string& text : o.evals) {
    if (!out.empty()) out += ' ';
    out += "--eval=" + quote(text);
  }
  return out;
}

std::string makeflags_text(const Options& o, const MakeflagsParts& parts) {
  std::string letters, words;
  const auto add = [&](const OptionRow& row, std::string_view value) {
    words += ' ';
    words += row.spelling();
    if (row.letters.empty() && !value.empty()) words += '=';
    words += quote(value);
  };
  for (const OptionRow& row : option_table()) {
    if (row.passed == Passed::never || (row.passed == Passed::jobserver && !parts.jobserver)) continue;
    if (row.passed == Passed::evals) {
      if (!parts.evals || o.evals.empty()) continue;
      words += ' ';
      words += parts.by_reference ? "$(-*-eval-flags-*-)" : eval_flags_text(o);
    } else if (row.write) {
      if (std::string value; row.write(o, value)) add(row, value);
    } else if (const auto* on = std::get_if<bool Options::*>(&row.member)) {
      if (!(o.**on)) continue;
      if (row.letters.empty())
        add(row, {});
      else
        letters += row.letter();
    } else if (const auto* text = std::get_if<std::string Options::*>(&row.member)) {
      if (!(o.**text).empty()) add(row, o.**text);
    } else if (const auto* list = std::get_if<std::vector<std::string> Options::*>(&row.member)) {
      for (const std::string& value : o.**list) add(row, value);
    }
  }
  std::string out = letters + words;
  if (parts.assignments && parts.by_reference)
    out += fmt::format(" -- $({})", parts.overrides);
  else if (parts.assignments && !o.assignments.empty())
    out += " -- " + assignment_words(o.assignments, o.dialect);
  return out;
}

std::string mflags_text(const Options& o) {
  MakeflagsParts parts;
  parts.assignments = parts.evals = false;
  std::string text = makeflags_text(o, parts);
  if (text.empty()) return text;
  return text[0] == ' ' ? text.substr(1) : "-" + text;
}

std::string without_jobserver(std::string_view flags) {
  constexpr std::string_view kNone = " --jobserver-auth=-2,-2";
  const size_t end = std::min(flags.find(" -- "), flags.size());
  if (flags.substr(0, end).find("--jobserver-auth=") == std::string_view::npos) return std::string(flags);
  std::string out(flags.substr(0, end));
  out += kNone;
  out += flags.substr(end);
  return out;
}

}  // namespace cmz
