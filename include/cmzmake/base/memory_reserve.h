#pragma once

#include <atomic>
#include <new>

namespace cmz {

// Some memory that is given back to the system when it has no more. So what keeps account of jobs and files, which asks
// for little, goes on in order; those who ask for much, or go on for long, see that it is time to end. The memory is
// the process's.
class MemoryReserve {
 public:
  // Takes the memory. From now on it is used before an allocation fails.
  static void keep();
  // Throws when it had to be used.
  static void check() {
    if (used_.load(std::memory_order_relaxed)) throw std::bad_alloc();
  }
  // What had to end has ended: from now on check() is content.
  static void forget() { used_.store(false, std::memory_order_relaxed); }

 private:
  static void use();

  static std::atomic<bool> used_;
};

}  // namespace cmz
