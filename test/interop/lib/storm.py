"""The storm: SIGKILL for random descendants of a build, which must be itself again afterwards."""

import os
import random
import signal
import time

from lib.meter import Meter
from lib.registry import expect


def members(leader):
    """The processes of the session that `leader` leads, without itself and without zombies."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != leader:
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as stat:
                    state, _, _, session = stat.read().rpartition(")")[2].split()[:4]
            except OSError:
                continue
            if int(session) == leader and state != "Z":
                found.append(int(name))
    return sorted(found)


def works_on(leader, word):
    """Whether a living child of `leader` has `word` in its command line."""
    for pid in members(leader):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
                parent = int(stat.read().rpartition(")")[2].split()[1])
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as line:
                if parent == leader and word in line.read():
                    return True
        except OSError:
            continue
    return False


def storm(play, style, seed, limit=4, trees=6, makes=4, jobs=8, kills=60):
    """`trees` makes with `makes` makes each below them, of `jobs` short jobs, and up to `kills` killed
    processes among them; then 2 * `limit` jobs of a second phase, `limit` at once. Returns how many
    were killed."""
    play.write("Makefile", f"all: {' '.join(f'j{number}' for number in range(2 * limit))}\n"
               f"j%: | {' '.join(f'first{number}' for number in range(trees))} ; @./job $@\n"
               "first%: ; -@$(MAKE) -s -k -f tree.mk\n")
    play.write("tree.mk", f"all: {' '.join(f'm{number}' for number in range(makes))}\n"
               "m%: ; -@$(MAKE) -s -k -f sub.mk\n")
    play.write("sub.mk", f"all: {' '.join(f'x{number}' for number in range(jobs))}\n"
               "x%: ; -@sleep 0.03; sleep 0.01\n")
    chance = random.Random(seed)
    meter = Meter(play)
    make = play.start(f"-j{limit}", f"--jobserver-style={style}")
    killed = 0
    while not meter.collect(0) and not make.ended():
        victims = members(make.pid)
        # Fewer: no tree yet. And while a first phase's make lives, which was so when `victims` were looked
        # for, none of them is a job of the second phase.
        if killed < kills and len(victims) > 3 and works_on(make.pid, "tree.mk"):
            for victim in chance.sample(victims, chance.randint(1, min(3, len(victims)))):
                try:
                    os.kill(victim, signal.SIGKILL)
                    killed += 1
                except ProcessLookupError:
                    pass
        time.sleep(chance.random() * 0.05)
    expect(killed > 0, "nobody was killed")
    meter.drive(limit, 2 * limit, make)
    make.succeed()
    return killed
