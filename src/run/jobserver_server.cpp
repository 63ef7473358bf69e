// Serving tokens: the fifo or pipe, how many tokens are in it, and what to do when some are
// missing.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "cmzmake/run/jobserver.h"

namespace cmz {
namespace {

constexpr char kToken = '+';

// Clients split MAKEFLAGS at blanks, some read quotes, backslashes and dollars, and recipes hand it
// to shells.
bool survives_makeflags(std::string_view path) {
  return !path.empty() && std::all_of(path.begin(), path.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           static_cast<unsigned char>(c) >= 0x80 || std::string_view("/._-+,:@%=").find(c) != std::string_view::npos;
  });
}

}  // namespace

JobserverServer::JobserverServer(unsigned jobs, JobserverStyle style, const std::string& directory, std::string* why) {
  if (style == JobserverStyle::fifo) make_fifo_in(survives_makeflags(directory) ? directory : "/tmp", why);
  if (!channel_) {
    channel_ = TokenChannel::make_pipe();
    if (!channel_) throw std::system_error(errno, std::generic_category(), "creating jobs pipe");
    const std::vector<int> ends = channel_->shared_ends();
    auth_ = fmt::format("{},{}", ends[0], ends[1]);
  }
  tokens_ = channel_->fill(kToken, channel_->make_room(jobs - 1));
}

JobserverServer::~JobserverServer() {
  if (!path_.empty()) ::unlink(path_.c_str());
  if (!folder_.empty()) ::rmdir(folder_.c_str());
}

// The fifo lies in a folder of its own with a name that cannot be guessed: neither another user nor
// a program that looks through temporary files finds a pipe to read from.
void JobserverServer::make_fifo_in(const std::string& directory, std::string* why) {
  folder_ = directory + "/cmzmake-XXXXXX";
  const bool has_folder = ::mkdtemp(folder_.data()) != nullptr;
  if (has_folder) {
    path_ = fmt::format("{}/GMfifo{}", folder_, ::getpid());
    channel_ = TokenChannel::make_fifo(path_);
  }
  if (channel_) {
    auth_ = "fifo:" + path_;
    return;
  }
  if (why) *why = fmt::format("{}/GMfifo{}: {}", directory, ::getpid(), std::strerror(errno));
  if (has_folder) ::rmdir(folder_.c_str());
  folder_.clear();
  path_.clear();
}

bool JobserverServer::try_acquire() {
  if (held() < tokens_) return JobserverPool::try_acquire();
  // All of them are in use here: what is in the channel is too many.
  if (tokens_ > 0) remove_surplus(channel_->waiting());
  return false;
}

Settlement JobserverServer::settle() {
  Settlement out;
  const size_t wanted = tokens_ - std::min(tokens_, here());
  const size_t waiting = channel_->waiting();
  if (waiting > wanted) {
    out.removed = remove_surplus(waiting - wanted);
  } else if (waiting < wanted) {
    // Somebody who has the channel open may have tokens as well, and give them back.
    if (channel_->is_only_reader())
      out.replaced = channel_->fill(kToken, wanted - std::min(wanted, channel_->waiting()));
    else
      out.missing = wanted - waiting;
  }
  return out;
}

size_t JobserverServer::remove_surplus(size_t count) {
  size_t removed = 0;
  char byte;
  while (removed < count && channel_->take(byte) == TokenChannel::Take::byte) ++removed;
  return removed;
}

}  // namespace cmz
