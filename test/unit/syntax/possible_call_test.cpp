#include <catch2/catch.hpp>

#include "cmzmake/syntax/expr.h"

using namespace cmz;

namespace {

// The tree as text: v(name), f(name ...), a(...) for arguments, ?(text|...) for a possible call.
std::string shown(const Expr& expr, uint32_t first) {
  std::string out;
  for (uint32_t i = first; i != Part::kNone; i = expr.parts[i].next) {
    const Part& p = expr.parts[i];
    const std::string inner = p.child == Part::kNone ? "" : shown(expr, p.child);
    switch (p.kind) {
      case Part::Kind::literal:
        out += p.text;
        break;
      case Part::Kind::variable:
        out += "v(" + std::string(p.name.view()) + ")";
        break;
      case Part::Kind::computed:
        out += "c(" + inner + ")";
        break;
      case Part::Kind::function:
        out += "f(" + inner + ")";
        break;
      case Part::Kind::argument:
        out += "a(" + inner + ")";
        break;
      case Part::Kind::possible_call:
        out += "?(" + std::string(p.name.view()) + "|" + std::string(p.text) + "|" + inner + ")";
        break;
      case Part::Kind::substitution:
        out += "s";
        break;
      case Part::Kind::unterminated:
        out += "!";
        break;
      case Part::Kind::too_deep:
        out += "^";
        break;
    }
  }
  return out;
}

std::string parsed(std::string_view text) {
  SymbolTable symbols;
  Expr expr;
  parse_expr(text, symbols, expr);
  return shown(expr, expr.first);
}

std::string parsed_call(std::string_view text, std::string_view name, uint8_t max_args = 0) {
  SymbolTable symbols;
  Expr expr;
  parse_loaded_call(text, name, max_args, symbols, expr);
  return shown(expr, expr.first);
}

}  // namespace

TEST_CASE("a name that is no function may become one when a blank is behind it") {
  CHECK(parsed("a$(fun x)b") == "a?(fun|(fun x)|v(fun x))b");
  CHECK(parsed("${A1_-.z\tx}") == "?(A1_-.z|{A1_-.z\tx}|v(A1_-.z\tx))");
  CHECK(parsed("$(fun)$(fun,x)$(fun/ x)$( fun x)") == "v(fun)v(fun,x)v(fun/ x)v( fun x)");
  CHECK(parsed("$(strip x)") == "f(a(x))");
}

TEST_CASE("a possible call ends where both of its readings do") {
  CHECK(parsed("$(fun (x) y) z") == "?(fun|(fun (x) y) z|v(fun (x) y) z)");
  CHECK(parsed("$(fun $(x) y) z") == "?(fun|(fun $(x) y)|c(fun v(x) y)) z");
  CHECK(parsed("$(fun $(x)(y) z) $x") == "?(fun|(fun $(x)(y) z)|c(fun v(x)(y) z)) v(x)");
  CHECK(parsed("$(fun (x) $(gun y) $x") == "?(fun|(fun (x) $(gun y) $x|v(fun (x) ?(gun|(gun y)|v(gun y)) v(x))");
  CHECK(parsed("$(fun x") == "?(fun|(fun x|!)");
}

TEST_CASE("a possible call read as a call") {
  CHECK(parsed_call("(fun  x, y ,$z)", "fun") == "f(a(x)a( y )a(v(z)))");
  CHECK(parsed_call("(fun x,y,z)", "fun", 2) == "f(a(x)a(y,z))");
  CHECK(parsed_call("{fun (x},y}) z", "fun") == "f(a((x)),y}) z");
  CHECK(parsed_call("(fun (x) y) z$w", "fun") == "f(a((x) y)) zv(w)");
  CHECK(parsed_call("(fun (x y)", "fun") == "!");
}

TEST_CASE("many possible calls in one text are read in one go") {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "$(fun x)";
  CHECK(parsed(text).size() == 100'000 * std::string("?(fun|(fun x)|v(fun x))").size());
}
