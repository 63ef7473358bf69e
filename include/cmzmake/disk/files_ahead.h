#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cmzmake/disk/file_time.h"

namespace cmz {

// Files that a second thread reads in the order in which they will be wanted, a few of them ahead, while the first one
// works on what they say (and helps when it must wait): reading thousands of `.d` files takes as long as understanding
// them. What it gives was true when it was read; who uses it must know that nothing has changed the files since.
class FilesAhead {
 public:
  // Fewer files than this are not worth a thread.
  static constexpr size_t kPays = 64;

  explicit FilesAhead(const std::vector<std::string>& names);
  // Waits for the thread, which stops after the file it is reading.
  ~FilesAhead();
  FilesAhead(const FilesAhead&) = delete;
  FilesAhead& operator=(const FilesAhead&) = delete;

  // If `name` is the next of the names, goes on to the one behind it, and when the file has been read, puts what it
  // holds in the place of `out`, and its modification time into `time`. False: the file must be asked for in the
  // ordinary way. Only regular files are read ahead: reading another one may have an effect.
  bool take(std::string_view name, std::string& out, FileTime& time);

 private:
  static constexpr size_t kSlots = 64;  // files ahead, at most
  // The thread is told of so many that were taken: waking it costs more than reading.
  static constexpr size_t kBatch = kSlots / 2;

  // Who has a file.
  enum class State : uint8_t { free, being_read, read, not_read };
  struct Slot {
    std::string text;
    FileTime time;
  };

  void read_all();
  bool read(size_t i);
  void hold(int fd);

  std::vector<std::string> names_;
  std::unique_ptr<std::atomic<State>[]> states_;
  std::array<Slot, kSlots> slots_;  // of file i: i modulo kSlots
  size_t next_ = 0;                 // the first thread's: that it will want
  std::atomic<size_t> batches_{0};  // that it has taken
  std::atomic<bool> stop_{false};
  std::mutex held_mutex_;
  std::vector<int> held_;  // what is no regular file
  std::thread thread_;
};

}  // namespace cmz
