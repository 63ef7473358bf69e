#pragma once

#include <memory>

namespace cmz {

class Evaluator;

// Runs code(argument), from where a loaded object may call gmk_* functions: they work on `e`.
// An error in one of them leaves the object's frames without a word to them (a C program has no
// other way to go), and is thrown from here.
void call_object(Evaluator& e, void (*code)(void*), void* argument);

template <class Code>
void call_object(Evaluator& e, Code&& code) {
  call_object(
      e, [](void* it) { (*static_cast<std::remove_reference_t<Code>*>(it))(); }, std::addressof(code));
}

}  // namespace cmz
