"""Taking tokens: when one comes, when a job ends, and when there is no use for them."""

import os
import random
import signal
import threading

from lib.meter import Meter
from lib.play import until
from lib.pool import STYLES, Pool
from lib.registry import check, expect, expect_equal


@check(style=STYLES)
def token_wakes(play, style):
    """Every token that comes into an empty pool starts one job at once."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6\nj%: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 4, style)
    pool.take(4)
    make = play.start(pool=pool)
    for count in range(1, 5):
        meter.expect_running(count, make)
        expect_equal(pool.inside(), 0, "tokens in the pool")
        pool.give(pool.tokens[count - 1:count])
    meter.drive(5, 6, make)
    make.succeed()
    pool.expect_whole(make.story())


@check(style=STYLES)
def job_end_wakes(play, style):
    """With an empty pool the implicit slot serves one job after the other."""
    play.write("Makefile", "all: j1 j2 j3 j4\nj%: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 2, style)
    pool.take(2)
    make = play.start(pool=pool)
    meter.drive(1, 4, make)
    make.succeed()
    pool.give(pool.tokens)
    pool.expect_whole()


@check(style=STYLES)
def ready_in_the_middle(play, style):
    """Jobs that become ready while make waits with an empty pool take the token that comes later."""
    play.write("Makefile", "all: first b c d\nfirst: ; @./job $@\nb c d: first ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 3, style)
    pool.take(3)
    make = play.start(pool=pool)
    meter.expect_running(1, make)
    meter.release()
    meter.until(lambda: meter.ended == ["first"] and len(meter.running) == 1, "waiting for b", make)
    meter.settle()
    pool.give(b"a")
    meter.expect_running(2, make)
    pool.give(b"bc")
    meter.expect_running(3, make)
    meter.release(3)
    make.succeed()
    pool.expect_whole(make.story())


@check(style=STYLES)
def given_back_at_once(play, style):
    """Without more work make holds a token for each running job but one."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5\nj%: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 4, style)
    make = play.start(pool=pool)
    meter.expect_running(5, make)
    for left in (4, 3, 2, 1):
        meter.release()
        meter.until(lambda: len(meter.running) == left, "waiting for an ended job", make)
        pool.expect_inside(5 - left, make)
    meter.release()
    make.succeed()
    pool.expect_whole(make.story())


@check(style=STYLES)
def given_back_between_phases(play, style):
    """While one job runs that everything else waits for, the pool is whole."""
    play.write("Makefile", "all: k1 k2 k3 k4\nk1 k2 k3 k4: middle ; @./job $@\nmiddle: j1 j2 j3 j4 ; @./job $@\n"
               "j1 j2 j3 j4: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 3, style)
    make = play.start(pool=pool)
    meter.expect_running(4, make)
    meter.release(4)
    meter.expect_named("middle", make)
    pool.expect_inside(3, make)
    meter.release()
    meter.until(lambda: len(meter.begun) > 5, "waiting for the next phase", make)
    meter.expect_running(4, make)
    meter.release(4)
    make.succeed()
    pool.expect_whole(make.story())


@check(style=STYLES)
def none_without_work(play, style):
    """A chain of jobs takes no token at all, not even for a moment: the pool is a plain count of bytes read."""
    play.write("Makefile", "all: c\nc: b ; @./job $@\nb: a ; @./job $@\na: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 3, style)
    make = play.start(pool=pool)
    for name in ("a", "b", "c"):
        meter.expect_named(name, make)
        expect_equal(pool.inside(), 3, "tokens in the pool")
        meter.release()
        meter.until(lambda: name in meter.ended, f"waiting for the end of {name}", make)
    make.succeed()
    pool.expect_whole(make.story())


@check(style=STYLES)
def none_under_load(play, style):
    """-l holds further jobs back before a token is taken: others can use it."""
    play.write("Makefile", "all: j1 j2 j3\nj%: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 3, style)
    make = play.start("-l0.000001", pool=pool)
    for ended in range(3):
        meter.expect_running(1, make)
        expect_equal(pool.inside(), 3, "tokens in the pool")
        expect(make.cpu_seconds() < 0.5, f"{make.cpu_seconds()} s of processor time")
        meter.release()
        meter.until(lambda: len(meter.ended) == ended + 1, "waiting for an ended job", make)
    make.succeed()
    pool.expect_whole(make.story())


@check(style=STYLES)
def high_load_limit(play, style):
    """-l with room takes every token."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6\nj%: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 3, style)
    make = play.start("-l100000", pool=pool)
    meter.drive(4, 6, make)
    make.succeed()
    pool.expect_whole(make.story())


@check(style=("pipe", "fds"))
def already_nonblocking(play, style):
    """Another client has set O_NONBLOCK on the shared pipe: it stays set, and does no harm."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6\nj%: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 2, style)
    for fd in pool.inherited():
        os.set_blocking(fd, False)
    pool.flags = pool.shared_flags()
    make = play.start(pool=pool)
    meter.drive(3, 6, make)
    expect_equal(make.succeed().err(), "", "standard error")
    pool.expect_whole(make.story())


@check(style=STYLES)
def flags_stay_while_jobs_run(play, style):
    """The flags of the shared pipe are the server's, also in between."""
    play.write("Makefile", "all: j1 j2 j3\nj%: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 2, style)
    make = play.start(pool=pool)
    meter.expect_running(3, make)
    expect_equal(pool.shared_flags(), pool.flags, "flags of the shared pipe")
    meter.release(3)
    make.succeed()
    pool.expect_whole(make.story())


@check(style=STYLES)
def full_on_return(play, style):
    """The pool takes no more bytes for a while (a client wrote too many): make goes on with its jobs,
    and the tokens are back in the end."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 last\nj1 j2 j3 j4 j5: ; @./job $@\n"
               "last: j1 j2 j3 j4 j5 ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 4, style)
    make = play.start(pool=pool)
    meter.expect_running(5, make)
    filled = 0
    try:
        while True:
            filled += os.write(pool.own, b"#" * 4096)
    except BlockingIOError:
        pass
    meter.release(5)
    # The pool is full of `#`; what make takes for `last` or gives back are these, or its own.
    meter.expect_named("last", make)
    meter.release()
    back = b""

    def drained():
        nonlocal back
        back += pool.take(65536)
        return make.ended()

    until(drained, "waiting for make's end", None)
    back += pool.take(65536)
    make.succeed()
    expect_equal(len(back), filled + 4, "bytes in the pool")
    expect_equal(bytes(sorted(back.replace(b"#", b""))), pool.tokens, "tokens back")


@check(style=STYLES)
def thief(play, style):
    """Another client takes tokens and gives them back all the time, faster than make can look."""
    jobs = " ".join(f"j{number}" for number in range(60))
    play.write("Makefile", f"all: {jobs}\nj%: ; @:\n")
    pool = Pool(play, 3, style)
    stop = threading.Event()
    chance = random.Random(4)

    def steal():
        while not stop.is_set():
            held = pool.take(chance.randint(1, 3))
            stop.wait(chance.random() * 0.002)
            if held:
                pool.give(held)

    other = threading.Thread(target=steal)
    other.start()
    try:
        make = play.start(pool=pool)
        make.succeed()
    finally:
        stop.set()
        other.join()
    pool.expect_whole(make.story())


@check(how=("ignored", "blocked"))
def sigchld(play, how):
    """SIGCHLD inherited as ignored or blocked: ends of jobs are seen all the same, and jobs see it as usual."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6\nj%: ; @./job $@; : | :\n")
    meter, pool = Meter(play), Pool(play, 2)
    option = "--ignore-signal=CHLD" if how == "ignored" else "--block-signal=CHLD"
    make = play.start(pool=pool, wrap=("/usr/bin/env", option))
    meter.drive(3, 6, make)
    make.succeed()
    pool.expect_whole(make.story())


@check()
def stopped_and_continued(play):
    """make is stopped (as by ^Z) while tokens come and jobs end, and goes on as if nothing had been."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6\nj%: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 2)
    pool.take(2)
    make = play.start(pool=pool)
    meter.expect_running(1, make)
    make.signal(signal.SIGSTOP)
    pool.give(pool.tokens)
    meter.release()
    meter.until(lambda: len(meter.ended) == 1, "waiting for an ended job", make)
    make.signal(signal.SIGCONT)
    meter.drive(3, 6, make)
    make.succeed()
    pool.expect_whole(make.story())
