// Calls of built-in functions: arguments are expanded, counted and handed to what does the work.
// Reference: manual, "Functions for Transforming Text".
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "cmzmake/base/strings.h"
#include "cmzmake/disk/glob.h"
#include "cmzmake/eval/evaluator.h"
#include "cmzmake/eval/loaded_objects.h"
#include "cmzmake/eval/name_functions.h"
#include "cmzmake/eval/text_functions.h"
#include "names.h"

namespace cmz {

// One call that is being evaluated.
class FunctionCall {
 public:
  FunctionCall(Evaluator& evaluator, const Expr& expr, const Part& part, std::string& out)
      : e_(evaluator), expr_(expr), part_(part), out_(out) {}

  void run();
  void run_loaded(const LoadedFunction& function);

 private:
  void expand_arguments();
  // The raw argument number `i`, for functions that expand their own.
  uint32_t raw(size_t i) const;
  // Argument `i` expanded now, blanks around its text removed first.
  std::string expand_raw(size_t i);
  // The same with its blanks.
  std::string expand_whole(size_t i) {
    std::string out;
    e_.expand_list(expr_, expr_.parts[raw(i)].child, out);
    return out;
  }
  std::string_view arg(size_t i) const { return i < args_.size() ? args_[i] : std::string_view(); }
  [[noreturn]] void fail(const std::string& message) { throw Fatal(e_.error_place(), message); }

  void call();
  void foreach();
  void let();
  void if_();
  void or_();
  void and_();
  void intcmp();
  void word();
  void wordlist();
  void file();
  void origin();
  void wildcard();
  void realpath();
  int64_t number(std::string_view text, std::string_view what);
  void check_number(NumberError error, std::string_view text, std::string_view what);

  Evaluator& e_;
  const Expr& expr_;
  const Part& part_;
  std::string& out_;
  std::vector<std::string_view> args_;
  std::deque<std::string> expanded_;
};

void Evaluator::call_function(const Expr& expr, const Part& part, std::string& out) {
  check_depth();
  FunctionCall(*this, expr, part, out).run();
}

void Evaluator::possible_call(const Expr& expr, const Part& part, std::string& out) {
  const LoadedFunction* function = objects_ ? objects_->find(part.name) : nullptr;
  if (function == nullptr) {
    expand_list(expr, part.child, out);
    return;
  }
  Expr call;
  parse_loaded_call(part.text, part.name.view(), function->max_args, db.symbols, call);
  const Part& first = call.parts[call.first];
  if (first.kind == Part::Kind::function)
    FunctionCall(*this, call, first, out).run_loaded(*function);
  else
    expand_part(call, first, out);
  expand_list(call, first.next, out);
}

uint32_t FunctionCall::raw(size_t i) const {
  uint32_t index = part_.child;
  while (i-- > 0 && index != Part::kNone) index = expr_.parts[index].next;
  return index;
}

std::string FunctionCall::expand_raw(size_t i) {
  const uint32_t index = raw(i);
  if (index == Part::kNone) return {};
  // Blanks around the argument's text do not count, blanks in what it expands to do.
  std::string out;
  const Part& argument = expr_.parts[index];
  const std::string_view text = trim(argument.text);
  for (uint32_t p = argument.child; p != Part::kNone; p = expr_.parts[p].next) {
    const Part& piece = expr_.parts[p];
    if (piece.kind != Part::Kind::literal) {
      e_.expand_part(expr_, piece, out);
      continue;
    }
    std::string_view literal = piece.text;
    if (literal.data() < text.data())
      literal.remove_prefix(std::min<size_t>(literal.size(), text.data() - literal.data()));
    const char* end = text.data() + text.size();
    if (literal.data() >= end)
      literal = {};
    else if (literal.data() + literal.size() > end)
      literal = literal.substr(0, end - literal.data());
    out += literal;
  }
  if (e_.nul_in_output_) e_.end_at_nul(0, out);
  return out;
}

void FunctionCall::expand_arguments() {
  args_.reserve(part_.count);
  for (uint32_t i = part_.child; i != Part::kNone; i = expr_.parts[i].next) {
    const Part& argument = expr_.parts[i];
    const uint32_t child = argument.child;
    if (child == Part::kNone) {
      args_.push_back({});
    } else if (expr_.parts[child].kind == Part::Kind::literal && expr_.parts[child].next == Part::kNone) {
      args_.push_back(expr_.parts[child].text);
    } else {
      std::string& text = expanded_.emplace_back();
      e_.expand_list(expr_, child, text);
      args_.push_back(text);
    }
  }
}

void FunctionCall::run_loaded(const LoadedFunction& function) {
  if (function.expands_args) {
    expand_arguments();
  } else {
    for (uint32_t i = part_.child; i != Part::kNone; i = expr_.parts[i].next) args_.push_back(expr_.parts[i].text);
  }
  e_.objects().call(function, args_, out_);
}

void FunctionCall::run() {
  const FunctionInfo& info = function_info(part_.function);
  if (part_.count < info.min_args)
    fail(fmt::format("insufficient number of arguments ({}) to function '{}'", part_.count, info.name));
  if (info.expands_args) expand_arguments();
  switch (part_.function) {
    case Function::none:
    case Function::loaded:
      break;
    case Function::abspath:
      abspath(arg(0), e_.settings.directory, out_);
      break;
    case Function::addprefix:
      addprefix(arg(0), arg(1), out_);
      break;
    case Function::addsuffix:
      addsuffix(arg(0), arg(1), out_);
      break;
    case Function::and_:
      and_();
      break;
    case Function::basename:
      cmz::basename(arg(0), out_);
      break;
    case Function::call:
      call();
      break;
    case Function::dir:
      cmz::dir(arg(0), out_);
      break;
    case Function::error:
      throw Fatal(e_.where, std::string(arg(0)));
    case Function::eval:  // of a text without references there is a copy for its own end
      e_.eval_text(expanded_.empty() ? std::string(arg(0)) : expanded_.front());
      break;
    case Function::file:
      file();
      break;
    case Function::filter:
      filter(arg(0), arg(1), out_);
      break;
    case Function::filter_out:
      filter_out(arg(0), arg(1), out_);
      break;
    case Function::findstring:
      findstring(arg(0), arg(1), out_);
      break;
    case Function::firstword:
      out_ += firstword(arg(0));
      break;
    case Function::flavor: {
      Variable* v = e_.lookup(arg(0));
      out_ += v == nullptr ? "undefined" : v->flavor == Flavor::simple ? "simple" : "recursive";
      break;
    }
    case Function::foreach:
      foreach();
      break;
    case Function::if_:
      if_();
      break;
    case Function::info:
      e_.diagnostics.info(arg(0));
      break;
    case Function::intcmp:
      intcmp();
      break;
    case Function::join:
      join(arg(0), arg(1), out_);
      break;
    case Function::lastword:
      out_ += lastword(arg(0));
      break;
    case Function::let:
      let();
      break;
    case Function::notdir:
      cmz::notdir(arg(0), out_);
      break;
    case Function::or_:
      or_();
      break;
    case Function::origin:
      origin();
      break;
    case Function::patsubst:
      patsubst(arg(0), arg(1), arg(2), out_);
      break;
    case Function::realpath:
      realpath();
      break;
    case Function::shell:
      out_ += e_.run_shell(arg(0));
      break;
    case Function::sort:
      cmz::sort(arg(0), out_);
      break;
    case Function::strip:
      strip(arg(0), out_);
      break;
    case Function::subst:
      subst(arg(0), arg(1), arg(2), out_);
      break;
    case Function::suffix:
      cmz::suffix(arg(0), out_);
      break;
    case Function::value:
      if (Variable* v = e_.lookup(arg(0))) out_ += v->value;
      break;
    case Function::warning:
      e_.diagnostics.bare_warning(e_.where, arg(0));
      break;
    case Function::wildcard:
      wildcard();
      break;
    case Function::word:
      word();
      break;
    case Function::wordlist:
      wordlist();
      break;
    case Function::words:
      out_ += fmt::format_int(words(arg(0))).c_str();
      break;
  }
}

// $(call name,args...): the arguments are $(1), $(2), ... while the value of `name` is expanded.
void FunctionCall::call() {
  const std::string_view name = trim(arg(0));
  if (name.empty()) return;

  // A built-in function may be called by its name too.
  if (const FunctionInfo* info = find_function(name)) {
    std::string text = "$(";
    text += name;
    text += ' ';
    // The arguments are expanded already: they go in as values of variables. Functions that expand
    // their arguments themselves do it once more.
    const Flavor flavor = info->expands_args ? Flavor::simple : Flavor::recursive;
    VariableSet set;
    Scope scope{&set, e_.scope(), false};
    // More of them than it takes are left out.
    const size_t end = info->max_args ? std::min<size_t>(args_.size(), info->max_args + 1) : args_.size();
    for (size_t i = 1; i < end; ++i) {
      const std::string variable = fmt::format("\x01{}", i);  // a name that no makefile has
      e_.define(set, variable, std::string(args_[i]), Origin::automatic, flavor);
      if (i > 1) text += ',';
      text += fmt::format("$({})", variable);
    }
    text += ')';
    ScopeGuard guard(e_, &scope);
    Expr expr;
    parse_expr(text, e_.db.symbols, expr);
    e_.expand_list(expr, expr.first, out_);
    return;
  }

  if (e_.objects_)
    if (const LoadedFunction* function = e_.objects_->find(e_.db.symbols.intern(name))) {
      e_.objects_->call(*function, std::span(args_).subspan(1), out_);
      return;
    }

  Variable* function = e_.lookup(name);
  if (e_.warnings.about_references()) e_.judge_reference(e_.db.symbols.intern(name), function);
  if (function == nullptr) return;
  if (function->value.empty() && !function->append) return;

  VariableSet set;
  Scope scope{&set, e_.scope(), false};
  const auto bind = [&](size_t i, std::string value) {
    Symbol symbol = i < 10 ? e_.names_->digits[i] : e_.db.symbols.intern(std::to_string(i));
    Variable& v = set.at(symbol);
    v.flavor = Flavor::simple;
    v.origin = Origin::automatic;
    v.value = std::move(value);
  };
  bind(0, std::string(name));
  for (size_t i = 1; i < args_.size(); ++i) bind(i, std::string(args_[i]));
  // An outer call's further arguments must not shine through; global variables of such names do.
  const size_t around = e_.call_arguments_;
  for (size_t i = args_.size(); i < around; ++i) bind(i, {});

  ScopeGuard guard(e_, &scope);
  e_.call_arguments_ = std::max(around, args_.size());
  if (name[0] >= '0' && name[0] <= '9')  // it may be that of an argument
    if (Variable* argument = set.find(e_.db.symbols.intern(name))) function = argument;
  const uint32_t saved = function->call_depth;
  function->call_depth = 1u << 30;
  e_.expand_variable(*function, out_);
  function->call_depth = saved;
  e_.call_arguments_ = around;
}

void FunctionCall::foreach() {
  const std::string names = expand_raw(0);
  std::string_view rest_of_names = names;
  const std::string_view name = next_word(rest_of_names);
  const std::string list = expand_whole(1);
  const uint32_t body = expr_.parts[raw(2)].child;
  VariableSet set;
  Scope scope{&set, e_.scope(), false};
  Variable& variable = set.at(e_.db.symbols.intern(name));
  variable.flavor = Flavor::simple;
  variable.origin = Origin::automatic;
  ScopeGuard guard(e_, &scope);
  std::string_view rest = list;
  bool first = true;
  for (std::string_view w = next_word(rest); !w.empty(); w = next_word(rest)) {
    if (!first) out_ += ' ';
    first = false;
    variable.value.assign(w);
    e_.expand_list(expr_, body, out_);
  }
}

void FunctionCall::let() {
  const std::string names = expand_raw(0);
  const std::string list = expand_whole(1);
  const uint32_t body = expr_.parts[raw(2)].child;
  VariableSet set;
  Scope scope{&set, e_.scope(), false};
  ScopeGuard guard(e_, &scope);
  std::string_view name_rest = names, rest = list;
  std::string_view name = next_word(name_rest);
  while (!name.empty()) {
    const std::string_view following = next_word(name_rest);
    std::string_view value;
    if (following.empty())
      value = skip_spaces(rest);  // the last name takes all that is left
    else
      value = next_word(rest);
    Variable& variable = set.at(e_.db.symbols.intern(name));
    variable.flavor = Flavor::simple;
    variable.origin = Origin::automatic;
    variable.value.assign(value);
    name = following;
  }
  e_.expand_list(expr_, body, out_);
}

void FunctionCall::if_() {
  const bool condition = !expand_raw(0).empty();
  const size_t chosen = condition ? 1 : 2;
  if (chosen < part_.count) out_ += expand_whole(chosen);
}

void FunctionCall::or_() {
  for (size_t i = 0; i < part_.count; ++i) {
    std::string value = expand_raw(i);
    if (!value.empty()) {
      out_ += value;
      return;
    }
  }
}

void FunctionCall::and_() {
  std::string value;
  for (size_t i = 0; i < part_.count; ++i) {
    value = expand_raw(i);
    if (value.empty()) return;
  }
  out_ += value;
}

void FunctionCall::intcmp() {
  const std::string left_text = expand_whole(0), right_text = expand_whole(1);
  Integer left, right;
  check_number(parse_integer(left_text, left), left_text, "non-numeric first argument to 'intcmp' function");
  check_number(parse_integer(right_text, right), right_text, "non-numeric second argument to 'intcmp' function");
  const int order = compare_integers(left, right);
  if (part_.count == 2) {
    if (order == 0) out_ += left.text();
    return;
  }
  // lt, eq, gt: a missing eq is empty, a missing gt is eq.
  size_t chosen = order < 0 ? 2 : order == 0 ? 3 : 4;
  if (chosen == 4 && part_.count < 5) chosen = 3;
  if (chosen < part_.count) out_ += expand_whole(chosen);
}

void FunctionCall::check_number(NumberError error, std::string_view text, std::string_view what) {
  switch (error) {
    case NumberError::none:
      break;
    case NumberError::empty:
      fail(fmt::format("{}: empty value", what));
    case NumberError::invalid:
      fail(fmt::format("{}: '{}'", what, text));
    case NumberError::out_of_range:
      fail(fmt::format("{}: '{}' out of range", what, text));
  }
}

int64_t FunctionCall::number(std::string_view text, std::string_view what) {
  int64_t value = 0;
  check_number(parse_number(text, value), text, what);
  return value;
}

void FunctionCall::word() {
  const int64_t n = number(arg(0), "invalid first argument to 'word' function");
  if (n < 1) fail("first argument to 'word' function must be greater than 0");
  out_ += cmz::word(n, arg(1));
}

void FunctionCall::wordlist() {
  const int64_t first = number(arg(0), "invalid first argument to 'wordlist' function");
  if (first < 1) fail(fmt::format("invalid first argument to 'wordlist' function: '{}'", first));
  const int64_t last = number(arg(1), "invalid second argument to 'wordlist' function");
  if (last < 0) fail(fmt::format("invalid second argument to 'wordlist' function: '{}'", last));
  out_ += cmz::wordlist(first, last, arg(2));
}

// $(file OP NAME[,TEXT]): manual, "The `file` Function".
void FunctionCall::file() {
  std::string_view spec = arg(0);
  std::string_view op;
  if (spec.substr(0, 2) == ">>")
    op = ">>";
  else if (spec.substr(0, 1) == ">")
    op = ">";
  else if (spec.substr(0, 1) == "<")
    op = "<";
  else
    fail(fmt::format("file: invalid file operation: {}", spec));
  std::string_view names = spec.substr(op.size());
  const std::string_view name = next_word(names);
  if (name.empty()) fail("file: missing filename");
  if (op == "<") {
    if (part_.count > 1) fail("file: too many arguments");
    const size_t before = out_.size();
    const char* step = "open";
    if (std::error_code error = e_.disk.read(name, out_, nullptr, &step)) {
      if (error == std::errc::no_such_file_or_directory) return;
      fail(fmt::format("{}: {}: {}", step, name, std::strerror(error.value())));
    }
    if (out_.size() > before && out_.back() == '\n') {
      out_.pop_back();
      if (out_.size() > before && out_.back() == '\r') out_.pop_back();
    }
    e_.nul_in_output_ = out_.find('\0', before) != std::string::npos;
    return;
  }
  std::string text;
  if (part_.count > 1) {
    text = arg(1);
    if (text.empty() || text.back() != '\n') text += '\n';
  }
  const char* step = "open";
  if (std::error_code error = e_.disk.write(name, text, op == ">>", &step))
    fail(fmt::format("{}: {}: {}", step, name, std::strerror(error.value())));
  e_.disk.changed(name);
}

void FunctionCall::origin() {
  Variable* variable = e_.lookup(trim(arg(0)));
  if (variable == nullptr) {
    out_ += "undefined";
    return;
  }
  switch (variable->origin) {
    case Origin::default_:
      out_ += "default";
      break;
    case Origin::environment:
      out_ += "environment";
      break;
    case Origin::file:
      out_ += "file";
      break;
    case Origin::environment_override:
      out_ += "environment override";
      break;
    case Origin::command_line:
      out_ += "command line";
      break;
    case Origin::override_:
      out_ += "override";
      break;
    case Origin::automatic:
      out_ += "automatic";
      break;
  }
}

void FunctionCall::wildcard() {
  std::string_view rest = arg(0);
  bool first = true;
  const auto add = [&](std::string_view name) {
    if (!first) out_ += ' ';
    first = false;
    out_ += name;
  };
  for (std::string_view pattern = next_word(rest); !pattern.empty(); pattern = next_word(rest)) {
    if (!is_plain_name(pattern))
      for (const std::string& name : e_.disk.glob(pattern)) add(name);
    else if (e_.disk.exists(pattern))
      add(pattern);
  }
}

void FunctionCall::realpath() {
  std::string_view rest = arg(0);
  bool first = true;
  for (std::string_view name = next_word(rest); !name.empty(); name = next_word(rest)) {
    const std::string real = e_.disk.real_path(name);
    if (real.empty()) continue;
    if (!first) out_ += ' ';
    first = false;
    out_ += real;
  }
}

}  // namespace cmz
