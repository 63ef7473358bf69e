"""Fetches the source package that holds GNU Make's regression suite, through apt.

The package is in a newer Debian release than the one this project is built on, so the machine's own
apt sources are taken with that release's name put in, in a configuration private to the caller.
"""

import hashlib
import os
import re
import shlex
import subprocess
from pathlib import Path

PACKAGE = "make-dfsg"
RELEASE = "trixie"
# Upstream's archive in it: checked here, because a Debian 12 may lack the newer release's key.
ARCHIVE = "make-dfsg_4.4.1.orig.tar.xz"
ARCHIVE_SHA256 = "3b16b00ea1079af9f8096bbc71ff7cc00c249fc6a862003da3c42308a0adb0fe"


class SourceError(Exception):
    """The suite cannot be had; the text says why."""


def setting(name):
    """The path that apt's own configuration gives for `name`."""
    out = subprocess.run(["apt-config", "shell", "value", name + "/f"], stdout=subprocess.PIPE,
                         check=True, text=True).stdout
    return shlex.split(out)[0].partition("=")[2] if out.strip() else "/nonexistent"


def one_line_sources(text):
    """(address, suite, keyring) of every `deb` line that has the component main."""
    for line in text.splitlines():
        found = re.match(r"\s*deb(?:-src)?\s+(?:\[([^]]*)\]\s+)?(\S+)\s+(\S+)\s+(.*)", line)
        if found and "main" in found.group(4).split():
            key = re.search(r"signed-by=(\S+)", found.group(1) or "", re.I)
            yield found.group(2), found.group(3), key.group(1) if key else None


def stanza_sources(text):
    """The same from the deb822 format."""
    text = re.sub(r"^#.*\n", "", text, flags=re.M)
    for stanza in re.split(r"\n\s*\n", text):
        fields = {name.lower(): " ".join(value.split()) for name, value in
                  re.findall(r"^([A-Za-z-]+):((?:.*\n?)(?:[ \t].*\n?)*)", stanza, re.M)}
        if fields.get("enabled", "yes").lower() == "no":
            continue
        if "main" not in fields.get("components", "").split():
            continue
        key = fields.get("signed-by")
        for address in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield address, suite, key if key and key.startswith("/") else None


def machine_sources():
    """(address, keyring) of the archives that serve this machine's own Debian release."""
    release = Path("/etc/os-release").read_text()
    codename = re.search(r"^VERSION_CODENAME=(\S+)", release, re.M)
    names = {codename.group(1)} if codename else set()
    names |= {"stable", "oldstable", RELEASE}
    files = [Path(setting("Dir::Etc::sourcelist"))]
    parts = Path(setting("Dir::Etc::sourceparts"))
    if parts.is_dir():
        files += sorted(parts.iterdir())
    found = []
    for file in files:
        if not file.is_file() or file.suffix not in (".list", ".sources"):
            continue
        text = file.read_text(errors="replace")
        parse = stanza_sources if file.suffix == ".sources" else one_line_sources
        for address, suite, key in parse(text):
            if suite in names and (address, key) not in found:
                found.append((address, key))
    if not found:
        raise SourceError("no apt source of this machine serves its own Debian release")
    return found


class PrivateApt:
    """apt-get with sources, lists and cache of its own, below `folder`."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        config = folder / "apt.conf"
        config.write_text(f'Dir::Etc::sourcelist "{folder}/sources.list";\n'
                          'Dir::Etc::sourceparts "/dev/null";\n'
                          f'Dir::State::lists "{folder}/lists";\n'
                          f'Dir::Cache "{folder}/cache";\n'
                          'APT::Sandbox::User "";\n')
        self.environment = dict(os.environ, APT_CONFIG=str(config), LC_ALL="C")

    def use(self, source):
        (self.folder / "sources.list").write_text(source + "\n")

    def run(self, *words, folder=None):
        """(whether it succeeded, its output)"""
        done = subprocess.run(["apt-get", "-q", *words], cwd=folder, env=self.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace")
        # A missing key is only a warning for apt, yet it keeps no list then.
        return done.returncode == 0 and "NO_PUBKEY" not in done.stdout, done.stdout


def download(folder, apt):
    """Puts the package's files into `folder`."""
    log = ""
    for address, key in machine_sources():
        signed = f"[signed-by={key}] " if key else ""
        # Without the newer release's key: the checksum above vouches for the archive.
        for options in (signed, "[trusted=yes] "):
            apt.use(f"deb-src {options}{address} {RELEASE} main")
            done, text = apt.run("update")
            if done:
                done, text = apt.run("source", "--download-only", PACKAGE, folder=folder)
            log += text
            if done and (folder / ARCHIVE).is_file():
                return
    raise SourceError(f"apt cannot fetch the source package {PACKAGE} of {RELEASE}:\n{log}")


def fetch(folder):
    """Unpacks the suite below `folder`; gives the top of the source tree."""
    folder.mkdir(parents=True)
    download(folder, PrivateApt(folder / "apt"))
    digest = hashlib.sha256((folder / ARCHIVE).read_bytes()).hexdigest()
    if digest != ARCHIVE_SHA256:
        raise SourceError(f"{ARCHIVE} has the SHA-256 {digest}, not {ARCHIVE_SHA256}")
    description = next(folder.glob("*.dsc"))
    try:
        done = subprocess.run(["dpkg-source", "--no-check", "-x", description.name, "source"],
                              cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
    except FileNotFoundError:
        raise SourceError("dpkg-source is missing: install the package dpkg-dev") from None
    if done.returncode != 0:
        raise SourceError("dpkg-source failed:\n" + done.stdout)
    return folder / "source"
