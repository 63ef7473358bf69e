// ifdef, ifndef, ifeq, ifneq, else, endif. Reference: manual, "Conditional Parts of Makefiles".
#include <fmt/format.h>

#include "cmzmake/base/strings.h"
#include "makefile_reader.h"

namespace cmz {
namespace {

// The position of `stop` in `text`, brackets counted; npos when there is none.
size_t find_balanced(std::string_view text, char stop) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == stop && depth <= 0) return i;
    if (text[i] == '(')
      ++depth;
    else if (text[i] == ')')
      --depth;
  }
  return std::string_view::npos;
}

}  // namespace

void MakefileReader::update_ignoring() {
  ignoring_ = !conditions_.empty() && (conditions_.back().outer_ignoring || conditions_.back().ignoring);
}

void MakefileReader::condition(const Statement& s) {
  const auto extraneous = [&](std::string_view word) {
    e_.diagnostics.bare_warning(e_.where, fmt::format("extraneous text after '{}' directive", word));
  };
  switch (s.directive) {
    case Directive::endif:
      if (!s.text.empty()) extraneous("endif");
      if (conditions_.empty()) throw Fatal(e_.where, "extraneous 'endif'");
      conditions_.pop_back();
      break;
    case Directive::else_: {
      if (conditions_.empty()) throw Fatal(e_.where, "extraneous 'else'");
      Condition& c = conditions_.back();
      if (c.seen_else) throw Fatal(e_.where, "only one 'else' per conditional");
      if (!c.ignoring) c.done = true;
      if (s.text.empty()) {
        c.seen_else = true;
        c.ignoring = c.done;
        break;
      }
      const Statement nested = classify_conditional(s.text);
      switch (nested.directive) {
        case Directive::ifdef:
        case Directive::ifndef:
        case Directive::ifeq:
        case Directive::ifneq:
          break;
        default:
          extraneous("else");
          c.ignoring = c.done;  // another `else` may follow
          update_ignoring();
          return;
      }
      if (c.done) {
        c.ignoring = true;
        break;
      }
      // The condition counts only where the conditionals around it are read.
      const bool outer = c.outer_ignoring;
      const std::optional<bool> holds = outer ? false : condition_holds(nested);
      c.ignoring = !holds.value_or(true);
      if (!holds) {  // a conditional of its own then, of which nothing is read (GNU Make: as its memory has it)
        extraneous("else");
        conditions_.push_back({true, true, outer, false, e_.where});
      }
      break;
    }
    default: {
      const bool outer = ignoring();
      conditions_.push_back({true, outer, outer, false, e_.where});
      if (!outer) {
        const std::optional<bool> holds = condition_holds(s);
        if (!holds) throw Fatal(e_.where, "invalid syntax in conditional");
        conditions_.back().ignoring = !*holds;
      }
      break;
    }
  }
  update_ignoring();
}

// Nothing when its syntax is invalid.
std::optional<bool> MakefileReader::condition_holds(const Statement& s) {
  if (s.directive == Directive::ifdef || s.directive == Directive::ifndef) {
    const std::string name = e_.expand(s.text);
    std::string_view rest = name;
    const std::string_view word = next_word(rest);
    const bool blanks_first = !word.empty() && word.data() != name.data();
    if (blanks_first || !trim(rest).empty()) return std::nullopt;
    const Variable* v = word.empty() ? nullptr : e_.lookup(word);
    const bool defined = v != nullptr && !v->value.empty();
    return defined == (s.directive == Directive::ifdef);
  }
  bool equal = false;
  if (!compare(s, &equal)) return std::nullopt;
  return equal == (s.directive == Directive::ifeq);
}

// The two arguments of ifeq and ifneq: `(a,b)`, or each in quotes.
bool MakefileReader::compare(const Statement& s, bool* equal) {
  std::string_view text = s.text;
  if (text.empty()) return false;
  std::string_view first, second;
  if (text[0] == '(') {
    text.remove_prefix(1);
    const size_t comma = find_balanced(text, ',');
    if (comma == std::string_view::npos) return false;
    first = text.substr(0, comma);
    while (!first.empty() && is_blank(first.back())) first.remove_suffix(1);
    text = skip_spaces(text.substr(comma + 1));
    const size_t close = find_balanced(text, ')');
    if (close == std::string_view::npos) return false;
    second = text.substr(0, close);
    text = text.substr(close + 1);
  } else {
    const auto quoted = [&](std::string_view* out) {
      if (text.empty() || (text[0] != '"' && text[0] != '\'')) return false;
      const size_t end = text.find(text[0], 1);
      if (end == std::string_view::npos) return false;
      *out = text.substr(1, end - 1);
      text = skip_spaces(text.substr(end + 1));
      return true;
    };
    if (!quoted(&first) || !quoted(&second)) return false;
  }
  if (!trim(text).empty())
    e_.diagnostics.bare_warning(e_.where, fmt::format("extraneous text after '{}' directive",
                                                      s.directive == Directive::ifeq ? "ifeq" : "ifneq"));
  const std::string left = e_.expand(first);
  *equal = left == e_.expand(second);
  return true;
}

}  // namespace cmz
