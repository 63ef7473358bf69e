// The C interface for loaded objects: gnumake.h. Reference: manual, "Loaded Object Interface".
#include <gnumake.h>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <type_traits>
#include <utility>

#include "cmzmake/eval/evaluator.h"
#include "cmzmake/eval/loaded_objects.h"
#include "object_call.h"

namespace cmz {
namespace {

// One stay in an object's code.
struct ObjectCall {
  Evaluator* evaluator;
  ObjectCall* outer;  // the stay from which make was called that came here
  std::jmp_buf back;  // to call_object
};

// The C functions have no argument that tells whom they are called for: it is whoever called the
// object in, and on this thread alone. The only state that outlives a call of cmzmake's functions
// without belonging to an object; null outside call_object.
thread_local ObjectCall* innermost = nullptr;
// What went wrong between a gmk_* function and the call_object that it goes back to.
thread_local std::exception_ptr failure;

// What C code prints has its place between make's own lines, which do not wait in stdio's buffer.
void flush() { std::fflush(stdout); }

// Does what an object asked for. Exceptions cannot pass the object's frames, which need not have
// unwind tables: they travel by themselves while the stack is cut off.
// Whoever calls this has nothing to destroy.
template <class Work>
void for_object(Work&& work) {
  static_assert(std::is_trivially_destructible_v<std::remove_reference_t<Work>>);
  flush();
  try {
    innermost->evaluator->disk.forget_all();  // the object may have changed any file
    work(*innermost->evaluator);
    return;
  } catch (...) {
    failure = std::current_exception();
  }
  std::longjmp(innermost->back, 1);
}

char* allocate(size_t size) {
  // Never null; there is nobody to tell when memory is gone.
  if (void* memory = std::malloc(size > 0 ? size : 1)) return static_cast<char*>(memory);
  static constexpr char kText[] = "make: *** virtual memory exhausted.  Stop.\n";
  std::fputs(kText, stderr);
  std::_Exit(2);
}

}  // namespace

[[gnu::noinline]] void call_object(Evaluator& e, void (*code)(void*), void* argument) {
  ObjectCall call{&e, innermost, {}};
  innermost = &call;
  if (setjmp(call.back) == 0) code(argument);
  innermost = innermost->outer;
  flush();
  e.disk.forget_all();  // it may have done anything
  if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
}

}  // namespace cmz

#define GMK_EXPORTED extern "C" __attribute__((visibility("default"), used))

GMK_EXPORTED char* gmk_alloc(unsigned size) { return cmz::allocate(size); }

GMK_EXPORTED void gmk_free(char* memory) { std::free(memory); }

// Outside of a call there is no makefile: nothing is expanded, read or registered.

GMK_EXPORTED char* gmk_expand(const char* text) {
  char* result = nullptr;
  if (cmz::innermost != nullptr)
    cmz::for_object([&](cmz::Evaluator& e) {
      const std::string expanded = e.expand(text);
      result = cmz::allocate(expanded.size() + 1);
      std::memcpy(result, expanded.c_str(), expanded.size() + 1);
    });
  if (result == nullptr) *(result = cmz::allocate(1)) = '\0';
  return result;
}

GMK_EXPORTED void gmk_eval(const char* text, const gmk_floc* place) {
  if (cmz::innermost == nullptr) return;
  cmz::for_object([&](cmz::Evaluator& e) {
    if (place == nullptr) {
      e.eval_text(text);
      return;
    }
    cmz::Location where;
    // Kept like a makefile's name: what is defined there may be spoken of later.
    if (place->filenm != nullptr)
      where = {e.db.symbols.intern(place->filenm).view(), static_cast<uint32_t>(place->lineno)};
    e.eval_text(text, where, where);
  });
}

GMK_EXPORTED void gmk_add_function(const char* name, gmk_func_ptr function, unsigned min_args, unsigned max_args,
                                   unsigned flags) {
  if (cmz::innermost == nullptr) return;
  cmz::for_object([&](cmz::Evaluator& e) {
    e.objects().add_function(name, function, min_args, max_args, (flags & GMK_FUNC_NOEXPAND) == 0);
  });
}
