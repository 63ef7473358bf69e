"""Builds of two phases: a client does something to the pool, and when it is gone the jobs of the second
phase must run N at once: no more, no fewer."""

from lib.meter import Meter


def second_phase(play, style, recipe, limit=4, *arguments):
    """Runs `recipe` alone, and then eight jobs, which must run `limit` at once."""
    play.write("Makefile", "all: j1 j2 j3 j4 j5 j6 j7 j8\n"
               "j1 j2 j3 j4 j5 j6 j7 j8: first ; @./job $@\nfirst: ; " + recipe)
    meter = Meter(play)
    make = play.start(f"-j{limit}", f"--jobserver-style={style}", *arguments)
    meter.drive(limit, 8, make)
    return make.succeed()
