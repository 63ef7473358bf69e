#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace cmz {

// Memory that is handed out in order and freed all at once, with the arena.
// Destructors of what lives in it do not run.
class Arena {
 public:
  void* allocate(size_t size, size_t align = alignof(std::max_align_t)) {
    size_t at = (used_ + align - 1) & ~(align - 1);
    if (at + size > capacity_) return allocate_block(size, align);
    used_ = at + size;
    return block_ + at;
  }

  template <class T, class... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
  }

  // A copy of `text`, followed by a NUL.
  std::string_view copy(std::string_view text) {
    char* p = static_cast<char*>(allocate(text.size() + 1, 1));
    if (!text.empty()) std::memcpy(p, text.data(), text.size());
    p[text.size()] = '\0';
    return {p, text.size()};
  }

 private:
  static constexpr size_t kBlock = 64 * 1024;

  void* allocate_block(size_t size, size_t align) {
    size_t want = size + align > kBlock / 4 ? size + align : kBlock;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(want));
    char* fresh = blocks_.back().get();
    if (want != kBlock) return fresh;  // a large piece has a block of its own; go on filling the old
    block_ = fresh;
    capacity_ = want;
    used_ = size;
    return fresh;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* block_ = nullptr;
  size_t used_ = 0;
  size_t capacity_ = 0;
};

}  // namespace cmz
