"""The concurrency meter: jobs that say when they begin and end, and go on when they are told to.

A job (`./job NAME [GATE]` in a recipe) writes `b NAME PID` to one fifo, waits for a line from
another, and writes `e NAME PID`. The order of these lines is the order of events, and the number of
jobs that run at a moment is the number of `b` without their `e`. Because jobs wait, N of them are
seen running at once only if make really starts N."""

import os
import select
import time

from lib.registry import Failure, expect

# How long a surplus job gets to show itself. A longer time finds more faults, a shorter one never
# makes a right program fail.
SETTLE_SECONDS = 0.05


class Meter:
    def __init__(self, play):
        self.folder = play.top
        self.events = self._fifo("events")
        self.gates = {"go": self._fifo("go")}
        self.buffer = b""
        self.running = {}  # pid -> name
        self.begun, self.ended = [], []
        self.most = 0
        play.script("job", f"""echo "b $1 $$" > {self.folder}/events
read line < {self.folder}/${{2:-go}}
echo "e $1 $$" > {self.folder}/events""")
        # The same, and fails.
        play.script("bad-job", './job "$@"; exit 1')
        play.meters.append(self)

    def _fifo(self, name):
        os.mkfifo(self.folder / name)
        return os.open(self.folder / name, os.O_RDWR)

    def close(self):
        for fd in [self.events, *self.gates.values()]:
            os.close(fd)

    def gate(self, name):
        """Makes a gate of its own for some jobs: `./job NAME GATE`, release(gate=GATE)."""
        self.gates[name] = self._fifo(name)

    def release(self, count=1, gate="go"):
        os.write(self.gates[gate], b"\n" * count)

    def collect(self, seconds):
        """Takes in what jobs have said, waiting for `seconds` at most."""
        if not select.select([self.events], [], [], seconds)[0]:
            return False
        *lines, self.buffer = (self.buffer + os.read(self.events, 65536)).split(b"\n")
        for line in lines:
            kind, name, pid = line.decode().split()
            if kind == "b":
                self.begun.append(name)
                self.running[pid] = name
                self.most = max(self.most, len(self.running))
            else:
                self.ended.append(name)
                self.running.pop(pid, None)
        return True

    def until(self, condition, what, process):
        deadline = time.monotonic() + process.guard
        while not condition():
            ended = process.ended()
            if self.collect(0.02):
                continue
            if ended and not condition():
                raise Failure(f"{what}: make ended first; {self.story()}\n{process.story()}")
            if time.monotonic() > deadline:
                raise Failure(f"{what}: {self.story()}\n{process.story()}")

    def expect_running(self, count, process):
        """Waits until `count` jobs run at once, and sees that no more do."""
        self.until(lambda: len(self.running) >= count, f"waiting for {count} jobs at once", process)
        self.settle()
        expect(len(self.running) == count, f"more than {count} jobs at once: {self.story()}")

    def expect_named(self, name, process):
        """Waits until the job `name` runs."""
        self.until(lambda: name in self.running.values(), f"waiting for job {name}", process)

    def settle(self):
        while self.collect(SETTLE_SECONDS):
            pass

    def drive(self, limit, total, process, step=1):
        """Lets `total` jobs through, `step` at a time: `limit` of them run at every moment, or all
        that are left when they are fewer. Then make must end well."""
        while len(self.ended) < total:
            self.expect_running(min(limit, total - len(self.ended)), process)
            wanted = len(self.ended) + min(step, len(self.running))
            self.release(wanted - len(self.ended))
            self.until(lambda: len(self.ended) >= wanted, f"waiting for {wanted} ended jobs", process)
        expect(self.most <= limit, f"{self.most} jobs at once, {limit} allowed")

    def story(self):
        return (f"{len(self.running)} running ({' '.join(sorted(self.running.values()))}), "
                f"{len(self.ended)} ended")
