"""Taskfile.example as a person runs it."""

from pathlib import Path

from lib.meter import Meter
from lib.registry import check, expect

SOURCE = Path(__file__).resolve().parents[3]


@check()
def phase1_parallel(play):
    """The main job at -j4 has four steps at once. (Its scripts find a `sleep` that waits for the meter.)"""
    meter = Meter(play)
    play.script("bin/sleep", f'exec {play.folder}/job "sleep-$$"')
    make = play.start("-j4", "-C", SOURCE, "-f", "Taskfile.example", "phase1-parallel", f"OUT={play.folder}/out",
                      env={"PATH": f"{play.folder}/bin:{play.environment['PATH']}"})
    meter.expect_running(4, make)
    meter.release(1000)
    make.succeed()
    meter.settle()
    expect(meter.most == 4, f"{meter.most} steps at once")
    expect("at most 4 at the same time" in make.out(), make.story())
