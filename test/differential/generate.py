"""Random cases, each made from its seed alone."""

import random
import re

from case import Case
from expressions import FOLDERS, STEMS, SUFFIXES, VARIABLES, Expressions

TARGETS = ["all", "t1", "t2", "t3", "t4", "lib"]


class Generator:
    """One case. `new`: whether what came after GNU Make 4.3 may be used."""

    def __init__(self, seed, new):
        self.rng = random.Random(seed)
        self.e = Expressions(self.rng, new)
        self.new = new
        self.prefix = "\t"
        self.second = False  # .SECONDEXPANSION was said
        self.parallel = False

    def one_of(self, *items):
        return self.rng.choice(items)

    def chance(self, percent):
        return self.rng.random() * 100 < percent

    # --- what is in the folder and on the command line ---

    def case(self):
        case = Case()
        self.parallel = self.chance(8)
        for stem in STEMS:
            for suffix in SUFFIXES[:3]:
                for folder in ("", "dd/"):
                    if self.chance(35 if suffix == ".x" else 12):
                        case.files[folder + stem + suffix] = self.rng.randrange(1, 9)
        case.files["dd/keep"] = 0
        case.makefiles["Makefile"] = self.makefile(self.rng.randrange(3, 14), includes=True)
        if self.chance(25):
            case.makefiles["inc.mk"] = self.makefile(self.rng.randrange(1, 5), includes=False)
        if self.chance(20):
            case.makefiles["sub.mk"] = self.makefile(self.rng.randrange(1, 5), includes=False)
        if self.chance(6):
            case.makefiles["dd/Makefile"] = self.makefile(self.rng.randrange(1, 4), includes=False)
        case.arguments = self.arguments(case)
        if self.chance(85):
            self.close(case)
        for name in VARIABLES:
            if self.chance(3):
                case.environment[name] = self.e.text(0)
        if self.chance(3):
            case.environment["MAKEFLAGS"] = self.one_of("k", "n", "-s", "s -k", "-- A=3", "w", "B=1 -k", "ik")
        if self.chance(1):
            case.environment["MAKEFILES"] = self.one_of("inc.mk", "nofile.mk")
        case.merged = self.chance(50)
        case.unordered = self.parallel
        return case

    def close(self, case):
        """Gives rules to most names that are spoken of and that nothing makes."""
        chunks = case.makefiles["Makefile"]
        lines = [line for makefile in case.makefiles.values() for chunk in makefile for line in chunk]
        made = set()
        for line in lines:
            if line[:1].isalpha() and ":" in line and "=" not in line:
                made.update(line.partition(":")[0].split())
        names = TARGETS + [folder + stem + suffix for folder in ("", "dd/") for stem in STEMS
                           for suffix in SUFFIXES]
        spoken = {word for line in lines + case.words() for word in re.split(r"[\s,:;()|]+", line)}
        p = self.prefix
        for name in names:
            if name in made or name in case.files or name not in spoken or self.chance(8):
                continue
            chunks.append([f"{name}:", p + self.one_of("@echo $@: $^", "@touch $@", "echo make $@", "touch $@")])

    def arguments(self, case):
        out = []
        for letters in ("-k", "-n", "-s", "-i", "-B", "-r", "-R", "-w", "-e", "-q", "-t", "--trace",
                        "--no-print-directory", "--warn-undefined-variables", "-L", "-b", "-S"):
            if self.chance(5):
                out.append([letters])
        if self.parallel:
            out.append([self.one_of("-j2", "-j", "-j3")])
            if self.chance(30):
                out.append([self.one_of("-O", "-Oline", "-Otarget", "-Onone", "-Orecurse")])
        if self.chance(4):
            out.append(["-W", self.e.file()])
        if self.chance(4):
            out.append(["-o", self.e.file()])
        if self.chance(4):
            out.append(["-I", self.one_of("dd", ".", "nofolder")])
        if self.chance(3):
            out.append(["-f", self.one_of("Makefile", "inc.mk", "sub.mk", "nofile.mk", "-")])
        if self.chance(2):
            out.append(["-C", self.one_of("dd", "nofolder", ".")])
        if self.chance(2):
            out.append([f"--eval={self.variable_line()}"])
        for _ in range(self.one_of(0, 0, 0, 0, 1, 1, 2)):
            out.append([f"{self.e.variable()}{self.one_of('=', '=', ':=', '+=', '?=')}{self.e.text(1, 2)}"])
        for _ in range(self.one_of(0, 0, 1, 1, 2)):
            out.append([self.one_of(*TARGETS) if self.chance(70) else self.e.file()])
        if self.chance(1):
            out.append([self.one_of("--nonsense", "-Z", "-j0", "--debug=x", "-Obad", "--k", "-C", "=x", "-l",
                                    "--jobs=x", "--file", *["--shuffle=bad", "--s"] * self.new)])
        self.rng.shuffle(out)
        return out

    # --- makefiles: lists of chunks, a chunk being a list of lines ---

    def makefile(self, size, includes):
        self.prefix = "\t"
        chunks = []
        if self.chance(60):
            chunks.append(["fn = <$(1)|$(2)>" if self.chance(80) else "fn = $(sort $(1)) $(2:%.x=%.u) $(0)"])
        if self.chance(40):
            chunks.append([f"N := {self.one_of('1', '2')}"])
        if self.chance(70):
            chunks.append(["all: " + self.prerequisites()])
        for _ in range(size):
            chunks.append(self.chunk(includes))
        if self.chance(55):
            chunks.append(["%.u: %.x", f"{self.prefix}@echo making $@ from $<; echo $< > $@"])
        if self.chance(25):
            chunks.append(["t1 t2 t3 t4 lib:;@echo $@: $^"])
        return chunks

    def chunk(self, includes, depth=2):
        kind = self.rng.randrange(100)
        if kind < 24:
            return [self.variable_line()]
        if kind < 58:
            return self.rule()
        if kind < 65:
            return self.condition(includes, depth) if depth else [self.variable_line()]
        if kind < 69:
            return self.define()
        if kind < 73:
            return [f"$(info {self.e.text()})"]
        if kind < 80:
            return self.special()
        if kind < 84:
            return self.specific()
        if kind < 87:
            return self.export()
        if kind < 90:
            return self.include() if includes else [self.e.text(2)]
        if kind < 92:
            return self.vpath()
        if kind < 94:
            return [self.e.call(2)]
        if kind < 96:
            return self.generated()
        if kind < 98:
            return [self.one_of("", "# a comment", "# continued \\", "   ", f"{self.prefix}", "  # blanks before",
                                f"{self.prefix}# in a recipe?"),
                    ""]
        return self.broken()

    def variable_line(self):
        operators = ["=", "=", ":=", ":=", "::=", "?=", "+=", "+="]
        if self.new:
            operators.append(":::=")
        if self.chance(4):
            return f"{self.e.variable()} != echo {self.e.plain()}"
        modifier = self.one_of(*[""] * 14, "override ", "export ", "private ", "override export ", "unexport ")
        if modifier == "unexport ":
            return f"unexport {self.e.variable()}"
        name = self.e.variable() if self.chance(95) else self.one_of("$(A)", "p$(N)", "x y", "MAKEFLAGS", "VPATH",
                                                                     ".DEFAULT_GOAL", "SHELL", "a.x", "CC", "CURDIR")
        if name == "SHELL":
            return "SHELL = /bin/sh"
        if name == "VPATH":
            return "VPATH = dd"
        if name == "MAKEFLAGS":
            return "MAKEFLAGS += " + self.one_of("-k", "s", "-w", "r", "--no-print-directory", "-i", "-n")
        value = self.e.text()
        if self.chance(5):
            value += "  # a comment"
        if self.chance(4):
            value += " \\\n   " + self.e.text(1)
        return f"{self.one_of('', '', '', ' ')}{modifier}{name}{self.one_of(' ', '')}{self.one_of(*operators)} {value}"

    def define(self):
        lines = [f"{self.e.text(2)}" for _ in range(self.rng.randrange(1, 4))]
        if self.chance(30):
            lines = [f"@echo '{self.e.plain()}'", "@echo $@"]
        name = self.e.variable()
        out = [f"define {name}{self.one_of('', '', ' =', ' :=', ' +=')}"] + lines + ["endef"]
        if self.chance(8):
            out = [self.one_of("undefine ", "override undefine ") + self.e.variable()]
        return out

    def condition(self, includes, depth):
        test = self.one_of(
            f"ifeq ({self.e.text(1, 1)},{self.e.text(1, 1)})", f"ifneq ({self.e.text(1, 1)},)",
            f"ifeq '{self.e.variable()}' \"$({self.e.variable()})\"", f"ifdef {self.e.variable()}",
            f"ifndef {self.one_of('undefined', *VARIABLES)}", "ifeq ($(A),$(B))", "ifneq ($(strip $(LIST)),)")
        out = [test] + self.chunk(includes, depth - 1)
        if self.chance(25):
            out += [f"else {self.one_of('ifdef A', 'ifeq (a,a)', 'ifneq ($(B),b)')}"] + self.chunk(includes, depth - 1)
        if self.chance(50):
            out += [self.one_of("else", "else", "else # words")] + self.chunk(includes, depth - 1)
        return out + [self.one_of("endif", "endif", "endif", "endif # done")]

    def target(self):
        kind = self.rng.randrange(10)
        if kind < 4:
            return self.one_of(*TARGETS)
        if kind < 9:
            return self.e.file()
        return f"{self.e.file()}{self.e.blank()}{self.e.file()}"

    def prerequisites(self):
        out = []
        for _ in range(self.one_of(0, 1, 1, 2, 3)):
            kind = self.rng.randrange(12)
            if kind < 6:
                out.append(self.e.file())
            elif kind < 9:
                out.append(self.one_of(*TARGETS))
            elif kind < 10:
                out.append(self.e.reference(1))
            elif self.second:
                out.append(self.one_of("$$@.x", "$$(@:.u=.x)", "$$(LIST)", "$$<", "$$(wildcard *.x)", "$$(addsuffix .x,$$*)"))
            else:
                out.append(self.e.piece(2))
        text = self.e.blank().join(out)
        if self.chance(8):
            text += " | " + self.e.file()
        if self.new and self.chance(2):
            text += " .WAIT " + self.e.file()
        return text

    def rule(self):
        kind = self.rng.randrange(100)
        suffixes = SUFFIXES[:3]
        if kind < 50:
            head = f"{self.target()}:{self.one_of(' ', '')}{self.prerequisites()}"
        elif kind < 58:
            head = f"{self.target()}:: {self.prerequisites()}"
        elif kind < 78:
            head = self.one_of(
                f"%{self.one_of(*suffixes)}: %{self.one_of(*suffixes)}",
                f"%{self.one_of(*suffixes)}: %{self.one_of(*suffixes)} {self.e.file()}",
                f"%{self.one_of(*suffixes)}:: %{self.one_of(*suffixes)}",
                f"%{self.one_of(*suffixes)} %.q: %{self.one_of(*suffixes)}",
                f"dd/%{self.one_of(*suffixes)}: %{self.one_of(*suffixes)}",
                f"{self.one_of(*STEMS)}%: {self.one_of(*STEMS)}.x",
                f"%{self.one_of(*suffixes)}:",
                f"%: %{self.one_of(*suffixes)}",
                f"%{self.one_of(*suffixes)}: dd/%{self.one_of(*suffixes)} | {self.e.file()}")
            if self.chance(10):
                return [head]  # without a recipe: it cancels
        elif kind < 86:
            head = (f"{self.one_of('$(OBJS)', 'a.u b.u', 'a.z', 'dd/a.u a.u')}: "
                    f"{self.one_of('%.u', '%', '%.z', 'a%')}: {self.one_of('%.x', '%.x %.u', 'dd/%.x', '')}")
        elif kind < 90:
            head = f"{self.one_of('.x.u', '.u.z', '.x', '.x.z')}: {self.one_of('', '', self.e.file())}"
        elif kind < 94:
            return [f"{self.e.file()} {self.e.file()} {self.one_of('&:', '&:', '&::')} {self.prerequisites()}",
                    self.prefix + self.command()]
        else:
            head = f"{self.e.reference(1)} {self.e.file()}: {self.prerequisites()}"
        if self.chance(25):
            return [head]
        if self.chance(12):
            return [f"{head} ; {self.command()}"]
        lines = [head]
        for _ in range(self.one_of(1, 1, 1, 2, 3)):
            lines += self.recipe_line()
        return lines

    def recipe_line(self):
        p = self.prefix
        kind = self.rng.randrange(40)
        if kind == 0:
            return ["", p + self.command()]
        if kind == 1:
            return ["# a comment at the margin", p + self.command()]
        if kind == 2:
            return [f"{p}@echo one \\", f"{p}two; \\", "echo three"]
        if kind == 3:
            return [self.one_of("ifdef A", "ifeq ($(A),$(B))"), p + self.command(), "endif"]
        if kind == 4:
            return [f"{p}{self.e.reference(1)}"] if self.chance(20) else [f"{p}@# nothing"]
        if kind == 5:
            return [p]
        return [p + self.command()]

    def automatic(self):
        return self.one_of("$@", "$<", "$^", "$?", "$+", "$*", "$|", "$(@D)", "$(@F)", "$(<F)", "$(^D)", "$(*F)", "$%",
                           "$(?F)", "$(+F)")

    def command(self):
        modifier = self.one_of("", "", "", "@", "@", "-", "@-", "+", "@ ", "-@")
        kind = self.rng.randrange(42)
        if kind < 10:
            return f"{modifier}echo '{self.automatic()} {self.e.plain()}'"
        if kind < 16:
            return f"{modifier}touch $@"
        if kind < 20:
            return f"{modifier}echo '$^' > $@"
        if kind < 24:
            return f"{modifier}echo '$({self.e.variable()})' '{self.automatic()}'"
        if kind < 26:
            return f"{modifier}echo '{self.safe_call()}'"
        if kind == 26:
            return f"{modifier}echo \"$${self.one_of('A', 'B', 'foo', 'LIST', 'MAKELEVEL', 'MAKEFLAGS')}\""
        if kind == 27 and not self.parallel:
            return f"{modifier}{self.one_of('false', 'exit 3', 'true && false', 'sh -c %cexit 7%c' % (39, 39))}"
        if kind == 28:
            return f"{modifier}$(MAKE) -f sub.mk {self.one_of('', '', 'A=5', 't1', '-k', '-n', '-s')}"
        if kind == 29:
            return f"{modifier}rm -f $@"
        if kind == 30:
            return f"{modifier}$(info {self.e.text(1)})"
        if kind == 31:
            return f"{modifier}cat $< > $@"
        if kind == 32 and not self.parallel:
            return f"{modifier}nosuchprogram $@"
        if kind == 33:
            return f"{modifier}:"
        if kind == 34:
            return f"{modifier}touch -d '2001-02-03' $@"
        if kind == 35 and not self.parallel:
            return f"{modifier}touch $@; exit 1"
        if kind == 36:
            return f"{modifier}x=1; echo $$x"
        if kind == 37:
            return f"{modifier}echo $(foreach f,$^,[$f])"
        if kind == 38:
            return "$(fn)" if self.chance(10) else f"{modifier}echo $(words $^)"
        return f"{modifier}echo made $@"

    def safe_call(self):
        """A call whose result holds nothing that ends single quotes."""
        return self.one_of("$(sort $^)", "$(LIST:.x=.u)", "$(words $+)", "$(filter %.x,$^)", "$(origin A)", "$(value B)",
                           "$(call fn,$@,$<)", "$(if $?,newer,none)", "$(foreach v,$^,<$v>)", "$(flavor LIST)",
                           "$(patsubst %.x,%.o,$^)", "$(notdir $^)", "$(firstword $(MAKEFILE_LIST))", "$(strip $|)")

    def special(self):
        kind = self.rng.randrange(20)
        names = " ".join(self.one_of(*TARGETS, self.e.file()) for _ in range(self.rng.randrange(3)))
        if kind < 5:
            return [f".PHONY: {names}"]
        if kind < 7:
            self.second = True
            return [".SECONDEXPANSION:"]
        if kind == 7:
            return [f".DEFAULT:", f"{self.prefix}@echo default for $@"]
        if kind == 8:
            return [".ONESHELL:"]
        if kind == 9:
            return [f".EXTRA_PREREQS = {self.e.file()}"]
        if kind == 10:
            return [f".DEFAULT_GOAL := {self.one_of(*TARGETS)}"]
        if kind == 11 and self.chance(30):
            self.prefix = ">"
            return [".RECIPEPREFIX = >"]
        if kind == 12:
            return [f".SUFFIXES: {self.one_of('', '.x .u .z', '.x')}"]
        name = self.one_of(".PRECIOUS", ".SECONDARY", ".INTERMEDIATE", ".IGNORE", ".SILENT", ".DELETE_ON_ERROR",
                           ".NOTPARALLEL", ".EXPORT_ALL_VARIABLES", ".POSIX", ".LOW_RESOLUTION_TIME")
        if self.new and self.chance(10):
            name = ".NOTINTERMEDIATE"
        if name == ".PRECIOUS" and self.chance(40):
            names = "%.u"
        return [f"{name}: {names}"]

    def specific(self):
        target = self.one_of(self.target(), "%.u", "a%", "%", "dd/%.x")
        operator = self.one_of("=", ":=", "+=", "?=")
        modifier = self.one_of("", "", "", "private ", "override ", "export ")
        return [f"{target}: {modifier}{self.e.variable()} {operator} {self.e.text(2)}"]

    def export(self):
        return [self.one_of("export", f"export {self.e.variable()}", f"unexport {self.e.variable()}", "unexport",
                            f"export {self.e.variable()} {self.e.variable()}", f"export {self.e.variable()} := {self.e.text(1)}")]

    def include(self):
        name = self.one_of("inc.mk", "gen.mk", "nofile.mk", "*.mk", "$(A)", "inc.mk gen.mk", "")
        out = [f"{self.one_of('include', '-include', '-include', 'sinclude')} {name}"]
        if "gen.mk" in name and self.chance(80):
            out += [f"gen.mk:{self.one_of('', ' a.x', ' inc.mk')}",
                    f"{self.prefix}{self.one_of('@', '')}echo '{self.e.variable()} = {self.e.plain()}' > $@"]
        return out

    def vpath(self):
        return [self.one_of("vpath %.x dd", "vpath %.u dd", "vpath", "VPATH = dd", "vpath %.x", "vpath % dd:nofolder",
                            "vpath a% dd")]

    def generated(self):
        """Rules by eval and call."""
        return ["define template", "$(1): $(2)", f"{self.prefix}{self.one_of('@', '')}echo $$@ by template: $(2)", "endef",
                self.one_of("$(foreach t,t1 t2,$(eval $(call template,$(t),a.x)))",
                            f"$(eval $(call template,t3,{self.e.file()}))", "$(call template,t4,b.x)")]

    def broken(self):
        return [self.one_of(
            "this is no rule", "endif", "else", "endef", ": a", "a.x: %.u: b", "ifeq a b", "ifdef", "define",
            f"{self.prefix}echo recipe too early", "include", "override", "%.x: %.u: %.z: a", "= 3", "a: b: c", "vpath a",
            "ifeq (a,b", "undefine", "$(error broken)", "a.x b.x &: ", "%.x: b &: c", ".x.u: z ; @echo $@", "x\\", "a;b",
            "ifdef A B", "else ifdef", "foo bar: baz = ", "private", "a:: b", "a: b", "%.u %.z:: ;", "export =", "load",
            "ifneq", "endif words", "-include", "a : | b | c", "        eight blanks")]


def generate(seed, new):
    """The case of a seed."""
    return Generator(seed, new).case()
