// Settings of jobs: reading and checking target-specific variables whose names begin with a dot. docs/settings.md.
#include "cmzmake/eval/job_settings.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "cmzmake/base/strings.h"
#include "cmzmake/eval/recipes.h"

namespace cmz {
namespace {

using Milliseconds = JobSettings::Milliseconds;

// Takes a number from the beginning of `text`; nothing when there is none, or it is too large.
std::optional<double> take_number(std::string_view& text) {
  double number = 0;
  if (text.empty() || std::string_view("0123456789.").find(text[0]) == std::string_view::npos) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || number > 1e15) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

// `90`, `90s`, `1.5m`, `1h30m`.
std::optional<Milliseconds> time_of(std::string_view text) {
  double seconds = 0;
  do {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    const char unit = text.empty() ? 's' : text[0];
    if (unit != 's' && unit != 'm' && unit != 'h') return std::nullopt;
    seconds += *number * (unit == 's' ? 1 : unit == 'm' ? 60 : 3600);
    if (!text.empty()) text.remove_prefix(1);
  } while (!text.empty());
  if (seconds > 1e12) return std::nullopt;
  return Milliseconds(std::llround(seconds * 1000));
}

// `4G`, `512M`, `1.5GiB`; a plain number is bytes.
std::optional<uint64_t> bytes_of(std::string_view text) {
  const auto number = take_number(text);
  if (!number) return std::nullopt;
  double unit = 1;
  constexpr std::string_view kUnits = "KMGT";
  if (const size_t power = text.empty() ? std::string_view::npos : kUnits.find(text[0] & ~0x20); power != text.npos) {
    unit = std::ldexp(1.0, 10 * static_cast<int>(power + 1));
    text.remove_prefix(1);
    if (text.starts_with('i')) text.remove_prefix(1);
  }
  if (text == "B") text.remove_prefix(1);
  const double bytes = *number * unit;
  if (!text.empty() || bytes > 9e18) return std::nullopt;
  return static_cast<uint64_t>(bytes);
}

std::optional<unsigned> count_of(std::string_view text) {
  unsigned count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return count;
}

// What may have been meant: the number, and the first letter behind it if that is a unit.
std::string meant(std::string_view text, std::string_view units, std::string_view otherwise) {
  std::string_view rest = text;
  if (!take_number(rest)) return std::string(otherwise);
  const std::string_view number = text.substr(0, text.size() - rest.size());
  rest = trim(rest);
  const size_t unit = rest.empty() ? std::string_view::npos : units.find(rest[0]);
  return unit == std::string_view::npos ? std::string(otherwise) : fmt::format("{}{}", number, units[unit]);
}

// A value as the makefile has it, and what to say when it means nothing.
struct Value {
  std::string_view setting;
  std::string_view text;
  Location where;
  std::string_view target;

  [[noreturn]] void fail(std::string_view kind, std::string_view better) const {
    throw Fatal(where, fmt::format("target '{}': {} '{}' is no {}: write {}", target, setting, text, kind, better));
  }
};

void set_time(Milliseconds& out, const Value& value) {
  const auto time = time_of(value.text);
  if (!time) value.fail("time", meant(value.text, "smh", "seconds, or a number with s, m or h"));
  out = *time;
}

void set_count(unsigned& out, const Value& value) {
  const auto count = count_of(value.text);
  if (!count) value.fail("number", meant(value.text, "", "a whole number"));
  out = *count;
}

struct Setting {
  std::string_view name;
  void (*set)(JobSettings&, const Value&);
};

constexpr std::array<Setting, 10> kSettings = {{
    {".TIMEOUT", [](JobSettings& s, const Value& v) { set_time(s.timeout, v); }},
    {".RETRIES", [](JobSettings& s, const Value& v) { set_count(s.retries, v); }},
    {".POOL", [](JobSettings& s, const Value& v) { s.pool = v.text; }},
    {".WEIGHT",
     [](JobSettings& s, const Value& v) {
       set_count(s.weight, v);
       if (s.weight == 0) v.fail("number of slots", "1 or more");
     }},
    {".MEMORY",
     [](JobSettings& s, const Value& v) {
       const auto bytes = bytes_of(v.text);
       if (!bytes) v.fail("amount of memory", meant(v.text, "KMGT", "a number with K, M, G or T"));
       s.memory = *bytes;
     }},
    {".READY", [](JobSettings& s, const Value& v) { s.ready = v.text; }},
    {".READY_TIMEOUT", [](JobSettings& s, const Value& v) { set_time(s.ready_timeout, v); }},
    {".RESTART", [](JobSettings& s, const Value& v) { set_count(s.restarts, v); }},
    {".PROGRESS", [](JobSettings& s, const Value& v) { s.progress = v.text; }},
    {".WORKTREE", [](JobSettings& s, const Value& v) { s.worktree = v.text; }},
}};

// The variable that sets `name` for a target. One of the environment sets nothing.
const Variable* find_setting(Evaluator& e, Symbol name, Target& target) {
  const ScopeGuard guard(e, target_scope(e, target));
  const Variable* found = e.lookup(name);
  return found && found->origin != Origin::environment && found->origin != Origin::default_ ? found : nullptr;
}

// The target of a group whose setting counts: `target` itself, or the first of its peers that has one.
Target* owner_of(Evaluator& e, Symbol name, Target& target) {
  if (find_setting(e, name, target)) return &target;
  if (target.group)
    for (Target* peer : target.group->members)
      if (peer != &target && find_setting(e, name, *peer)) return peer;
  return nullptr;
}

}  // namespace

std::shared_ptr<const JobSettings> job_settings(Evaluator& e, Target& target) {
  if (e.settings.dialect == Dialect::gnu) return nullptr;
  std::shared_ptr<JobSettings> out;
  for (const Setting& setting : kSettings) {
    const Symbol name = e.db.symbols.find(setting.name);
    if (!name) continue;  // no makefile speaks of it
    Target* const owner = owner_of(e, name, target);
    if (!owner) continue;
    const ScopeGuard guard(e, target_scope(e, *owner));
    const Location where = find_setting(e, name, *owner)->where;
    const std::string value = e.value_of(setting.name);
    const std::string_view text = trim(value);
    if (text.empty()) continue;
    if (!out) out = std::make_shared<JobSettings>();
    setting.set(*out, {setting.name, text, where, owner->name.view()});
  }
  return out;
}

}  // namespace cmz
