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

// Whether `source` begins with such a line; then fills `out`. One pass over its bytes, no copy; a NUL must stand behind
// them. False says only that the line needs the general reader: it has a character with a meaning (`$`, `#`, `=`, `%`,
// ...), or begins with a word that may be a directive or with a `.`, or names something that does.
bool scan_plain_rule(std::string_view source, PlainRule& out);

// Whether a plain rule may begin with the word `name`, of which each character is known to be plain.
bool may_begin_plain_rule(std::string_view name);

// For each rule that compilers write, `-MP` lets them write one without prerequisites for each of its prerequisites
// but the first, in their order. The size of such a line at the beginning of `source`, `name` and a colon, its newline
// included, with an empty line in front of it or without; 0 when it is another one.
size_t scan_echo(std::string_view source, std::string_view name);

}  // namespace cmz
