#include "cmzmake/run/load.h"

#include <catch2/catch.hpp>

using namespace cmz;

namespace {

// A machine whose clock and tasks the test sets.
struct Machine {
  double now = 100, tasks = 1, used = 0;  // make itself is a task
  int looks = 0;

  LoadGauge gauge(double group_cpus = 0) {
    LoadSources sources;
    sources.seconds = [this] { return now; };
    sources.running = [this] {
      ++looks;
      return tasks;
    };
    sources.group_usage = [this] { return used; };
    sources.group_cpus = group_cpus;
    return LoadGauge(sources);
  }
};

// Starts jobs, each of which keeps a processor busy, until the gauge says no.
size_t start_all(Machine& machine, LoadGauge& gauge, double limit, size_t running = 0) {
  do {
    gauge.job_starts();
    ++running;
    machine.tasks += 1;
  } while (running < 100 && gauge.allows_job(limit, running));
  return running;
}

}  // namespace

TEST_CASE("As many jobs start at once as the limit says, and no more come while they run") {
  Machine machine;
  LoadGauge gauge = machine.gauge();
  CHECK(start_all(machine, gauge, 4) == 4);
  for (int i = 0; i < 50; ++i) {
    machine.now += 0.3;
    CHECK_FALSE(gauge.allows_job(4, 4));
  }
}

TEST_CASE("What others do counts from the first look on") {
  Machine machine;
  machine.tasks = 4;
  LoadGauge gauge = machine.gauge();
  CHECK(start_all(machine, gauge, 4) == 1);
  Machine busy;
  busy.tasks = 9;
  LoadGauge other = busy.gauge();
  CHECK(start_all(busy, other, 4) == 1);
}

TEST_CASE("Jobs that wait make room, once they have been seen to wait") {
  Machine machine;
  LoadGauge gauge = machine.gauge();
  CHECK(start_all(machine, gauge, 2) == 2);
  machine.tasks = 1;  // both sleep
  CHECK_FALSE(gauge.allows_job(2, 2));
  machine.now += 3;
  CHECK(gauge.allows_job(2, 2));
}

TEST_CASE("Short jobs that have ended do not hold up the next") {
  Machine machine;
  LoadGauge gauge = machine.gauge();
  size_t started = 0;
  for (int i = 0; i < 20; ++i) {
    gauge.job_starts();
    gauge.job_starts();
    started += gauge.allows_job(3, 2);
    machine.now += 0.01;  // both are over before the next look
  }
  CHECK(started == 20);
}

TEST_CASE("One look at a quiet moment does not open the gates") {
  Machine machine;
  machine.tasks = 8;
  LoadGauge gauge = machine.gauge();
  gauge.job_starts();
  for (int i = 0; i < 40; ++i) {
    machine.now += 0.25;
    machine.tasks = i % 8 == 7 ? 1 : 8;
    CHECK_FALSE(gauge.allows_job(5, 1));
  }
}

TEST_CASE(
    "A quota is the most that -l can ask for, and its use counts where tasks are not seen "
    "running") {
  Machine machine;
  LoadGauge gauge = machine.gauge(2);
  CHECK(start_all(machine, gauge, 8) == 2);
  machine.tasks = 1;  // they are stopped for most of the time
  for (int i = 0; i < 20; ++i) {
    machine.now += 0.5;
    machine.used += 1.1;  // used or kept from using: 2.2 processors
  }
  machine.now += 0.5;
  machine.used += 1.1;
  gauge.allows_job(8, 2);
  machine.now += 5;
  machine.used += 11;
  CHECK_FALSE(gauge.allows_job(8, 2));
}

TEST_CASE("The system's own sources say something") {
  const LoadSources sources = system_load_sources();
  CHECK(sources.seconds() > 0);
  CHECK(sources.running() >= 0);
  LoadGauge gauge;
  gauge.job_starts();
  CHECK(gauge.allows_job(1e9, 1));
}
