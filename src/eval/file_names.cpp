#include "file_names.h"

#include <fmt/format.h>

#include "cmzmake/base/archive_name.h"

namespace cmz {
namespace {

constexpr ByteSet kWildcards("*?[");
constexpr ByteSet kExpanded("*?[~");

}  // namespace

// A word in which a backslash quotes a blank (and a backslash before one).
bool FileNames::Careful::next_quoted_word() {
  rest_ = skip_spaces(rest_);
  if (rest_.empty()) return false;
  word_.clear();
  size_t i = 0;
  while (i < rest_.size() && !is_blank(rest_[i])) {
    if (rest_[i] != '\\') {
      word_ += rest_[i++];
      continue;
    }
    size_t slashes = 0;
    while (i + slashes < rest_.size() && rest_[i + slashes] == '\\') ++slashes;
    const size_t after = i + slashes;
    if (after < rest_.size() && is_blank(rest_[after])) {
      word_.append(slashes / 2, '\\');
      i = after;
      if (slashes % 2 == 0) break;
      word_ += rest_[i++];
    } else {
      word_.append(slashes, '\\');
      i = after;
    }
  }
  rest_.remove_prefix(i);
  return true;
}

// Members of an archive, `lib(a`, `b`, `c)`: word_ becomes `lib(a)`, `lib(b)`, ... False when it
// names none.
bool FileNames::Careful::join_members() {
  if (archive_.empty()) {
    const size_t open = word_.find('(');
    if (open == std::string::npos || open == 0 || word_.back() == ')' || rest_.find(')') == std::string_view::npos)
      return true;
    archive_ = word_.substr(0, open + 1);
    word_.erase(0, open + 1);
    if (word_.empty()) return false;
    word_ = archive_ + word_ + ')';
    return true;
  }
  const bool last = word_.back() == ')';
  if (last) word_.pop_back();
  const bool nothing = word_.empty();
  word_ = archive_ + word_ + ')';
  if (last) archive_.clear();
  return !nothing;
}

bool FileNames::Careful::next(std::string_view* out) {
  for (;;) {
    if (found_at_ < found_.size()) {
      *out = found_[found_at_++];
      return true;
    }
    if (!next_quoted_word()) return false;

    if (archives_ && !join_members()) continue;
    word_ = std::string(without_dot_slash(word_));
    if (disk_ == nullptr || !kExpanded.any_in(word_)) {
      *out = word_;
      return true;
    }
    std::string name = word_[0] == '~' ? disk_->expand_tilde(word_) : word_;
    if (!kWildcards.any_in(name)) {
      word_ = std::move(name);
      *out = word_;
      return true;
    }
    found_at_ = 0;
    found_.clear();
    if (const auto in_archive = split_archive_name(name); in_archive && archives_) {
      for (const std::string& member : disk_->glob_members(in_archive->archive, in_archive->member))
        found_.push_back(fmt::format("{}({})", in_archive->archive, member));
    } else {
      found_ = disk_->glob(name);
    }
    if (found_.empty()) found_.push_back(name);
  }
}

size_t find_bar(std::string_view& text, std::string& buffer) {
  size_t bar = text.find('|');
  if (bar == std::string_view::npos || text.find("\\|") == std::string_view::npos) return bar;
  size_t done = 0;
  for (; bar != std::string_view::npos; bar = text.find('|', bar + 1)) {
    size_t slashes = 0;
    while (slashes < bar - done && text[bar - slashes - 1] == '\\') ++slashes;
    buffer += text.substr(done, bar - done - slashes + slashes / 2);
    done = bar;
    if (slashes % 2 == 0) break;
  }
  const size_t at = bar == std::string_view::npos ? std::string_view::npos : buffer.size();
  buffer += text.substr(done);
  text = buffer;
  return at;
}

}  // namespace cmz
