#!/usr/bin/env python3
"""Checks that #include only goes down: from a floor to itself and to the floors that it uses.

ctest calls it with the table of floors that CMakeLists.txt declares (`ctest -L structure -V` shows
the call). Each offender is a line `FILE:LINE: what is wrong`; the status is 1 when there is one.
"""

import argparse
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<(cmzmake/[^>]+)>)')
HOMES = ("include/cmzmake", "src", "test/unit")  # each has a folder for each floor
FAKES = "test/unit/fakes"  # belongs to no floor: what a fake includes counts for the test that includes it


class House:
    def __init__(self, root, floors):
        self.root, self.floors, self.errors = root, floors, []

    def check(self):
        for home in HOMES:
            for folder in sorted(path for path in (self.root / home).glob("*") if path.is_dir()):
                name = str(folder.relative_to(self.root))
                files = sorted(path for path in folder.rglob("*") if path.is_file())
                if name == FAKES or not files:
                    continue
                if folder.name not in self.floors:
                    self.errors.append(f"{name}: no floor of this name is declared in CMakeLists.txt")
                    continue
                for path in files:
                    self.check_file(path.relative_to(self.root))
        return self.errors

    def check_file(self, file):
        """Every include of `file`, and of the fakes it includes."""
        for number, name, target in self.includes(file):
            for wrong in self.judge(file, name, target, set()):
                self.errors.append(f"{file}:{number}: {wrong}")

    def includes(self, file):
        """(line, name as written, file it names or None) of each include of the repository's own files."""
        text = (self.root / file).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.split("\n"), 1):
            if found := INCLUDE.match(line):
                name = found[1] or found[2]
                yield number, name, self.resolve(file, name)

    def resolve(self, file, name):
        """The file that the compiler finds; the folders are those that CMake gives it."""
        folders = [file.parent, Path("include")]
        if home(file) == "test/unit":
            folders += [Path("test/unit"), Path("src", floor(file))]
        for folder in folders:
            path = (self.root / folder / name).resolve()
            if path.is_file() and path.is_relative_to(self.root):
                return path.relative_to(self.root)
        return None

    def judge(self, file, name, target, seen):
        """What is wrong with `file` including `target`, which it calls `name`."""
        if target is None:
            return [f'"{name}" names no file of this repository']
        if home(target) == "test/unit" and home(file) != "test/unit":
            return [f"{target} is for tests only"]
        if target.parent == Path(FAKES):
            return self.judge_fake(file, target, seen)
        if home(target) is None:
            return [f"{target} is above all floors"]
        if home(target) == "src" and (floor(target) != floor(file) or home(file) == "include/cmzmake"):
            return [f"{target} is private to the code of {floor(target)}"]
        if floor(target) not in self.floors.get(floor(file), ()):
            return [f"{floor(file)} must not include {floor(target)} ({target})"]
        return []

    def judge_fake(self, file, fake, seen):
        if fake in seen:
            return []
        seen.add(fake)
        wrong = []
        for number, name, target in self.includes(fake):
            wrong += [f"{text}, included by {fake}:{number}" for text in self.judge(file, name, target, seen)]
        return wrong


def home(file):
    """The one of HOMES in whose folder for a floor (or for the fakes) the file is; None when it is in none."""
    for folder in HOMES:
        depth = len(Path(folder).parts)
        if len(file.parts) > depth + 1 and file.is_relative_to(folder):
            return folder
    return None


def floor(file):
    return file.parts[len(Path(home(file)).parts)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("floors", nargs="+", metavar="FLOOR=FLOOR,...", help="a floor and all that it may include")
    parser.add_argument("--root", type=Path, default=Path(__file__).parent.parent.parent, help="the repository")
    options = parser.parse_args()
    table = (entry.partition("=") for entry in options.floors)
    errors = House(options.root.resolve(), {name: set(below.split(",")) for name, _, below in table}).check()
    for error in errors:
        print(error)
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
