"""Lost wake-ups and stolen tokens, made certain by delaying system calls with strace."""

import os
import signal
import sys
import time
from pathlib import Path

from lib.meter import Meter
from lib.play import until
from lib.pool import STYLES, Pool
from lib.registry import check
from lib.traced import KINDS, delayed

JOBS = "all: j1 j2 j3 j4 j5 j6\nj%: ; @./job $@\n"


@check(style=STYLES)
def stolen_token(play, style):
    """A token comes, make wakes up to read it, and another client is faster: then a job ends. A make that
    blocks in read() would not see it."""
    play.write("Makefile", JOBS)
    meter, pool = Meter(play), Pool(play, 2, style)
    held = pool.take(2)
    make = play.start(pool=pool, wrap=delayed("read,readv,preadv,preadv2", "enter", 200))
    meter.expect_running(1, make)
    for _ in range(3):
        pool.give(held[:1])
        time.sleep(0.1)  # make is in its delayed read by now; if it is not, nothing is shown this time
        held = pool.take(1) + held[1:]
        ended = len(meter.ended)
        meter.release()
        meter.until(lambda: len(meter.ended) > ended and meter.running, "waiting for the next job", make)
        if len(held) < 2:
            break  # the thief was too slow
    pool.give(held)
    meter.drive(3, 6, make)
    make.succeed()
    pool.expect_whole(make.story())


@check(where=("enter", "exit"), kind=tuple(KINDS))
def one_kind(play, where, kind):
    """Tokens come and jobs end while make is slow in one kind of call."""
    play.write("Makefile", JOBS)
    meter, pool = Meter(play), Pool(play, 3)
    held = pool.take(2)
    make = play.start(pool=pool, wrap=delayed(KINDS[kind], where, 30))
    meter.expect_running(2, make)
    pool.give(held[:1])
    meter.release()
    meter.expect_running(3, make)
    meter.release(2)
    meter.until(lambda: len(meter.ended) == 3, "waiting for three ended jobs", make)
    pool.give(held[1:])
    meter.drive(4, 6, make)
    make.succeed()
    pool.expect_whole(make.story())


@check(style=("pipe", "fifo"), where=("enter", "exit"))
def tree(play, style, where):
    """All makes of a tree are slow in all calls in which they wait."""
    play.write("Makefile", "all: a b\na b: ; @$(MAKE) --no-print-directory -f sub.mk D=$@\n")
    play.write("sub.mk", "all: x$(D)1 x$(D)2 x$(D)3\nx%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start("-j4", f"--jobserver-style={style}", wrap=delayed(",".join(KINDS.values()), where, 10, follow=True))
    meter.drive(4, 6, make, 2)
    make.succeed()


@check(jobs=(2, 3))
def ended_before_it_is_watched(play, jobs):
    """The first line of a recipe is over before make begins to watch it; the long second one must not be
    taken for it. Whoever waits for that one now sees no other job end."""
    play.write("Makefile", "all: long j1 j2 j3 j4 j5 j6\nlong:\n\t@test $@\n\t@./job $@ long\n"
               "j%: ; @./job $@\n")
    meter = Meter(play)
    meter.gate("long")
    make = play.start(f"-j{jobs}", wrap=delayed("vfork,pidfd_open", "exit", 50))
    meter.release(6)
    meter.until(lambda: len(meter.ended) == 6, "waiting for the short jobs", make)
    meter.release(gate="long")
    make.succeed()


# A shell's part: a process group of its own for a command. ^Z stops no group without a parent in its session.
JOB_CONTROL = [sys.executable, "-c", "import os, subprocess, sys\n"
               "sys.exit(subprocess.call(sys.argv[1:], preexec_fn=os.setpgrp))"]


def unexecuted_child(program):
    """The process numbers of a make and of a child that has not executed yet, if there are such."""
    parents = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "exe") == program:
                parents[int(process.name)] = int(process.joinpath("stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            pass  # has ended, or is somebody else's
    return next(((parent, child) for child, parent in parents.items() if parent in parents), None)


@check()
def suspended_while_it_starts_a_child(play):
    """A terminal's ^Z comes between vfork and exec. A child that stops there keeps make from stopping, and the
    shell waits for both for ever."""
    program = play.folder / "own-make"  # no other process has this file
    program.write_bytes(play.make.read_bytes())
    program.chmod(0o755)
    play.write("Makefile", "all: a b\na: ; @sleep 1\nb: ; @sleep 0.001\n")
    # Only the child of `b`, whose input is not make's, calls dup2.
    make = play.start("-j2", program=program, wrap=[*JOB_CONTROL, *delayed("dup2", "enter", 300, follow=True)])
    found = [None]

    def seen_twice():
        found.append(unexecuted_child(str(program)))
        return found[-1] is not None and found[-1] == found[-2]

    until(seen_twice, "waiting for a child", make)
    pids = found[-1]
    for pid in pids:
        os.kill(pid, signal.SIGTSTP)
    try:
        until(lambda: all(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "Tt" for pid in pids),
              "waiting for both to stop", make)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    make.succeed()
