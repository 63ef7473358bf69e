"""The mixed family of random cases (`--mixed`): few names, many kinds of rules for each of them.

The other families take care that rules go together. Here the same names are told of by explicit, grouped,
double-colon, static pattern, pattern and suffix rules, as archives, as what is phony or intermediate, twice and with
other prerequisites, and as goals that need themselves; under the options that change what is made.
"""

import random

from case import Case

NAMES = ["t1", "t2", "t3", "prog", "lib.a", "gen.h", "out.o", "out.c", "libs"]
RARE = ["lib.a(out.o)", "dd/out.c", "dd/gen.h", "odd\\:name", "./t1", "main.o", "main.c"]
RECIPES = ["@echo '$@: $^'", "@echo '$@ ? $?'", "touch $@", "@touch $@", "-false", "+exit 0", "+@echo plus $@", "@", "+", "@:",
           "@echo '$@ < $< * $*'; touch $@", "@echo '$@ | $|'", "$(info $@)", "@echo > $@", "-@touch $@", "+touch $@",
           "touch $@ t1", "@echo '$@ $(V)'"]
FAILING = ["@false", "touch $@; exit 1", "+@false", "@exit 3", "@touch $@; kill -TERM $$$$"]
SPECIALS = [".PHONY", ".PHONY", ".SECONDARY", ".INTERMEDIATE", ".PRECIOUS", ".IGNORE", ".SILENT", ".NOTINTERMEDIATE",
            ".DELETE_ON_ERROR", ".NOTPARALLEL", ".LOW_RESOLUTION_TIME"]
NEW = [".NOTINTERMEDIATE"]
NO_NAMES = [".DELETE_ON_ERROR"]
KINDS = (["explicit"] * 8 + ["grouped"] * 5 + ["double_colon"] * 4 + ["grouped_double_colon"] + ["static"] * 4 + ["pattern"] * 4 + ["special"] * 5 +
         ["more_prerequisites"] * 4 + ["archive"] * 2 + ["last_resort", "suffix", "grouped_pattern", "vpath", "default",
                                                       "shared", "second_expansion", "extra", "variable"])


class Mixed:
    """One case. `new`: whether what came after GNU Make 4.3 may be used."""

    def __init__(self, seed, new):
        self.rng = random.Random(f"mixed {seed}")
        self.new = new
        names = self.rng.sample(NAMES, self.rng.randrange(4, len(NAMES) + 1)) + self.rng.sample(RARE, self.one_of(0, 0, 0, 1, 2))
        # A name with rules of both kinds ends make at once: that is rare.
        double = [name for name in names if self.chance(self.one_of(15, 25))] or names[-1:]
        self.names, self.double = names, double
        self.single = [name for name in names if name not in double] if self.chance(95) else names
        self.failing = self.chance(45)

    def one_of(self, *items):
        return self.rng.choice(items)

    def chance(self, percent):
        return self.rng.random() * 100 < percent

    def name(self):
        return self.one_of(*self.names)

    def some(self, least, most, names=None):
        return [self.one_of(*(names or self.names)) for _ in range(self.rng.randrange(least, most + 1))]

    def targets(self, least, most):
        return " ".join(self.some(least, most, self.single))

    def command(self):
        return self.one_of(*FAILING) if self.failing and self.chance(25) else self.one_of(*RECIPES)

    def case(self):
        case = Case()
        for name in NAMES + RARE[1:]:
            if name != "lib.a" and name != "./t1" and self.chance(30):
                case.files[name.replace("\\", "")] = self.rng.randrange(-3, 9)
        case.files["dd/keep"] = 0
        chunks = [["all: " + self.prerequisites()]] if self.chance(60) else []
        for _ in range(self.rng.randrange(2, 9)):
            chunks.append(getattr(self, self.one_of(*KINDS))())
        if self.chance(70):
            self.close(chunks)
        case.makefiles["Makefile"] = chunks
        case.arguments = self.arguments()
        case.merged = self.chance(60)
        case.unordered = any(word.startswith("-j") for word in case.words())
        return case

    def close(self, chunks):
        """Gives a rule to most names that no rule makes."""
        made = {name for chunk in chunks if ":" in chunk[0] and chunk[0][0] != "." for name in chunk[0].partition(":")[0].split()}
        names = [name for name in self.single if name not in made and "(" not in name and self.chance(85)]
        if names:
            chunks.append([f"{' '.join(names)}: ;{self.one_of('', '@touch $@', '@echo $@', 'touch $@')}"])

    def arguments(self):
        out = []
        for letters, percent in (("-k", 35), ("-t", 9), ("-q", 9), ("-n", 9), ("-B", 9), ("-j2", 9), ("--trace", 15), ("-i", 6),
                                 ("-r", 12), ("-s", 4), ("-S", 2), ("--debug=b", 2), ("-w", 1), ("-L", 2), ("-Otarget", 1)):
            if self.chance(percent):
                out.append([letters])
        for letters in ("-W", "-o"):
            if self.chance(7):
                out.append([letters, self.name().replace("\\", "")])
        if self.new and self.chance(3):
            out.append([self.one_of("--shuffle=reverse", "--shuffle=1")])
        for _ in range(self.one_of(0, 0, 1, 1, 1, 2, 3)):
            out.append([self.one_of("all", self.name(), self.name()).replace("\\", "")])
        self.rng.shuffle(out)
        return out

    # --- parts of rules ---

    def prerequisites(self, least=0, most=4):
        words = self.some(least, most)
        if self.chance(12):
            words.insert(self.rng.randrange(len(words) + 1), "|")
        if self.new and self.chance(6):
            words.insert(self.rng.randrange(len(words) + 1), ".WAIT")
        return " ".join(words)

    def recipe(self, percent=75):
        """What follows the first line of a rule: perhaps something on that line, and others."""
        if not self.chance(percent):
            return "", []
        if self.chance(20):
            return " ;" + self.one_of("", "", " ", self.command()), []
        return "", ["\t" + self.command() for _ in range(self.one_of(1, 1, 1, 2))]

    def rule(self, head, percent=75):
        end, lines = self.recipe(percent)
        return [head + end, *lines]

    # --- rules ---

    def explicit(self):
        return self.rule(f"{self.targets(1, 2)}: {self.prerequisites()}")

    def grouped(self):
        return self.rule(f"{self.targets(2, 3)} &: {self.prerequisites()}", 97)

    def grouped_double_colon(self):
        return self.rule(f"{' '.join(self.some(1, 2, self.double))} &:: {self.prerequisites()}", 97)

    def double_colon(self):
        name = " ".join(self.some(1, self.one_of(1, 1, 2), self.double))
        out = []
        for _ in range(self.one_of(1, 2, 2, 3)):
            out += self.rule(f"{name}:: {self.prerequisites(0, 2)}")
        return out

    def static(self):
        return self.rule(f"{self.targets(1, 3)}: {self.pattern_text()}: {self.pattern_text(90)} {self.prerequisites(0, 1)}", 70)

    def pattern_text(self, percent=100):
        return self.one_of("%.o", "%.c", "t%", "%.h", "lib%", "%", "%.a", "dd/%.c") if self.chance(percent) else ""

    def pattern(self):
        separator = ":" if self.chance(85) else "::"
        return self.rule(f"{self.pattern_text()}{separator} {self.pattern_text(70)} {self.prerequisites(0, 1)}", 88)

    def grouped_pattern(self):
        return self.rule(f"{self.one_of('%.o %.h', '%.c %.h', 't% %rog', 'lib% gen%', '%.a %.o')}: {self.pattern_text(50)} {self.prerequisites(0, 1)}", 95)

    def last_resort(self):
        return self.rule(f"%:{self.one_of('', ':')} {self.one_of('', '', 't1', 'out.c', '%.c')}", 95)

    def suffix(self):
        return self.rule(self.one_of(".c.o:", ".o.a:", ".c:", ".h.c:", ".c.o: gen.h"), 95)

    def more_prerequisites(self):
        return [f"{self.targets(1, 2)}: {self.prerequisites(1, 3)}"]

    def special(self):
        special = self.one_of(*SPECIALS)
        if special in NEW and not self.new:
            special = ".SECONDARY"
        names = "" if special in NO_NAMES or self.chance(12) else " ".join(self.some(1, 2))
        return [f"{special}: {names}"]

    def archive(self):
        return self.one_of(lambda: [f"lib.a: lib.a({self.one_of('out.o', 'gen.h', 'out.o gen.h')})"],
                           lambda: self.rule(f"lib.a({self.one_of('out.o', 'gen.h')}): {self.prerequisites(0, 2)}"),
                           lambda: ["(%): %", "\t@echo '$@ $%'; ar rcU $@ $%"],
                           lambda: self.rule(f"lib.a: lib.a(out.o) {self.prerequisites(0, 1)}"))()

    def vpath(self):
        return [self.one_of("VPATH = dd", "vpath %.c dd", "vpath %.h dd", "vpath % dd", "GPATH = dd")]

    def default(self):
        return self.rule(".DEFAULT:", 95)

    def shared(self):
        return self.rule(f"{' '.join(self.single)}: {self.prerequisites(0, 2)}", 60)

    def second_expansion(self):
        return [".SECONDEXPANSION:", *self.rule(f"{self.name()}: $${self.one_of('@', '*', '(@D)', '<', '^', '(info $$@)')}.c {self.prerequisites(0, 2)}")]

    def extra(self):
        return [self.one_of("", f"{self.name()}: ") + f".EXTRA_PREREQS = {self.prerequisites(1, 2).replace('|', '')}"]

    def variable(self):
        return [f"{self.name()}: {self.one_of('', 'private ')}V {self.one_of('=', '+=', ':=')} {self.name()}"]


def generate(seed, new):
    """The case of a seed."""
    return Mixed(seed, new).case()
