"""Trees of makes: over the whole tree never more than N jobs run, and N whenever there is work."""

from lib.meter import Meter
from lib.play import until
from lib.pool import Pool
from lib.registry import check, expect, expect_equal

PROGRAMS = ("cmzmake", "gnu4.3", "gnu4.4.1")


def style_arguments(program, style):
    """How `program` is told to serve `style`. Before 4.4 there is one style, and no option for it."""
    return [] if program == "gnu4.3" else [f"--jobserver-style={style}"]


def possible(style, **names):
    """Whether programs of these names can share a pool of `style`: 4.3 stops when it sees a fifo."""
    return style == "pipe" or "gnu4.3" not in names.values()


def plant(play, parent, children, style, limit):
    """Starts a tree at -j`limit`: `parent` with three jobs of its own and a sub-make, of four jobs each, for
    every one of `children`."""
    subs = [f"s{number}" for number in range(len(children))]
    rules = "".join(f"{sub}: ; +@{play.program(child)} --no-print-directory -f sub.mk D={sub}\n"
                    for sub, child in zip(subs, children))
    play.write("Makefile", f"all: j1 {' '.join(subs)} j2 j3\nj1 j2 j3: ; @./job $@\n{rules}")
    play.write("sub.mk", "all: x$(D)1 x$(D)2 x$(D)3 x$(D)4\nx%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start(f"-j{limit}", *style_arguments(parent, style), program=play.program(parent))
    return meter, make, 3 + 4 * len(children)


def with_cmzmake(parent, child, style, limit):  # pylint: disable=unused-argument
    return "cmzmake" in (parent, child) and possible(style, parent=parent, child=child)


@check(when=with_cmzmake, parent=PROGRAMS, child=PROGRAMS, style=("pipe", "fifo"), limit=(2, 4))
def pair(play, parent, child, style, limit):
    """A parent and its children, one of them at least cmzmake."""
    meter, make, total = plant(play, parent, [child] * 3, style, limit)
    meter.drive(limit, total, make)
    expect_equal(make.succeed().err(), "", "standard error")


@check(when=possible, parent=PROGRAMS, style=("pipe", "fifo"))
def mixed_children(play, parent, style):
    children = [name for name in PROGRAMS if name == "cmzmake" or name in play.gnus
                and possible(style, name=name)]
    meter, make, total = plant(play, parent, children * 2, style, 5)
    meter.drive(5, total, make)
    expect_equal(make.succeed().err(), "", "standard error")


@check(style=("pipe", "fifo"), order=("cgc", "gcg"))
def three_floors(play, style, order):
    """cmzmake, GNU Make, cmzmake; and the other way round."""
    gnu = "gnu4.4.1" if style == "fifo" else next((name for name in PROGRAMS[1:] if name in play.gnus), "gnu4.3")
    first, second, third = ("cmzmake" if letter == "c" else gnu for letter in order)
    play.write("Makefile", f"all: a b\na b: ; +@{play.program(second)} --no-print-directory -f middle.mk D=$@\n")
    play.write("middle.mk", f"all: $(D)1 $(D)2 m$(D)\n$(D)1 $(D)2: ; +@{play.program(third)} "
               "--no-print-directory -f sub.mk D=$@\nm$(D): ; @./job $@\n")
    play.write("sub.mk", "all: x$(D)1 x$(D)2 x$(D)3\nx%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start("-j4", *style_arguments(first, style), program=play.program(first))
    meter.drive(4, 14, make)
    expect_equal(make.succeed().err(), "", "standard error")


@check(style=("pipe", "fifo"), step=(1, 3))
def deep(play, style, step):
    """Ten makes, each below the one before, with two jobs each."""
    play.write("Makefile", "D ?= x\nall: $(D)1 $(D)2 $(if $(filter-out xxxxxxxxxx,$(D)),sub)\n"
               "$(D)1 $(D)2: ; @./job $@\nsub: ; @$(MAKE) --no-print-directory D=x$(D)\n")
    meter = Meter(play)
    make = play.start("-j4", f"--jobserver-style={style}")
    meter.drive(4, 20, make, step)
    expect_equal(make.succeed().err(), "", "standard error")


@check(style=("pipe", "fifo"))
def many_lines(play, style):
    """A recipe with several recursive and other lines, beside plain jobs."""
    play.write("Makefile", "all: a b j1 j2\na b: ; @./job $@-first\n"
               "\t@$(MAKE) --no-print-directory -f sub.mk D=$@-one\n\t@./job $@-middle\n"
               "\t@$(MAKE) --no-print-directory -f sub.mk D=$@-two\nj1 j2: ; @./job $@\n")
    play.write("sub.mk", "all: x$(D)1 x$(D)2\nx%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start("-j4", f"--jobserver-style={style}")
    meter.expect_running(4, make)
    meter.release(14)
    make.succeed()
    expect_equal(make.err(), "", "standard error")
    meter.settle()
    expect_equal(len(meter.ended), 14, "jobs")
    expect(meter.most <= 4, f"{meter.most} jobs at once")


@check(style=("pipe", "fifo", "fds"))
def below_a_pool(play, style):
    """A client with clients below it, under a scripted server: each token is back with its value."""
    play.write("Makefile", "all: a b c\na b c: ; @$(MAKE) --no-print-directory -f sub.mk D=$@\n")
    play.write("sub.mk", "all: x$(D)1 x$(D)2 x$(D)3 x$(D)4\nx%: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 4, style)
    make = play.start(pool=pool)
    meter.expect_running(5, make)
    meter.drive(5, 12, make, 2)
    make.succeed()
    pool.expect_whole(make.story())


@check(style=("pipe", "fifo"))
def own_pool_below(play, style):
    """A sub-make with a -j of its own neither takes from the parent's pool nor counts against it."""
    play.write("Makefile", "all: a j1 j2\na: ; @$(MAKE) --no-print-directory -j2 -f sub.mk\nj1 j2: ; @./job $@\n")
    play.write("sub.mk", "all: x1 x2 x3\nx%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start("-j3", f"--jobserver-style={style}")
    meter.expect_running(4, make)
    meter.release(5)
    make.succeed()
    expect_equal(make.err(), "make[1]: warning: -j2 forced in submake: resetting jobserver mode.\n", "standard error")


@check(style=("pipe", "fifo"), parent=("-j", "-j1", "-j2", "-j3", "-j5"), wanted=("-j", "-j1", "-j2", "-j3", "-j5"))
def asked_for_in_makefile(play, style, parent, wanted):
    """A sub-make whose makefile asks for another number of jobs than its parent's leaves the parent's pool."""
    play.write("Makefile", "all: ; @$(MAKE) --no-print-directory -f sub.mk\n")
    play.write("sub.mk", f"MAKEFLAGS += {wanted}\nall: x1 x2 x3 x4 x5 x6 x7\nx%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start(parent, f"--jobserver-style={style}")
    meter.drive(int(wanted[2:] or 7), 7, make)
    warned = parent not in ("-j", "-j1", wanted)
    text = f"make[1]: warning: {wanted}{'' if wanted[2:] else '0'} forced in makefile: resetting jobserver mode.\n"
    expect_equal(make.succeed().err(), text if warned else "", "standard error")


@check(style=("pipe", "fifo"))
def starts_again_as_server(play, style):
    """The top make remakes its makefiles and executes itself: the new pool is whole, the old one gone."""
    play.write("Makefile", "all: a b\na b: ; @$(MAKE) --no-print-directory -f sub.mk D=$@\n"
               "include a.mk b.mk c.mk\n%.mk: ; @./job $@; : > $@\n")
    play.write("sub.mk", "all: x$(D)1 x$(D)2 x$(D)3\nx$(D)1 x$(D)2 x$(D)3: ; @./job $@\n")
    meter = Meter(play)
    make = play.start("-j3", f"--jobserver-style={style}")
    meter.expect_running(3, make)
    meter.release(3)
    meter.until(lambda: len(meter.ended) == 3, "waiting for the makefiles", make)
    meter.drive(3, 9, make)
    expect_equal(make.succeed().err(), "", "standard error")


@check(style=("pipe", "fifo"))
def sub_make_starts_again(play, style):
    """A sub-make remakes its makefile and executes itself: still a client of the same pool."""
    play.write("Makefile", "all: a b\na b: ; @$(MAKE) --no-print-directory -f sub.mk D=$@\n")
    play.write("sub.mk", "all: x$(D)1 x$(D)2 x$(D)3\nx$(D)1 x$(D)2 x$(D)3: ; @./job $@\n"
               "include $(D).mk\n$(D).mk: ; @./job $@ makefiles; : > $@\n")
    meter = Meter(play)
    meter.gate("makefiles")
    make = play.start("-j4", f"--jobserver-style={style}")
    meter.expect_running(2, make)
    meter.release(2, "makefiles")
    meter.until(lambda: len(meter.ended) == 2, "waiting for the makefiles", make)
    meter.drive(4, 8, make)
    expect_equal(make.succeed().err(), "", "standard error")


def most_at_once(log):
    """The highest number of `b` lines without their `e`, and how many `b` there are."""
    now = most = begun = 0
    for line in log.read_text().split():
        now += 1 if line == "b" else -1
        begun += line == "b"
        most = max(most, now)
    return most, begun


@check(style=("pipe", "fifo"))
def crowd(play, style):
    """200 makes with ten tiny jobs each at -j8, and then eight jobs at once: no token was lost."""
    makes = " ".join(f"m{number}" for number in range(200))
    jobs = " ".join(f"x{number}" for number in range(10))
    play.write("Makefile", f"all: {' '.join(f'j{number}' for number in range(16))}\nj%: | {makes} ; @./job $@\n"
               "m%: ; @$(MAKE) --no-print-directory -f sub.mk\n")
    play.write("sub.mk", f"all: {jobs}\nx%: ; @echo b >> log; echo e >> log\n")
    meter = Meter(play)
    make = play.start("-j8", "-rR", f"--jobserver-style={style}")
    until(lambda: meter.collect(0) or meter.begun, "waiting for the crowd", make)
    most, begun = most_at_once(play.folder / "log")
    expect_equal(begun, 2000, "tiny jobs")
    expect(most <= 8, f"{most} tiny jobs at once")
    meter.drive(8, 16, make)
    expect_equal(make.succeed().err(), "", "standard error")
