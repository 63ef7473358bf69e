// $(filter), $(filter-out) and $(sort): the text functions that need an index.
#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>
#include <vector>

#include "cmzmake/base/strings.h"
#include "cmzmake/base/symbol.h"
#include "cmzmake/eval/text_functions.h"

namespace cmz {
namespace {

uint64_t combine(uint64_t a, uint64_t b) { return std::rotl(a, 23) * 0x9E3779B97F4A7C15ull ^ b; }

// The patterns of one $(filter), indexed so that a word is not compared with each of them.
class PatternIndex {
 public:
  explicit PatternIndex(std::string_view patterns) {
    for (std::string_view text : Words(patterns)) patterns_.push_back(parse_pattern(text));
    if (patterns_.size() > kFew) make_index();
  }

  bool match(std::string_view word) const {
    if (patterns_.size() <= kFew)
      return std::ranges::any_of(patterns_, [&](const Pattern& p) { return p.match(word); });
    return std::ranges::any_of(shapes_, [&](const Shape& shape) { return find(shape, word); });
  }

 private:
  static constexpr size_t kFew = 8;

  // Patterns with equally long parts can be looked up by the same two parts of a word. A literal
  // word is a prefix of its own length behind which nothing may come.
  struct Shape {
    size_t prefix, suffix;
    bool literal;
    bool operator==(const Shape&) const = default;
  };

  static Shape shape_of(const Pattern& p) {
    if (!p.has_percent()) return {0, 0, true};
    return {p.prefix().size(), p.suffix().size(), false};
  }

  static uint64_t hash(bool literal, std::string_view prefix, std::string_view suffix) {
    return combine(hash_text(prefix), literal ? ~uint64_t{0} : hash_text(suffix));
  }
  static uint64_t hash(const Pattern& p) {
    return p.has_percent() ? hash(false, p.prefix(), p.suffix()) : hash(true, p.text, {});
  }

  void make_index() {
    slots_.resize(std::bit_ceil(patterns_.size() * 2));
    const size_t mask = slots_.size() - 1;
    for (uint32_t n = 0; n < patterns_.size(); ++n) {
      const Pattern& p = patterns_[n];
      size_t i = hash(p) & mask;
      bool known = false;
      for (; slots_[i] != 0 && !known; i = (i + 1) & mask) {
        const Pattern& other = patterns_[slots_[i] - 1];
        known = other.percent == p.percent && other.text == p.text;
      }
      if (known) continue;
      slots_[i] = n + 1;
      shapes_.push_back(shape_of(p));
    }
    const auto key = [](const Shape& s) { return std::tuple(!s.literal, s.prefix, s.suffix); };
    std::ranges::sort(shapes_, {}, key);
    shapes_.erase(std::unique(shapes_.begin(), shapes_.end()), shapes_.end());
  }

  bool find(const Shape& shape, std::string_view word) const {
    if (!shape.literal && word.size() < shape.prefix + shape.suffix) return false;
    const std::string_view prefix = shape.literal ? word : word.substr(0, shape.prefix);
    const std::string_view suffix = shape.literal ? std::string_view() : word.substr(word.size() - shape.suffix);
    const size_t mask = slots_.size() - 1;
    for (size_t i = hash(shape.literal, prefix, suffix) & mask; slots_[i] != 0; i = (i + 1) & mask) {
      const Pattern& p = patterns_[slots_[i] - 1];
      if (p.has_percent() != shape.literal && p.prefix() == prefix && p.suffix() == suffix) return true;
    }
    return false;
  }

  std::vector<Pattern> patterns_;
  std::vector<uint32_t> slots_;  // 1 + number of a pattern; open addressing, power of two
  std::vector<Shape> shapes_;    // each once
};

void filter_words(std::string_view patterns, std::string_view text, bool keep, std::string& out) {
  const PatternIndex index(patterns);
  bool first = true;
  for (std::string_view word : Words(text)) {
    if (index.match(word) != keep) continue;
    if (!first) out += ' ';
    first = false;
    out += word;
  }
}

// A word with eight of its bytes as a number that sorts as they do.
struct KeyedWord {
  uint64_t key;
  std::string_view word;
};

uint64_t key_at(std::string_view word, size_t depth) {
  char bytes[8] = {};
  if (depth < word.size()) std::memcpy(bytes, word.data() + depth, std::min<size_t>(word.size() - depth, sizeof bytes));
  uint64_t key;
  std::memcpy(&key, bytes, sizeof key);
  if constexpr (std::endian::native == std::endian::little) key = __builtin_bswap64(key);
  // GNU Make compares the first bytes of words as signed ones, and all others as they are.
  return depth == 0 ? key ^ (uint64_t{1} << 63) : key;
}

// Whether `a` may stand before `b`.
bool in_order(std::string_view a, std::string_view b) {
  if (a[0] != b[0]) return static_cast<signed char>(a[0]) < static_cast<signed char>(b[0]);
  return a <= b;
}

// Sorts by eight bytes at a time; only words that are equal so far look further.
void sort_keyed(std::vector<KeyedWord>& words) {
  struct Range {
    size_t begin, end, depth;
  };
  std::vector<Range> todo = {{0, words.size(), 0}};
  while (!todo.empty()) {
    const Range range = todo.back();
    todo.pop_back();
    for (size_t i = range.begin; i < range.end; ++i) words[i].key = key_at(words[i].word, range.depth);
    const auto begin = words.begin();
    std::sort(begin + static_cast<std::ptrdiff_t>(range.begin), begin + static_cast<std::ptrdiff_t>(range.end),
              [](const KeyedWord& a, const KeyedWord& b) { return a.key < b.key; });
    const size_t depth = range.depth + sizeof(uint64_t);
    for (size_t i = range.begin; i < range.end;) {
      size_t end = i + 1;
      bool all_go_on = words[i].word.size() > depth;
      for (; end < range.end && words[end].key == words[i].key; ++end) all_go_on &= words[end].word.size() > depth;
      if (end - i > 1 && all_go_on) {
        todo.push_back({i, end, depth});
      } else if (end - i > 1) {
        // Equal, but for zero bytes.
        std::sort(begin + static_cast<std::ptrdiff_t>(i), begin + static_cast<std::ptrdiff_t>(end),
                  [](const KeyedWord& a, const KeyedWord& b) { return a.word < b.word; });
      }
      i = end;
    }
  }
}

}  // namespace

void filter(std::string_view patterns, std::string_view text, std::string& out) {
  filter_words(patterns, text, true, out);
}

void filter_out(std::string_view patterns, std::string_view text, std::string& out) {
  filter_words(patterns, text, false, out);
}

void sort(std::string_view text, std::string& out) {
  std::vector<KeyedWord> words;
  bool sorted = true;
  for (std::string_view word : Words(text)) {
    sorted = sorted && (words.empty() || in_order(words.back().word, word));
    words.push_back({0, word});
  }
  if (!sorted) sort_keyed(words);
  std::string_view last;
  for (const KeyedWord& entry : words) {
    if (entry.word == last) continue;
    if (!last.empty()) out += ' ';
    last = entry.word;
    out += last;
  }
}

}  // namespace cmz
