#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cmz {

// Whose language is spoken. Under the names make and gmake, GNU Make 4.4.1's to the letter: what it does not know is
// what 4.4.1 takes it for.
enum class Dialect : uint8_t { own, gnu };

// How an assignment is written.
struct AssignOp {
  enum Kind : uint8_t {
    recursive,        // =
    simple,           // := ::=
    posix_immediate,  // :::=
    append,           // +=
    shell,            // !=
  };

  constexpr AssignOp(Kind kind_ = recursive, bool conditional_ = false) : kind(kind_), conditional(conditional_) {}
  bool operator==(const AssignOp&) const = default;

  Kind kind;
  bool conditional;  // `?` before it (?= ?:= ?::= ?:::= ?!=): done only when the name is not defined
};

// The words that may stand before an assignment.
struct Modifiers {
  bool export_ = false;
  bool unexport_ = false;
  bool override_ = false;
  bool private_ = false;
  bool any() const { return export_ || unexport_ || override_ || private_; }
};

enum class Directive : uint8_t {
  none,  // a rule, or a text that may expand to one
  assignment,
  define,
  endef,
  undefine,
  ifdef,
  ifndef,
  ifeq,
  ifneq,
  else_,
  endif,
  include,           // include
  include_optional,  // -include, sinclude
  load,
  load_optional,
  export_,
  unexport,
  vpath,
};

// One logical line, classified. Purely by its text: nothing is expanded. The views point into the
// text that was classified.
struct Statement {
  Directive directive = Directive::none;
  Modifiers modifiers;
  AssignOp op = AssignOp::recursive;
  std::string_view name;  // assignment, define, undefine: the unexpanded name
  std::string_view text;  // the rest: value, arguments, or the whole line of a rule
};

// Classifies a line whose continuations are collapsed, whose comment is removed, and whose leading
// blanks are skipped. Reference: manual, "What Makefiles Contain".
Statement classify(std::string_view line, Dialect dialect = Dialect::own);

// Only the words that end or nest conditionals: what matters in lines that are skipped.
Statement classify_conditional(std::string_view line);

// Whether `text` is an assignment `[modifiers] NAME OP VALUE`, for the part of a rule behind its
// colon and for the command line. `define`, `undefine` and a lone `export` are none.
bool parse_assignment(std::string_view text, Statement* out, Dialect dialect = Dialect::own);

}  // namespace cmz
