"""The file in which make keeps a makefile from standard input is gone when make ends, whatever it does just then."""

import random
import signal

from checks.moments import ROUNDS, busy, ends_by
from lib.play import until
from lib.registry import check, expect, expect_equal

FROM_STDIN = ("/bin/sh", "-c", 'exec "$@" < Makefile', "sh")


def left(play):
    return [path.name for path in play.tmp.rglob("*")]


@check(number=(signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
def while_reading(play, number):
    play.write("Makefile", "$(shell echo > reading; exec sleep 1000)\nall: ; @:\n")
    make = play.start("-f", "-", wrap=FROM_STDIN)
    until((play.folder / "reading").exists, "make reads its makefile", make)
    expect_equal(len(left(play)), 1, "files in TMPDIR while make reads")
    make.signal(number)
    expect_equal(make.wait(), -number, "how make ends")
    expect_equal(left(play), [], "left in TMPDIR")


@check(number=(signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
def while_building(play, number):
    play.write("Makefile", "all: ; @echo > building; exec sleep 1000\n")
    make = play.start("-f", "-", wrap=FROM_STDIN)
    until((play.folder / "building").exists, "make builds", make)
    make.signal(number, group=True)
    expect_equal(make.wait(), -number, "how make ends")
    expect_equal(left(play), [], "left in TMPDIR")


@check(seed=(1, 2, 3))
def at_any_moment(play, seed):
    """Also while make executes itself, because gen.mk was remade."""
    busy(play)
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        (play.folder / "gen.mk").unlink(missing_ok=True)
        ends_by(play.start("-s", "-j4", "-f", "-", wrap=FROM_STDIN), chance, group=True)
        expect(not left(play), f"left in TMPDIR: {left(play)}")
