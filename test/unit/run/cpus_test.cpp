#include "cmzmake/run/cpus.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "run/run_helpers.h"

using namespace cmz;
using namespace cmz::test;

namespace {

// A machine of files: what /proc says of the groups, and the groups.
struct Machine {
  Machine(const char* cgroup, const char* mountinfo) {
    add("proc/self/cgroup", cgroup);
    add("proc/self/mountinfo", mountinfo);
  }
  void add(const std::string& name, std::string_view text) {
    std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
    folder.write(name, text);
  }
  CpuQuota quota() const { return cpu_quota(folder.path()); }
  Folder folder;
};

constexpr const char* kUnified =
    "22 1 0:5 / /proc rw - proc proc rw\n"
    "30 20 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

}  // namespace

TEST_CASE("The smallest quota of all ancestors counts") {
  Machine machine("0::/a/b\n", kUnified);
  CHECK(machine.quota().cpus == 0);
  machine.add("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  CHECK(machine.quota().cpus == 0);
  machine.add("sys/fs/cgroup/a/cpu.max", "250000 100000\n");
  CHECK(machine.quota().cpus == 2.5);
  machine.add("sys/fs/cgroup/a/b/cpu.max", "400000 100000\n");
  CHECK(machine.quota().cpus == 2.5);
  machine.add("sys/fs/cgroup/cpu.max", "50000 100000\n");
  CHECK(machine.quota().cpus == 0.5);
}

TEST_CASE("Version 1, and a container that sees the host's path of its group") {
  Machine machine("4:cpu,cpuacct:/docker/x\n1:name=systemd:/docker/x\n",
                  "40 30 0:30 /docker/x /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n");
  machine.add("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  machine.add("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  CHECK(machine.quota().cpus == 0);
  machine.add("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000\n");
  CHECK(machine.quota().cpus == 1.5);
  machine.add("sys/fs/cgroup/cpu,cpuacct/cpuacct.usage", "3000000000\n");
  machine.add("sys/fs/cgroup/cpu,cpuacct/cpu.stat", "nr_periods 9\nnr_throttled 2\nthrottled_time 500000000\n");
  CHECK(cpu_seconds(machine.quota()) == 3.5);
}

TEST_CASE("The group that sets the quota says what was used") {
  Machine machine("0::/\n", kUnified);
  machine.add("sys/fs/cgroup/cpu.max", "200000 100000\n");
  CHECK(cpu_seconds(machine.quota()) == -1);
  machine.add("sys/fs/cgroup/cpu.stat", "usage_usec 1500000\nuser_usec 1000000\nthrottled_usec 250000\n");
  CHECK(cpu_seconds(machine.quota()) == 1.75);
  CHECK(cpu_seconds(CpuQuota{}) == -1);
}

TEST_CASE("Processors: the affinity, or the quota rounded up") {
  const unsigned all = usable_cpus({});
  CHECK(all >= 1);
  CHECK(usable_cpus({0.2, "", true}) == 1);
  CHECK(usable_cpus({all - 0.5, "", true}) == all);
  CHECK(usable_cpus({all + 7.0, "", true}) == all);
}
