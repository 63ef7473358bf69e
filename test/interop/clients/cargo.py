"""cargo: a workspace of crates that depend on nothing, built offline, with a meter around rustc."""

import os
import shutil
import subprocess

from lib.meter import Meter
from lib.pool import Pool
from lib.registry import Skip, check, expect, expect_equal

CRATES = 8


def workspace(play):
    """Writes the workspace; returns the environment in which its rustc is metered."""
    home = os.environ.get("HOME", "/")
    cargo = shutil.which("cargo")
    works = cargo and subprocess.run([cargo, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                     stdin=subprocess.DEVNULL).returncode == 0
    if not works or not shutil.which("rustc"):
        raise Skip("no cargo")
    names = [f"c{number}" for number in range(CRATES)]
    members = ", ".join(f'"{name}"' for name in names)
    play.write("ws/Cargo.toml", f'[workspace]\nresolver = "2"\nmembers = [{members}]\n')
    for name in names:
        play.write(f"ws/{name}/Cargo.toml", f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n')
        play.write(f"ws/{name}/src/lib.rs", "pub fn f(n: u64) -> u64 { (0..n).map(|x| x * x).sum() }\n")
    # The job counts as long as rustc runs. Its questions (`-vV`, `--crate-name ___`) are none.
    play.script("rustc-meter", 'case " $* " in *" --crate-name c"*) ;; *) exec "$@";; esac\n'
                f'echo "b rustc $$" > {play.top}/events\nread line < {play.top}/go\n"$@"; status=$?\n'
                f'echo "e rustc $$" > {play.top}/events\nexit $status')
    environment = {"PATH": f"{os.path.dirname(cargo)}:{play.environment['PATH']}", "CARGO_NET_OFFLINE": "true",
                   "RUSTC_WRAPPER": str(play.folder / "rustc-meter"), "CARGO_TERM_QUIET": "true"}
    for name, place in (("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")):
        environment[name] = os.environ.get(name, os.path.join(home, place))
    return environment


@check(style=("pipe", "fifo"), limit=(2, 4))
def under_cmzmake(play, style, limit):
    """cargo's rustc processes and make's own jobs: N at once, and never more in sum."""
    environment = workspace(play)
    play.write("Makefile", "all: cargo j1 j2 j3\ncargo: ; @+cd ws && cargo build --offline\nj%: ; @./job $@\n")
    meter = Meter(play)
    make = play.start(f"-j{limit}", f"--jobserver-style={style}", env=environment)
    meter.expect_running(limit, make)
    meter.release(CRATES + 3)
    make.succeed()
    meter.settle()
    expect_equal(len(meter.ended), CRATES + 3, "jobs")
    expect(meter.most <= limit, f"{meter.most} jobs at once, {limit} allowed")


@check(style=("pipe", "fifo"))
def below_a_pool(play, style):
    """cargo and rustc below cmzmake below a scripted server: each token is back with its value."""
    environment = workspace(play)
    play.write("Makefile", "all: cargo j1\ncargo: ; @+cd ws && cargo build --offline\nj%: ; @./job $@\n")
    meter, pool = Meter(play), Pool(play, 3, style)
    make = play.start(pool=pool, env=environment)
    meter.expect_running(4, make)
    meter.release(CRATES + 1)
    make.succeed()
    meter.settle()
    expect(meter.most <= 4, f"{meter.most} jobs at once")
    pool.expect_whole(make.story())


@check(style=("pipe", "fifo"))
def pool_of_one(play, style):
    """--jobserver -j1: cargo runs one rustc at a time, whatever the number of processors."""
    environment = workspace(play)
    play.write("Makefile", "all: ; @+cd ws && cargo build --offline\n")
    meter = Meter(play)
    make = play.start("-j1", "--jobserver", f"--jobserver-style={style}", program=play.own, env=environment)
    meter.expect_running(1, make)
    meter.release(CRATES)
    make.succeed()
    meter.settle()
    expect_equal(meter.most, 1, "rustc processes at once")


@check(style=("pipe", "fifo"))
def cmzmake_below_cargo(play, style):
    """A build script that runs cmzmake: cargo's tokens serve make's jobs."""
    environment = workspace(play)
    play.write("ws/c0/build.rs", 'fn main() { let s = std::process::Command::new(std::env::var("CMZ").unwrap())'
               '.arg("-f").arg(std::env::var("SUB").unwrap())'
               '.env("MAKEFLAGS", std::env::var("CARGO_MAKEFLAGS").unwrap()).status().unwrap();'
               ' assert!(s.success()); }\n')
    play.write("sub.mk", f"all: x1 x2 x3\nx%: ; @{play.folder}/job $@\n")
    play.write("Makefile", "all: ; @+cd ws && cargo build --offline -p c0\n")
    environment.update(CMZ=str(play.make), SUB=str(play.folder / "sub.mk"))
    meter = Meter(play)
    make = play.start("-j3", f"--jobserver-style={style}", env=environment)
    meter.expect_running(3, make)  # rustc for the build script is not metered
    meter.release(4)
    make.succeed()
    meter.settle()
    expect_equal(meter.most, 3, "jobs at once")
