"""ninja, 1.13 or later (NINJA=PATH names another one): takes its tokens from a fifo."""

import os
import re
import shutil
import subprocess

from lib.meter import Meter
from lib.pool import Pool
from lib.registry import Skip, check, expect_equal

BUILD = "rule job\n  command = ./job $out && touch $out\n" + "".join(f"build o{n}: job\n" for n in range(10))


def ninja():
    """The path of a ninja that knows the jobserver."""
    path = shutil.which(os.environ.get("NINJA", "ninja"))
    if not path:
        raise Skip("no ninja")
    version = subprocess.run([path, "--version"], stdout=subprocess.PIPE).stdout.decode()
    found = re.match(r"(\d+)\.(\d+)", version)
    if not found or (int(found[1]), int(found[2])) < (1, 13):
        raise Skip(f"ninja {version.strip()} has no jobserver (1.13 has; NINJA=PATH names one)")
    return os.path.realpath(path)


@check(limit=(2, 4))
def under_cmzmake(play, limit):
    """ninja's jobs and make's own: N at once in sum, at each step."""
    play.write("build.ninja", BUILD)
    play.write("Makefile", f"all: ninja j1 j2 j3 j4\nninja: ; @+{ninja()} --quiet\nj%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start(f"-j{limit}")
    meter.drive(limit, 14, make)
    make.succeed()


@check()
def two_at_once(play):
    """Two ninjas and a sub-make share the pool."""
    for name in ("a", "b"):
        play.write(f"{name}/build.ninja", BUILD.replace("./job $out", f"../job {name}$out"))
    play.write("sub.mk", "all: x1 x2 x3\nx%: ; @./job $@\n")
    play.write("Makefile", f".PHONY: a b\nall: a b sub\na b: ; @+{ninja()} --quiet -C $@\nsub: ; @$(MAKE) -f sub.mk\n")
    meter = Meter(play)
    make = play.start("-j5", "--no-print-directory")
    meter.drive(5, 23, make)
    make.succeed()


@check()
def below_a_pool(play):
    """ninja below cmzmake below a scripted server: each token is back with its value."""
    play.write("build.ninja", BUILD)
    play.write("Makefile", f"all: ninja j1 j2\nninja: ; @+{ninja()} --quiet\nj%: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 3, "fifo")
    make = play.start(pool=pool)
    meter.drive(4, 12, make)
    make.succeed()
    pool.expect_whole(make.story())


@check()
def on_a_plain_line(play):
    """A fifo is open to lines that are not recursive, too."""
    play.write("build.ninja", BUILD)
    play.write("Makefile", f"all: ninja j1 j2\nninja: ; @{ninja()} --quiet\nj%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start("-j4")
    meter.drive(4, 12, make)
    expect_equal(make.succeed().err(), "", "standard error")
