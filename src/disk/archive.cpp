#include "cmzmake/disk/archive.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

namespace cmz {
namespace {

// The header of a member: text fields padded with spaces.
struct Header {
  char name[16];
  char date[12];
  char uid[6];
  char gid[6];
  char mode[8];
  char size[10];
  char magic[2];
};
static_assert(sizeof(Header) == 60);

constexpr size_t kShortName = 15;
constexpr std::string_view kMagic = "!<arch>\n", kThinMagic = "!<thin>\n";
constexpr uint64_t kLongestName = 64 * 1024;  // of a BSD name; more is damage

// A decimal number padded with spaces.
bool parse_number(std::string_view text, uint64_t* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && std::all_of(end, text.data() + text.size(), [](char c) { return c == ' '; });
}

template <size_t N>
std::string_view field(const char (&text)[N]) {
  return {text, N};
}

std::string_view without_trailing(std::string_view text, char c) {
  while (text.ends_with(c)) text.remove_suffix(1);
  return text;
}

bool read_at(int fd, uint64_t at, char* to, size_t size) {
  while (size > 0) {
    const ssize_t got = ::pread(fd, to, size, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    at += static_cast<uint64_t>(got);
    size -= static_cast<size_t>(got);
  }
  return true;
}

bool read_text(int fd, uint64_t at, uint64_t size, std::string& text) {
  text.resize(size);
  return read_at(fd, at, text.data(), size);
}

}  // namespace

void ArchiveIndex::add(ArchiveMember member) {
  const auto index = static_cast<uint32_t>(members_.size());
  if (member.long_name)
    by_long_name_.try_emplace(member.name, index);
  else
    by_short_name_.try_emplace(member.name.substr(0, kShortName), index);
  members_.push_back(std::move(member));
}

std::error_code ArchiveIndex::read(int fd) {
  struct stat st;
  if (::fstat(fd, &st) != 0) return {errno, std::generic_category()};
  const auto file_size = static_cast<uint64_t>(st.st_size);
  char magic[kMagic.size()];
  if (S_ISDIR(st.st_mode) || file_size < sizeof magic || !read_at(fd, 0, magic, sizeof magic) ||
      (field(magic) != kMagic && field(magic) != kThinMagic))
    return std::make_error_code(std::errc::invalid_argument);
  const bool thin = field(magic) == kThinMagic;

  std::string table;  // long names, each ending in "/\n"
  std::string name;
  damaged_ = true;
  for (uint64_t at = sizeof magic; at < file_size;) {
    Header header;
    uint64_t size, date = 0;
    if (!read_at(fd, at, reinterpret_cast<char*>(&header), sizeof header) || field(header.magic) != "`\n" ||
        !parse_number(field(header.size), &size))
      return {};
    if (!parse_number(field(header.date), &date)) date = 0;  // the name table has none
    const uint64_t body = at + sizeof header;
    std::string_view text = without_trailing(field(header.name), ' ');
    ArchiveMember member;
    member.header = at;
    member.date = static_cast<int64_t>(date);
    bool has_body = !thin, is_member = true;
    uint64_t number;
    if (text == "//") {
      if (size > file_size - body || !read_text(fd, body, size, table)) return {};
      is_member = false;
      has_body = true;
    } else if (text == "/" || text == "/SYM64/") {
      // The index of symbols: make lists it as a member without a name, and does not find it.
      if (text == "/") members_.push_back(std::move(member));
      is_member = false;
      has_body = true;
    } else if (text.starts_with('/') && parse_number(text.substr(1), &number)) {
      if (number >= table.size()) return {};
      const size_t end = std::min(table.find('\n', number), table.size());
      std::string_view found = std::string_view(table).substr(number, end - number);
      if (found.ends_with('/')) found.remove_suffix(1);
      member.name = found;
      member.long_name = true;
    } else if (text.starts_with("#1/") && parse_number(text.substr(3), &number)) {
      if (number > size || number > kLongestName || !read_text(fd, body, number, name)) return {};
      member.name = without_trailing(name, '\0');
      member.long_name = true;
    } else {
      if (text.ends_with('/')) text.remove_suffix(1);
      member.name = text;
    }
    if (is_member) add(std::move(member));  // NOLINT(bugprone-use-after-move): the one without a name is none of these
    at = body;
    if (has_body) {
      if (size > file_size - body) return {};
      at += size + size % 2;
    }
  }
  damaged_ = false;
  return {};
}

const ArchiveMember* ArchiveIndex::find(std::string_view name) const {
  if (const size_t slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  uint32_t index = UINT32_MAX;
  std::string key(name);
  if (const auto it = by_long_name_.find(key); it != by_long_name_.end()) index = it->second;
  key.resize(std::min(key.size(), kShortName));
  if (const auto it = by_short_name_.find(key); it != by_short_name_.end()) index = std::min(index, it->second);
  return index == UINT32_MAX ? nullptr : &members_[index];
}

std::error_code write_member_date(int fd, const ArchiveMember& member, int64_t date) {
  char text[32];
  std::snprintf(text, sizeof text, "%-12lld", static_cast<long long>(date));
  const auto at = static_cast<off_t>(member.header + offsetof(Header, date));
  const ssize_t put = ::pwrite(fd, text, sizeof Header::date, at);
  if (put < 0) return {errno, std::generic_category()};
  if (put != sizeof Header::date) return std::make_error_code(std::errc::io_error);
  return {};
}

}  // namespace cmz
