#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cmz {

// A rule line in which nothing has to be expanded, unquoted or matched: names, one colon, names. Nearly every line
// that a compiler writes into a `.d` file is one, and most rules of generated makefiles are.
struct PlainRule {
  std::vector<std::string_view> words;  // targets, then prerequisites; views of the source
  size_t targets = 0;                   // how many of them are targets; at least one
  size_t size = 0;                      // bytes of the source, the final newline included
  uint32_t lines = 0;                   // physical lines
};

// Returns true and fills `out` when `source` begins with such a line. The bytes are looked at once and not copied; a
// NUL must stand behind them. False means that the line needs the general reader: the line has a character with a
// meaning
// (`$`, `#`, `=`, `%`, ...), or begins with a word that may be a directive, or has a name that begins with a `.`.
bool scan_plain_rule(std::string_view source, PlainRule& out);

// Whether a plain rule may begin with the word `name`, of which each character is known to be plain.
bool may_begin_plain_rule(std::string_view name);

// Compilers that are called with `-MP` add lines to each rule they write: for every prerequisite but the first its name
// and a colon, in the rule's order. scan_echo() returns the size of the line for `name` when `source` begins with it,
// else 0. The size includes the newline, and an empty line in front if there is one.
size_t scan_echo(std::string_view source, std::string_view name);

}  // namespace cmz
