"""A client gives every token back, each with its value, however it ends."""

import os
import signal

from lib.meter import Meter
from lib.play import until
from lib.pool import STYLES, Pool
from lib.registry import check, expect, expect_equal

JOBS = """all: $(patsubst %,j%,1 2 3 4 5 6 7 8)
j%: ; @./job $@
"""


def five_running(play, style, makefile, *arguments, gate=None, **options):
    """A make that has taken the whole pool of four and runs five jobs."""
    play.write("Makefile", makefile)
    meter, pool = Meter(play), Pool(play, 4, style)
    if gate:
        meter.gate(gate)
    make = play.start(*arguments, pool=pool, **options)
    meter.expect_running(5, make)
    expect_equal(pool.inside(), 0, "tokens left in the pool while five jobs run")
    return meter, pool, make


@check(style=STYLES)
def success(play, style):
    meter, pool, make = five_running(play, style, JOBS)
    meter.drive(5, 8, make)
    make.succeed()
    pool.expect_whole(make.story())


@check(style=STYLES)
def failing_recipe(play, style):
    """The others are waited for, and no new job starts."""
    meter, pool, make = five_running(play, style, "all: j1 j2 bad j4 j5 j6 j7\nbad: ; @./bad-job $@ bad\n"
                                     "j%: ; @./job $@\n", gate="bad")
    meter.release(gate="bad")
    until(lambda: "Error 1" in make.err(), "waiting for the failure", make)
    meter.release(4)
    expect_equal(make.wait(), 2, "exit status")
    meter.settle()
    expect_equal(len(meter.begun), 5, "jobs started")
    pool.expect_whole(make.story())


@check(style=STYLES)
def keep_going(play, style):
    meter, pool, make = five_running(play, style, "all: bad j1 j2 j3 j4 j5 j6 j7\nbad: ; @./bad-job $@\n"
                                     "j%: ; @./job $@\n", "-k")
    meter.drive(5, 8, make)
    expect_equal(make.wait(), 2, "exit status")
    pool.expect_whole(make.story())


@check(style=STYLES)
def question(play, style):
    """-q runs lines that say `+`, several at once."""
    play.write("Makefile", "all: a b c d\na b c d: ; +@: > ran.$@\n")
    pool = Pool(play, 4, style)
    make = play.start("-q", pool=pool)
    expect(make.wait() in (0, 1), f"exit status {make.wait()}")
    expect((play.folder / "ran.a").exists(), "the + line did not run")
    pool.expect_whole(make.story())


@check(style=STYLES)
def makefile_error(play, style):
    """A recipe that cannot be expanded stops make while other jobs run."""
    play.write("Makefile", "all: j1 j2 j3 j4 broken\nj%: ; @./job $@\nbroken: ; @$(error stop here)\n")
    meter, pool = Meter(play), Pool(play, 4, style)
    make = play.start(pool=pool)
    meter.expect_running(4, make)
    until(lambda: "stop here" in make.err(), "waiting for the error", make)
    meter.release(4)
    expect_equal(make.wait(), 2, "exit status")
    pool.expect_whole(make.story())


@check(style=STYLES)
def syntax_error(play, style):
    """An error in a makefile that was made by parallel jobs."""
    play.write("Makefile", "all:\ninclude a.mk b.mk\n%.mk: ; @./job $@; echo endif > $@\n")
    meter, pool = Meter(play), Pool(play, 2, style)
    make = play.start(pool=pool)
    meter.expect_running(2, make)
    meter.release(2)
    expect_equal(make.wait(), 2, "exit status")
    pool.expect_whole(make.story())


@check(style=STYLES, name=("INT", "TERM", "HUP", "QUIT"))
def signal_to_all(play, style, name):
    """As from a terminal: make and its jobs get the signal."""
    number = getattr(signal, f"SIG{name}")
    meter, pool, make = five_running(play, style, JOBS)
    make.signal(number, group=True)
    status = make.wait()
    if name != "QUIT":
        expect_equal(status, -number, f"status (minus the signal)\n{make.story()}")
    pool.expect_whole(make.story())
    expect_equal(len(meter.begun), 5, "jobs started, none of them after the signal")


@check(style=STYLES)
def terminated_alone(play, style):
    """SIGTERM to make alone reaches its jobs."""
    meter, pool, make = five_running(play, style, JOBS)
    make.signal(signal.SIGTERM)
    expect_equal(make.wait(), -signal.SIGTERM, "status (minus the signal)")
    pool.expect_whole(make.story())
    meter.settle()
    expect(all(not os.path.exists(f"/proc/{pid}") for pid in meter.running), "jobs outlive make")


@check(style=STYLES, name=("INT", "HUP"))
def signal_to_make_alone(play, style, name):
    """SIGINT and SIGHUP are not passed on: make waits for its jobs, which end on their own."""
    number = getattr(signal, f"SIG{name}")
    meter, pool, make = five_running(play, style, JOBS)
    make.signal(number)
    meter.settle()
    expect(not make.ended(), "make ended before its jobs")
    meter.release(5)
    expect_equal(make.wait(), -number, "status (minus the signal)")
    pool.expect_whole(make.story())


@check(style=STYLES)
def signal_twice(play, style):
    """An impatient person: a second signal while make waits for its jobs."""
    meter, pool, make = five_running(play, style, JOBS)
    make.signal(signal.SIGINT)
    meter.settle()
    make.signal(signal.SIGINT, group=True)
    expect_equal(make.wait(), -signal.SIGINT, "status (minus the signal)")
    pool.expect_whole(make.story())


@check(style=STYLES, name=("INT", "TERM"))
def signal_to_a_tree(play, style, name):
    """The tokens are held by a make and by two makes below it."""
    number = getattr(signal, f"SIG{name}")
    play.write("sub.mk", "all: $(D)1 $(D)2 $(D)3 $(D)4\n$(D)%: ; @./job $@\n")
    meter, pool, make = five_running(
        play, style, "all: a b j1\na b: ; @$(MAKE) -f sub.mk D=$@\nj1: ; @./job $@\n")
    make.signal(number, group=name == "INT")
    expect_equal(make.wait(), -number, "status (minus the signal)")
    pool.expect_whole(make.story())
    meter.settle()


@check(style=STYLES)
def broken_pipe(play, style):
    """Nobody reads standard output any more: SIGPIPE comes when the next job is announced."""
    reader, writer = os.pipe()
    os.close(reader)
    meter, pool, make = five_running(play, style, "all: j1 j2 j3 j4 j5 loud\nj%: ; @./job $@\n"
                                     "loud: ; ./job $@\n", stdout=writer)
    os.close(writer)
    meter.release(5)
    meter.until(lambda: len(meter.ended) == 5, "waiting for five ended jobs", make)
    meter.release(1)
    expect(make.wait() != 0, "make ended well")
    pool.expect_whole(make.story())


@check(style=STYLES)
def broken_pipe_while_jobs_run(play, style):
    reader, writer = os.pipe()
    os.close(reader)
    meter, pool, make = five_running(play, style, "all: j1 j2 j3 j4 j5 loud\nj%: ; @./job $@\n"
                                     "loud: ; ./job $@\n", stdout=writer)
    os.close(writer)
    meter.release(1)
    meter.until(lambda: len(meter.ended) == 1, "waiting for an ended job", make)
    meter.settle()
    meter.release(5)
    expect(make.wait() != 0, "make ended well")
    pool.expect_whole(make.story())


@check(style=STYLES)
def full_disk(play, style):
    with open("/dev/full", "wb") as full:
        meter, pool, make = five_running(play, style, "all: j1 j2 j3 j4 j5\nj%: ; ./job $@\n", stdout=full)
    meter.release(5)
    make.wait()
    pool.expect_whole(make.story())


@check(style=STYLES)
def starts_again(play, style):
    """Makefiles remade by parallel jobs: make executes itself, and the pool serves it before and after."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6\ninclude a.mk b.mk c.mk d.mk e.mk\n"
               "%.mk: ; @./job $@; : > $@\nj%: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 4, style)
    make = play.start(pool=pool)
    meter.expect_running(5, make)
    meter.release(5)
    meter.until(lambda: len(meter.ended) == 5, "waiting for the makefiles", make)
    meter.drive(5, 11, make)
    make.succeed()
    pool.expect_whole(make.story())


@check(style=STYLES)
def terminated_job(play, style):
    """A job killed by a signal is a failing recipe."""
    meter, pool, make = five_running(play, style, JOBS)
    os.kill(int(next(iter(meter.running))), signal.SIGKILL)
    meter.settle()
    meter.release(4)
    expect_equal(make.wait(), 2, "exit status")
    pool.expect_whole(make.story())
