#!/usr/bin/env python3
"""The check of includes, on small houses in a temporary folder."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

from includes import House

FLOORS = {"low": {"low"}, "side": {"side", "low"}, "high": {"high", "side", "low"}}
FILES = {
    "include/gnumake.h": "",
    "include/cmzmake/low/l.h": "#include <vector>\n",
    "include/cmzmake/high/h.h": '#include "cmzmake/low/l.h"\n',
    "src/main.cpp": '#include "cmzmake/high/h.h"\n',
    "src/low/l.cpp": '#include "cmzmake/low/l.h"\n#include "private.h"\n#include <gnumake.h>\n',
    "src/low/private.h": "",
    "src/high/h.cpp": '#include "cmzmake/high/h.h"\n',
    "test/unit/main.cpp": "",
    "test/unit/low/l_test.cpp": '#include "private.h"\n#include "low/helpers.h"\n',
    "test/unit/low/helpers.h": '#include "cmzmake/low/l.h"\n',
    "test/unit/high/h_test.cpp": '#include "fakes/high_fake.h"\n#include "../fakes/low_fake.h"\n',
    "test/unit/fakes/low_fake.h": '#include "cmzmake/low/l.h"\n',
    "test/unit/fakes/high_fake.h": '#include "cmzmake/high/h.h"\n#include "fakes/low_fake.h"\n',
}


class IncludesTest(unittest.TestCase):
    def found(self, changes):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve()
            for name, text in (FILES | changes).items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return House(root, FLOORS).check()

    def check(self, name, text, *errors):
        self.assertEqual(self.found({name: text}), list(errors))

    def test_a_sound_house_passes(self):
        self.assertEqual(self.found({}), [])

    def test_code_that_goes_up(self):
        self.check("src/low/l.cpp", '\n// #include "x.h"\n#  include "cmzmake/high/h.h"  // why\n',
                   "src/low/l.cpp:3: low must not include high (include/cmzmake/high/h.h)")

    def test_a_header_without_code_that_goes_up(self):
        self.check("include/cmzmake/low/only.h", "#include <cmzmake/high/h.h>\n",
                   "include/cmzmake/low/only.h:1: low must not include high (include/cmzmake/high/h.h)")

    def test_a_floor_that_goes_to_one_beside_it(self):
        self.check("src/low/private.h", '#include "../../include/cmzmake/side/s.h"\n',
                   'src/low/private.h:1: "../../include/cmzmake/side/s.h" names no file of this repository')
        self.assertEqual(self.found({"include/cmzmake/side/s.h": "", "src/low/l.cpp": '#include "cmzmake/side/s.h"\n'}),
                         ["src/low/l.cpp:1: low must not include side (include/cmzmake/side/s.h)"])

    def test_private_headers_are_for_their_own_code_and_tests(self):
        wrong = "src/low/private.h is private to the code of low"
        self.check("src/high/h.cpp", '#include "../low/private.h"\n', f"src/high/h.cpp:1: {wrong}")
        self.check("test/unit/high/h_test.cpp", '#include "../../../src/low/private.h"\n',
                   f"test/unit/high/h_test.cpp:1: {wrong}")
        self.check("include/cmzmake/low/l.h", '#include "../../../src/low/private.h"\n',
                   f"include/cmzmake/low/l.h:1: {wrong}")

    def test_tests_stay_below_their_floor_and_code_away_from_tests(self):
        self.check("test/unit/low/l_test.cpp", '#include "cmzmake/high/h.h"\n',
                   "test/unit/low/l_test.cpp:1: low must not include high (include/cmzmake/high/h.h)")
        self.check("src/high/h.cpp", '#include "../../test/unit/fakes/low_fake.h"\n',
                   "src/high/h.cpp:1: test/unit/fakes/low_fake.h is for tests only")

    def test_a_fake_counts_for_the_test_that_includes_it(self):
        self.check("test/unit/low/l_test.cpp", '#include "fakes/low_fake.h"\n#include "fakes/high_fake.h"\n',
                   "test/unit/low/l_test.cpp:2: low must not include high (include/cmzmake/high/h.h), "
                   "included by test/unit/fakes/high_fake.h:1")

    def test_what_is_above_all_floors(self):
        self.check("src/high/h.cpp", '#include "../main.cpp"\n', "src/high/h.cpp:1: src/main.cpp is above all floors")

    def test_folders_that_are_no_floors(self):
        for folder in ("src/extra", "include/cmzmake/extra", "test/unit/extra"):
            self.check(f"{folder}/x.h", "", f"{folder}: no floor of this name is declared in CMakeLists.txt")


if __name__ == "__main__":
    unittest.main()
