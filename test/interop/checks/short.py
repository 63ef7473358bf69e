"""The system is short of something: descriptors, memory, processes. Make builds all the same or says what is missing;
it leaves nothing behind (the runner looks at TMPDIR after each check) and does not fall over."""

from lib.meter import Meter
from lib.registry import Skip, check, expect, expect_equal
from lib.traced import strace

# Doubled until there is no more memory.
GROW = "X := aaaaaaaaaaaaaaaa\ngrow = $(foreach i,{},$(eval X := $(X)$(X)$(X)$(X)))\n".format(
    " ".join(str(i) for i in range(30)))
EXHAUSTED = "*** virtual memory exhausted"

# No redirections: for those a shell needs descriptors from 10 on.
BUILD = """all: a b c
	@touch $@
a b c: ; @touch $@; : $(shell echo $@)
ifdef INCLUDE
include made.mk
endif
made.mk: ; @touch $@
"""
MADE = ("all", "a", "b", "c", "made.mk")


def is_built(play):
    return all((play.folder / name).exists() for name in MADE)


def limited(what):
    return ("/bin/sh", "-c", f'ulimit {what}; exec "$@"', "sh")


@check(where=("read", "recipe", "shell"))
def memory(play, where):
    makefile = {
        "read": GROW + "$(grow)\nall: ; @echo done",
        "recipe": GROW + "all: ; @echo $(grow)",
        "shell": GROW + "Y := $(shell echo $(grow)$(X))\nall: ; @echo done",
    }[where]
    play.write("Makefile", makefile + "\n")
    make = play.start("-j3", "-Otarget", wrap=limited("-v 300000"))
    expect_equal(make.wait(), 2, f"exit status\n{make.story()}")
    expect(EXHAUSTED in make.err(), make.story())


@check()
def memory_while_jobs_run(play):
    """Those are waited for."""
    play.write("Makefile", GROW + "all: a b c\na b: ; @./job $@ && echo $@ > $@.done\nc: ; @echo $(grow)\n")
    meter = Meter(play)
    make = play.start("-j3", wrap=limited("-v 300000"))
    meter.until(lambda: "Waiting for unfinished jobs" in make.err(), "waiting for jobs", make)
    meter.expect_running(2, make)
    meter.release(2)
    expect_equal(make.wait(), 2, f"exit status\n{make.story()}")
    expect(EXHAUSTED in make.err(), make.story())
    for name in ("a", "b"):
        expect((play.folder / f"{name}.done").exists(), f"{name} was not waited for")


@check(number=(4, 5, 6, 7, 8, 9, 10, 12))
def descriptors(play, number):
    play.write("Makefile", BUILD)
    make = play.start("INCLUDE=1", wrap=limited(f"-n {number}"))
    expect_equal(make.wait(), 0, f"exit status\n{make.story()}")
    expect(is_built(play), "not all was built")


@check(number=(4, 5, 6, 7, 8, 9, 10, 12), sync=("none", "target"))
def descriptors_of_a_parallel_build(play, number, sync):
    play.write("Makefile", BUILD)
    make = play.start("INCLUDE=1", "-j4", f"-O{sync}", wrap=limited(f"-n {number}"))
    if make.wait() == 0:
        expect(is_built(play), "not all was built")
    else:
        expect_equal(make.wait(), 2, f"exit status\n{make.story()}")
        expect("Too many open files" in make.story(), make.story())


ERRORS = {
    "epoll_create1": "EMFILE", "epoll_ctl": "ENOSPC", "timerfd_create": "EMFILE", "signalfd4": "EMFILE",
    "eventfd2": "ENOMEM", "pipe2": "EMFILE", "vfork": "EAGAIN", "clone": "EAGAIN", "clone3": "EAGAIN",
    "mknod,mknodat": "ENOSPC", "mkdir": "ENOSPC", "pidfd_open": "EMFILE", "fcntl": "EMFILE",
    "epoll_ctl,signalfd4": "ENOMEM",
}
MOST = 60


@check(calls=tuple(ERRORS))
def refused(play, calls):
    """The n-th of these calls fails, for each n there is."""
    if not strace():
        raise Skip("no strace, or it may not trace here")
    play.write("Makefile", BUILD)
    for number in range(1, MOST):
        for name in MADE:
            (play.folder / name).unlink(missing_ok=True)
        inject = f"-einject={calls}:error={ERRORS[calls]}:when={number}"
        make = play.start("INCLUDE=1", "-j3", "-Otarget",
                          wrap=(strace(), "-qq", "-o", "trace", f"-etrace={calls}", inject))
        status = make.wait()
        trace = (play.folder / "trace").read_text(errors="replace")
        if "INJECTED" not in trace:
            break
        story = f"{calls} fails at call {number}: {status}\n{make.story()}"
        expect(status in (0, 2), story)
        if status == 0:
            expect(is_built(play), story)
        else:
            expect(make.err(), f"no word\n{story}")
        left = sorted(path.name for path in play.tmp.rglob("*"))
        expect(not left, f"left behind: {left}\n{story}")
