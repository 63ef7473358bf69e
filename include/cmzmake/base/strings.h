#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cmz {

// A space or a tab.
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

// What separates words: space, tab, newline, \v, \f, \r.
constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// A set of bytes, to look for any of them: a table look-up for each byte of the text.
class ByteSet {
 public:
  explicit constexpr ByteSet(std::string_view bytes) {
    for (const char c : bytes) has_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool has(char c) const { return has_[static_cast<unsigned char>(c)]; }
  constexpr bool any_in(std::string_view text) const {
    for (const char c : text)
      if (has(c)) return true;
    return false;
  }

 private:
  bool has_[256] = {};
};

// `text` without the whitespace at its start.
constexpr std::string_view skip_spaces(std::string_view text) {
  size_t i = 0;
  while (i < text.size() && is_space(text[i])) ++i;
  return text.substr(i);
}

// `text` without the blanks at its start: newlines stay.
constexpr std::string_view skip_blanks(std::string_view text) {
  size_t i = 0;
  while (i < text.size() && is_blank(text[i])) ++i;
  return text.substr(i);
}

// `text` without the whitespace at its end.
constexpr std::string_view trim_end(std::string_view text) {
  size_t n = text.size();
  while (n > 0 && is_space(text[n - 1])) --n;
  return text.substr(0, n);
}

// `text` without the whitespace at both ends.
constexpr std::string_view trim(std::string_view text) { return trim_end(skip_spaces(text)); }

// Cuts the first word off `rest` and returns it; empty exactly when there is none left.
constexpr std::string_view next_word(std::string_view& rest) {
  size_t begin = 0;
  while (begin < rest.size() && is_space(rest[begin])) ++begin;
  size_t end = begin;
  while (end < rest.size() && !is_space(rest[end])) ++end;
  const std::string_view word = rest.substr(begin, end - begin);
  rest = rest.substr(end);
  return word;
}

// The same for names of files: a newline, which only an expansion can bring, may stand before a
// name but does not end it.
constexpr std::string_view next_name(std::string_view& rest) {
  size_t begin = 0;
  while (begin < rest.size() && is_space(rest[begin])) ++begin;
  size_t end = begin;
  while (end < rest.size() && !is_blank(rest[end])) ++end;
  const std::string_view name = rest.substr(begin, end - begin);
  rest = rest.substr(end);
  return name;
}

// The words of a text, for `for (std::string_view word : Words(text))`.
class Words {
 public:
  struct End {};
  class Iterator {
   public:
    constexpr explicit Iterator(std::string_view text) : rest_(text), word_(next_word(rest_)) {}
    constexpr std::string_view operator*() const { return word_; }
    constexpr Iterator& operator++() {
      word_ = next_word(rest_);
      return *this;
    }
    constexpr bool operator==(End) const { return word_.empty(); }

   private:
    std::string_view rest_;
    std::string_view word_;
  };

  constexpr explicit Words(std::string_view text) : text_(text) {}
  constexpr Iterator begin() const { return Iterator(text_); }
  constexpr End end() const { return {}; }

 private:
  std::string_view text_;
};

// A file's name without the `./` (and slashes that follow it) at its start; `./` itself stays.
std::string_view without_dot_slash(std::string_view name);

// A text with at most one `%` that stands for anything, its backslashes already removed.
// Manual, "Functions for String Substitution and Analysis".
struct Pattern {
  std::string text;
  size_t percent = std::string::npos;  // npos: matches only itself

  bool has_percent() const { return percent != std::string::npos; }
  std::string_view prefix() const { return std::string_view(text).substr(0, percent); }
  std::string_view suffix() const {
    return has_percent() ? std::string_view(text).substr(percent + 1) : std::string_view();
  }

  // Whether `word` matches; `stem` (which may be empty) becomes what the `%` stands for.
  bool match(std::string_view word, std::string_view* stem = nullptr) const;
};

// The first `%` of `text` that no backslash quotes, or npos.
size_t find_percent(std::string_view text);

// Backslashes quote a `%` and each other, as far as they stand before a `%`, up to the first
// unquoted one; all others are ordinary characters.
Pattern parse_pattern(std::string_view text);

}  // namespace cmz
