// Processors: what affinity and control groups leave of them. proc(5), cgroups(7), mountinfo.
#include "cmzmake/run/cpus.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

namespace cmz {
namespace {

struct Group {
  bool unified = false;
  std::string path;  // as /proc/self/cgroup has it
};

// The groups of this process that may limit its processors.
std::vector<Group> groups_of_process(const std::string& root) {
  std::vector<Group> out;
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    if (controllers == ",,")
      out.push_back({true, line.substr(second + 1)});
    else if (controllers.find(",cpu,") != std::string::npos)
      out.push_back({false, line.substr(second + 1)});
  }
  return out;
}

struct Mount {
  std::string root;   // the part of the hierarchy that is mounted
  std::string point;  // where
};

// Where the hierarchy of `group` is mounted; `point` is empty when it is not.
Mount mount_of(const Group& group, const std::string& root) {
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string skipped, type, source, options;
    Mount mount;
    words >> skipped >> skipped >> skipped >> mount.root >> mount.point;
    while (words >> skipped && skipped != "-") {
    }
    words >> type >> source >> options;
    const bool has_cpu = ("," + options + ",").find(",cpu,") != std::string::npos;
    if (group.unified ? type == "cgroup2" : type == "cgroup" && has_cpu) return mount;
  }
  return {};
}

bool read_numbers(const std::string& path, double* first, double* second) {
  std::ifstream file(path);
  return static_cast<bool>(file >> *first) && (second == nullptr || (file >> *second));
}

// What the one group in `directory` allows; 0: everything.
double quota_in(const std::string& directory, bool unified) {
  double quota = 0, period = 0;
  if (unified) {  // "max 100000" is no number
    if (!read_numbers(directory + "/cpu.max", &quota, &period)) return 0;
  } else if (!read_numbers(directory + "/cpu.cfs_quota_us", &quota, nullptr) ||
             !read_numbers(directory + "/cpu.cfs_period_us", &period, nullptr)) {
    return 0;
  }
  return quota > 0 && period > 0 ? quota / period : 0;
}

// The number behind `name` in a file of names and numbers, or -1.
double entry(const std::string& path, std::string_view name) {
  std::ifstream file(path);
  std::string word;
  for (double number; file >> word >> number;)
    if (word == name) return number;
  return -1;
}

unsigned cpus_of_affinity() {
  for (size_t count = 1024; count <= size_t{1} << 20; count *= 2) {
    cpu_set_t* set = CPU_ALLOC(count);
    if (set == nullptr) break;
    const size_t size = CPU_ALLOC_SIZE(count);
    const bool known = ::sched_getaffinity(0, size, set) == 0;
    const int cpus = known ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (known) return static_cast<unsigned>(std::max(1, cpus));
  }
  return static_cast<unsigned>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

}  // namespace

CpuQuota cpu_quota(const std::string& root) {
  CpuQuota out;
  for (const Group& group : groups_of_process(root)) {
    const Mount mount = mount_of(group, root);
    if (mount.point.empty()) continue;
    std::string below = group.path;
    if (mount.root != "/")
      below = below.compare(0, mount.root.size(), mount.root) == 0 ? below.substr(mount.root.size()) : std::string();
    if (below == "/" || below.find("/..") != std::string::npos) below.clear();
    const std::string top = root + mount.point;
    for (std::string directory = top + below;;) {
      const double cpus = quota_in(directory, group.unified);
      if (cpus > 0 && (out.cpus == 0 || cpus < out.cpus)) out = {cpus, directory, group.unified};
      if (directory.size() <= top.size()) break;
      directory.erase(std::max(directory.rfind('/'), top.size()));
    }
  }
  return out;
}

double cpu_seconds(const CpuQuota& quota) {
  if (quota.cpus <= 0) return -1;
  const std::string statistics = quota.directory + "/cpu.stat";
  if (quota.unified) {
    const double used = entry(statistics, "usage_usec");
    return used < 0 ? -1 : (used + std::max(0.0, entry(statistics, "throttled_usec"))) / 1e6;
  }
  double used = -1;
  if (!read_numbers(quota.directory + "/cpuacct.usage", &used, nullptr)) return -1;
  return (used + std::max(0.0, entry(statistics, "throttled_time"))) / 1e9;
}

unsigned usable_cpus(const CpuQuota& quota) {
  const unsigned cpus = cpus_of_affinity();
  if (quota.cpus <= 0 || quota.cpus >= cpus) return cpus;
  return std::max(1U, static_cast<unsigned>(std::ceil(quota.cpus)));
}

}  // namespace cmz
