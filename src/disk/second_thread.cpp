#include "cmzmake/disk/second_thread.h"

#include <sched.h>

namespace cmz {

bool second_thread_pays() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 1;
}

}  // namespace cmz
