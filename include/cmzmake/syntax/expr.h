#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/base/symbol.h"
#include "cmzmake/syntax/function.h"

namespace cmz {

// One piece of an expandable text. Pieces form lists through `next` and trees through `child`;
// both are indexes into Expr::parts.
struct Part {
  enum class Kind : uint8_t {
    literal,        // text
    variable,       // $(name), $x: `name`
    substitution,   // $(name:from=to) written without `$` inside: `name`, `text` is from=to
    computed,       // $(...$...): child is the whole inside; names, `:` and `=` are looked for once expanded
    function,       // $(name args): children are kind argument
    argument,       // an argument: child is its expandable text, `text` the raw text
    possible_call,  // $(name args) with a name that is no built-in function: a call if an object
                    // that was loaded registered `name`, else what child says. `text` starts at the
                    // opening bracket and ends where both readings have come to the same place:
                    // mostly at the closing one
    too_deep,       // more references inside each other than can be understood: an error, but only when it is expanded
    unterminated,   // a reference that never closes: an error, but only when it is expanded;
                    // of a function call: `function` is set, and `count` is 1 when `}` is missing
  };

  static constexpr uint32_t kNone = UINT32_MAX;

  Kind kind;
  Function function = Function::none;
  uint32_t next = kNone;
  uint32_t child = kNone;
  uint32_t count = 0;  // function: number of arguments; substitution: where `=` is in text
  std::string_view text;
  Symbol name;
};

// An expandable text, parsed once: the tree of its `$(...)` references. Immutable after parsing;
// the views point into the text it was parsed from (or into `owned`).
struct Expr {
  std::vector<Part> parts;
  uint32_t first = Part::kNone;
  std::string owned;

  Expr() = default;
  Expr(const Expr&) = delete;
  Expr& operator=(const Expr&) = delete;
};

using ExprPtr = std::shared_ptr<const Expr>;

// Parses `text`. The tree's views point into `text`, which must outlive it. Never fails: what cannot be
// closed becomes Part::Kind::unterminated, what is nested too deeply Part::Kind::too_deep. Reference: manual, "Basics
// of Variable References", "Function Call Syntax".
void parse_expr(std::string_view text, SymbolTable& symbols, Expr& out);

// Parses the text of a Part::Kind::possible_call as a call: the first part is a function with
// Function::loaded, or unterminated. `max_args`: commas after that many arguments are text; 0: no
// limit.
void parse_loaded_call(std::string_view text, std::string_view name, uint8_t max_args, SymbolTable& symbols, Expr& out);

// The same as parse_expr with a copy of the text inside the tree.
ExprPtr parse_owned_expr(std::string_view text, SymbolTable& symbols);

}  // namespace cmz
