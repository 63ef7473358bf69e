#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace cmz {

// Elements that stay where they are, made one after the other in large blocks: a std::deque whose blocks hold one
// element each when it is large.
template <class T>
class StableList {
 public:
  StableList() = default;
  StableList(const StableList&) = delete;
  StableList& operator=(const StableList&) = delete;
  ~StableList() {
    for (T& element : *this) element.~T();
  }

  T& emplace_back() {
    if (size_ == blocks_.size() * kBlock) blocks_.push_back(std::make_unique_for_overwrite<Block>());
    return *new (&(*this)[size_++]) T();
  }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return reinterpret_cast<T*>(blocks_[i / kBlock]->bytes)[i % kBlock]; }
  const T& operator[](size_t i) const { return const_cast<StableList&>(*this)[i]; }

  template <class List, class Element>
  struct Iterator {
    List* list;
    size_t at;
    Element& operator*() const { return (*list)[at]; }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    bool operator==(const Iterator&) const = default;
  };
  auto begin() { return Iterator<StableList, T>{this, 0}; }
  auto end() { return Iterator<StableList, T>{this, size_}; }
  auto begin() const { return Iterator<const StableList, const T>{this, 0}; }
  auto end() const { return Iterator<const StableList, const T>{this, size_}; }

 private:
  static constexpr size_t kBlock = 64;
  struct Block {
    alignas(T) std::byte bytes[kBlock * sizeof(T)];
  };
  std::vector<std::unique_ptr<Block>> blocks_;
  size_t size_ = 0;
};

}  // namespace cmz
