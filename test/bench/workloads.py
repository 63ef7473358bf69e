"""Writes the benchmark's workloads: folders with a Makefile, its sources, and build.ninja where ninja can do the same."""

import os
import random
import struct
from pathlib import Path

OLD, NEW = 1_000_000_000, 1_000_001_000  # times of sources and of what is made from them
FUNCTION_MODULES = 3000
OUTPUT_BYTES = 100_000_000


class Workload:
    """One row of the table: its folder, the arguments of make, and whether ninja has the same graph."""

    def __init__(self, name, text, make, arguments=(), targets=0, growth=False, syscalls=None, discard=True):
        self.name, self.text, self.make = name, text, make
        self.arguments, self.targets, self.growth = list(arguments), targets, growth
        self.syscalls = syscalls  # paths that a null build must at least ask the disk for
        self.discard = discard    # the output goes to /dev/null; else through a pipe


def put(path, text, time=OLD):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.utime(path, (time, time))


class NinjaDeps:
    """The log in which ninja keeps what it has read from .d files (version 4)."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(b"# ninjadeps\n" + struct.pack("<i", 4))
        self.ids = {}

    def path_id(self, path):
        if path not in self.ids:
            text = path.encode()
            text += b"\0" * (-len(text) % 4)
            number = len(self.ids)
            self.file.write(struct.pack("<I", len(text) + 4) + text + struct.pack("<I", ~number & 0xFFFFFFFF))
            self.ids[path] = number
        return self.ids[path]

    def add(self, output, time, inputs):
        ids = [self.path_id(p) for p in [output, *inputs]]
        record = struct.pack("<IQ", ids[0], time * 1_000_000_000) + struct.pack(f"<{len(inputs)}I", *ids[1:])
        self.file.write(struct.pack("<I", len(record) | 0x80000000) + record)

    def close(self):
        self.file.close()


def ninja_rule(command):
    # `generator`: an output without an entry in .ninja_log is not out of date for that alone.
    return f"rule r\n  command = {command}\n  generator = 1\n"


def deps(folder, scale):
    """A C program after `gcc -MMD -MP`: every source includes 80 of the headers, in .d files."""
    count, header_count, each = int(3000 * scale), int(1500 * scale), 80
    rng = random.Random(1)
    headers = [f"include/part{i % 30}/header_{i}.h" for i in range(header_count)]
    for i in range(30):
        os.makedirs(folder / f"include/part{i}", exist_ok=True)
    for header in headers:
        put(folder / header, "")
    makefile = ["CC := gcc", "CFLAGS := -O2 -Wall -Iinclude"]
    sources = [f"src/module{i % 60}/file_{i}.c" for i in range(count)]
    for i in range(60):
        os.makedirs(folder / f"src/module{i}", exist_ok=True)
        os.makedirs(folder / f"build/src/module{i}", exist_ok=True)
    makefile.append("SRCS := " + " \\\n  ".join(sources))
    makefile += ["OBJS := $(SRCS:%.c=build/%.o)", "all: $(OBJS)", "build/%.o: %.c",
                 "\t@mkdir -p $(dir $@)", "\t$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<",
                 "-include $(OBJS:.o=.d)", ".PHONY: all", ""]
    put(folder / "Makefile", "\n".join(makefile))
    ninja = [ninja_rule("gcc -MMD -MP -c -o $out $in") + "  depfile = $out.d\n  deps = gcc"]
    log = NinjaDeps(folder / ".ninja_deps")
    for source in sources:
        put(folder / source, "")
        stem = "build/" + source[:-2]
        put(folder / (stem + ".o"), "", NEW)
        used = rng.sample(headers, min(each, header_count))
        lines, line = [], f"{stem}.o: {source}"
        for header in used:  # as gcc wraps them
            if len(line) + len(header) > 76:
                lines.append(line + " \\")
                line = ""
            line += " " + header
        lines.append(line)
        lines += [f"{header}:" for header in used]
        put(folder / (stem + ".d"), "\n".join(lines) + "\n", NEW)
        ninja.append(f"build {stem}.o: r {source}")
        log.add(stem + ".o", NEW, [source, *used])
    log.close()
    ninja.append("build all: phony " + " ".join(f"build/{s[:-2]}.o" for s in sources))
    put(folder / "build.ninja", "\n".join(ninja) + "\n")
    outputs = [f"build/{s[:-2]}" for s in sources]
    return {"targets": count,
            "syscalls": sources + headers + [o + ".o" for o in outputs] + [o + ".d" for o in outputs]}


def explicit(folder, scale):
    """Explicit rules, each with a source of its own and a header that all share."""
    count = int(100_000 * scale)
    folders = 100
    for i in range(folders):
        os.makedirs(folder / f"src/d{i}", exist_ok=True)
        os.makedirs(folder / f"out/d{i}", exist_ok=True)
    put(folder / "common.h", "")
    pairs = [(f"out/d{i % folders}/t{i}.o", f"src/d{i % folders}/t{i}.c") for i in range(count)]
    for out, source in pairs:
        put(folder / source, "")
        put(folder / out, "", NEW)
    with open(folder / "Makefile", "w", encoding="ascii") as make:
        make.write("all: " + " ".join(out for out, _ in pairs) + "\n")
        for out, source in pairs:
            make.write(f"{out}: {source} common.h\n\tgcc -c -o $@ $<\n")
    with open(folder / "build.ninja", "w", encoding="ascii") as ninja:
        ninja.write(ninja_rule("gcc -c -o $out $in"))
        for out, source in pairs:
            ninja.write(f"build {out}: r {source} | common.h\n")
        ninja.write("build all: phony " + " ".join(out for out, _ in pairs) + "\n")
    return {"targets": count, "syscalls": [p for pair in pairs for p in pair]}


def patterns(folder, scale):
    """Twenty pattern rules; what each target also needs is found by vpath."""
    count, languages = int(20_000 * scale), 20
    for k in range(languages):
        os.makedirs(folder / f"lang{k}", exist_ok=True)
    for name in ("out", "inc1", "inc2", "inc3"):
        os.makedirs(folder / name, exist_ok=True)
    put(folder / "inc3/common.inc", "")
    makefile = ["vpath %.inc inc1 inc2 inc3", "all:"]
    for k in range(languages):
        makefile.append(f"out/%.o: lang{k}/%.x{k} common.inc\n\tcompile{k} -o $@ $<")
    names = [f"unit_{i}" for i in range(count)]
    makefile.append("all: " + " ".join(f"out/{n}.o" for n in names))
    put(folder / "Makefile", "\n".join(makefile) + "\n")
    paths = []
    for i, name in enumerate(names):
        k = i % languages
        paths += [f"lang{k}/{name}.x{k}", f"out/{name}.o"]
        put(folder / paths[-2], "")
        put(folder / paths[-1], "", NEW)
    return {"targets": count, "syscalls": paths}


def functions(folder, scale):
    """A makefile that computes: modules by foreach, eval and call, long lists, recursive call."""
    count = int(FUNCTION_MODULES * scale)
    put(folder / "Makefile", f"""\
.PHONY: all
all:
MODULES := $(foreach a,0 1 2,$(foreach b,0 1 2 3 4 5 6 7 8 9,$(foreach c,0 1 2 3 4 5 6 7 8 9,\
$(foreach d,0 1 2 3 4 5 6 7 8 9,m$(a)$(b)$(c)$(d)))))
MODULES := $(wordlist 1,{count},$(MODULES))
define module
$(1)_SRCS := $(addprefix src/$(1)/,a.c b.c c.c d.c)
$(1)_OBJS := $$(patsubst %.c,obj/%.o,$$($(1)_SRCS))
$(1)_FLAGS = $$(CFLAGS) -DMODULE=$(1) $$(EXTRA_$(1))
ALL_OBJS += $$($(1)_OBJS)
$(1): $$($(1)_OBJS) ; @echo $$@
endef
ALL_OBJS :=
$(foreach m,$(MODULES),$(eval $(call module,$(m))))
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
map = $(foreach x,$(2),$(call $(1),$(x)))
quote = '$(subst /,_,$(1))'
SORTED := $(sort $(ALL_OBJS) $(MODULES) $(ALL_OBJS))
C_ONLY := $(filter %/a.o %/c.o,$(SORTED))
NOT_C := $(filter-out %/a.o %/c.o $(MODULES),$(SORTED))
RENAMED := $(patsubst obj/src/%.o,lib/%.lo,$(NOT_C))
FLAT := $(subst /,.,$(RENAMED))
SOME := $(filter $(wordlist 1,200,$(MODULES)),$(MODULES))
BACK := $(call reverse,$(SOME))
QUOTED := $(call map,quote,$(RENAMED))
FLAGS := $(foreach m,$(MODULES),$($(m)_FLAGS))
all: ; @echo $(words $(SORTED) $(FLAT) $(BACK) $(QUOTED) $(FLAGS)) $(lastword $(BACK) $(QUOTED))
""")
    return {"targets": count}


def recursion(folder, scale):
    """Sub-makes, one after the other, each with an include of 400 lines."""
    count = int(400 * scale)
    lines = []
    for i in range(100):
        lines += [f"OPTION_{i} := -Dvalue{i}=$(NUMBER)", f"FILES_{i} = $(wildcard_{i}) file{i}.c $(OPTION_{i})",
                  "ifdef DEBUG", "endif"]
    put(folder / "common.mk", "\n".join(lines) + "\n")
    put(folder / "sub.mk", "include common.mk\nall: ; @:\n")
    put(folder / "Makefile", f"""\
N := $(wordlist 1,{count},$(foreach a,0 1 2 3,$(foreach b,0 1 2 3 4 5 6 7 8 9,$(foreach c,0 1 2 3 4 5 6 7 8 9,$(a)$(b)$(c)))))
all: $(N:%=sub-%)
$(N:%=sub-%): sub-%: ; @$(MAKE) --no-print-directory -f sub.mk NUMBER=$*
.PHONY: all $(N:%=sub-%)
""")
    return {"targets": count}


def jobs(folder, scale, commands=("@true", "@: > /dev/null")):
    """Jobs that do nothing: one command that needs no shell, and one that does."""
    count = int(8000 * scale)
    half = " ".join(f"t{i}" for i in range(0, count, 2)), " ".join(f"t{i}" for i in range(1, count, 2))
    put(folder / "Makefile", f"""\
all: {half[0]} {half[1]}
{half[0]}:
\t{commands[0]}
{half[1]}:
\t{commands[1]}
.PHONY: all {half[0]} {half[1]}
""")
    return {"targets": count}


def processes(folder, scale):
    """The same with a command that must be a process."""
    return jobs(folder, scale, ("@sleep 0", "@: > /dev/null"))


def files(folder, scale):
    """Jobs as makefiles have them around their compilers: folders and stamps."""
    return jobs(folder, scale, ("@mkdir -p out/$@\n\t@touch out/$@/stamp", "@rm -f $@.no-such"))


def chain(folder, scale):
    """Phony targets, each with the next one as its only prerequisite."""
    count = int(100_000 * scale)
    with open(folder / "Makefile", "w", encoding="ascii") as make:
        for i in range(count):
            make.write(f"t{i}: t{i + 1}\n")
        make.write(f"t{count}:\n.PHONY: " + " ".join(f"t{i}" for i in range(count + 1)) + "\n")
    return {"targets": count}


def output(folder, scale):
    """Two jobs that print at the same time, their output kept apart."""
    size = int(OUTPUT_BYTES * scale)
    line = b"0123456789" * 9 + b"line end\n"
    with open(folder / "text", "wb") as file:
        file.write((line * (size // len(line) + 1))[:size])
    put(folder / "Makefile", "all: one two\none two: ; @cat text\n.PHONY: all one two\n")
    return {"targets": 2}


def append(folder, scale):
    """`X += word`, again and again."""
    count = int(200_000 * scale)
    put(folder / "Makefile", "X :=\n" + "".join(f"X += word{i}\n" for i in range(count)) +
        "all: ; @echo $(words $(X))\n")
    return {"targets": count}


def append_recursive(folder, scale):
    """The same with a recursive variable."""
    count = int(200_000 * scale)
    put(folder / "Makefile", "X =\n" + "".join(f"X += word{i}\n" for i in range(count)) +
        "all: ; @echo $(words $(X))\n")
    return {"targets": count}


def sort(folder, scale):
    """$(sort) of a million words in no order, and $(words)."""
    count = int(1_000_000 * scale)
    rng = random.Random(2)
    words = [f"dir{rng.randrange(1000)}/word{rng.randrange(count)}" for _ in range(count)]
    put(folder / "Makefile", "X := " + " ".join(words) + "\nall: ; @echo $(words $(sort $(X))) $(words $(X))\n")
    return {"targets": count}


def filter_words(folder, scale):
    """$(filter) and $(filter-out) of 10,000 patterns by 100,000 words."""
    count = int(100_000 * scale)
    patterns_text = " ".join([f"word{i * 10}" for i in range(count // 10 - 10)] + [f"%{i}7.c" for i in range(10)])
    words = " ".join(f"word{i}.c word{i}" for i in range(count // 2))
    put(folder / "Makefile", f"P := {patterns_text}\nX := {words}\n"
        "all: ; @echo $(words $(filter $(P),$(X))) $(words $(filter-out $(P),$(X)))\n")
    return {"targets": count}


def workload(name, text, make, **more):
    return Workload(name, text, make, **more)


ALL = [
    workload("deps", "null build: 3,000 sources, `-include` of 3,000 `.d` files, 80 headers each", deps, growth=True),
    workload("explicit", "null build: 100,000 explicit rules", explicit, growth=True),
    workload("patterns", "null build: 20,000 targets, 20 pattern rules, `vpath`", patterns, growth=True),
    workload("functions", "functions: 3,000 modules by `foreach`/`eval`/`call`, long lists", functions, growth=True),
    workload("recursion", "recursion: 400 sub-makes, each an include of 400 lines", recursion),
    workload("jobs", "8,000 jobs `@true` and `@: > /dev/null` at `-j2`", jobs, arguments=["-j2"]),
    workload("processes", "8,000 jobs `@sleep 0` and `@: > /dev/null` at `-j2`", processes, arguments=["-j2"]),
    workload("files", "8,000 jobs `@mkdir -p` with `@touch`, and `@rm -f`, at `-j2`", files, arguments=["-j2"]),
    workload("chain", "chain of 100,000 phony targets", chain, growth=True),
    workload("chain-1m", "chain of 1,000,000 phony targets", lambda folder, scale: chain(folder, 10 * scale)),
    workload("output", "`-j2 -O`: two jobs of 100 MB output each", output, arguments=["-j2", "-O"], discard=False),
    workload("append", "`X := ` then `X += word` 200,000 times", append, growth=True),
    workload("append-recursive", "`X = ` then `X += word` 200,000 times", append_recursive, growth=True),
    workload("sort", "`$(sort)` of a million words, `$(words)`", sort, growth=True),
    workload("filter", "`$(filter)`, `$(filter-out)`: 10,000 patterns, 100,000 words", filter_words, growth=True),
]


def write(one, base, scale=1.0):
    """Writes the workload below `base` unless it is there already; returns its folder."""
    folder = Path(base) / f"{one.name}-{scale:g}"
    mark = folder / ".written"
    if not mark.exists():
        os.makedirs(folder, exist_ok=True)
        facts = one.make(folder, scale)
        if "syscalls" in facts:
            (folder / ".paths").write_text("\n".join(facts["syscalls"]) + "\n", encoding="ascii")
        mark.write_text(str(facts["targets"]), encoding="ascii")
    return folder
