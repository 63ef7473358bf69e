"""What clients do to the pool does not outlast them: lost tokens are replaced, a surplus is removed.
And what is not lost is not replaced."""

import os
import signal
import stat
import time
from pathlib import Path

from lib.meter import Meter
from lib.phases import second_phase
from lib.play import until
from lib.pool import waiting_bytes
from lib.registry import check, expect, expect_equal

STYLES = ("pipe", "fifo")


@check(style=STYLES)
def client_gives_too_many(play, style):
    """A surplus is drained: N is not exceeded afterwards."""
    second_phase(play, style, "+@./client extra xyzxyzxyz\n")


@check(style=STYLES)
def client_keeps_its_tokens(play, style):
    """A client that ends well and gives nothing back."""
    second_phase(play, style, "+@./client take 3 keep\n")


@check(style=STYLES)
def client_is_killed(play, style):
    """A client that takes all tokens to its grave."""
    second_phase(play, style, "-+@./client take 3 kill\n")


@check(style=STYLES)
def grandchild_is_killed(play, style):
    """The killed client is a child of a shell that ends well."""
    second_phase(play, style, "+@./client take 3 kill || :\n")


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


# Longer than the time after which a server looks whether tokens are lost. A shorter one proves less, and
# never makes a right program fail.
PATIENCE_SECONDS = 2.5


def patience(meter, make, limit):
    """For a good while `limit` jobs run and no more."""
    meter.expect_running(limit, make)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        meter.collect(0.05)
        expect(len(meter.running) <= limit, f"more than {limit} jobs at once: {meter.story()}")


def holding(play, style, recipe):
    """A build at -j4 in which `recipe` holds two tokens behind the gate `held` while jobs wait."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6 holder\nj1 j2 j3 j4 j5 j6: told ; @./job $@\n"
               f"told: ; @read line < told.fifo\nholder: ; {recipe}\n")
    os.mkfifo(play.folder / "told.fifo")
    meter = Meter(play)
    meter.gate("held")
    return meter, play.start("-j4", f"--jobserver-style={style}")


@check(style=STYLES)
def held_by_a_living_client(play, style):
    """A client that holds tokens for long: they are its own."""
    meter, make = holding(play, style, f"@+./client take 2 tell told.fifo wait {play.top}/held")
    patience(meter, make, 1)
    meter.release(gate="held")
    meter.drive(4, 6, make)
    make.succeed()


@check()
def held_by_a_client_without_descriptors(play):
    """A recursive line that has taken tokens and closed the fifo, to open it again when it is done."""
    meter, make = holding(play, "fifo", f"@+./client take 2 close tell told.fifo wait {play.top}/held reopen")
    patience(meter, make, 1)
    meter.release(gate="held")
    meter.drive(4, 6, make)
    make.succeed()


@check()
def held_by_a_plain_line(play):
    """Anyone can open a fifo: a client on a line that is not recursive."""
    meter, make = holding(play, "fifo", f"@./client take 2 tell told.fifo wait {play.top}/held")
    patience(meter, make, 1)
    meter.release(gate="held")
    meter.drive(4, 6, make)
    make.succeed()


@check(style=STYLES)
def held_in_the_background(play, style):
    """A client that outlives its recipe: nobody's child any more, and its tokens are not lost."""
    meter, make = holding(play, style, f"@+./client take 2 tell told.fifo wait {play.top}/held > /dev/null 2>&1 &")
    patience(meter, make, 2)
    meter.release(gate="held")
    meter.drive(4, 6, make)
    make.succeed()


@check(style=STYLES)
def held_by_a_sub_make(play, style):
    """The jobs of a sub-make take long."""
    play.write("Makefile", "all: sub j1 j2 j3\nsub: ; @$(MAKE) --no-print-directory -f sub.mk\n"
               "j1 j2 j3: started ; @./job $@\nstarted: ; @read line < started.fifo\n")
    os.mkfifo(play.folder / "started.fifo")
    play.write("sub.mk", "all: x1 x2 x3\nx1 x2 x3: ; @./job $@ held\n")
    meter = Meter(play)
    meter.gate("held")
    make = play.start("-j4", f"--jobserver-style={style}")
    meter.until(lambda: len(meter.running) == 3, "waiting for the sub-make", make)
    with open(play.folder / "started.fifo", "w", encoding="utf-8") as started:
        started.write("\n")
    patience(meter, make, 4)
    meter.release(3, gate="held")
    meter.until(lambda: len(meter.ended) == 3, "waiting for the sub-make's jobs", make)
    meter.release(3)
    make.succeed()
    expect(meter.most <= 4, f"{meter.most} jobs at once")


@check()
def late_return(play):
    """A stranger that ate tokens and closed the fifo writes them back when they have been replaced."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6 j7 j8\nj%: first ; @./job $@\nfirst: ; @./job $@\n")
    meter = Meter(play)
    make = play.start("-j4")
    meter.expect_running(1, make)
    [path] = play.tmp.rglob("GMfifo*")
    stranger = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    eaten = os.read(stranger, 64)
    os.close(stranger)
    meter.release()
    meter.expect_running(4, make)
    stranger = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    os.write(stranger, eaten)
    os.close(stranger)
    meter.drive(4, 9, make)
    make.succeed()


@check(style=STYLES)
def again_and_again(play, style):
    """Five clients, one after the other, take all tokens to their graves."""
    play.write("Makefile", "all: j1 j2 j3 j4\nj%: k5 ; @./job $@\nk1: ; -@+./client take 3 kill\n"
               + "".join(f"k{number}: k{number - 1} ; -@+./client take 3 kill\n" for number in range(2, 6)))
    meter = Meter(play)
    make = play.start("-j4", f"--jobserver-style={style}")
    meter.drive(4, 4, make)
    make.succeed()


@check(style=STYLES)
def silent(play, style):
    make = second_phase(play, style, "-+@./client take 3 kill\n")
    expect("token" not in make.out() + make.err(), make.story())


@check(style=STYLES)
def told_under_debug(play, style):
    """--debug=jobs says how many tokens were replaced."""
    make = second_phase(play, style, "-+@./client take 3 kill\n", 4, "--debug=jobs")
    expect("Replaced 3 lost job tokens\n" in make.out(), make.story())
