"""Source packages through apt-get, without touching the machine's own apt state."""

import functools
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path


def fail(message):
    sys.exit(f"realworld: {message}")


def apt_setting(name):
    out = subprocess.run(["apt-config", "shell", "value", name + "/f"], stdout=subprocess.PIPE,
                         check=True, text=True).stdout
    return shlex.split(out)[0].partition("=")[2] if out.strip() else ""


def one_line_entries(text):
    """(options, uri, suite, components) of every `deb` line."""
    for line in text.splitlines():
        found = re.match(r"\s*deb(?:-src)?\s+(\[[^]]*\]\s+)?(\S+)\s+(\S+)\s*(.*?)\s*(?:#.*)?$", line)
        if found:
            yield (found.group(1) or "").strip(), found.group(2), found.group(3), found.group(4).split()


def stanza_entries(text):
    """The same from the deb822 format."""
    for stanza in re.split(r"\n\s*\n", text):
        fields, last = {}, None
        for line in stanza.splitlines():
            if line.startswith("#"):
                continue
            if line[:1].isspace() and last:
                fields[last] += "\n" + line.strip()
            elif ":" in line:
                last, _, value = line.partition(":")
                last = last.strip().lower()
                fields[last] = value.strip()
        if fields.get("enabled", "yes").lower() == "no":
            continue
        options = []
        if "signed-by" in fields and "\n" not in fields["signed-by"]:
            options.append("signed-by=" + fields["signed-by"])
        for key in ("trusted", "check-valid-until"):
            if key in fields:
                options.append(f"{key}={fields[key]}")
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield (f"[{' '.join(options)}]" if options else "", uri, suite,
                       fields.get("components", "").split())


def source_entries():
    """deb-src lines for the distribution's own suites that this machine uses."""
    release = Path("/etc/os-release").read_text()
    codename = re.search(r"^VERSION_CODENAME=(\S+)", release, re.M)
    if not codename:
        fail("no VERSION_CODENAME in /etc/os-release: not a Debian release")
    files = [Path(apt_setting("Dir::Etc::sourcelist"))]
    parts = Path(apt_setting("Dir::Etc::sourceparts"))
    if parts.is_dir():
        files += sorted(parts.iterdir())
    lines = []
    for file in files:
        if not file.is_file() or file.suffix not in (".list", ".sources"):
            continue
        text = file.read_text(errors="replace")
        entries = stanza_entries(text) if file.suffix == ".sources" else one_line_entries(text)
        for options, uri, suite, components in entries:
            if re.split(r"[-/]", suite)[0] != codename.group(1) or "main" not in components:
                continue
            line = " ".join(filter(None, ["deb-src", options, uri, suite, "main"]))
            if line not in lines:
                lines.append(line)
    if not lines:
        fail("no apt source of this machine offers the distribution's main component")
    return lines


def newer(one, other):
    """Compares two versions of a package."""
    if one == other:
        return 0
    return 1 if subprocess.run(["dpkg", "--compare-versions", one, "gt", other]).returncode == 0 else -1


class Apt:
    """apt-get with lists and cache of its own."""

    def __init__(self, work):
        self.folder = work / "apt"
        self.updated = False
        for name in ("lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "sources.list").write_text("\n".join(source_entries()) + "\n")
        config = self.folder / "apt.conf"
        config.write_text(
            f'Dir::Etc::sourcelist "{self.folder}/sources.list";\n'
            'Dir::Etc::sourceparts "/dev/null";\n'
            f'Dir::State::lists "{self.folder}/lists";\n'
            f'Dir::Cache "{self.folder}/cache";\n'
            'APT::Get::List-Cleanup "false";\n'
            'APT::Sandbox::User "";\n')
        self.environment = dict(os.environ, APT_CONFIG=str(config), LC_ALL="C")

    def try_run(self, *words, folder=None):
        done = subprocess.run(words, cwd=folder, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode == 0, done.stdout

    def run(self, *words, folder=None):
        good, text = self.try_run(*words, folder=folder)
        if not good:
            fail(f"{' '.join(words)} failed:\n{text}")
        return text

    def ready(self):
        """Fetches the lists, once."""
        if not self.updated:
            self.run("apt-get", "update", "-q")
            self.updated = True

    def source(self, package, folder, patched):
        """The folder with the unpacked source of `package`: the newest version that can be had.

        A mirror may list a version before, or after, it holds its files."""
        offered = self.run("apt-cache", "madison", package)
        versions = [line.split("|")[1].strip() for line in offered.splitlines() if line.endswith("Sources")]
        versions = sorted(set(versions), key=functools.cmp_to_key(newer), reverse=True)
        if not versions:
            fail(f"no apt source offers {package}")
        for number, version in enumerate(versions):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            done, text = self.try_run("apt-get", "source", "-q", "--download-only",
                                      f"{package}={version}", folder=folder)
            if done:
                break
            if number + 1 == len(versions):
                fail(f"no version of {package} can be had:\n{text}")
        description = next(folder.glob("*.dsc"))
        options = [] if patched else ["--skip-patches"]
        self.run("dpkg-source", "--no-check", *options, "-x", description.name, "source", folder=folder)
        return folder / "source"


def version_of(folder):
    description = next(folder.glob("*.dsc")).read_text(errors="replace")
    return re.search(r"^Version: (\S+)", description, re.M).group(1)
