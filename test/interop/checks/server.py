"""The pool that cmzmake makes, seen by its clients; what they do to it does not outlast them.

Most makefiles here have two phases: a client does something to the pool, and when it is gone the
jobs of the second phase must run N at once again: no more, no fewer."""

import json
import os
import signal
import stat
from pathlib import Path

from lib.meter import Meter
from lib.play import until
from lib.pool import waiting_bytes
from lib.registry import check, expect, expect_equal

STYLES = ("pipe", "fifo")


def report(play, name="report"):
    return json.loads((play.folder / name).read_text())


def second_phase(play, style, recipe, limit=4, *arguments):
    """Runs `recipe` alone, and then eight jobs, which must run `limit` at once."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6 j7 j8\n"
               "j1 j2 j3 j4 j5 j6 j7 j8: first ; @./job $@\nfirst: ; " + recipe)
    meter = Meter(play)
    make = play.start(f"-j{limit}", f"--jobserver-style={style}", *arguments)
    meter.drive(limit, 8, make)
    make.wait()
    return make


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
    play.script("pipes", "for fd in /proc/$$/fd/[1-9]*; do readlink $fd; done > fds.$1; grep -c ^pipe: fds.$1; exit 0")
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


@check(style=STYLES)
def client_gives_too_many(play, style):
    """A surplus is drained: N is not exceeded afterwards."""
    second_phase(play, style, "+@./client extra xyzxyzxyz\n").succeed()


@check(style=STYLES)
def client_keeps_its_tokens(play, style):
    """A client that ends well and gives nothing back."""
    second_phase(play, style, "+@./client take 3 keep\n").succeed()


@check(style=STYLES)
def client_is_killed(play, style):
    """A client that takes all tokens to its grave."""
    second_phase(play, style, "-+@./client take 3 kill\n").succeed()


@check(style=STYLES)
def grandchild_is_killed(play, style):
    """The killed client is a child of a shell that ends well."""
    second_phase(play, style, "+@./client take 3 kill || :\n").succeed()


@check(style=STYLES)
def killed_make(play, style):
    """The killed client is a make that holds tokens for its jobs."""
    play.write("sub.mk", "all: s1 s2 s3 s4\ns%: ; @./job $@ sub\n")
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6 j7 j8\n"
               "j1 j2 j3 j4 j5 j6 j7 j8: first ; @./job $@\nfirst: ; -@$(MAKE) -f sub.mk\n")
    meter = Meter(play)
    meter.gate("sub")
    make = play.start("-j4", f"--jobserver-style={style}")
    meter.expect_running(4, make)
    jobs = [int(pid) for pid in meter.running]
    parents = {int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1]) for pid in jobs}
    for pid in [*parents, *jobs]:
        os.kill(pid, signal.SIGKILL)
    meter.running.clear()
    meter.drive(4, 8, make)
    make.succeed()


@check(style=STYLES)
def killed_beside_a_long_job(play, style):
    """Tokens are replaced while a job that is no client goes on."""
    play.write("Makefile", "all: long j1 j2 j3\nlong: ; @./job $@ long\nj1 j2 j3: first ; @./job $@\n"
               "first: ; -@+./client take 2 kill\n")
    meter = Meter(play)
    meter.gate("long")
    make = play.start("-j4", f"--jobserver-style={style}")
    meter.expect_running(4, make)
    meter.release(3)
    meter.release(gate="long")
    make.succeed()


@check(style=STYLES)
def killed_beside_a_living_client(play, style):
    """While another client lives nobody can tell what is lost; when it has ended, the pool is whole."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6 j7 j8\n"
               "j1 j2 j3 j4 j5 j6 j7 j8: first living ; @./job $@\n"
               f"living: ; @+./client take 1 tell told wait {play.top}/living\n"
               "first: ; -@+read told < told; ./client take 1 kill\n")
    os.mkfifo(play.folder / "told")
    meter = Meter(play)
    meter.gate("living")
    make = play.start("-j4", f"--jobserver-style={style}")
    until(lambda: "Killed" in make.err(), "waiting for the killed client", make)
    meter.settle()
    meter.release(gate="living")
    meter.drive(4, 8, make)
    make.succeed()


@check(style=STYLES)
def emptied_by_a_stranger(play, style):
    """A process that is no child of make (a scanner of files) eats the whole pool."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6 j7 j8\nj%: first ; @./job $@\nfirst: ; @./job $@\n")
    meter = Meter(play)
    make = play.start("-j4", f"--jobserver-style={style}")
    meter.expect_running(1, make)
    if style == "fifo":
        [path] = play.tmp.rglob("GMfifo*")
    else:
        path = next(fd for fd in Path(f"/proc/{make.pid}/fd").iterdir() if waiting_in(fd) == 3)
    stranger = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    expect_equal(len(os.read(stranger, 64)), 3, "tokens for the stranger")
    os.close(stranger)
    meter.release()
    meter.until(lambda: meter.ended, "waiting for the first job", make)
    meter.drive(4, 9, make)
    make.succeed()


def waiting_in(path):
    """How many bytes wait in the pipe `path`; 0 for what is no pipe."""
    try:
        if not stat.S_ISFIFO(path.stat().st_mode):
            return 0
        own = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return 0
    try:
        return waiting_bytes(own)
    finally:
        os.close(own)


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
