#include "cmzmake/disk/files_ahead.h"

#include <sys/stat.h>

#include <new>

#include "cmzmake/disk/second_thread.h"
#include "file.h"
#include "stat_time.h"

namespace cmz {

FilesAhead::FilesAhead(const std::vector<std::string>& names)
    : names_(names), states_(std::make_unique<std::atomic<State>[]>(names.size())) {
  thread_ = start_second_thread([this] { read_all(); });
}

FilesAhead::~FilesAhead() {
  stop_.store(true);
  batches_.fetch_add(1);
  batches_.notify_one();
  if (thread_.joinable()) thread_.join();
  for (const int fd : held_) ::close(fd);
}

bool FilesAhead::take(std::string_view name, std::string& out, FileTime& time) {
  if (next_ == names_.size() || names_[next_] != name) return false;
  const size_t i = next_++;
  // A file that the thread has not come to is not waited for: the machine may be busy. While it reads one, those behind
  // it are read here.
  const bool read_here = read(i);
  for (size_t j = next_; !read_here && states_[i].load() == State::being_read;) {
    while (j < names_.size() && j < i + kSlots && !read(j)) ++j;
    if (j == names_.size() || j == i + kSlots) states_[i].wait(State::being_read);
  }
  const State state = states_[i].load();
  if (state == State::read) {
    Slot& slot = slots_[i % kSlots];
    out.swap(slot.text);
    time = slot.time;
  }
  if (next_ % kBatch == 0) {
    batches_.fetch_add(1);
    batches_.notify_one();
  }
  return state == State::read;
}

// Reads file `i` into its slot, which nobody else uses any more. False: somebody does it or has done it.
bool FilesAhead::read(size_t i) {
  State state = State::free;
  if (!states_[i].compare_exchange_strong(state, State::being_read)) return false;
  Slot& slot = slots_[i % kSlots];
  File file(names_[i], O_RDONLY | O_NONBLOCK | O_NOCTTY);  // a FIFO must not be waited for
  struct stat st;
  bool read = false;
  try {
    if (file && ::fstat(file.fd(), &st) == 0) {
      slot.time = file_time(st.st_mtim);
      if (!S_ISREG(st.st_mode))
        hold(file.release());
      else if (st.st_size > 0)
        read = !read_regular_file(file.fd(), static_cast<size_t>(st.st_size), slot.text);
    }
  } catch (const std::bad_alloc&) {  // who asks for the file reads it, and will see
  }
  states_[i].store(read ? State::read : State::not_read);
  states_[i].notify_one();
  return true;
}

// The writer of a FIFO would see that it is closed: it stays open until the other one has opened it too.
void FilesAhead::hold(int fd) {
  const std::lock_guard lock(held_mutex_);
  held_.push_back(fd);
}

void FilesAhead::read_all() {
  for (size_t i = 0; i < names_.size(); ++i) {
    for (size_t batches; (batches = batches_.load()) * kBatch + kSlots <= i && !stop_.load();) batches_.wait(batches);
    if (stop_.load()) return;
    read(i);
  }
}

}  // namespace cmz
