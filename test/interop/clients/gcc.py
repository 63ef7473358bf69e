"""gcc -flto=jobserver: runs a make of its own for the partitions, as a client of the pool."""

import shutil
import subprocess
from pathlib import Path

from lib.meter import Meter
from lib.pool import Pool
from lib.registry import Skip, check, expect, expect_equal

PARTS = 6


def program(play):
    """Writes sources and a compiler that is metered while it works on one partition; the makefile's recipe."""
    if not shutil.which("gcc"):
        raise Skip("no gcc")
    for number in range(PARTS):
        play.write(f"f{number}.c", f"int f{number}(int n) {{ int s = 0; for (int i = 0; i < n; ++i) s += i ^ {number};"
                   " return s; }\n")
    play.write("main.c", "".join(f"int f{n}(int);\n" for n in range(PARTS)) + "int main(int c, char **v) { return "
               + " + ".join(f"f{n}(c)" for n in range(PARTS)) + "; }\n")
    # lto-wrapper calls the program it was called by: by its name, which is this script's.
    prefix = subprocess.run(["gcc", "-print-prog-name=cc1"], stdout=subprocess.PIPE).stdout.decode()
    play.write("cc", f"""#!/bin/bash
export GCC_EXEC_PREFIX={Path(prefix).parents[2]}/
for word; do [ "$word" = -fltrans ] && partition=1; done
[ "$partition" ] && {{ echo "b lto $$" > {play.top}/events; read line < {play.top}/go; }}
(exec -a "$0" gcc "$@"); status=$?
[ "$partition" ] && echo "e lto $$" > {play.top}/events
exit $status
""").chmod(0o755)
    sources = " ".join(["main.c", *(f"f{n}.c" for n in range(PARTS))])
    return f"{play.folder}/cc -O2 -flto=jobserver -flto-partition=max -fno-ipa-cp -fno-inline -o out {sources}"


def let_through(meter, make):
    """Partitions are as many as gcc likes: lets all through, however many."""
    meter.release(200)
    make.succeed()
    meter.settle()


@check(limit=(2, 4), make=("cmzmake", "gnu4.3"))
def under_cmzmake(play, limit, make):
    """The partitions run in parallel, N at once with make's own job; gcc calls cmzmake, or GNU Make, for them."""
    recipe = program(play)
    play.write("Makefile", f"all: lto j1\nlto: ; @+MAKE={play.program(make)} {recipe}\nj%: ; @./job $@\n")
    meter = Meter(play)
    top = play.start(f"-j{limit}", "--jobserver-style=pipe")
    meter.expect_running(limit, top)
    let_through(meter, top)
    expect(meter.most <= limit, f"{meter.most} jobs at once, {limit} allowed")
    expect(meter.ended.count("lto") >= PARTS, f"{meter.ended.count('lto')} partitions")
    expect("jobserver" not in top.err(), top.story())


@check()
def below_a_pool(play):
    """Each token is back with its value."""
    recipe = program(play)
    play.write("Makefile", f"all: ; @+MAKE={play.make} {recipe}\n")
    meter, pool = Meter(play), Pool(play, 3)
    top = play.start(pool=pool)
    meter.expect_running(4, top)
    let_through(meter, top)
    expect_equal(meter.most, 4, "partitions at once")
    pool.expect_whole(top.story())
