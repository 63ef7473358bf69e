"""The programs that take part, and the state in which they are started."""

import os
import re
import shutil
import signal
import subprocess
import sys


def reset_signals():
    """A background job starts with signals ignored, and the programs started here would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGALRM, signal.SIGUSR1,
                   signal.SIGUSR2, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def find_program(name):
    path = shutil.which(name)
    if not path:
        sys.exit(f"interop: no such program: {name}")
    return os.path.realpath(path)


def find_gnus(named):
    """{`gnu4.3`: path, ...} of the --gnu programs and of `make`, when that is a GNU Make."""
    gnus = {}
    for name in named:
        path = find_program(name)
        version = gnu_version(path)
        if not version:
            sys.exit(f"interop: not a GNU Make: {name}")
        gnus[version] = path
    for name in filter(shutil.which, ("make", "gmake")):
        path = find_program(name)  # through links: cmzmake installed as `make` calls itself GNU Make
        version = gnu_version(path)
        if version:
            gnus.setdefault(version, path)
    return gnus


def gnu_version(program):
    """`gnu4.3` for GNU Make 4.3; None for any other program."""
    try:
        text = subprocess.run([program, "--version"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    except OSError:
        return None
    found = re.match(rb"GNU Make (\d+\.\d+(?:\.\d+)*)", text)
    if b"cmzmake" in text or not found:
        return None
    return "gnu" + found.group(1).decode()
