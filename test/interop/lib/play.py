"""The stage of one check: a folder, a fixed environment, and the processes started in it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lib.registry import Failure, Skip, expect

LIB = Path(__file__).resolve().parent
# Ends a check that hangs; far longer than a loaded machine needs. No check passes or fails because something took shorter
# or longer.
GUARD_SECONDS = float(os.environ.get("INTEROP_GUARD", "600"))
KNOWN_GUARD_SECONDS = min(5.0, GUARD_SECONDS)  # for a check that is known to fail, and may well hang
OUTPUT_LIMIT = 4000


def until(condition, what, process=None):
    """Waits until `condition()` is true; fails when that takes too long, or `process` ends first."""
    guard = process.guard if process is not None else GUARD_SECONDS
    deadline = time.monotonic() + guard
    while True:
        ended = process is not None and process.ended()
        if condition():
            return
        if ended:
            raise Failure(f"{what}: make ended first\n{process.story()}")
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {guard:.0f} seconds"
                          + (f"\n{process.story()}" if process else ""))
        time.sleep(0.005)


class Process:
    """A make (or what runs one), leader of a process group of its own."""

    def __init__(self, play, argv, environment, pass_fds, stdout):
        number = len(play.processes)
        self.guard = play.guard
        self.out_path, self.err_path = play.top / f"out{number}", play.top / f"err{number}"
        self.argv = [str(word) for word in argv]
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.popen = subprocess.Popen(
                self.argv, cwd=play.folder, env=environment, stdin=subprocess.DEVNULL,
                stdout=out if stdout is None else stdout, stderr=err, pass_fds=pass_fds,
                start_new_session=True)
        self.pid = self.popen.pid

    def ended(self):
        return self.popen.poll() is not None

    def out(self):
        return self.out_path.read_text(errors="replace")

    def err(self):
        return self.err_path.read_text(errors="replace")

    def wait(self):
        """The exit status, or minus the signal that ended it."""
        try:
            return self.popen.wait(self.guard)
        except subprocess.TimeoutExpired:
            raise Failure(f"did not end within {self.guard:.0f} seconds\n{self.story()}") from None

    def succeed(self):
        status = self.wait()
        expect(status == 0, f"exit status {status}\n{self.story()}")
        return self

    def signal(self, number, group=False):
        (os.killpg if group else os.kill)(self.pid, number)

    def cpu_seconds(self):
        """Processor time used until now; the process must not have been waited for."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def story(self):
        return (f"$ {' '.join(self.argv)}\n{self.out()[-OUTPUT_LIMIT:]}{self.err()[-OUTPUT_LIMIT:]}"
                .rstrip("\n"))


class Play:
    def __init__(self, cmzmake, gnus, guard=GUARD_SECONDS):
        self.guard = guard
        self.top = Path(os.path.realpath(tempfile.mkdtemp(prefix="interop-")))
        self.folder = self.top / "w"
        self.tmp = self.top / "tmp"
        self.folder.mkdir()
        self.tmp.mkdir()
        self.processes = []
        self.pools = []
        self.meters = []
        # Each program is called `make`, in a folder of its own.
        self.make = self.install(cmzmake, "cmzmake")
        # And under its own name, for what GNU Make does not have.
        self.own = self.install(cmzmake, "own", "cmzmake")
        self.gnus = gnus
        self.environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.folder), "LC_ALL": "C",
            "TMPDIR": str(self.tmp)}
        # The scripted client of lib/client.py.
        self.script("client", f"exec {sys.executable} -I -S {LIB}/client.py \"$@\"")

    def install(self, program, folder, name="make"):
        tools = self.top / folder
        tools.mkdir(exist_ok=True)
        link = tools / name
        if not link.is_symlink():
            link.symlink_to(program)
        return link

    def program(self, name):
        """The path of `cmzmake`, or of GNU Make `gnu4.3`: whichever of --gnu has that version."""
        if name == "cmzmake":
            return self.make
        if name not in self.gnus:
            raise Skip(f"no {name} (say --gnu PATH)")
        return self.install(self.gnus[name], name)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def script(self, name, text):
        path = self.write(name, "#!/bin/sh\n" + text + "\n")
        path.chmod(0o755)

    def start(self, *arguments, program=None, pool=None, makeflags="", env=None, stdout=None,
              wrap=()):
        """Starts `program` (cmzmake) with `arguments`, as a child of `pool` when there is one."""
        environment = dict(self.environment)
        if pool is not None:
            makeflags += pool.makeflags()
        if makeflags:
            environment["MAKEFLAGS"] = makeflags
        environment.update(env or {})
        process = Process(self, [*wrap, program or self.make, *arguments], environment,
                          pool.inherited() if pool is not None else (), stdout)
        self.processes.append(process)
        return process

    def run(self, *arguments, **options):
        """As start(), and waits; the status must be 0."""
        return self.start(*arguments, **options).succeed()

    def close(self):
        """Ends whatever still runs and removes everything; tells what was left in TMPDIR."""
        for process in self.processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.popen.wait()
        for resource in self.pools + self.meters:
            resource.close()
        left = sorted(str(path.relative_to(self.tmp)) for path in self.tmp.rglob("*"))
        shutil.rmtree(self.top, ignore_errors=True)
        return left
