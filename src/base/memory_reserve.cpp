#include "cmzmake/base/memory_reserve.h"

#include <sys/mman.h>

namespace cmz {
namespace {

constexpr size_t kSize = 2 * 1024 * 1024;  // of addresses: the pages are never touched

std::atomic<void*> reserve = nullptr;

}  // namespace

std::atomic<bool> MemoryReserve::used_ = false;

void MemoryReserve::keep() {
  void* const memory = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  reserve.store(memory);
  std::set_new_handler(use);
}

// Called by operator new, in any thread, each time that there is no memory for it.
void MemoryReserve::use() {
  void* const memory = reserve.exchange(nullptr);
  if (memory == nullptr) throw std::bad_alloc();
  used_.store(true, std::memory_order_relaxed);
  ::munmap(memory, kSize);
}

}  // namespace cmz
