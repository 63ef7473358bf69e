#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cmz {

// The functions for texts as pure functions of expanded arguments. Where there is an `out`, the
// result is appended to it; arguments may not point into `out`. Words are separated by any
// whitespace; lists come out with single spaces. Manual, "Functions for String Substitution and
// Analysis".

// Each occurrence of `from` becomes `to`; an empty `from` puts `to` behind the text.
void subst(std::string_view from, std::string_view to, std::string_view text, std::string& out);

// Each word that matches `pattern` becomes `replacement`, in which the first `%` is the stem.
// A pattern without `%` is looked for between whitespace, of which none is lost.
void patsubst(std::string_view pattern, std::string_view replacement, std::string_view text, std::string& out);

void strip(std::string_view text, std::string& out);

// `find` when it is somewhere in `text`.
void findstring(std::string_view find, std::string_view text, std::string& out);

// The words that match (do not match) one of the patterns: about linear in both arguments.
void filter(std::string_view patterns, std::string_view text, std::string& out);
void filter_out(std::string_view patterns, std::string_view text, std::string& out);

// The words in byte order, each once.
void sort(std::string_view text, std::string& out);

// The n-th word (from 1), or nothing.
std::string_view word(int64_t n, std::string_view text);
// The words from number `first` (from 1) to number `last`, with what stands between them.
std::string_view wordlist(int64_t first, int64_t last, std::string_view text);
// The number of words.
size_t words(std::string_view text);
std::string_view firstword(std::string_view text);
std::string_view lastword(std::string_view text);

// A decimal number as $(word) takes it: digits with an optional sign, whitespace around it.
enum class NumberError : uint8_t { none, empty, invalid, out_of_range };
NumberError parse_number(std::string_view text, int64_t& value);

// An integer of any length, as $(intcmp) takes it.
struct Integer {
  std::string_view digits;  // without leading zeros: zero has none
  bool negative = false;    // never of zero

  // The number as make prints it.
  std::string text() const;
};
NumberError parse_integer(std::string_view text, Integer& value);
// Negative, zero, positive: a < b, a == b, a > b.
int compare_integers(const Integer& a, const Integer& b);

}  // namespace cmz
