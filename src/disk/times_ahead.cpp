#include "cmzmake/disk/times_ahead.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "cmzmake/disk/second_thread.h"
#include "stat_time.h"

namespace cmz {

TimesAhead::TimesAhead(std::vector<const char*> names) : names_(std::move(names)), times_(names_.size()) {
  for (auto& time : times_) time.store(FileTime::kUnknown, std::memory_order_relaxed);
  thread_ = start_second_thread([this] { ask(); });
}

TimesAhead::~TimesAhead() {
  stop_.store(true, std::memory_order_relaxed);
  finish();
}

void TimesAhead::ask() {
  constexpr size_t kLead = 8;    // who is overtaken goes on a little ahead of the other,
  constexpr size_t kFar = 4096;  // but not when that one looks at something else altogether
  for (size_t i = 0; i < names_.size() && !stop_.load(std::memory_order_relaxed); ++i) {
    if (const size_t wanted = wanted_.load(std::memory_order_relaxed); wanted > i && wanted < i + kFar)
      i = wanted + kLead;
    if (i >= names_.size()) break;
    struct stat st;
    FileTime time = FileTime::unknown();
    if (::stat(names_[i], &st) == 0)
      time = file_time(st.st_mtim);
    else if (errno == ENOENT || errno == ENOTDIR)
      time = FileTime::absent();
    times_[i].store(time.ns, std::memory_order_relaxed);
  }
}

}  // namespace cmz
