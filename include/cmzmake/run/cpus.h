#pragma once

#include <string>

namespace cmz {

// What the control groups above this process leave it of the machine.
struct CpuQuota {
  double cpus = 0;        // the smallest quota of all of them; 0: there is none
  std::string directory;  // of the group that sets it
  bool unified = false;   // version 2
};

// `root`: what stands before /proc and in front of the mount points; for tests.
CpuQuota cpu_quota(const std::string& root = {});

// The processor time that the group of `quota` has used so far, in seconds; what it was kept from
// using counts as used. Negative when the group does not say.
double cpu_seconds(const CpuQuota& quota);

// How many processors this process may run on at once: its affinity, and the quota rounded up.
unsigned usable_cpus(const CpuQuota& quota);

}  // namespace cmz
