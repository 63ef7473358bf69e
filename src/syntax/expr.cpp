#include "cmzmake/syntax/expr.h"

#include <cstring>
#include <optional>

#include "cmzmake/base/stack_room.h"
#include "cmzmake/base/strings.h"

namespace cmz {
namespace {

constexpr size_t kNpos = std::string_view::npos;

// Where each bracket of a text closes, brackets of its own kind counted. For references deep inside each other: who
// asks for each of them anew reads the innermost as often as there are others around it.
class Brackets {
 public:
  explicit Brackets(std::string_view text) : begin_(text.data()), distances_(text.size()) {
    std::vector<uint32_t> open[2];
    for (size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '(' || c == '{') open[c == '{'].push_back(static_cast<uint32_t>(i));
      if (c != ')' && c != '}') continue;
      auto& waiting = open[c == '}'];
      if (waiting.empty()) continue;
      distances_[waiting.back()] = static_cast<uint32_t>(i) - waiting.back();
      waiting.pop_back();
    }
  }

  // `text` is a part of what was given; kNpos: the bracket at `open` does not close in it.
  size_t close_of(std::string_view text, size_t open) const {
    const uint32_t distance = distances_[static_cast<size_t>(text.data() - begin_) + open];
    return distance == 0 || open + distance >= text.size() ? kNpos : open + distance;
  }

 private:
  const char* begin_;
  std::vector<uint32_t> distances_;  // 0: it does not close
};

class Parser {
 public:
  Parser(SymbolTable& symbols, Expr& out) : symbols_(symbols), parts_(out.parts) {}

  // `text` starts at the opening bracket of a call of `info`.
  uint32_t parse_whole_call(std::string_view text, const FunctionInfo& info) {
    const char open = text[0], close = open == '(' ? ')' : '}';
    size_t at = 0;
    const uint32_t call = parse_call(text, &at, info, 1 + info.name.size(), open, close);
    const uint32_t rest = parse_list(text.substr(at));
    parts_[call].next = rest;
    return call;
  }

  // Parses a list of parts; returns the first, or kNone for an empty text.
  uint32_t parse_list(std::string_view text) {
    if (text.empty()) return Part::kNone;
    if (StackRoom::is_low()) return add(Part::Kind::too_deep, text);
    if (++depth_ == kDeep) brackets_.emplace(text);
    const uint32_t first = parse_parts(text);
    if (depth_-- == kDeep) brackets_.reset();
    return first;
  }

 private:
  static constexpr size_t kDeep = 16;  // from here on it pays to know where brackets close

  uint32_t parse_parts(std::string_view text) {
    uint32_t first = Part::kNone, last = Part::kNone;
    auto append = [&](uint32_t index) {
      if (last == Part::kNone)
        first = index;
      else
        parts_[last].next = index;
      last = index;
    };
    size_t at = 0;
    while (at < text.size()) {
      const void* dollar = std::memchr(text.data() + at, '$', text.size() - at);
      size_t end = dollar ? static_cast<const char*>(dollar) - text.data() : text.size();
      if (end + 1 == text.size()) end = text.size();  // a last `$` stands for itself
      if (end > at) append(add(Part::Kind::literal, text.substr(at, end - at)));
      if (end == text.size()) break;
      at = end + 1;
      const char c = text[at];
      if (c == '$') {
        append(add(Part::Kind::literal, text.substr(at, 1)));
        ++at;
      } else if (c == '(' || c == '{') {
        append(parse_reference(text, &at));
      } else {
        uint32_t index = add(Part::Kind::variable, text.substr(at, 1));
        parts_[index].name = symbols_.intern(text.substr(at, 1));
        append(index);
        ++at;
      }
    }
    return first;
  }

  // The place of what closes the bracket at `open`, or kNpos.
  size_t close_of(std::string_view text, size_t open) const {
    if (brackets_) return brackets_->close_of(text, open);
    const char begin = text[open], end = begin == '(' ? ')' : '}';
    int depth = 0;
    for (size_t i = open; i < text.size(); ++i) {
      if (text[i] == begin)
        ++depth;
      else if (text[i] == end && --depth == 0)
        return i;
    }
    return kNpos;
  }

  uint32_t add(Part::Kind kind, std::string_view text) {
    Part part{};
    part.kind = kind;
    part.text = text;
    parts_.push_back(part);
    return static_cast<uint32_t>(parts_.size() - 1);
  }

  // `text[*at]` is the opening bracket. Leaves *at behind the closing one.
  uint32_t parse_reference(std::string_view text, size_t* at) {
    const char open = text[*at], close = open == '(' ? ')' : '}';
    const size_t begin = *at + 1;
    size_t name_end = begin;
    while (name_end < text.size() && is_function_char(text[name_end])) ++name_end;
    if (name_end > begin && (name_end == text.size() || is_space(text[name_end]))) {
      const std::string_view name = text.substr(begin, name_end - begin);
      if (const FunctionInfo* info = find_function(name)) return parse_call(text, at, *info, name_end, open, close);
      if (name_end < text.size()) return parse_possible_call(text, at, name, close);
    }
    return parse_variable(text, at, name_end, close);
  }

  // A variable: without a `$` its name ends at the first closing bracket, else brackets of its own
  // kind are counted. Where the count does not come out, the first closing bracket ends the name
  // all the same, `$` stands for itself in it, and what follows is lost. `text[*at]` is the opening
  // bracket, and there is neither `$` nor bracket up to `end`.
  uint32_t parse_variable(std::string_view text, size_t* at, size_t end, char close) {
    const size_t begin = *at + 1;
    while (end < text.size() && text[end] != '$' && text[end] != close) ++end;
    const bool has_dollar = end < text.size() && text[end] == '$';
    if (has_dollar) end = std::min(close_of(text, *at), text.size());
    if (end == text.size()) {
      *at = end;
      const size_t first = text.find(close, begin);
      if (first == kNpos) return add(Part::Kind::unterminated, text.substr(begin - 2));
      return parse_name(text.substr(begin, first - begin));
    }
    *at = end + 1;
    const std::string_view inside = text.substr(begin, end - begin);
    if (has_dollar) {
      uint32_t index = add(Part::Kind::computed, inside);
      uint32_t child = parse_list(inside);
      parts_[index].child = child;
      return index;
    }
    return parse_name(inside);
  }

  // Both readings: a call counts brackets of its own kind, and so may end elsewhere than a variable
  // does.
  uint32_t parse_possible_call(std::string_view text, size_t* at, std::string_view name, char close) {
    const size_t bracket = *at;
    const size_t call_close = close_of(text, bracket);
    const size_t call_end = call_close == kNpos ? text.size() : call_close + 1;
    const uint32_t index = add(Part::Kind::possible_call, {});
    const uint32_t child = parse_variable(text, at, bracket + 1 + name.size(), close);
    if (*at != call_end) {
      const uint32_t rest = parse_list(text.substr(*at));
      parts_[child].next = rest;
      *at = text.size();
    }
    Part& part = parts_[index];
    part.text = text.substr(bracket, *at - bracket);
    part.name = symbols_.intern(name);
    part.child = child;
    return index;
  }

  uint32_t parse_name(std::string_view inside) {
    size_t colon = inside.find(':');
    if (colon != std::string_view::npos && inside.find('=', colon) != std::string_view::npos) {
      std::string_view from_to = inside.substr(colon + 1);
      uint32_t index = add(Part::Kind::substitution, from_to);
      parts_[index].count = static_cast<uint32_t>(from_to.find('='));
      parts_[index].name = symbols_.intern(inside.substr(0, colon));
      return index;
    }
    uint32_t index = add(Part::Kind::variable, inside);
    parts_[index].name = symbols_.intern(inside);
    return index;
  }

  uint32_t parse_call(std::string_view text, size_t* at, const FunctionInfo& info, size_t name_end, char open,
                      char close) {
    uint32_t index = add(Part::Kind::function, info.name);
    parts_[index].function = info.function;
    size_t begin = name_end;
    while (begin < text.size() && is_space(text[begin])) ++begin;

    uint32_t last = Part::kNone, count = 0;
    int depth = 0;
    size_t p = begin;
    auto close_argument = [&](size_t end) {
      uint32_t argument = add(Part::Kind::argument, text.substr(begin, end - begin));
      uint32_t child = parse_list(parts_[argument].text);
      parts_[argument].child = child;
      if (last == Part::kNone)
        parts_[index].child = argument;
      else
        parts_[last].next = argument;
      last = argument;
      ++count;
    };
    for (; p < text.size(); ++p) {
      const char c = text[p];
      if (c == open) {
        const size_t inner = brackets_ ? close_of(text, p) : kNpos;
        if (inner == kNpos)
          ++depth;
        else
          p = inner;
      } else if (c == close) {
        if (--depth < 0) break;
      } else if (c == ',' && depth == 0 && (info.max_args == 0 || count + 1 < info.max_args)) {
        close_argument(p);
        begin = p + 1;
      }
    }
    if (p == text.size()) {
      *at = p;
      Part& part = parts_[index];
      part.kind = Part::Kind::unterminated;
      part.child = Part::kNone;
      part.count = close == '}';
      return index;
    }
    close_argument(p);
    parts_[index].count = count;
    *at = p + 1;
    return index;
  }

  SymbolTable& symbols_;
  std::vector<Part>& parts_;
  size_t depth_ = 0;
  std::optional<Brackets> brackets_;  // of the text at depth kDeep
};

}  // namespace

void parse_expr(std::string_view text, SymbolTable& symbols, Expr& out) {
  out.parts.clear();
  out.first = Parser(symbols, out).parse_list(text);
}

void parse_loaded_call(std::string_view text, std::string_view name, uint8_t max_args, SymbolTable& symbols,
                       Expr& out) {
  out.parts.clear();
  out.first = Parser(symbols, out).parse_whole_call(text, {name, Function::loaded, 0, max_args, true});
}

ExprPtr parse_owned_expr(std::string_view text, SymbolTable& symbols) {
  auto expr = std::make_shared<Expr>();
  expr->owned = text;
  parse_expr(expr->owned, symbols, *expr);
  return expr;
}

}  // namespace cmz
