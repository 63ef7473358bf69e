"""A scripted token server: a pool whose every token has a value of its own."""

import fcntl
import os
import pty
import select
import struct
import termios
import tty

from lib.play import until
from lib.registry import expect

STYLES = ("pipe", "fifo", "fds")
LETTERS = b"abcdefghijklmnopqrstuvwxyz"


def waiting_bytes(fd):
    return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"\0\0\0\0"))[0]


class Pool:
    """`style`: `pipe` (--jobserver-auth=R,W), `fds` (the same as --jobserver-fds) or `fifo`.
    The runner's own descriptor is an open file of its own: its flags are not those of the pipe."""

    def __init__(self, play, tokens=4, style="pipe"):
        self.style, self.tokens = style, LETTERS[:tokens]
        if style == "fifo":
            self.path = play.top / "pool"
            os.mkfifo(self.path, 0o600)
            self.own = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
            self.read_end = self.write_end = -1
        else:
            self.read_end, self.write_end = os.pipe()
            self.own = os.open(f"/proc/self/fd/{self.read_end}", os.O_RDWR | os.O_NONBLOCK)
        self.flags = self.shared_flags()
        self.give(self.tokens)
        play.pools.append(self)

    def close(self):
        for fd in (self.own, self.read_end, self.write_end):
            if fd >= 0:
                os.close(fd)
        self.own = self.read_end = self.write_end = -1

    def auth(self):
        if self.style == "fifo":
            return f"--jobserver-auth=fifo:{self.path}"
        option = "--jobserver-fds" if self.style == "fds" else "--jobserver-auth"
        return f"{option}={self.read_end},{self.write_end}"

    def makeflags(self):
        return f" -j{len(self.tokens) + 1} {self.auth()}"

    def inherited(self):
        return () if self.style == "fifo" else (self.read_end, self.write_end)

    def shared_flags(self):
        return [fcntl.fcntl(fd, fcntl.F_GETFL) for fd in self.inherited()]

    def give(self, tokens):
        os.write(self.own, tokens)

    def take(self, count):
        """Up to `count` of the tokens that lie in the pool now."""
        try:
            return os.read(self.own, count)
        except BlockingIOError:
            return b""

    def inside(self):
        return waiting_bytes(self.own)

    def expect_inside(self, count, process=None):
        until(lambda: self.inside() == count,
              f"waiting for {count} tokens in the pool (last seen: {self.inside()})", process)

    def expect_whole(self, story=""):
        """Every token is back, each with its value, and the shared pipe is as it was."""
        back = bytes(sorted(self.take(65536)))
        expect(back == self.tokens,
               f"tokens given: {self.tokens.decode()!r}, back: {back.decode(errors='replace')!r}\n{story}")
        expect(self.shared_flags() == self.flags,
               f"flags of the shared pipe changed from {self.flags} to {self.shared_flags()}\n{story}")


class TerminalPool:
    """A pool behind a character device: the slave of a pseudo terminal, served at its master."""

    style = "fifo"

    def __init__(self, play, tokens=3):
        self.tokens = LETTERS[:tokens]
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        os.write(self.master, self.tokens)
        play.pools.append(self)

    def close(self):
        os.close(self.master)
        os.close(self.slave)

    def makeflags(self):
        return f" -j{len(self.tokens) + 1} --jobserver-auth=fifo:{self.path}"

    def inherited(self):
        return ()

    def give(self, tokens):
        os.write(self.master, tokens)

    def returned(self):
        """What clients wrote back until now."""
        ready, _, _ = select.select([self.master], [], [], 0)
        return os.read(self.master, 65536) if ready else b""
