// Taking part in a jobserver that somebody else serves.
#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "cmzmake/run/jobserver.h"

namespace cmz {
namespace {

class JobserverClient : public JobserverPool {
 public:
  JobserverClient(std::unique_ptr<TokenChannel> channel, std::string_view auth) {
    channel_ = std::move(channel);
    auth_ = auth;
  }
};

// `R,W`. False when it is something else.
bool parse_descriptors(std::string_view text, int* read_end, int* write_end) {
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, *read_end);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ',') return false;
  const auto second = std::from_chars(first.ptr + 1, end, *write_end);
  return second.ec == std::errc{} && second.ptr == end;
}

}  // namespace

std::unique_ptr<JobserverPool> open_jobserver(std::string_view auth, std::string* why) {
  std::unique_ptr<TokenChannel> channel;
  constexpr std::string_view kFifo = "fifo:";
  if (auth.substr(0, kFifo.size()) == kFifo) {
    const std::string path(auth.substr(kFifo.size()));
    channel = TokenChannel::open(path);
    if (!channel) *why = fmt::format("cannot open jobserver {}: {}", path, std::strerror(errno));
  } else {
    int read_end = -1, write_end = -1;
    if (!parse_descriptors(auth, &read_end, &write_end))
      *why = fmt::format("invalid --jobserver-auth string '{}'", auth);
    else if (read_end >= 0 && write_end >= 0)
      channel = TokenChannel::adopt(read_end, write_end);
  }
  if (!channel) return nullptr;
  return std::make_unique<JobserverClient>(std::move(channel), auth);
}

}  // namespace cmz
