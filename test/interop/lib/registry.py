"""Checks and how they end."""

import itertools
from pathlib import Path


class Failure(Exception):
    """The program does not do what the check asks for."""


class Skip(Exception):
    """The check cannot be made here."""


class Check:
    def __init__(self, name, function, values):
        self.name, self.function, self.values = name, function, values


CHECKS = {}


def check(when=lambda **values: True, **axes):
    """Registers a function as the check MODULE/NAME, or as one for each combination of the values
    of `axes` for which `when` is true: MODULE/NAME.VALUE.VALUE. The function gets the Play and the
    values. MODULE is the name of its file, and `clients/FILE` for those of that folder."""

    def register(function):
        path = Path(function.__code__.co_filename)
        module = path.stem if path.parent.name == "checks" else f"{path.parent.name}/{path.stem}"
        name = f"{module}/{function.__name__.replace('_', '-')}"
        for combination in itertools.product(*axes.values()):
            values = dict(zip(axes, combination))
            if when(**values):
                full = ".".join([name, *map(str, combination)])
                CHECKS[full] = Check(full, function, values)
        return function

    return register


def expect(condition, text):
    """Ends the check with `text` unless `condition` holds."""
    if not condition:
        raise Failure(text)


def expect_equal(actual, wanted, what):
    if actual != wanted:
        raise Failure(f"{what}: expected {wanted!r}, got {actual!r}")
