// What server and client have in common: the ledger of the bytes that were taken.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "cmzmake/run/jobserver.h"

namespace cmz {
namespace {

constexpr int kPatienceMs = 1000;

}  // namespace

JobserverPool::~JobserverPool() {
  if (channel_) return_all();
}

bool JobserverPool::try_acquire() {
  if (!owed_.empty()) {
    held_.push_back(owed_.back());
    owed_.pop_back();
    return true;
  }
  if (lost_) return false;
  char byte;
  switch (channel_->take(byte)) {
    case TokenChannel::Take::byte:
      held_.push_back(byte);
      return true;
    case TokenChannel::Take::nothing:
      return false;
    case TokenChannel::Take::ended:
      lose(errno == 0 ? "end of file" : std::strerror(errno));
      break;
  }
  return false;
}

// Nobody writes any more, or the channel was no pool: asking again would never end.
void JobserverPool::lose(std::string_view cause) {
  lost_ = true;
  if (on_lost_) on_lost_(fmt::format("jobserver lost: {}", cause));
}

void JobserverPool::release() {
  if (held_.empty()) return;
  owed_.push_back(held_.back());
  held_.pop_back();
  return_owed();
}

void JobserverPool::return_owed() {
  while (!owed_.empty()) {
    if (channel_->put(owed_.back()) == TokenChannel::Put::full) return;
    owed_.pop_back();  // a pool that refuses it has nobody to miss it
  }
}

void JobserverPool::return_all() {
  owed_.insert(owed_.end(), held_.begin(), held_.end());
  held_.clear();
  return_owed();
  if (owed_.empty()) return;
  for (size_t before = 0; !owed_.empty() && owed_.size() != before;) {
    before = owed_.size();
    channel_->wait_for_room(kPatienceMs);
    return_owed();
  }
  owed_.clear();
}

void JobserverPool::watch(bool on) {
  TokenPool::watch(on);
  channel_->watch(on && !lost_);
}

}  // namespace cmz
