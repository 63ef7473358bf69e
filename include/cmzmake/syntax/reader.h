#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cmz {

// One logical line: physical lines joined by backslash-newlines, which are still in the text.
struct LogicalLine {
  std::string_view text;    // without the final newline
  uint32_t line = 0;        // number of its first physical line
  bool unfinished = false;  // ends with a backslash-newline that is the end of the file
};

// Cuts a makefile's bytes into logical lines without copying.
class LineReader {
 public:
  // `source` must outlive the reader; `first_line` is the number of its first line.
  explicit LineReader(std::string_view source, uint32_t first_line = 1) : rest_(source), line_(first_line) {}

  bool next(LogicalLine* out);
  // The number of the line that next() would return.
  uint32_t line() const { return line_; }
  // What has not been read yet, and how to say that a part of it, so many whole lines, has been.
  std::string_view rest() const { return rest_; }
  void skip(size_t bytes, uint32_t lines) {
    rest_.remove_prefix(bytes);
    line_ += lines;
  }

 private:
  std::string_view rest_;
  uint32_t line_;
};

// Makes CRLF line ends plain newlines and drops NUL bytes as GNU Make does, in place: a NUL hides
// the rest of its line. At the start of a line the newline is left; after other text it goes as well,
// so that the next line is joined to that text.
// Returns where lines began with a NUL, which deserves a warning: the numbers, as they are now, of the logical lines.
std::vector<uint32_t> normalize_source(std::string& source);

// Joins continued lines: a backslash-newline with the blanks around it becomes one space, and of
// the backslashes before it half are left. Manual, "Splitting Long Lines".
// Returns `text` itself when nothing had to change, else a view of `buffer`.
// `keep_blanks_before`: .POSIX mode, blanks before the backslash stay.
std::string_view collapse_continuations(std::string_view text, std::string& buffer, bool keep_blanks_before = false);

// The text before an unquoted `#`; a backslash before `#` quotes it and is removed (then the result
// is a view of `buffer`).
std::string_view remove_comment(std::string_view text, std::string& buffer);

// The end of the reference that starts with the `$` at text[at]: `$x`, or `$(...)` and `${...}` with brackets of
// that kind counted; the end of `text` when it does not close.
size_t skip_reference(std::string_view text, size_t at);

// The position of the first character of `stops` that is neither quoted by a backslash nor inside
// a `$(...)` reference; npos when there is none. Does not change the text.
size_t find_unquoted(std::string_view text, std::string_view stops);

}  // namespace cmz
