#include "cmzmake/eval/warnings.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmzmake/base/strings.h"

namespace cmz {
namespace {

constexpr std::string_view kTypeNames[] = {"circular-dep", "invalid-ref", "invalid-var", "undefined-var"};
constexpr std::string_view kActionNames[] = {"ignore", "warn", "error"};

// The number of `word` in `names`, as the enumeration whose names they are.
template <typename E, size_t N>
std::optional<E> find_name(const std::string_view (&names)[N], std::string_view word) {
  const auto at = std::find(std::begin(names), std::end(names), word);
  if (at == std::end(names)) return std::nullopt;
  return static_cast<E>(at - std::begin(names));
}

std::string_view name_of(WarningAction action) { return kActionNames[static_cast<size_t>(action)]; }

}  // namespace

void WarningControl::add(std::string_view options, const std::function<void(const std::string&)>& unknown) {
  const auto ends = [](char c) { return c == ',' || is_space(c); };
  while (!options.empty()) {
    const auto end = std::find_if(options.begin(), options.end(), ends);
    const std::string_view option = options.substr(0, static_cast<size_t>(end - options.begin()));
    options.remove_prefix(std::min(option.size() + 1, options.size()));
    if (option.empty()) continue;

    const size_t colon = option.find(':');
    if (colon == std::string_view::npos) {
      if (const auto action = find_name<WarningAction>(kActionNames, option)) {
        all_ = action;
        continue;
      }
    }
    const std::string_view type_name = option.substr(0, colon);
    const auto type = find_name<Warning>(kTypeNames, type_name);
    if (!type) {
      unknown(fmt::format("unknown warning '{}'", type_name));
      continue;
    }
    std::optional<WarningAction> action = WarningAction::warn;
    if (colon != std::string_view::npos) {
      const std::string_view action_name = option.substr(colon + 1);
      action = find_name<WarningAction>(kActionNames, action_name);
      if (!action) {
        unknown(fmt::format("unknown warning action '{}'", action_name));
        continue;
      }
    }
    types_[static_cast<size_t>(*type)] = action;
  }
}

bool WarningControl::empty() const {
  return !all_ && std::none_of(types_.begin(), types_.end(), [](const auto& t) { return t.has_value(); });
}

std::string WarningControl::text() const {
  std::string out;
  if (all_) out = name_of(*all_);
  for (size_t i = 0; i < kTypes; ++i) {
    if (!types_[i]) continue;
    if (!out.empty()) out += ',';
    out += kTypeNames[i];
    if (*types_[i] == WarningAction::warn) continue;
    out += ':';
    out += name_of(*types_[i]);
  }
  return out;
}

void Warnings::set_command_line(const WarningControl& control, bool undefined) {
  command_line_ = control;
  undefined_ = undefined;
  decide();
}

void Warnings::set_variable(const std::optional<WarningControl>& control) {
  variable_ = control;
  decide();
}

void Warnings::decide() {
  const auto ignore = WarningAction::ignore, warn = WarningAction::warn;
  const WarningAction invalid = controlled() ? warn : ignore;
  actions_ = {warn, invalid, invalid, ignore};
  for (size_t i = 0; i < actions_.size(); ++i) {
    const auto type = static_cast<Warning>(i);
    if (const auto wish = variable_ ? variable_->action(type) : std::nullopt) actions_[i] = *wish;
    if (undefined_ && type == Warning::undefined_var) actions_[i] = warn;
    if (const auto wish = command_line_.action(type)) actions_[i] = *wish;
  }
  about_references_ = action(Warning::invalid_ref) != ignore || action(Warning::undefined_var) != ignore;
  about_names_ = action(Warning::invalid_var) != ignore;
}

}  // namespace cmz
