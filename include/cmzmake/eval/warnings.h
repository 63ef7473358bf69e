#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cmz {

// What makefiles can be warned of. Manual, "Makefile Warnings".
enum class Warning : uint8_t { circular_dep, invalid_ref, invalid_var, undefined_var };

enum class WarningAction : uint8_t { ignore, warn, error };

// The wishes of one source: of all --warn options, or of .WARNINGS. A wish for one type counts more
// than one for all types; of two of a kind, the later counts.
class WarningControl {
 public:
  // Takes options separated by blanks or commas: TYPE (warn), ACTION (for all types), TYPE:ACTION.
  // What means nothing is skipped, and `unknown` is told: "unknown warning 'X'".
  void add(std::string_view options, const std::function<void(const std::string&)>& unknown);

  // What was wished for `type`, if anything.
  std::optional<WarningAction> action(Warning type) const {
    const auto& own = types_[static_cast<size_t>(type)];
    return own ? own : all_;
  }
  bool empty() const;
  // The options in a standard order, such that add() gives the same control: what --warn= takes.
  std::string text() const;

 private:
  static constexpr size_t kTypes = 4;
  std::optional<WarningAction> all_;
  std::array<std::optional<WarningAction>, kTypes> types_;
};

// What happens to each type of warning: the command line counts more than .WARNINGS, which counts
// more than the defaults. As long as neither --warn nor .WARNINGS is used, make warns as 4.4.1
// does: of circles in other words than later versions, and of nothing else.
class Warnings {
 public:
  Warnings() { decide(); }

  // `undefined`: --warn-undefined-variables, whose words are 4.4.1's as long as nothing else is
  // used.
  void set_command_line(const WarningControl& control, bool undefined);
  // .WARNINGS was assigned, or undefined again (nullopt).
  void set_variable(const std::optional<WarningControl>& control);

  WarningAction action(Warning type) const { return actions_[static_cast<size_t>(type)]; }
  // Whether somebody wants to know of references, and of names that are assigned: asked often.
  bool about_references() const { return about_references_; }
  bool about_names() const { return about_names_; }
  // Whether --warn or .WARNINGS is used.
  bool controlled() const { return variable_ || !command_line_.empty(); }

 private:
  void decide();

  WarningControl command_line_;
  std::optional<WarningControl> variable_;
  bool undefined_ = false;
  std::array<WarningAction, 4> actions_;
  bool about_references_ = false;
  bool about_names_ = false;
};

}  // namespace cmz
