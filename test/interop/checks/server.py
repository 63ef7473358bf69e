"""The pool that cmzmake makes, seen by its clients."""

import json
import os

from lib.meter import Meter
from lib.phases import second_phase
from lib.play import until
from lib.registry import Skip, check, expect, expect_equal

STYLES = ("pipe", "fifo")


def report(play, name="report"):
    return json.loads((play.folder / name).read_text())


@check(style=STYLES)
def pool_of_n_minus_one(play, style):
    """-j5: four tokens while one recursive line runs; the pipe is left blocking."""
    play.write("Makefile", "all: ; +@./client take all report report give\n")
    play.run("-j5", f"--jobserver-style={style}")
    seen = report(play)
    expect_equal(len(seen["held"]), 4, "tokens in the pool")
    expect_equal(seen["nonblocking"], [False, False] if style == "pipe" else [], "O_NONBLOCK")


@check()
def fifo_is_private(play):
    """The fifo is the owner's alone, in a folder of its own that nobody else can enter."""
    play.write("Makefile", "all: ; +@./client report report\n")
    play.run("-j2")
    expect_equal(report(play)["mode"], ["0o600", "0o700"], "modes of the fifo and of its folder")


@check()
def pipe_descriptors_are_high(play):
    """A recipe that uses the descriptors 3 to 9 for itself does not hit the pool."""
    play.write("Makefile", "all: ; +@exec 3>a 4>b 5>c 6>d 7>e 8>f 9>g; $(MAKE) -f sub.mk\n")
    play.write("sub.mk", "all: x1 x2 x3\nx%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start("-j3", "--jobserver-style=pipe")
    meter.drive(3, 3, make)
    make.succeed()
    expect_equal(make.err(), "", "standard error")


@check()
def pipe_only_for_recursive_lines(play):
    """Lines that are not recursive, and $(shell), have no open descriptor of the pool. (Standard input may be a pipe.)"""
    play.script("pipes", "for fd in /proc/$$/fd/[1-9]*; do readlink $fd; done > fds.$1; exit 0")
    play.write("sub.mk", "X := $(shell ./pipes shell)\nall: plain plus\nplain: ; @./pipes $@\n"
               "plus: ; +@./pipes $@\n")
    play.write("Makefile", "all: ; @$(MAKE) -f sub.mk\n")
    play.run("-j3", "--jobserver-style=pipe", "-s")
    pipes = {name: [line for line in (play.folder / f"fds.{name}").read_text().split() if "pipe:" in line]
             for name in ("plain", "plus", "shell")}
    expect_equal(len(pipes["plain"]), 0, f"pipes of a plain line ({pipes})")
    expect_equal(len(pipes["shell"]), 1, f"pipes of $(shell), one of them its output ({pipes})")
    expect_equal(len(pipes["plus"]), 2, f"pipes of a + line ({pipes})")
    expect_equal(len(set(pipes["plus"])), 1, f"both ends are of one pipe ({pipes})")


@check()
def sets_nonblocking(play):
    """A client sets O_NONBLOCK on the pipe it shares with make: the build goes on, N at once."""
    make = second_phase(play, "pipe", "+@./client nonblock take 2 give\n").succeed()
    expect_equal(make.err(), "", "standard error")


@check()
def nonblocking_for_sub_makes(play):
    """A sub-make works on a pipe that another client has made non-blocking."""
    play.write("sub.mk", "all: x$(D)1 x$(D)2 x$(D)3 x$(D)4\nx%: ; @./job $@\n")
    play.write("Makefile", "all: a b\na b: first ; @$(MAKE) -f sub.mk D=$@\nfirst: ; +@./client nonblock\n")
    meter = Meter(play)
    make = play.start("-j3", "--jobserver-style=pipe", "--no-print-directory")
    meter.drive(3, 8, make)
    expect_equal(make.succeed().err(), "", "standard error")


@check(style=STYLES)
def full_on_return(play, style):
    """A client fills the pool to the brim while make holds tokens: giving them back must not block."""
    play.write("Makefile", "all: j1 j2 j3 fill k1 k2 k3 k4 k5 k6 k7 k8\nj1 j2 j3: ; @./job $@\n"
               "fill: ; +@./client fill\nk1 k2 k3 k4 k5 k6 k7 k8: j1 j2 j3 fill ; @./job $@\n")
    meter = Meter(play)
    make = play.start("-j4", f"--jobserver-style={style}")
    meter.expect_running(3, make)
    until(lambda: not child_runs(make, "client"), "waiting for the client's end", make)
    meter.release(3)
    meter.until(lambda: len(meter.ended) == 3, "waiting for the first jobs", make)
    meter.drive(4, 11, make)
    make.succeed()


def child_runs(make, word):
    """Whether a descendant of make with `word` in its command line runs."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getsid(int(pid)) == make.pid and word in open(f"/proc/{pid}/cmdline").read():
                return True
        except (OSError, ValueError):
            continue
    return False


@check(style=STYLES)
def daemon_keeps_descriptors(play, style):
    """A daemon started by a recursive recipe holds the pool open: make ends without waiting for it."""
    play.write("Makefile", f"all: ; +@read line < {play.top}/daemon > /dev/null 2>&1 &\n")
    meter = Meter(play)
    meter.gate("daemon")
    make = play.start("-j4", f"--jobserver-style={style}")
    make.succeed()
    expect(child_runs(make, f"{play.top}/daemon"), "the daemon does not live any more")
    meter.release(gate="daemon")


@check(style=STYLES)
def jobs_beyond_a_pipe(play, style):
    """-j100000 does not hang: what the pipe cannot hold is left out."""
    play.write("Makefile", "all: ; +@./client take all report report give\n")
    play.run("-j100000", f"--jobserver-style={style}")
    held = len(report(play)["held"])
    expect(1000 <= held < 100000, f"{held} tokens for -j100000")


@check()
def fifo_is_removed(play):
    """Somebody removes the fifo: make goes on with its jobs, and sub-makes with one each."""
    play.write("sub.mk", "all: $(D)1 $(D)2\n$(D)%: ; @./job $@\n")
    play.write("Makefile", "all: j1 j2 j3 j4 sub\nj%: first ; @./job $@\n"
               "sub: j1 j2 j3 j4 ; @$(MAKE) -f sub.mk D=sub\n"
               f"first: ; @find {play.tmp} -type p -delete\n")
    meter = Meter(play)
    make = play.start("-j3")
    meter.drive(3, 4, make)
    meter.expect_running(1, make)
    meter.release()
    meter.until(lambda: len(meter.ended) == 5, "waiting for the first job of the sub-make", make)
    meter.expect_running(1, make)
    meter.release()
    make.succeed()
    expect_equal(make.err().count("jobserver unavailable: using -j1."), 1, f"warnings in\n{make.err()}")


@check()
def folder_is_removed(play):
    """The whole of TMPDIR goes away in the middle."""
    play.write("Makefile", "all: j1 j2 j3 j4\nj%: first ; @./job $@\n"
               f"first: ; @rm -rf {play.tmp}/*\n")
    meter = Meter(play)
    make = play.start("-j3")
    meter.drive(3, 4, make)
    expect_equal(make.succeed().err(), "", "standard error")


@check(style=STYLES)
def pool_of_one(play, style):
    """-j1 has no jobserver, as in GNU Make; --jobserver makes one without tokens, for tools that would take
    every processor otherwise."""
    play.write("Makefile", "all: ; +@./client take all report report\n")
    play.run("-j1", f"--jobserver-style={style}")
    expect_equal(report(play)["auth"], "", "jobserver of -j1")
    play.run("-j1", "--jobserver", f"--jobserver-style={style}", program=play.own)
    expect(report(play)["auth"], "no jobserver")
    expect_equal(report(play)["held"], "", "tokens")


@check()
def as_many_as_processors(play):
    """-jauto takes the processors that this process may use."""
    play.write("Makefile", "all: ; +@./client take all report report\n")
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) < 2:
        raise Skip("one processor")
    play.run("-jauto", program=play.own)
    many = len(report(play)["held"])
    expect(many < len(processors), f"{many} tokens, {len(processors)} processors")
    play.run("-jauto", "--jobserver", program=play.own, wrap=("taskset", "-c", str(processors[0])))
    expect_equal(report(play)["held"], "", "tokens on one processor")
