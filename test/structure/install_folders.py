#!/usr/bin/env python3
"""Checks that the program knows the folders it is installed in, wherever these are: configures a tree
with other names for them, and looks at how the files that use them would be compiled."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DEFINED = re.compile(r'-D(CMZMAKE_\w+)=(\S+)')
USED = re.compile(r'\bCMZMAKE_\w+')


def main():
    with tempfile.TemporaryDirectory(prefix="folders-") as tree:
        subprocess.run(["cmake", "-S", str(ROOT), "-B", tree, "-DCMAKE_INSTALL_PREFIX=/opt/place",
                        "-DCMAKE_INSTALL_INCLUDEDIR=inc", "-DCMZMAKE_TESTS=OFF", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"],
                       check=True, stdout=subprocess.DEVNULL)
        commands = json.loads((Path(tree) / "compile_commands.json").read_text())
    errors, users = [], 0
    for entry in commands:
        file = Path(entry["file"])
        defined = {name: value.strip('\\"') for name, value in DEFINED.findall(entry["command"])}
        used = set(USED.findall(file.read_text()))
        errors += [f"{file}: {name}: not defined for this file" for name in sorted(used - set(defined))]
        if "CMZMAKE_INCLUDE_DIR" in used:
            users += 1
            if defined.get("CMZMAKE_INCLUDE_DIR") != "/opt/place/inc":
                errors.append(f"{file}: CMZMAKE_INCLUDE_DIR is {defined.get('CMZMAKE_INCLUDE_DIR')}, not /opt/place/inc")
    if users != 1:
        errors.append(f"{users} files use CMZMAKE_INCLUDE_DIR, not one")
    print("\n".join(errors) or "install_folders: good")
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
