"""A case: a folder of makefiles and files, and one command line; how it is run and compared."""

import copy
import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

SECONDS = 10
# Files get times counted from here, in seconds: far enough in the past that what a recipe makes is newer.
EPOCH = 1_600_000_000
# What -p says of the clock and of the files' times.
DATES = re.compile(r"^(# (?:Make data base, printed|Finished Make data base) on|#  Last modified) .*", re.M)


@dataclass
class Case:
    """`makefiles`: name -> chunks, a chunk being lines that belong together."""
    makefiles: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)         # name -> seconds after EPOCH
    arguments: list = field(default_factory=list)     # lists of words that belong together
    environment: dict = field(default_factory=dict)
    merged: bool = False    # standard error goes where standard output goes
    unordered: bool = False  # parallel: the order of lines is chance

    def copy(self):
        return copy.deepcopy(self)

    def words(self):
        return [word for group in self.arguments for word in group]

    def text(self):
        """All of it as a person reads it."""
        out = []
        for name, value in self.environment.items():
            out.append(f"environment: {name}={value}")
        out.append("command: make " + " ".join(map(repr, self.words())))
        if self.files:
            out.append("files, oldest first: " +
                       " ".join(sorted(self.files, key=lambda name: (self.files[name], name))))
        for name, chunks in self.makefiles.items():
            out.append(f"--- {name}")
            out += [line for chunk in chunks for line in chunk]
        return "\n".join(out) + "\n"

    def write(self, folder):
        folder.mkdir(parents=True)
        for name, seconds in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name + "\n")
            os.utime(path, (EPOCH + seconds, EPOCH + seconds))
        for name, chunks in self.makefiles.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = "".join(line + "\n" for chunk in chunks for line in chunk)
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
            os.utime(path, (EPOCH, EPOCH))


@dataclass
class Outcome:
    """What can be seen of one program: of a first run, and of a second one in the same folder."""
    statuses: list
    outputs: list   # one (merged) or two texts for each run
    files: dict     # name -> content, after both runs
    timed_out: bool = False

    def key(self):
        return (tuple(self.statuses), tuple(map(tuple, self.outputs)),
                tuple(sorted(self.files.items())))

    def text(self):
        out = []
        for number, (status, outputs) in enumerate(zip(self.statuses, self.outputs), 1):
            out.append(f"run {number}: exit status {status}")
            for name, text in zip(("standard output", "standard error"), outputs):
                out.append(f"{name}:")
                out += ["  " + line for line in text.splitlines()]
        out.append("files:")
        out += [f"  {name}: {content!r}" for name, content in sorted(self.files.items())]
        return "\n".join(out) + "\n"


def normalise(text):
    """Takes out what differs from run to run of the same program."""
    text = DATES.sub(r"\1 X", text)
    text = re.sub(r"--jobserver-(?:auth|fds)=\S*", "--jobserver-auth=X", text)
    text = re.sub(r"(?:%s)/Gm\w+" % re.escape(os.environ.get("TMPDIR", "/tmp")), "/tmp/GmX", text)
    return re.sub(r"/tmp/GmX\w*", "/tmp/GmX", text)


def members(data):
    """An archive as text, without the times."""
    out, at = "archive\n", 8
    while at + 60 <= len(data):
        size = int(data[at + 48:at + 58])
        body = data[at + 60:at + 60 + size]
        out += f"{data[at:at + 16].decode().strip()} {body.decode('utf-8', 'surrogateescape')!r}\n"
        at += 60 + size + size % 2
    return out


class Runner:
    """Runs cases. Every program is found at the same path, in a folder of the same name."""

    def __init__(self, root):
        self.root = root
        self.bin = root / "bin"
        self.bin.mkdir(parents=True)

    def run(self, case, program):
        link = self.bin / "make"
        link.unlink(missing_ok=True)
        link.symlink_to(program)
        folder = self.root / "w"
        shutil.rmtree(folder, ignore_errors=True)
        case.write(folder)
        statuses, outputs, timed_out = [], [], False
        for _ in range(2):
            status, texts = self.once(case, link, folder)
            if status is None:
                timed_out = True
                break
            statuses.append(status)
            outputs.append([self.tidy(case, text) for text in texts])
        return Outcome(statuses, outputs, self.contents(folder), timed_out)

    def once(self, case, program, folder):
        environment = {"PATH": f"{self.bin}:/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C",
                       "HOME": str(self.root), **case.environment}
        out = self.root / "out"
        err = self.root / "err"
        with open(out, "wb") as stdout, open(err, "wb") as stderr:
            process = subprocess.Popen([str(program)] + case.words(), cwd=folder, env=environment,
                                       stdin=subprocess.DEVNULL, stdout=stdout,
                                       stderr=stdout if case.merged else stderr,
                                       start_new_session=True)
            try:
                status = process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                status = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        names = [out] if case.merged else [out, err]
        return status, [name.read_bytes().decode("utf-8", "surrogateescape") for name in names]

    @staticmethod
    def tidy(case, text):
        text = normalise(text)
        if case.unordered:
            text = "".join(sorted(text.splitlines(keepends=True)))
        return text

    @staticmethod
    def contents(folder):
        found = {}
        for path in sorted(folder.rglob("*")):
            name = str(path.relative_to(folder))
            if path.is_file():
                data = path.read_bytes()
                found[name] = (members(data) if data.startswith(b"!<arch>\n") else
                               normalise(data.decode("utf-8", "surrogateescape")))
        return found
