#pragma once

#include <cstdint>

namespace cmz {

// How much is left of this thread's stack: texts, makefiles and rules may be nested without end. Asking costs a
// comparison. The answer is about the process, which has one stack that makefiles are understood on.
class StackRoom {
 public:
  // Whether who would go one level deeper has to give up; there is enough left to do so in order.
  static bool is_low() { return reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) < limit_ && look(); }

 private:
  static bool look();

  static uintptr_t limit_;  // below this address nobody has looked yet, or nothing is left
};

}  // namespace cmz
