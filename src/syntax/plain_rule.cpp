#include "cmzmake/syntax/plain_rule.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <array>
#include <cstring>

namespace cmz {
namespace {

enum Class : uint8_t { plain, blank, newline, colon, backslash, meaning };  // the NUL behind the end has one

constexpr std::array<uint8_t, 256> kClasses = [] {
  std::array<uint8_t, 256> classes{};
  for (int c = 0; c < 0x20; ++c) classes[c] = meaning;
  classes[' '] = classes['\t'] = blank;
  classes['\n'] = newline;
  classes[':'] = colon;
  classes['\\'] = backslash;
  for (const unsigned char c : std::string_view("$#=;|&%*?[]~()!\x7F")) classes[c] = meaning;
  return classes;
}();

uint8_t class_of(const char* at) { return kClasses[static_cast<unsigned char>(*at)]; }

// Behind the letters, digits and `+ , - . / _` at `at`, in steps of sixteen: not always as far as they go.
const char* behind_name_characters(const char* at, const char* end) {
#ifdef __SSE2__
  const auto between = [](__m128i bytes, char low, char high) {  // as signed bytes: those above 127 are none of them
    return _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8(static_cast<char>(low - 1))),
                         _mm_cmpgt_epi8(_mm_set1_epi8(static_cast<char>(high + 1)), bytes));
  };
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    const __m128i names = _mm_or_si128(_mm_or_si128(between(lower, 'a', 'z'), between(bytes, '+', '9')),
                                       _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')));
    const auto others = static_cast<unsigned>(_mm_movemask_epi8(names)) ^ 0xFFFFu;
    if (others != 0) return at + __builtin_ctz(others);
  }
#endif
  return at;
}

// Directives and modifiers start with one of these letters; a `-include` has its `-`.
bool may_be_directive(std::string_view word) {
  if (word.size() < 4 || word.size() > 8) return false;
  static constexpr std::string_view kWords[] = {
      "else",   "endif",    "endef",    "export",  "ifeq", "ifneq",    "ifdef",    "ifndef", "include", "sinclude",
      "define", "undefine", "override", "private", "load", "-include", "unexport", "vpath",  "-load"};
  for (const std::string_view known : kWords)
    if (word == known) return true;
  return false;
}

// A name with a dot in front may be a special target or `.WAIT`.
bool may_be_special(const char* name) {
  return name[0] == '.' && name[1] != '/' && !(name[1] == '.' && name[2] == '/');
}

}  // namespace

bool may_begin_plain_rule(std::string_view name) {
  return !name.empty() && !may_be_directive(name) && !may_be_special(name.data());
}

size_t scan_echo(std::string_view source, std::string_view name) {
  const size_t empty_line = source.starts_with('\n');
  const size_t size = empty_line + name.size() + 2;
  if (source.size() < size || source[size - 1] != '\n' || source[size - 2] != ':' ||
      std::memcmp(source.data() + empty_line, name.data(), name.size()) != 0)
    return 0;
  return size;
}

bool scan_plain_rule(std::string_view source, PlainRule& out) {
  out.words.clear();
  out.targets = 0;
  const char* const begin = source.data();
  const char* const end = begin + source.size();
  const char* at = begin;
  uint32_t lines = 1;
  for (;;) {
    uint8_t c = class_of(at);
    if (c == plain) {
      const char* const word = at;
      if (may_be_special(at)) return false;
      at = behind_name_characters(at, end);
      while ((c = class_of(at)) == plain) ++at;
      out.words.emplace_back(word, at - word);
      if (out.words.size() == 1 && may_be_directive(out.words[0])) return false;
    }
    if (at == end) c = newline;  // and not the NUL there
    switch (c) {
      case blank:
        ++at;
        break;
      case colon:
        if (out.targets != 0 || out.words.empty()) return false;
        out.targets = out.words.size();
        ++at;
        break;
      case backslash:  // only a line that goes on, and does so somewhere
        if (end - at < 3 || at[1] != '\n') return false;
        at += 2;
        ++lines;
        break;
      case newline:
        if (out.targets == 0) return false;
        out.size = static_cast<size_t>(at - begin) + (at != end);
        out.lines = lines;
        return true;
      default:
        return false;
    }
  }
}

}  // namespace cmz
