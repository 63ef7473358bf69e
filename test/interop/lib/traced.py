"""Delays in chosen system calls, by strace: what is a matter of luck otherwise happens every time."""

import functools
import shutil
import subprocess

from lib.registry import Skip

# The calls in which a program may wait for tokens, children and signals.
KINDS = {
    "read": "read,readv,preadv,preadv2",
    "wait": "wait4,waitid",
    "poll": "epoll_wait,epoll_pwait,epoll_pwait2,poll,ppoll,pselect6,select",
}


@functools.lru_cache(maxsize=None)
def strace():
    """The path of a strace that may trace here; empty when there is none."""
    path = shutil.which("strace") or ""
    works = path and subprocess.run([path, "-qq", "-o", "/dev/null", "true"], stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    return path if works else ""


def delayed(calls, where, milliseconds, follow=False):
    """The words before a command that runs with each of `calls` delayed; `where` is `enter` or `exit`.
    With `follow` its children are, too."""
    if not strace():
        raise Skip("no strace, or it may not trace here")
    return [strace(), "-qq", "-o", "/dev/null", *(["-f"] if follow else []), f"-etrace={calls}",
            f"-einject={calls}:delay_{where}={milliseconds * 1000}"]
