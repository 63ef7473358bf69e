"""The fifo: where it lives, and that it is gone afterwards (the runner looks at TMPDIR after each check)."""

import json
import os
import signal

from lib.meter import Meter
from lib.play import until
from lib.registry import check, expect, expect_equal

# USR1 is not here: it switches debugging on and off.
SIGNALS = ("INT", "TERM", "HUP", "QUIT", "ALRM", "USR2", "PIPE", "XCPU", "VTALRM", "PROF")


def fifos(play):
    return [path for path in play.tmp.rglob("*") if path.is_fifo()]


ENDS = {
    "success": ("all: ; @:", [], 0),
    "no-work": ("all:", [], 0),
    "failure": ("all: ; @false", [], 2),
    "keep-going": ("all: a b\na b: ; @false", ["-k"], 2),
    "question": ("all: ; @:", ["-q"], 1),
    "dry-run": ("all: ; @:", ["-n"], 0),
    "no-rule": ("all: nothing", [], 2),
    "syntax-error": ("all: ; @:\nendif", [], 2),
    "makefile-error": ("all: ; @$(error stop)", [], 2),
    "no-makefile": (None, [], 2),
    "starts-again": ("all: ; @:\ninclude a.mk\na.mk: ; @: > $@", [], 0),
    "starts-again-and-fails": ("all: ; @false\ninclude a.mk\na.mk: ; @: > $@", [], 2),
    "mutex": ("all: ; @+$(MAKE) -f sub.mk", ["-Otarget"], 0),
    "tree": ("all: ; @$(MAKE) -f sub.mk", ["-Oline"], 0),
}


@check(end=tuple(ENDS))
def removed(play, end):
    makefile, arguments, status = ENDS[end]
    if makefile is not None:
        play.write("Makefile", makefile + "\n")
    play.write("sub.mk", "all: a b\na b: ; @:\n")
    make = play.start("-j3", *arguments)
    expect_equal(make.wait(), status, f"exit status\n{make.story()}")


@check(name=SIGNALS)
def removed_by_signal(play, name):
    """Every signal that ends make, whether or not one thinks of it. (Not KILL.)"""
    number = getattr(signal, f"SIG{name}")
    play.write("Makefile", "all: a b c\na b c: ; @./job $@\n")
    meter = Meter(play)
    make = play.start("-j3", "-Otarget", wrap=("/bin/sh", "-c", 'ulimit -c 0; exec "$@"', "sh"))
    meter.expect_running(3, make)
    expect_equal(len(fifos(play)), 1, "fifos")
    make.signal(number)
    meter.settle()
    meter.release(3)
    make.wait()
    if name != "QUIT":
        expect_equal(make.wait(), -number, "status (minus the signal)")


@check(name=("INT", "TERM", "HUP"))
def removed_by_signal_in_a_tree(play, name):
    number = getattr(signal, f"SIG{name}")
    play.write("Makefile", "all: a b\na b: ; @$(MAKE) -f sub.mk D=$@\n")
    play.write("sub.mk", "all: x$(D)1 x$(D)2\nx%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start("-j4", "-Oline")
    meter.expect_running(4, make)
    make.signal(number, group=True)
    expect_equal(make.wait(), -number, "status (minus the signal)")
    # The sub-makes may end later; they own no file of the jobserver, but files for output.


@check(name=("INT", "TERM", "HUP"))
def removed_by_early_signal(play, name):
    """The signal comes while makefiles are remade."""
    number = getattr(signal, f"SIG{name}")
    play.write("Makefile", "all:\ninclude a.mk b.mk\n%.mk: ; @./job $@; : > $@\n")
    meter = Meter(play)
    make = play.start("-j2")
    meter.expect_running(2, make)
    make.signal(number, group=True)
    expect_equal(make.wait(), -number, "status (minus the signal)")


def tree(play, **options):
    """A tree at -j4 whose jobs run in another folder; the auth that a recursive line saw."""
    (play.folder / "sub").mkdir()
    play.write("Makefile", "all: auth a b\na b: ; @$(MAKE) -C sub D=$@\nauth: ; +@./client report report\n")
    play.write("sub/Makefile", "all: x$(D)1 x$(D)2 x$(D)3\nx%: ; @../job $@\n")
    meter = Meter(play)
    make = play.start("-j4", "--no-print-directory", **options)
    meter.drive(4, 6, make)
    make.succeed()
    expect_equal(make.err(), "", "standard error")
    return json.loads((play.folder / "report").read_text())["auth"]


@check()
def in_tmpdir(play):
    auth = tree(play)
    expect(auth.startswith(f"fifo:{play.tmp}/"), auth)


@check()
def make_tmpdir_first(play):
    other = play.top / "other"
    other.mkdir()
    auth = tree(play, env={"MAKE_TMPDIR": str(other)})
    expect(auth.startswith(f"fifo:{other}/"), auth)
    expect_equal(list(other.iterdir()), [], "left in MAKE_TMPDIR")


@check()
def relative_tmpdir(play):
    """The path is absolute: sub-makes run in other folders."""
    (play.folder / "here").mkdir()
    auth = tree(play, env={"TMPDIR": "here"})
    expect_equal(auth.startswith("fifo:/") or not auth.startswith("fifo"), True, auth)
    expect_equal(list((play.folder / "here").iterdir()), [], "left in TMPDIR")


@check()
def relative_tmpdir_and_directory(play):
    """TMPDIR may not be there after -C: make says so, and the tree has its jobserver all the same."""
    (play.folder / "here").mkdir()
    (play.folder / "down").mkdir()
    play.write("down/Makefile", "all: a b\na b: ; @$(MAKE) -C ../sub D=$@\n")
    play.write("sub/Makefile", "all: x$(D)1 x$(D)2 x$(D)3\nx%: ; @../job $@\n")
    meter = Meter(play)
    make = play.start("-j4", "--no-print-directory", "-C", "down", env={"TMPDIR": "here"})
    meter.drive(4, 6, make)
    expect("jobserver" not in make.succeed().err(), make.err())
    expect_equal(list((play.folder / "here").iterdir()), [], "left in TMPDIR")


ODD = {"blank": "a b", "tab": "a\tb", "backslash": "a\\b", "dollar": "a$b", "dollars": "a$$(x)b", "quote": "a'b",
       "hash": "a#b", "equals": "a=b", "comma": "a,b", "colon": "a:b", "utf8": "\u00fc"}


@check(kind=tuple(ODD))
def odd_tmpdir(play, kind):
    """Clients split MAKEFLAGS at blanks, and some read backslashes and dollars: none of them is in the path."""
    folder = play.top / ODD[kind]
    folder.mkdir()
    auth = tree(play, env={"TMPDIR": str(folder)})
    expect(not set(" \t\\$'\"") & set(auth), auth)
    expect_equal(list(folder.iterdir()), [], "left in TMPDIR")


@check(kind=("missing", "file", "empty", "long"))
def useless_tmpdir(play, kind):
    """The build has its jobserver all the same."""
    text = {"missing": str(play.top / "no" / "such"), "file": str(play.write("file", "")), "empty": "",
            "long": "/" + "x/" * 3000}[kind]
    play.write("Makefile", "all: a b\na b: ; +@./client report $@.report\n")
    make = play.start("-j3", env={"TMPDIR": text})
    make.succeed()
    auth = json.loads((play.folder / "a.report").read_text())["auth"]
    expect(auth, "no jobserver")
    if auth.startswith("fifo:"):
        until(lambda: not os.path.exists(auth[5:]), "fifo still there")


@check()
def name_is_taken(play):
    """A fifo of a dead make with the same process id: another name is taken, not another style."""
    play.write("Makefile", "all: ; +@./client take all report report\n")
    play.run("-j3", wrap=("/bin/sh", "-c", f'mkfifo "{play.tmp}/GMfifo$$"; exec "$@"', "sh"))
    [stale] = play.tmp.iterdir()
    stale.unlink()
    seen = json.loads((play.folder / "report").read_text())
    expect(seen["auth"].startswith("fifo:"), seen["auth"])
    expect(seen["auth"] != f"fifo:{stale}", seen["auth"])
    expect_equal(len(seen["held"]), 2, "tokens")


@check()
def name_cannot_be_guessed(play):
    """Two runs, two paths that differ in more than the process id."""
    play.write("Makefile", "all: ; +@./client report report\n")
    folders = set()
    for _ in range(2):
        play.run("-j3")
        auth = json.loads((play.folder / "report").read_text())["auth"]
        folders.add(os.path.dirname(auth))
    expect_equal(len(folders), 2, f"different folders: {folders}")
