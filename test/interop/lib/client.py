"""A scripted client of the jobserver, run by a recipe: client.py STEP...

take N|all    reads N tokens, waiting for them; or all that are there now; none without a jobserver
give          writes back what it holds (also done at the end, unless it says `keep`)
keep          ends without returning what it holds
extra TEXT    writes the bytes of TEXT
fill          writes bytes until the pool takes no more
nonblock      sets O_NONBLOCK on the descriptors it inherited
close         closes the pool
reopen        opens it again
report FILE   writes what it knows as JSON: auth, makeflags, mflags, held, nonblocking, mode
tell FIFO     writes a line to FIFO
wait FIFO     reads a line from FIFO
kill          ends by SIGKILL"""

import fcntl
import json
import os
import select
import signal
import stat
import sys


class Client:
    def __init__(self):
        self.makeflags = os.environ.get("MAKEFLAGS", "")
        self.auth = ""
        for word in self.makeflags.split(" -- ")[0].split():
            for option in ("--jobserver-auth=", "--jobserver-fds="):
                if word.startswith(option):
                    self.auth = word[len(option):]
        self.held = b""
        self.shared = []
        self.reader = self.writer = -1
        self.open()

    def open(self):
        if self.auth.startswith("fifo:"):
            path = self.auth[5:]
            self.reader, self.writer = os.open(path, os.O_RDONLY | os.O_NONBLOCK), os.open(path, os.O_WRONLY)
        elif self.auth and not self.auth.startswith("-"):
            self.shared = [int(number) for number in self.auth.split(",")]
            self.reader = os.open(f"/proc/self/fd/{self.shared[0]}", os.O_RDONLY | os.O_NONBLOCK)
            self.writer = os.open(f"/proc/self/fd/{self.shared[1]}", os.O_WRONLY)

    def take(self, count):
        if self.reader < 0:
            return
        while count == "all" or len(self.held) < int(count):
            try:
                got = os.read(self.reader, 65536 if count == "all" else int(count) - len(self.held))
            except BlockingIOError:
                if count == "all":
                    return
                select.select([self.reader], [], [])
                continue
            self.held += got

    def give(self):
        os.write(self.writer, self.held)
        self.held = b""

    def fill(self):
        own = os.open(f"/proc/self/fd/{self.writer}", os.O_WRONLY | os.O_NONBLOCK)
        try:
            while True:
                os.write(own, b"x")
        except BlockingIOError:
            os.close(own)

    def report(self, path):
        mode = None
        if self.auth.startswith("fifo:"):
            where = self.auth[5:]
            mode = [oct(stat.S_IMODE(os.stat(name).st_mode)) for name in (where, os.path.dirname(where))]
        with open(path, "w") as out:
            json.dump({
                "auth": self.auth, "makeflags": self.makeflags, "mflags": os.environ.get("MFLAGS", ""),
                "held": self.held.decode("latin-1"), "mode": mode,
                "nonblocking": [bool(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK) for fd in self.shared],
            }, out)

    def play(self, steps):
        steps = iter(steps)
        for step in steps:
            if step == "take":
                count = next(steps)
                self.take(count)
            elif step == "give":
                self.give()
            elif step == "keep":
                self.held = b""
            elif step == "extra":
                os.write(self.writer, next(steps).encode())
            elif step == "fill":
                self.fill()
            elif step == "close":
                for fd in (self.reader, self.writer):
                    os.close(fd)
            elif step == "reopen":
                self.open()
            elif step == "nonblock":
                for fd in self.shared:
                    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_NONBLOCK)
            elif step == "report":
                self.report(next(steps))
            elif step == "tell":
                with open(next(steps), "w") as out:
                    out.write("told\n")
            elif step == "wait":
                with open(next(steps), "rb", buffering=0) as gate:
                    while gate.read(1) not in (b"\n", b""):
                        pass
            elif step == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            else:
                sys.exit(f"client: unknown step '{step}'")
        if self.held:
            self.give()


Client().play(sys.argv[1:])
