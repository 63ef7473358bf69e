"""Random texts of the language: words, references, function calls.

Nothing here may give a recipe a way out of its folder: no word begins with a slash, and no function is
asked to take the folder off `dd/a.x`.
"""

VARIABLES = ["A", "B", "C", "D", "foo", "bar", "LIST", "x.y", "OBJS", "EMPTY", "fn", "p1", "p2"]
STEMS = ["a", "b", "c", "main"]
SUFFIXES = [".x", ".u", ".z", ""]
FOLDERS = ["", "", "", "dd/"]
TEXTS = ["one", "two", "three", "a,b", "=", "a=b", "%", "x%y", "%.x", "1", "2", "10", "-3", "007",
         "_", "~", "+", "@", "*", "?.x", "a.b.c", "..", "./a.x", "é"]


class Expressions:
    """`rng`: random.Random. `new`: whether what came after 4.3 may be used."""

    def __init__(self, rng, new):
        self.rng, self.new = rng, new

    def one_of(self, *items):
        return self.rng.choice(items)

    def chance(self, percent):
        return self.rng.random() * 100 < percent

    def file(self):
        return self.one_of(*FOLDERS) + self.one_of(*STEMS) + self.one_of(*SUFFIXES)

    def word(self):
        return self.file() if self.chance(60) else self.one_of(*TEXTS)

    def blank(self):
        return self.one_of(" ", " ", " ", " ", " ", "  ", "\t", " \t ")

    def variable(self):
        return self.one_of(*VARIABLES)

    def reference(self, depth):
        name = self.variable()
        kind = self.rng.randrange(14)
        if kind == 0:
            return "$A"
        if kind == 1:
            return "${%s}" % name
        if kind == 2:
            return f"$({name}:{self.one_of(*SUFFIXES[:3])}={self.one_of(*SUFFIXES)})"
        if kind == 3:
            return f"$({name}:%{self.one_of(*SUFFIXES)}={self.one_of('%', 'q', 'dd/%', '%.o', '%-%')})"
        if kind == 4 and depth > 0:
            return f"$({self.reference(depth - 1)})"
        if kind == 5:
            return "$(p$(N))"
        if kind == 6:
            return self.one_of("$(undefined)", "$()", "$(N)", "$(MAKEFILE_LIST)", "$(.DEFAULT_GOAL)",
                               "$(MAKECMDGOALS)", "$(MAKELEVEL)", "$(SHELL)", "$(.SHELLFLAGS)",
                               "$(SUFFIXES)", "$(.RECIPEPREFIX)", "$(MAKE_RESTARTS)", "$(notdir $(CURDIR))")
        if kind == 7:
            return "$$"
        return f"$({name})"

    def text(self, depth=3, most=4):
        """Words with blanks between them; may be empty."""
        out = ""
        for index in range(self.rng.randrange(most + 1)):
            if index:
                out += self.blank()
            out += self.piece(depth)
        return out

    def piece(self, depth):
        kind = self.rng.randrange(100)
        if kind < 50 or depth <= 0:
            return self.word() if kind % 3 else self.reference(0)
        if kind < 70:
            return self.reference(depth)
        if kind < 74:
            return self.word() + self.reference(depth - 1)
        if kind < 76:
            return self.one_of("\\", "\\\\", "\\#", "(a)", "{b}", "a\\ b", "\\%", "'", '"', "a;b", "a|b", "&")
        return self.call(depth - 1)

    def number(self, depth):
        return self.one_of("1", "2", "3", "10", "$(words $(LIST))", "$(N)") if depth > 0 else "1"

    def pattern(self):
        return self.one_of("%", "%.x", "a%", "%.u", "a.x", "b%y", "%a%", "c", "dd/%", "\\%", "%/a.x")

    def call(self, depth):
        """A function call."""
        rng, text = self.rng, lambda most=4: self.text(depth, most)
        simple = [
            lambda: f"$(subst {self.one_of('a', 'b', '.x', '.u', 'e', 'o')},{self.one_of('', 'Z', 'bb', '.q')},{text()})",
            lambda: f"$(patsubst {self.pattern()},{self.one_of('%', 'q%', '%.o', 'z', '', '%%', 'dd/%')},{text()})",
            lambda: f"$(strip {text()})",
            lambda: f"$(findstring {self.one_of('a', '.x', 'on')},{text()})",
            lambda: f"$(filter {self.pattern()} {self.pattern()},{text(6)})",
            lambda: f"$(filter-out {self.pattern()},{text(6)})",
            lambda: f"$(sort {text(7)})",
            lambda: f"$(word {self.number(depth)},{text()})",
            lambda: f"$(words {text()})",
            lambda: f"$(wordlist {self.number(depth)},{self.number(depth)},{text(6)})",
            lambda: f"$(firstword {text()})",
            lambda: f"$(lastword {text()})",
            lambda: f"$(dir {text()})",
            lambda: f"$(notdir {text()})",
            lambda: f"$(suffix {text()})",
            lambda: f"$(basename {text()})",
            lambda: f"$(addsuffix {self.one_of('.o', '.x', '', '$(A)')},{text()})",
            lambda: f"$(addprefix {self.one_of('dd/', 'x', '', 'p-')},{text()})",
            lambda: f"$(join {text()},{self.one_of('.q', '.x .u', '')})",
            lambda: f"$(wildcard {self.one_of('*.x', 'dd/*', '*', 'nofile', 'a.x b.x', '[ab].*', '?.u')})",
            lambda: f"$(notdir $(realpath {self.one_of('a.x', 'dd/a.x', '.', 'nofile')}))",
            lambda: f"$(notdir $(abspath {self.file()}))",
            lambda: f"$(origin {self.one_of(*VARIABLES, 'CC', 'undefined', 'PATH', 'MAKE', '@')})",
            lambda: f"$(flavor {self.one_of(*VARIABLES, 'CC', 'undefined')})",
            lambda: f"$(value {self.variable()})",
            lambda: f"$(if {text(1)},{text()},{text()})",
            lambda: f"$(if {text(1)},{text()})",
            lambda: f"$(or {text(1)},{text(1)},{text()})",
            lambda: f"$(and {text(1)},{text(1)},{text()})",
            lambda: f"$(foreach v,{text()},{self.one_of('[$v]', '$v', '<$(v).$v>')}{text(1)})",
            lambda: f"$(call fn,{text()},{text(2)})",
            lambda: f"$(call {self.variable()},{text(2)})",
            lambda: f"$(shell echo '{self.plain()}')",
        ]
        effects = [
            lambda: f"$(info {text()})",
            lambda: f"$(warning {text()})",
            lambda: f"$(eval {self.variable()} {self.one_of('=', ':=', '+=')} {text()})",
            lambda: f"$(shell exit {rng.randrange(3)})$(.SHELLSTATUS)",
            lambda: f"$(file {self.one_of('>', '>>')}out.txt,{text()})",
            lambda: f"$(file <{self.one_of('a.x', 'nofile', 'out.txt')})",
        ]
        if self.new:
            simple += [
                lambda: f"$(let v w,{text()},[$v/$w])",
                lambda: f"$(intcmp {self.number(depth)},{self.number(depth)},{text(1)},{text(1)},{text(1)})",
            ]
        if self.chance(1):
            return self.one_of("$(error stop here)", "$(word x,a b)", "$(word 0,a)", "$(wordlist 0,1,a)", "$(subst a)",
                               "$(foreach v)", "$(if)", "$(unknown a,b)", "$(call)", "$(patsubst a,b)",
                               "$(foo", "${bar", "$(A:a)", "$(A:=)", "$(words )", "$(sort)", "$ ")
        return rng.choice(effects if self.chance(10) else simple)()

    def plain(self):
        """Words that are safe between single quotes in a shell."""
        return " ".join(self.file() for _ in range(self.rng.randrange(4)))
