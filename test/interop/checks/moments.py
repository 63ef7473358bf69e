"""Signals at any moment of a short, busy build: whatever make does just then, the tokens come back and no
file stays. Seeded, so that a failing moment can be sought again, though not found for sure."""

import os
import random
import signal
import time

from lib.pool import STYLES, Pool
from lib.registry import check, expect

ROUNDS = int(os.environ.get("INTEROP_ROUNDS", "25"))
LONGEST_SECONDS = 0.12  # about as long as the build takes
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def busy(play):
    """A tree whose jobs are over at once."""
    play.write("Makefile", "all: a b j1 j2 j3 j4\na b: ; @$(MAKE) --no-print-directory -f sub.mk D=$@\n"
               "j%: ; @test $@; test $@\ninclude gen.mk\ngen.mk: FORCE ; @test -f $@ || echo > $@\nFORCE:\n")
    play.write("sub.mk", "all: x$(D)1 x$(D)2 x$(D)3 x$(D)4\nx%: ; @test $@; test $@ && test $@\n")


def ends_by(make, chance, group):
    """Waits a moment, sends a signal, and sees how make ends: by it, or on its own just before."""
    time.sleep(chance.random() * LONGEST_SECONDS)
    number = chance.choice(SIGNALS)
    try:
        make.signal(number, group)
    except ProcessLookupError:
        pass
    status = make.wait()
    # Before it has set its handlers, make dies by the signal as well. 2: its jobs failed by the signal first.
    expect(status in (0, 2, -number), f"status {status} after signal {number}\n{make.story()}")


@check(style=STYLES, seed=(1, 2))
def client(play, style, seed):
    busy(play)
    pool = Pool(play, 3, style)
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        (play.folder / "gen.mk").unlink(missing_ok=True)
        make = play.start("-s", pool=pool)
        ends_by(make, chance, group=True)
        pool.expect_whole(make.story())
        pool.give(pool.tokens)


@check(seed=(1, 2, 3))
def server(play, seed):
    busy(play)
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        (play.folder / "gen.mk").unlink(missing_ok=True)
        ends_by(play.start("-s", "-j4", "-Otarget"), chance, group=True)
        left = list(play.tmp.rglob("*"))
        expect(not left, f"left in TMPDIR: {left}")


@check(seed=(1, 2))
def server_alone(play, seed):
    """The signal comes to make alone: its children get SIGTERM from it, and end on their own otherwise."""
    busy(play)
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        (play.folder / "gen.mk").unlink(missing_ok=True)
        ends_by(play.start("-s", "-j4", "-Otarget"), chance, group=False)
        left = [path for path in play.tmp.rglob("*") if not path.name.startswith("Gm")]
        expect(not left, f"left in TMPDIR: {left}")
