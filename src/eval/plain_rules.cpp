// Rules that are taken as they stand, without expansion: of `.d` files and generated makefiles.
#include "cmzmake/base/strings.h"
#include "makefile_reader.h"

namespace cmz {

// False when the next line is no such rule.
bool MakefileReader::plain_rule() {
  if (ignoring()) return false;
  if (rule_.open && !rule_.plain_prerequisites.empty()) echoes();
  const std::string_view rest = lines_.rest();
  if (rest.empty() || rest[0] == e_.recipe_prefix || !scan_plain_rule(rest, plain_)) return false;
  close_rule();
  e_.where = place(lines_.line());
  rule_.where = rule_place();
  lines_.skip(plain_.size, plain_.lines);
  const auto name = [this](std::string_view word) { return e_.db.symbols.intern(without_dot_slash(word)); };
  size_t i = 0;
  for (; i < plain_.targets; ++i) rule_.targets.push_back(name(plain_.words[i]));
  for (; i < plain_.words.size(); ++i) rule_.plain_prerequisites.push_back(name(plain_.words[i]));
  set_default_goal(rule_.targets);
  rule_.open = true;
  return true;
}

// What `-MP` adds to a rule: its prerequisites but the first (the source) again, each as a target of nothing. They are
// known by their place, without a look-up: most lines of a `.d` file are such. The last of them is left to
// plain_rule(): lines of a recipe may follow.
void MakefileReader::echoes() {
  constexpr size_t kFirst = 1;
  const auto scan = [this](std::string_view rest, size_t i) -> size_t {
    if (i == echoed_.size() || echoed_[i].view()[0] == e_.recipe_prefix) return 0;
    return scan_echo(rest, echoed_[i].view());
  };
  if (rule_.plain_prerequisites.size() <= kFirst ||
      scan_echo(lines_.rest(), rule_.plain_prerequisites[kFirst].view()) == 0)
    return;
  echoed_ = rule_.plain_prerequisites;
  close_rule();
  size_t i = kFirst;
  for (size_t size = scan(lines_.rest(), i), next; size > 0; size = next, ++i) {
    const std::string_view name = echoed_[i].view();
    Target& target = *e_.db.find_target(echoed_[i]);
    next = scan(lines_.rest().substr(size), i + 1);
    if (next == 0 || target.double_colon || !may_begin_plain_rule(name)) break;
    const bool empty_line = size > name.size() + 2;
    target.is_target = true;
    if (!target.where.known()) target.where = is_file_ ? place(lines_.line() + empty_line) : rules_;
    lines_.skip(size, 1 + empty_line);
  }
}

}  // namespace cmz
