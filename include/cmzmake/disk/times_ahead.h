#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "cmzmake/disk/file_time.h"

namespace cmz {

// Modification times that a second thread asks the disk for, in the order in which they will be wanted, while the
// first one walks the graph: half of a null build is waiting for `stat`. What it says was true when it asked; who uses
// it must know that nothing has been run since it was made.
class TimesAhead {
 public:
  // Fewer names than this are not worth a thread.
  static constexpr size_t kPays = 2000;

  // `names` live as long as this object, and have a NUL at their ends.
  explicit TimesAhead(std::vector<const char*> names);
  // Waits for the thread, which stops at once.
  ~TimesAhead();
  TimesAhead(const TimesAhead&) = delete;
  TimesAhead& operator=(const TimesAhead&) = delete;

  // Waits until all names have been asked for.
  void finish() {
    if (thread_.joinable()) thread_.join();
  }

  // The time of the name at `index`; nullopt when it has not been asked for yet, or the disk gave an error.
  std::optional<FileTime> get(size_t index) {
    const int64_t ns = times_[index].load(std::memory_order_relaxed);
    if (ns != FileTime::kUnknown) return FileTime{ns};
    wanted_.store(index + 1, std::memory_order_relaxed);
    return std::nullopt;
  }

 private:
  void ask();

  std::vector<const char*> names_;
  std::vector<std::atomic<int64_t>> times_;
  std::atomic<size_t> wanted_{0};  // the first thread has come this far: what is before is of no use
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace cmz
