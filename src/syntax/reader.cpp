#include "cmzmake/syntax/reader.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cstring>

#include "cmzmake/base/strings.h"

namespace cmz {
namespace {

// The number of backslashes right before position `at`.
size_t backslashes_before(std::string_view text, size_t at) {
  size_t n = 0;
  while (n < at && text[at - 1 - n] == '\\') ++n;
  return n;
}

// Whether `text` holds a carriage return or a NUL: nearly no makefile does, and each byte of each is looked at.
bool has_cr_or_nul(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
#ifdef __SSE2__
  const __m128i cr = _mm_set1_epi8('\r'), nul = _mm_setzero_si128();
  for (; end - at >= 64; at += 64) {
    __m128i found = nul;
    for (int i = 0; i < 64; i += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
      found = _mm_or_si128(found, _mm_or_si128(_mm_cmpeq_epi8(bytes, cr), _mm_cmpeq_epi8(bytes, nul)));
    }
    if (_mm_movemask_epi8(found) != 0) return true;
  }
#endif
  return std::any_of(at, end, [](char c) { return c == '\r' || c == '\0'; });
}

}  // namespace

size_t skip_reference(std::string_view text, size_t at) {
  if (++at >= text.size()) return at;
  const char open = text[at];
  if (open != '(' && open != '{') return at + 1;
  const char close = open == '(' ? ')' : '}';
  int depth = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == open)
      ++depth;
    else if (text[at] == close && --depth == 0)
      return at + 1;
  }
  return at;
}

bool LineReader::next(LogicalLine* out) {
  if (rest_.empty()) return false;
  out->line = line_;
  out->unfinished = false;
  size_t from = 0;
  for (;;) {
    const void* newline = std::memchr(rest_.data() + from, '\n', rest_.size() - from);
    ++line_;
    if (newline == nullptr) {
      out->text = rest_;
      rest_ = {};
      return true;
    }
    size_t at = static_cast<const char*>(newline) - rest_.data();
    if (backslashes_before(rest_, at) % 2 == 1) {
      from = at + 1;
      if (from < rest_.size()) continue;
      out->unfinished = true;
    }
    out->text = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    return true;
  }
}

std::vector<uint32_t> normalize_source(std::string& source) {
  std::vector<uint32_t> nul_lines;
  if (!has_cr_or_nul(source)) return nul_lines;
  const bool has_nul = source.find('\0') != std::string::npos;
  size_t out = 0;
  uint32_t line = 1, logical_line = 1;
  for (size_t begin = 0; begin < source.size();) {
    size_t end = source.find('\n', begin);
    bool newline = end != std::string::npos;
    if (!newline) end = source.size();
    size_t length = end - begin;
    const size_t nul = has_nul ? std::string_view(source).substr(begin, length).find('\0') : std::string_view::npos;
    begin = end + (newline ? 1 : 0);
    const char* text = source.data() + end - length;
    if (nul != std::string_view::npos) {
      if (nul == 0)  // ends what came before it, too
        nul_lines.push_back(logical_line);
      else
        newline = false;
      length = nul;
    } else if (newline && length > 0 && text[length - 1] == '\r') {
      --length;
    }
    std::memmove(source.data() + out, text, length);
    out += length;
    if (newline) {
      ++line;
      if (!has_nul || backslashes_before(source, out) % 2 == 0) logical_line = line;
      source[out++] = '\n';
    }
  }
  source.resize(out);
  return nul_lines;
}

std::string_view collapse_continuations(std::string_view text, std::string& buffer, bool keep_blanks_before) {
  size_t newline = text.find('\n');
  if (newline == std::string_view::npos) return text;
  buffer.clear();
  size_t from = 0;
  while (newline != std::string_view::npos) {
    const size_t slashes = backslashes_before(text.substr(from), newline - from);
    if (slashes % 2 == 0) {  // a newline of its own, from an expansion
      buffer.append(text, from, newline + 1 - from);
      from = newline + 1;
    } else {
      buffer.append(text, from, newline - slashes - from);
      buffer.append(slashes / 2, '\\');
      if (slashes == 1 && !keep_blanks_before)
        while (!buffer.empty() && is_blank(buffer.back())) buffer.pop_back();
      buffer += ' ';
      from = newline + 1;
      while (from < text.size() && is_blank(text[from])) ++from;
    }
    newline = text.find('\n', from);
  }
  buffer.append(text, from);
  return buffer;
}

std::string_view remove_comment(std::string_view text, std::string& buffer) {
  size_t hash = text.find('#');
  if (hash == std::string_view::npos) return text;
  const size_t dollar = text.find('$');
  const bool references = dollar < hash;
  if (!references && backslashes_before(text, hash) == 0) return text.substr(0, hash);
  std::string out;
  size_t from = 0;
  // A `#` inside of a reference starts no comment.
  for (size_t at = references ? dollar : hash; at < text.size();) {
    if (text[at] == '$') {
      at = skip_reference(text, at);
      continue;
    }
    if (text[at] != '#') {
      at = text.find_first_of("$#", at);
      continue;
    }
    const size_t slashes = backslashes_before(text.substr(from), at - from);
    out.append(text, from, at - slashes - from);
    out.append(slashes / 2, '\\');
    from = at;
    if (slashes % 2 == 0) {
      from = text.size();
      break;
    }
    out += '#';
    from = ++at;
  }
  out.append(text, from);
  buffer = std::move(out);
  return buffer;
}

size_t find_unquoted(std::string_view text, std::string_view stops) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '$') {
      i = skip_reference(text, i) - 1;
      continue;
    }
    if (stops.find(c) != std::string_view::npos && backslashes_before(text, i) % 2 == 0) return i;
  }
  return std::string_view::npos;
}

}  // namespace cmz
