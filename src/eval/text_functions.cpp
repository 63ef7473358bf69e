#include "cmzmake/eval/text_functions.h"

#include <algorithm>
#include <charconv>

#include "cmzmake/base/strings.h"

namespace cmz {
namespace {

// Cuts whitespace and the sign off a number: digits have to be left.
NumberError split_number(std::string_view text, bool& negative, std::string_view& digits) {
  text = trim(text);
  if (text.empty()) return NumberError::empty;
  negative = text[0] == '-';
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return NumberError::invalid;
  digits = text;
  return NumberError::none;
}

bool ends_word(std::string_view text, size_t at) { return at == text.size() || is_space(text[at]); }
bool begins_word(std::string_view text, size_t at) { return at == 0 || is_space(text[at - 1]); }

// subst() where `from` stands between whitespace. All other whitespace stays.
void subst_words(std::string_view from, std::string_view to, std::string_view text, std::string& out) {
  if (from.empty()) {
    out += text;
    if (begins_word(text, text.size())) out += to;
    return;
  }
  size_t kept = 0;
  for (size_t hit = text.find(from); hit != std::string_view::npos; hit = text.find(from, hit + from.size())) {
    if (!begins_word(text, hit) || !ends_word(text, hit + from.size())) continue;
    out.append(text, kept, hit - kept).append(to);
    kept = hit + from.size();
  }
  out.append(text, kept);
}

}  // namespace

void subst(std::string_view from, std::string_view to, std::string_view text, std::string& out) {
  if (from.empty()) {
    out.append(text).append(to);
    return;
  }
  size_t at = 0;
  for (size_t hit; (hit = text.find(from, at)) != std::string_view::npos; at = hit + from.size())
    out.append(text, at, hit - at).append(to);
  out.append(text, at);
}

void patsubst(std::string_view pattern_text, std::string_view replacement_text, std::string_view text,
              std::string& out) {
  const Pattern pattern = parse_pattern(pattern_text);
  const Pattern replacement = parse_pattern(replacement_text);
  if (!pattern.has_percent()) {
    subst_words(pattern.text, replacement.text, text, out);
    return;
  }
  bool first = true;
  for (std::string_view word : Words(text)) {
    std::string_view stem;
    const bool matches = pattern.match(word, &stem);
    // Words that become nothing leave no space behind, unless it is an empty stem's doing.
    if (matches && replacement.text.empty()) continue;
    if (!first) out += ' ';
    first = false;
    if (!matches)
      out += word;
    else if (replacement.has_percent())
      out.append(replacement.prefix()).append(stem).append(replacement.suffix());
    else
      out += replacement.text;
  }
}

void strip(std::string_view text, std::string& out) {
  bool first = true;
  for (std::string_view word : Words(text)) {
    if (!first) out += ' ';
    first = false;
    out += word;
  }
}

void findstring(std::string_view find, std::string_view text, std::string& out) {
  if (text.find(find) != std::string_view::npos) out += find;
}

std::string_view word(int64_t n, std::string_view text) {
  if (n <= 0) return {};
  for (std::string_view found : Words(text))
    if (--n == 0) return found;
  return {};
}

std::string_view wordlist(int64_t first, int64_t last, std::string_view text) {
  if (first <= 0 || last < first) return {};
  const char* begin = nullptr;
  const char* end = nullptr;
  int64_t n = 0;
  for (std::string_view found : Words(text)) {
    if (++n == first) begin = found.data();
    end = found.data() + found.size();
    if (n == last) break;
  }
  return begin ? std::string_view(begin, static_cast<size_t>(end - begin)) : std::string_view();
}

size_t words(std::string_view text) {
  size_t n = 0;
  while (!next_word(text).empty()) ++n;
  return n;
}

std::string_view firstword(std::string_view text) { return next_word(text); }

std::string_view lastword(std::string_view text) {
  text = trim_end(text);
  size_t begin = text.size();
  while (begin > 0 && !is_space(text[begin - 1])) --begin;
  return text.substr(begin);
}

NumberError parse_number(std::string_view text, int64_t& value) {
  bool negative;
  std::string_view digits;
  if (const NumberError error = split_number(text, negative, digits); error != NumberError::none) return error;
  // The sign goes along: there is one negative number more than there are positive ones.
  const char* begin = digits.data() - (negative ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, digits.data() + digits.size(), value);
  return error == std::errc() ? NumberError::none : NumberError::out_of_range;
}

std::string Integer::text() const {
  if (digits.empty()) return "0";
  return std::string(negative ? "-" : "").append(digits);
}

NumberError parse_integer(std::string_view text, Integer& value) {
  bool negative;
  std::string_view digits;
  if (const NumberError error = split_number(text, negative, digits); error != NumberError::none) return error;
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  value = {digits, negative && !digits.empty()};
  return NumberError::none;
}

int compare_integers(const Integer& a, const Integer& b) {
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  int sign = 0;
  if (a.digits.size() != b.digits.size())
    sign = a.digits.size() < b.digits.size() ? -1 : 1;
  else
    sign = a.digits.compare(b.digits);
  return sign;  // GNU Make 4.4.1 compares two negative numbers without their signs
}

}  // namespace cmz
