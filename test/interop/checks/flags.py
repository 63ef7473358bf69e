"""MAKEFLAGS and MFLAGS: what recursive lines, other lines, $(shell) and sub-makes see.

The expected texts are those of GNU Make 4.4.1; `--gnu` with that version compares once more, live."""

import re

from lib.registry import check, expect_equal

MAKEFILE = """$(shell ./show shell$(MAKELEVEL))
parse := $(MAKEFLAGS)
all: recursive plain mixed
recursive: ; +@./show $@
plain: ; @./show $@
mixed: ; @./show mixed-plain
\t+@./show mixed-recursive
mention: ; @: $(MAKE); ./show $@
show: ; $(info $(parse)) $(info $(MAKEFLAGS)) @:
sub: ; @$(MAKE) all
"""

POOL = "--jobserver-auth=POOL"
NONE = "--jobserver-auth=-2,-2"  # for lines that are not recursive, with a pipe; anyone can open a fifo
# name: (arguments, {who: MAKEFLAGS}, {who: MFLAGS})
CASES = {
    "jobs": (["-j3"], {
        "shell0": " -j3", "recursive": f" -j3 {POOL}", "plain": f" -j3 {POOL} {NONE}",
        "mixed-plain": f" -j3 {POOL}", "mixed-recursive": f" -j3 {POOL}"}),
    "mention": (["-j3", "mention"], {"mention": f" -j3 {POOL}"}),
    "sub": (["-j3", "sub"], {
        "shell1": f" -j3 {POOL} {NONE}", "recursive": f" -j3 {POOL}", "plain": f" -j3 {POOL} {NONE}"}),
    "letters": (["-j3", "-k", "-r"], {"recursive": f"kr -j3 {POOL}", "plain": f"kr -j3 {POOL} {NONE}"}),
    "override": (["-j3", "V=a b"], {
        "shell0": " -j3 -- V=a\\ b", "recursive": f" -j3 {POOL} -- V=a\\ b",
        "plain": f" -j3 {POOL} {NONE} -- V=a\\ b"}),
    "load": (["-j3", "-l", "350.50"], {"recursive": f" -j3 -l350.5 {POOL}", "plain": f" -j3 -l350.5 {POOL} {NONE}"}),
    "many": (["-k", "-j3", "-l", "350.50", "V=1", "--trace", "-I", "x", "--debug=b", "--no-print-directory"], {
        "recursive": f"k -Ix -j3 -l350.5 --debug=b {POOL} --trace --no-print-directory -- V=1",
        "plain": f"k -Ix -j3 -l350.5 --debug=b {POOL} --trace --no-print-directory {NONE} -- V=1"}),
    "serial": (["-j1"], {"shell0": " -j1", "recursive": " -j1", "plain": " -j1"}),
    "unlimited": (["-j"], {"shell0": " -j", "recursive": " -j", "plain": " -j"}),
    "none": ([], {"shell0": "", "recursive": "", "plain": ""}),
    "style-is-not-passed-on": (["-j3", "-k"], {"recursive": f"k -j3 {POOL}"}),
    "output-sync": (["-j3", "-Oline"], {"recursive": f" -j3 -Oline {POOL} --sync-mutex=MUTEX"}),
}


def clean(text):
    text = re.sub(r"--jobserver-auth=(fifo:\S+|\d+,\d+)", POOL, text)
    return re.sub(r"--sync-mutex=\S+", "--sync-mutex=MUTEX", text)


def show(play, arguments, style, program=None):
    """{who: (MAKEFLAGS, MFLAGS)} as the recipes of MAKEFILE see them."""
    play.write("Makefile", MAKEFILE)
    play.script("show", 'printf "%s\\n" "$MAKEFLAGS" > seen.$1; printf "%s\\n" "$MFLAGS" >> seen.$1')
    styles = [f"--jobserver-style={style}"] if style else []
    play.run(*styles, *arguments, program=program)
    seen = {}
    for path in play.folder.glob("seen.*"):
        seen[path.suffix[1:]] = tuple(clean(path.read_text()).split("\n")[:2])
        path.unlink()
    return seen


@check(case=tuple(CASES), style=("fifo", "pipe"))
def text(play, case, style):
    arguments, wanted = CASES[case]
    seen = show(play, arguments, style)
    for who, makeflags in wanted.items():
        if style == "fifo":
            makeflags = makeflags.replace(f" {NONE}", "")
        expect_equal(seen[who][0], makeflags, f"MAKEFLAGS of {who}")


@check(case=tuple(CASES), style=("fifo", "pipe"))
def as_gnu(play, case, style):
    """MAKEFLAGS and MFLAGS of every line, beside GNU Make 4.4.1."""
    arguments, _ = CASES[case]
    gnu = show(play, arguments, style, play.program("gnu4.4.1"))
    expect_equal(show(play, arguments, style), gnu, "MAKEFLAGS and MFLAGS")
