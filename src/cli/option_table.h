// make's options: one row for each, from which everything else is derived: what getopt finds, what an option does, what
// MAKEFLAGS says, the help text. Private to the parser.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cmzmake/cli/options.h"

namespace cmz {

enum class Takes : uint8_t { nothing, argument, optional };

// Who gives an option. A makefile may say less than the others.
enum class OptionSource : uint8_t { command_line, environment, makefile };

enum class Whose : uint8_t {
  gnu,  // GNU Make's, to be abbreviated
  ours  // written out in full, and unknown under GNU Make's names
};

// Whether MAKEFLAGS tells sub-makes of an option.
enum class Passed : uint8_t {
  never,
  always,     // a switch with a letter among the first letters, all others as words, in the order of the table
  jobserver,  // only to those who may use the jobserver
  evals       // see MakeflagsParts
};

struct OptionRow;

// An option as it was given.
struct GivenOption {
  const OptionRow& row;
  const std::string* argument;  // nullptr: none
  OptionSource source;
  // The argument, or what stands for it where there is none.
  std::string value() const;
};

struct OptionRow {
  std::string_view letters = {};               // "" when it has a long name only
  std::array<std::string_view, 3> names = {};  // long names, the chief one first
  Takes takes = Takes::nothing;
  std::string_view argument = {};   // what the help text calls it
  std::string_view otherwise = {};  // what a text without an argument gets

  // What it sets: a switch is turned on, a text is set, a list gets a further element.
  std::variant<std::monostate, bool Options::*, std::string Options::*, std::vector<std::string> Options::*> member =
      {};
  bool Options::*opposite = nullptr;  // the switch that it turns off
  bool repeats = false;               // a list may have the same element twice
  // What it does when that is more than `member` says. Returns what is wrong with the argument, or nothing. Throws
  // Fatal for a bad --warn.
  std::string (*act)(const GivenOption&, Options&) = nullptr;
  // Characters of a number that may follow an optional argument's option as the next word: the first, and all.
  std::string_view number_begins = {}, number_goes_on = {};
  bool may_be_empty = false;  // its argument

  Passed passed = Passed::always;
  // The value as MAKEFLAGS writes it behind the letter or the name when that is more than `member` says; false: not
  // set.
  bool (*write)(const Options&, std::string& value) = nullptr;
  bool in_makefile = true;  // a makefile's MAKEFLAGS can give it
  Whose whose = Whose::gnu;

  std::string_view help = {};   // empty: not in the help text
  std::string_view place = {};  // there, when it is not that of the letter or the name

  char letter() const { return letters.empty() ? '\0' : letters[0]; }
  // -I or --debug, as MAKEFLAGS and messages call it.
  std::string spelling() const;
};

// In the order in which make lists the possibilities of an ambiguous option, and in which MAKEFLAGS has them.
std::span<const OptionRow> option_table();

const OptionRow* find_option(char letter);

// A long option, and the name by which it was meant.
struct LongOption {
  const OptionRow* row = nullptr;
  std::string_view name;
};

// Looks up a long option, abbreviated or not. `candidates` gets all that `name` may mean when it is
// ambiguous; the row is nullptr when there is none or more than one.
LongOption find_option(std::string_view name, Dialect dialect, std::vector<LongOption>& candidates);

// Does what an option says. Returns what is wrong with the argument, e.g. "the '-j' option requires a positive integer
// argument", or nothing. Throws Fatal for a bad --warn.
std::string apply_option(const GivenOption& given, Options& options);

// What `act` and `write` of the rows that need them do (option_values.cpp).
std::string take_switch(const GivenOption& given, Options& options);
std::string take_makefile(const GivenOption& given, Options& options);
std::string take_jobs(const GivenOption& given, Options& options);
std::string take_load(const GivenOption& given, Options& options);
std::string take_warnings(const GivenOption& given, Options& options);
std::string take_undefined(const GivenOption& given, Options& options);
std::string take_no_variables(const GivenOption& given, Options& options);
bool write_jobs(const Options& options, std::string& value);
bool write_load(const Options& options, std::string& value);
bool write_warnings(const Options& options, std::string& value);

// Throw Fatal for a bad value; of the last -O only.
void check_debug(const Options& options);
void check_output_sync(const Options& options);

}  // namespace cmz
