#include "cmzmake/syntax/statement.h"

#include "cmzmake/base/strings.h"
#include "cmzmake/syntax/reader.h"

namespace cmz {
namespace {

constexpr size_t kNpos = std::string_view::npos;

std::string_view first_token(std::string_view text) {
  size_t i = 0;
  while (i < text.size() && !is_space(text[i])) ++i;
  return text.substr(0, i);
}

// Recognises an assignment operator without `?` at the start of `text`; returns its length or 0.
size_t plain_operator_length(std::string_view text, AssignOp* op) {
  const auto starts = [&](std::string_view s) { return text.substr(0, s.size()) == s; };
  if (text.empty()) return 0;
  switch (text[0]) {
    case '=':
      *op = AssignOp::recursive;
      return 1;
    case '+':
      *op = AssignOp::append;
      return starts("+=") ? 2 : 0;
    case '!':
      *op = AssignOp::shell;
      return starts("!=") ? 2 : 0;
    case ':':
      *op = AssignOp::simple;
      if (starts(":=")) return 2;
      if (starts("::=")) return 3;
      *op = AssignOp::posix_immediate;
      return starts(":::=") ? 4 : 0;
    default:
      return 0;
  }
}

// The same with `?` before it, which every operator but `+=` may have; to GNU Make 4.4.1, `=` alone.
size_t operator_length(std::string_view text, AssignOp* op, Dialect dialect) {
  if (text.empty() || text[0] != '?') return plain_operator_length(text, op);
  const size_t length = plain_operator_length(text.substr(1), op);
  if (length == 0 || op->kind == AssignOp::append) return 0;
  if (dialect == Dialect::gnu && op->kind != AssignOp::recursive) return 0;
  op->conditional = true;
  return length + 1;
}

// `NAME OP VALUE` without modifiers. `text` has no leading blanks.
bool parse_definition(std::string_view text, Statement* out, Dialect dialect) {
  static constexpr ByteSet kNotOfName("=+!:?$# \t\n\v\f\r");  // or perhaps not
  size_t i = 0, name_end = kNpos;
  while (i < text.size()) {
    const char c = text[i];
    if (!kNotOfName.has(c)) {
      if (name_end != kNpos) return false;  // a second word
      ++i;
      continue;
    }
    if (c == '$') {
      if (name_end != kNpos) return false;
      i = skip_reference(text, i);
      continue;
    }
    if (is_space(c)) {
      if (name_end == kNpos) name_end = i;
      ++i;
      continue;
    }
    if (size_t length = operator_length(text.substr(i), &out->op, dialect)) {
      out->directive = Directive::assignment;
      out->name = text.substr(0, name_end == kNpos ? i : name_end);
      out->text = skip_spaces(text.substr(i + length));
      return true;
    }
    if (c == ':' || c == '#') return false;
    if (name_end != kNpos) return false;  // a second word
    ++i;
  }
  return false;
}

// Whether what follows a keyword makes the keyword itself the name of a variable: `export = 1`.
bool is_assigned(std::string_view rest, Dialect dialect) {
  rest = skip_spaces(rest);
  AssignOp op;
  return operator_length(rest, &op, dialect) > 0;
}

bool parse_modified(std::string_view text, Statement* out, bool directives, Dialect dialect) {
  static constexpr ByteSet kFirstLetters("deopu");  // of the words below
  const std::string_view whole = text;
  while (!text.empty() && kFirstLetters.has(text[0])) {
    const std::string_view token = first_token(text);
    const std::string_view rest = skip_spaces(text.substr(token.size()));
    if (is_assigned(rest, dialect)) break;
    if (token == "export") {
      out->modifiers.export_ = true;
      out->modifiers.unexport_ = false;
    } else if (token == "unexport") {
      out->modifiers.unexport_ = true;
      out->modifiers.export_ = false;
    } else if (token == "override") {
      out->modifiers.override_ = true;
    } else if (token == "private") {
      out->modifiers.private_ = true;
    } else if (directives && token == "define") {
      out->directive = Directive::define;
      out->text = rest;
      // The operator may be missing; the name may hold blanks from a reference.
      if (!parse_definition(rest, out, dialect)) out->name = trim_end(rest);
      out->directive = Directive::define;
      return true;
    } else if (directives && token == "undefine") {
      out->directive = Directive::undefine;
      out->name = trim_end(rest);
      return true;
    } else {
      break;
    }
    text = rest;
  }
  if (parse_definition(text, out, dialect)) return true;
  *out = Statement{};
  out->text = whole;
  return false;
}

Directive keyword(std::string_view token) {
  if (token.size() < 4 || token.size() > 8) return Directive::none;
  switch (token[0]) {
    case 'e':
      if (token == "else") return Directive::else_;
      if (token == "endif") return Directive::endif;
      if (token == "endef") return Directive::endef;
      if (token == "export") return Directive::export_;
      break;
    case 'i':
      if (token == "ifeq") return Directive::ifeq;
      if (token == "ifneq") return Directive::ifneq;
      if (token == "ifdef") return Directive::ifdef;
      if (token == "ifndef") return Directive::ifndef;
      if (token == "include") return Directive::include;
      break;
    case 's':
      if (token == "sinclude") return Directive::include_optional;
      break;
    case '-':
      if (token == "-include") return Directive::include_optional;
      if (token == "-load") return Directive::load_optional;
      break;
    case 'l':
      if (token == "load") return Directive::load;
      break;
    case 'u':
      if (token == "unexport") return Directive::unexport;
      break;
    case 'v':
      if (token == "vpath") return Directive::vpath;
      break;
    default:
      break;
  }
  return Directive::none;
}

}  // namespace

bool parse_assignment(std::string_view text, Statement* out, Dialect dialect) {
  return parse_modified(skip_spaces(text), out, false, dialect);
}

Statement classify(std::string_view line, Dialect dialect) {
  Statement out;
  out.text = line;
  if (line.empty()) return out;

  if (parse_modified(line, &out, true, dialect)) return out;
  const std::string_view token = first_token(line);
  out.directive = keyword(token);
  if (out.directive != Directive::none) {
    out.text = trim_end(skip_spaces(line.substr(token.size())));
    return out;
  }
  // A condition may follow its keyword without a blank: `ifeq(a,b)` is an error make names.
  return out;
}

Statement classify_conditional(std::string_view line) {
  Statement out;
  out.text = line;
  const std::string_view token = first_token(line);
  const Directive directive = keyword(token);
  switch (directive) {
    case Directive::ifdef:
    case Directive::ifndef:
    case Directive::ifeq:
    case Directive::ifneq:
    case Directive::else_:
    case Directive::endif:
      out.directive = directive;
      out.text = trim_end(skip_spaces(line.substr(token.size())));
      break;
    default:
      break;
  }
  return out;
}

}  // namespace cmz
