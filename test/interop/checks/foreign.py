"""Pools that are not what they seem: make warns once, and goes on with one job at a time."""

import os
import re

from lib.meter import Meter
from lib.play import until
from lib.pool import Pool, TerminalPool
from lib.registry import check, expect, expect_equal

UNAVAILABLE = "warning: jobserver unavailable: using -j1.  Add '+' to parent make rule.\n"


class Given:
    """A --jobserver-auth text and the descriptors that go with it."""

    def __init__(self, play, auth, *descriptors, option="--jobserver-auth"):
        self.text, self.descriptors, self.option = auth, descriptors, option
        play.pools.append(self)

    def makeflags(self):
        return f" -j3 {self.option}={self.text}"

    def inherited(self):
        return self.descriptors

    def close(self):
        for fd in self.descriptors:
            os.close(fd)


def one_at_a_time(play, pool, warning=UNAVAILABLE, cause=""):
    """Three jobs run, one after the other, and standard error is `cause` and the warning."""
    play.write("Makefile", "all: j1 j2 j3\nj%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start(pool=pool)
    meter.drive(1, 3, make)
    make.succeed()
    expect_equal(make.err(), (f"make: {cause}\n" if cause else "") + (f"make: {warning}" if warning else ""),
                 "standard error")


def pipe(play, swapped=False):
    ends = os.pipe()
    return Given(play, f"{ends[swapped]},{ends[not swapped]}", *ends)


@check(option=("auth", "fds"))
def closed_descriptors(play, option):
    one_at_a_time(play, Given(play, "333,334", option=f"--jobserver-{option}"))


@check()
def negative_descriptors(play):
    """What a line that is not recursive sees."""
    one_at_a_time(play, Given(play, "-2,-2"))


@check()
def one_closed_descriptor(play):
    reader, writer = os.pipe()
    given = Given(play, f"{reader},334", reader, writer)
    one_at_a_time(play, given)


@check()
def regular_file(play):
    """The number belongs to another file by now: it is neither read nor written."""
    path = play.write("data", "++++++++")
    descriptors = os.open(path, os.O_RDWR), os.open(path, os.O_RDWR)
    one_at_a_time(play, Given(play, f"{descriptors[0]},{descriptors[1]}", *descriptors))
    expect_equal(path.read_text(), "++++++++", "the file")
    expect_equal(os.lseek(descriptors[0], 0, os.SEEK_CUR), 0, "place in the file")


@check()
def folder(play):
    descriptors = os.open(play.folder, os.O_RDONLY), os.open(play.folder, os.O_RDONLY)
    one_at_a_time(play, Given(play, f"{descriptors[0]},{descriptors[1]}", *descriptors))


@check()
def swapped_ends(play):
    """The read end can only be written, and the other way round."""
    one_at_a_time(play, pipe(play, swapped=True))


@check()
def both_ends_read_only(play):
    reader, writer = os.pipe()
    other = os.dup(reader)
    os.write(writer, b"ab")
    given = Given(play, f"{reader},{other}", reader, other, writer)
    one_at_a_time(play, given)
    expect_equal(os.read(reader, 9), b"ab", "the pipe")


INVALID = {"word": "x", "one": "3", "no-first": ",4", "three": "3,4,5", "huge": "99999999999,4",
           "blank": "3,4x", "sign": "+3,+4"}


@check(text=tuple(INVALID))
def invalid_text(play, text):
    """The build goes on; the cause is told where GNU Make tells one."""
    play.write("Makefile", "all: j1 j2 j3\nj%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start(pool=Given(play, INVALID[text]))
    meter.drive(1, 3, make)
    make.succeed()
    expect(make.err().endswith(f"make: {UNAVAILABLE}"), make.err())


@check()
def missing_fifo(play):
    """Invisible in a container, or removed."""
    path = play.top / "gone"
    one_at_a_time(play, Given(play, f"fifo:{path}"),
                  cause=f"cannot open jobserver {path}: No such file or directory")


@check()
def stale_fifo(play):
    """The server was killed and left the fifo: nobody would ever open the other end."""
    path = play.top / "stale"
    os.mkfifo(path)
    one_at_a_time(play, Given(play, f"fifo:{path}"),
                  cause=f"cannot open jobserver {path}: No such device or address")


@check()
def fifo_is_a_file(play):
    path = play.write("data", "++++++++")
    play.write("Makefile", "all: j1 j2 j3\nj%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start(pool=Given(play, f"fifo:{path}"))
    meter.drive(1, 3, make)
    make.succeed()
    expect(make.err().count("jobserver unavailable") == 1, make.err())
    expect_equal(path.read_text(), "++++++++", "the file")


@check(device=("null", "zero"))
def device(play, device):
    """A character device is taken for a pool; one that never makes a reader wait does no harm."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6\nj%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start(pool=Given(play, f"fifo:/dev/{device}"))
    meter.expect_named("j1", make)
    meter.settle()
    expect(make.cpu_seconds() < 0.5, f"{make.cpu_seconds()} s of processor time")
    meter.release(6)
    make.succeed()


@check()
def end_of_file(play):
    """No writer is left at the read end, and reading would return at once for ever."""
    reader, writer = os.pipe()
    os.close(writer)
    other_reader, other_writer = os.pipe()
    play.write("Makefile", "all: j1 j2 j3 j4\nj%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start(pool=Given(play, f"{reader},{other_writer}", reader, other_writer, other_reader))
    meter.expect_running(1, make)
    for _ in range(10):
        meter.settle()
    expect(make.cpu_seconds() < 0.3, f"{make.cpu_seconds()} s of processor time while one job waits")
    meter.drive(1, 4, make)
    make.succeed()
    expect_equal(len(make.err().splitlines()), 1, f"lines of\n{make.err()}")


@check()
def server_ends(play):
    """The server dies in the middle: the read end comes to its end while jobs run and hold tokens."""
    pool = Pool(play, 2, "pipe")
    play.write("Makefile", "all: j1 j2 j3 j4 j5\nj%: ; @./job $@\n")
    meter = Meter(play)
    other_reader, other_writer = os.pipe()
    given = Given(play, f"{pool.read_end},{other_writer}", other_writer, other_reader)
    given.inherited = lambda: (pool.read_end, other_writer)
    make = play.start(pool=given)
    meter.expect_running(3, make)
    os.close(pool.write_end)
    pool.write_end = -1
    os.close(pool.own)
    pool.own = os.dup(pool.read_end)
    meter.release(5)
    make.succeed()
    expect_equal(sorted(os.read(other_reader, 9)), sorted(b"ab"), "tokens written back")


@check()
def last_one_counts(play):
    """Of several --jobserver-auth the last is the one: a parent with a jobserver adds its own."""
    pool = Pool(play, 2)
    makeflags = pool.makeflags()
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6\nj%: ; @./job $@\n")
    pool.makeflags = lambda: f" -j9 --jobserver-auth=fifo:/nowhere/at/all{makeflags}"
    meter = Meter(play)
    make = play.start(pool=pool)
    meter.drive(3, 6, make)
    expect_equal(make.succeed().err(), "", "standard error")
    pool.expect_whole(make.story())


@check()
def last_one_is_disabled(play):
    pool = Pool(play, 2)
    makeflags = pool.makeflags()
    pool.makeflags = lambda: makeflags + " --jobserver-auth=-2,-2"
    one_at_a_time(play, pool)
    pool.expect_whole()


@check(jobs=("1", "2", "", "none"))
def whatever_j_says(play, jobs):
    """A valid pool is used whatever -j stands in MAKEFLAGS; 5 jobs, though it says -j1."""
    pool = Pool(play, 4)
    pool.makeflags = lambda: f" {'' if jobs == 'none' else '-j' + jobs} {pool.auth()}"
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6 j7\nj%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start(pool=pool)
    meter.drive(5, 7, make)
    expect_equal(make.succeed().err(), "", "standard error")
    pool.expect_whole(make.story())


@check(style=("pipe", "fifo", "fds"))
def forced_jobs(play, style):
    """-j3 on its own command line: a pool of its own, and the parent's is left alone."""
    pool = Pool(play, 4, style)
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6\nj%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start("-j3", pool=pool)
    meter.expect_running(3, make)
    expect_equal(pool.inside(), 4, "tokens in the parent's pool")
    meter.drive(3, 6, make)
    expect_equal(make.succeed().err(),
                 "make: warning: -j3 forced in submake: resetting jobserver mode.\n", "standard error")
    pool.expect_whole(make.story())


@check()
def character_device(play):
    """A pool behind a terminal: any file that opens and reads is one."""
    pool = TerminalPool(play, 3)
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6\nj%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start(pool=pool)
    meter.expect_running(4, make)
    meter.release(6)
    make.succeed()
    back = b""

    def returned():
        nonlocal back
        back += pool.returned()
        return bytes(sorted(back)) == pool.tokens

    until(returned, f"tokens written back (until now {back!r})")
    expect(not re.search("unavailable|lost", make.err()), make.err())
