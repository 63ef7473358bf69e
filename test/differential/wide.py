"""The wide family of random cases (`--wide`): what the first family leaves out.

A case has one to three of the features below, each with rules and options of its own, between
rules and variables of the first family. The same seed is another case there.
"""

from case import Case
from expressions import STEMS, SUFFIXES
from generate import TARGETS, Generator

FEATURES = ["archives", "traces", "data_base", "shuffles", "sync", "defines", "modifiers", "escapes",
            "chains", "waits", "groups", "second_expansion", "endings", "functions", "shells", "flags",
            "switches", "nested", "patterns", "specific_values", "deletes", "old_and_new"]


class Wide(Generator):
    """One case. `new`: whether what came after GNU Make 4.3 may be used."""

    def __init__(self, seed, new):
        super().__init__(f"wide {seed}", new)
        self.wide_case = Case()

    def case(self):
        case = self.wide_case
        for stem in STEMS:
            for suffix in SUFFIXES[:3]:
                for folder in ("", "dd/"):
                    if self.chance(40 if suffix == ".x" else 12):
                        case.files[folder + stem + suffix] = self.rng.randrange(1, 9)
        case.files["dd/keep"] = 0
        chunks = [["all: " + self.prerequisites()]] if self.chance(70) else []
        chosen = self.rng.sample(FEATURES, self.one_of(1, 1, 2, 2, 3))
        if "data_base" in chosen:  # its text can be compared only in its order
            chosen = ["data_base"]
        for feature in chosen:
            chunks += getattr(self, feature)()
        for _ in range(self.one_of(0, 1, 2, 4)):
            chunks.insert(self.rng.randrange(len(chunks) + 1), self.chunk(False))
        if self.chance(50):
            chunks.append(["%.u: %.x", f"{self.prefix}@echo making $@ from $<; echo $< > $@"])
        case.makefiles["Makefile"] = chunks
        for _ in range(self.one_of(0, 0, 1, 1, 2)):
            self.option(self.one_of(*TARGETS))
        if self.chance(15):
            self.option(self.one_of("-k", "-n", "-s", "-i", "-B", "-t", "-q", "-w", "-r"))
        self.rng.shuffle(case.arguments)
        if self.chance(85):
            self.close(case)
        case.merged = self.chance(50)
        case.unordered = self.parallel
        return case

    def option(self, *words):
        self.wide_case.arguments.append(list(words))

    def names(self, least=1, most=3):
        return " ".join(self.one_of(self.e.file(), self.one_of(*TARGETS))
                        for _ in range(self.rng.randrange(least, most + 1)))

    def recipe(self, *commands):
        return [self.prefix + command for command in commands or (self.command(),)]

    # --- features: each gives chunks, and may add options, files and makefiles ---

    def archives(self):
        self.option(self.one_of("ARFLAGS=rc", "ARFLAGS=rcU", "ARFLAGS=rcD", "-s"))
        out = [["ARFLAGS = rcU"]]
        out.append(self.one_of(["lib.a: lib.a(a.u) lib.a(b.u)"], ["lib.a: lib.a(a.u b.u c.x)"],
                               ["lib.a: lib.a(a.u b.x)", *self.recipe("@echo '$?' '$^' '$%'")],
                               ["lib.a(a.u): a.x", *self.recipe("@echo '$@' '$%' '$*' '$<'; touch a.u; ar rcU $@ a.u")],
                               ["lib.a(a.u b.u): a.x", *self.recipe("@echo '$@' '$%' '$(@D)' '$(%F)'")],
                               ["lib.a(%.u): %.x", *self.recipe("@echo '$@ $% $* $<'", "-ar rcU $@ $%")]))
        if self.chance(40):
            out.append(self.one_of(["(%): %", *self.recipe("@echo add '$%' to '$@' from '$<'; ar rcU $@ $<")],
                                   [".x.a:", *self.recipe("@echo .x.a '$@' '$%' '$<'")],
                                   ["%.a: %.x", *self.recipe("@echo '$@'; ar rcU $@ $<")]))
        if self.chance(30):
            out.append([f"t1: {self.one_of('lib.a(*.u)', 'lib.a(nothing.u)', 'no.a(a.x)', '-llib', 'lib.a(a.u) lib.a')}",
                        *self.recipe("@echo '$^' '$?' '$(^D)' '$(^F)'")])
        self.option(self.one_of("lib.a", "lib.a(a.u)", "t1", "lib.a(b.u)"))
        if self.chance(20):
            self.option(self.one_of("-t", "-n", "-B", "-W", "-q"), *["a.x"] * self.chance(1))
        return out

    def traces(self):
        self.option(self.one_of("--trace", "--trace", "--debug=b", "--debug=v", "--debug=b,v", "--debug=w",
                                "--debug=p", "--debug=m", "--debug=i", "--debug=n", "--debug=w,p", "--debug"))
        if self.chance(30):
            self.option(self.one_of("-k", "-n", "-B", "-t", "-q", "-s", "-w"))
        return [[f"{self.target()}: {self.prerequisites()}", *self.recipe()] for _ in range(3)]

    def data_base(self):
        self.option(self.one_of("-p", "-p", "--print-data-base", "-np", "-qp"))
        self.option("-rR")
        return [[f"{self.target()}: {self.prerequisites()}", *self.recipe()],
                self.one_of([f"{self.target()}: {self.one_of('', 'private ', 'export ')}A {self.one_of('=', '+=', ':=')} $(B)"],
                            [f"%.u: A {self.one_of('=', '+=', ':=')} $(B)"],
                            ["define D", "one", "two $(A)", "endef"], ["export A B"], ["vpath %.x dd"],
                            ["a b &: c; touch a b"], [f".PRECIOUS: {self.names()}"], ["t1:: a; @echo one", "t1:: ; @echo"])]

    def shuffles(self):
        mode = self.one_of("reverse", "1", "2", str(self.rng.randrange(1 << 32)), "none", "identity")
        if self.new:
            self.one_of(lambda: self.option(f"--shuffle={mode}"),
                        lambda: self.option(f"--shuffle={mode}"),
                        lambda: self.wide_case.environment.update(MAKEFLAGS=f"--shuffle={mode}"))()
        out = [["all: t1 t2 t3 t4"], [f"t1: {self.names(2, 4)}"], [f"t2: {self.names(2, 4)} | {self.names()}"],
               [f"t3: {self.names(2, 3)}{' .WAIT t4' if self.new and self.chance(30) else ''}"]]
        if self.chance(20):
            out.append([f".NOTPARALLEL: {self.one_of('', 't1', 't2 t3') if self.new else ''}"])
        return out

    def sync(self):
        self.option(self.one_of("-O", "-Oline", "-Otarget", "-Orecurse", "-Onone", "--output-sync"))
        self.parallel = self.chance(60)
        if self.parallel:
            self.option(self.one_of("-j2", "-j3", "-j"))
        if self.chance(30):
            self.option(self.one_of("-w", "-k", "-s", "--no-print-directory", "--trace"))
        self.wide_case.makefiles["sub.mk"] = [["all: s1 s2"], ["s1 s2:", *self.recipe("@echo sub $@", "+@echo plus")]]
        return [["t1: t2 t3", *self.recipe("@echo '$@ one'", "@echo err >&2", "-exit 1", "+echo recursive $@")],
                ["t2:", *self.recipe(f"{self.one_of('', '@', '+')}$(MAKE) -f sub.mk{self.one_of('', ' -s', ' -k', ' -Oline')}")],
                ["t3:", *self.recipe("@echo $@; echo warn >&2", f"{self.one_of('@', '-')}$(info told)exit 1")]]

    def defines(self):
        first = self.one_of("define X", "define X =", "define X :=", "define X +=", "override define X", "define  X",
                            "export define X", "define", "define X\tY", "define $(A)", "define X = # a comment", "define X=",
                            *["define X ?=", "define X ::="])
        body = [self.one_of("one $(A)", "\ttabs", "", "  blanks", "# no comment", "line \\", "$(info in X)", "endefs",
                            "ifdef A", "else", "endif", "define Y", "$$", "a\\#b", f"{self.prefix}@echo $@", "endef\\",
                            "undefine X", "include no.mk") for _ in range(self.rng.randrange(5))]
        for index, line in reversed(list(enumerate(body))):
            if line == "define Y":
                body.insert(self.rng.randrange(index + 1, len(body) + 1), "endef")
        last = self.one_of("endef", "endef", "endef # a comment", " endef", f"{self.prefix}endef", "endef words", "  endef  ", "endef#")
        use = self.one_of("$(info [$(X)][$(value X)][$(flavor X)][$(origin X)])", "$(eval $(X))", "$(eval $(value X))",
                          "$(info [$(call X,1,2)])", "$(foreach i,1 2,$(eval $(call X,$i)))")
        return [[first, *body, last], [use], ["t1:", *self.recipe(self.one_of("$(X)", "@echo '$(A)'", "@$(X)"))]]

    def modifiers(self):
        words = ["override", "export", "private", "unexport"]
        def line():
            name = self.one_of("A", "B", "foo", "override", "export", "define", "x y", "private", "ifdef", "A.B", "_")
            kind = self.rng.randrange(10)
            some = " ".join(self.rng.sample(words, self.rng.randrange(4)))
            if kind < 5:
                return f"{some} {name} {self.one_of('=', ':=', '+=', '?=', '!=')} {self.e.plain()}$(C)".lstrip()
            if kind == 5:
                return f"{self.one_of('', 'override ')}undefine {name}"
            if kind == 6:
                return f"{self.one_of('export', 'unexport')} {self.one_of(name, '', '$(A)', 'A B foo', name + ' = 1')}"
            if kind == 7:
                return f"t1: {some} {name} {self.one_of('=', ':=', '+=', '?=')} $(A) t1"
            if kind == 8:
                return f"%1: {some} {name} {self.one_of('=', ':=', '+=')} pattern"
            return f"$(info {name} $(origin {name}) $(flavor {name}) [$({name})])"
        if self.chance(30):
            self.option(f"{self.one_of('A', 'B', 'foo')}{self.one_of('=', ':=', '+=', '?=')}command $(B)")
        for name in ("A", "B", "foo"):
            if self.chance(20):
                self.wide_case.environment[name] = self.one_of("", "environment", "$(C)")
        if self.chance(15):
            self.option("-e")
        out = [[line()] for _ in range(self.rng.randrange(3, 9))]
        show = "@echo '$(A) $(B) $(foo) $(origin A) $(flavor B)' \"$$A,$$B,$$foo\""
        return out + [["t1: t2", *self.recipe(show)], ["t2:", *self.recipe(show)], [f".EXPORT_ALL_VARIABLES:"] * self.chance(10)]

    def escapes(self):
        odd = lambda: self.one_of("a\\ b", "a\\:b", "a\\#b", "a\\%b", "$$a", "a$$", "~", "~/x", "*.x", "a[bx]", "a=b", "a\\=b",
                                  "a\\\\b", "a\\;b", "[a-c].x", "?.x", "dd/*.x", "a,b", "a;b", "./a.x", ".//a.x", "dd/../a.x",
                                  "a\\|b", "$(empty)", "'q'", "\"q\"", "a&b", "%.x", "x\\%y.x", "a\\*b", "{a,b}", "@a", "-a", "+a")
        rule = lambda: self.one_of(
            [f"{odd()}: {odd()}", *self.recipe("@echo '$@' : '$<' '$^' > /dev/null; echo done")],
            [f"t1: {odd()} {odd()}", *self.recipe("@echo $(words $^) $(words $+)")],
            [f"{odd()} {odd()}: ;@echo $(words $@)"],
            [f"$(info [{odd()}] [$(wildcard {odd()})] [$(notdir {odd()})] [$(patsubst {odd()},<%>,{odd()} {odd()})])"],
            [f"V{self.rng.randrange(3)} {self.one_of('=', ':=')} {odd()} {odd()}  # comment \\# {odd()}"],
            [f"$(info $(filter {odd()},{odd()} {odd()}) $(subst {odd()},X,{odd()}))"],
            [f"{self.one_of('%', 'a%', '%.x')}: {odd()}", *self.recipe("@echo '$*' made; touch -- $@")],
            [f"t2: V1 = {odd()}", "t2: ; @echo $(words $(V1))"],
            [f"ifeq ({odd()},{odd()})", "$(info equal)", "endif"],
            [f"include {odd()}"] if self.chance(20) else [f"-include {odd()}"])
        if self.chance(30):
            self.option(self.one_of("a b", "a:b", "a=b", "*.x", "~", "./t1", "a%b", "$a", "t1:", "a#b", "", "-", "t2 "))
        return [rule() for _ in range(self.rng.randrange(2, 6))]

    def chains(self):
        """Makefiles that are made, include others that are made, and restart make."""
        p = self.prefix
        out = [[f"{self.one_of('include', '-include', 'sinclude')} g1.mk{self.one_of('', ' g2.mk', ' dd/g3.mk')}"],
               ["$(info restarts [$(MAKE_RESTARTS)] $(MAKEFILE_LIST))"],
               [f"g1.mk: {self.one_of('', 'a.x', 'g2.mk', '| g2.mk', 'Makefile', 't1')}",
                f"{p}@echo making $@; echo '{self.one_of('include g2.mk', '-include g2.mk', 'A = g1', '$$(info in g1)')}' > $@"],
               [f"g2.mk: {self.one_of('', 'b.x', 'FORCE', 'dd/g3.mk')}",
                f"{p}{self.one_of('', '@', '-', '+')}echo '{self.one_of('B = g2', 'all: t1', '-include dd/g3.mk')}' > $@{self.one_of('', '', '; exit 1')}"],
               [f"dd/g3.mk: {self.one_of('', 'dd/a.x')}", *self.recipe(self.one_of("touch $@", "@echo 'C = 3' > $@", "false", "@:"))]]
        if self.chance(30):
            out.append([f"g%.mk: {self.one_of('', 'a%.x', 'Makefile')}", f"{p}@echo pattern $@; touch $@"])
        if self.chance(25):
            out.append([self.one_of("Makefile: a.x ; @echo Makefile", ".PHONY: g1.mk", "Makefile: ;", "g2.mk:: ; @echo twice",
                                    "FORCE:", "g1.mk g2.mk &: ; touch g1.mk g2.mk", ".PRECIOUS: g1.mk")])
        if self.chance(40):
            self.option(self.one_of("-n", "-t", "-q", "-k", "-B", "-W", "-j1", "-s"), *["a.x"] * 0)
        if self.chance(20):
            self.wide_case.files["g1.mk"] = self.rng.randrange(1, 9)
        self.rng.shuffle(out)
        return out

    def waits(self):
        self.parallel = self.chance(40)
        if self.parallel:
            self.option(self.one_of("-j2", "-j", "-j4"))
        if not self.new:
            return [[f".NOTPARALLEL: {self.one_of('', 't1')}"], ["all: t1 t2 t3"]]
        out = [[f"all: t1 {self.one_of('.WAIT', '')} t2 .WAIT t3 | {self.one_of('.WAIT t4', 't4')}", *self.recipe("@echo '$^' '$|' '$+'")],
               [f"t2: {self.one_of('.WAIT', 'a .WAIT b', '$(W) a', '.WAIT .WAIT c', 'a .WAIT')}"],
               [f"W = .WAIT"], [f"t1: {self.names()}"]]
        if self.chance(40):
            out.append([self.one_of(".NOTPARALLEL:", ".NOTPARALLEL: all t2", ".WAIT:", ".WAIT: a", ".WAIT: ; @echo waited",
                                    ".PHONY: .WAIT", "%.WAIT: ; @echo $@", "t4: $(wildcard .WAIT) .WAIT")])
        if self.chance(15):
            self.option(".WAIT")
        return out

    def groups(self):
        p = self.prefix
        names = self.rng.sample(["a.u", "b.u", "c.u", "t1", "t2", "dd/a.u"], 3)
        head = " ".join(names[:self.one_of(1, 2, 3)])
        out = [[f"{head} {self.one_of('&:', '&:', '&::', ' & :', '&: ')} {self.prerequisites()}",
                *self.recipe(self.one_of("touch $@", f"touch {names[0]}", f"@echo '$@: $?'; touch {head}", "@echo $@", "false"))],
               [f"{names[0]}: {self.prerequisites()}"], [f"t3: {' '.join(names)}"]]
        if self.chance(40):
            out.append([f"{names[1]} {self.one_of('c', 't4')} {self.one_of('&:', '&::')} {self.prerequisites()}", *self.recipe()])
        if self.chance(30):
            out.append([f"%.z %.q %.r: %.x", *self.recipe(self.one_of("touch $*.z", "@echo $@ $*", "touch $*.z $*.q $*.r", "false"))])
            out.append([f"t4: a.z {self.one_of('a.q', 'b.r')}"])
        if self.chance(30):
            out.append([self.one_of(f".PHONY: {names[0]}", f".INTERMEDIATE: {names[0]}", f".PRECIOUS: {names[1]}", ".DELETE_ON_ERROR:",
                                    f"{names[0]}: A = 1", ".SECONDARY:", f"{names[1]}: ; @echo own")])
        return out

    def second_expansion(self):
        self.second = True
        texts = ["$$@.x", "$$(@D)/a.x", "$$(@F)", "$$*.x", "$$(addsuffix .x,$$(basename $$@))", "$$<", "$$^", "$$+", "$$?", "$$|",
                 "$$(wildcard *.x)", "$$$$a", "$$(A)", "$(A)", "$$(info second $$@)", "$$(@:t%=%.x)", "$$(subst t,,$$@)", "$$%",
                 "$$(shell echo a.x)", "a$$(empty) b", "| $$@.z", "$$(*F).x", "$$(*D)/a.x", "%.x", "$$(eval Q=1)", "$$(Q)"]
        some = lambda: " ".join(self.one_of(*texts, self.e.file()) for _ in range(self.rng.randrange(1, 4)))
        show = "@echo '$@: $^ | $|'"
        return [["A = a.x"], [".SECONDEXPANSION:"], ["A = b.x"], [f"t1 t2: {some()}", *self.recipe(show)],
                self.one_of([f"t2: {some()}"], [f"%.u: %.x {some()}", *self.recipe(show)], [f"a.u b.u: %.u: {some()}", *self.recipe(show)],
                            [f"dd/%.u: {some()}", *self.recipe(show)], [f"t3:: {some()}", *self.recipe(show)],
                            [f"t1: Q = {self.e.file()}"], [".x.u:", *self.recipe(show)]),
                [f"t4: {some()} | {some()}", *self.recipe(show)], [f"t1: {self.one_of('private ', '')}A = c.x"]]

    def endings(self):
        special = self.one_of(".PRECIOUS", ".SECONDARY", ".INTERMEDIATE", *[".NOTINTERMEDIATE"] * self.new)
        what = self.one_of("", "%.z", "a.z", "a.z b.z", "%", "a%", "dd/a.z", "%.z %.u", "a.u")
        out = [[f"{special}: {what}"], ["%.u: %.z", *self.recipe("@echo $@ from $<", self.one_of("touch $@", "cp $< $@", "exit 1"))],
               ["%.z: %.x", *self.recipe("@echo $@ from $<", self.one_of("touch $@", "cp $< $@", "touch $@; exit 1"))],
               [f"t1: a.u {self.one_of('b.u', 'dd/a.u', 'a.z', '')}", *self.recipe("@echo '$^' '$?'")]]
        if self.chance(40):
            out.append([f"{self.one_of('.PRECIOUS', '.SECONDARY', '.INTERMEDIATE', '.PHONY')}: {self.one_of('a.z', '%.z', 'b.u', '')}"])
        if self.chance(30):
            out.append([".DELETE_ON_ERROR:"])
        if self.chance(30):
            out.append(self.one_of(["a.z: ; @echo own a.z; touch $@"], ["%.x: %.w; cp $< $@"], ["a.u: | b.z"], ["a.u: a.z"]))
        self.option("t1")
        return out

    def functions(self):
        one = lambda: self.one_of(
            f"$(file {self.one_of('>', '>>', '> ', '<', '')}{self.one_of('o.txt', 'a.x', 'no/o', '$(A)')}{self.one_of('', ',', ',one', ',a$(N)b')})",
            f"$(let {self.one_of('a', 'a b', 'a b c', '', '$(A)')},{self.e.text(1)},[$(a)|$(b)|$(c)])",
            f"$(intcmp {self.one_of('1', '-5', '007', '', 'x', '99999999999999999999', ' 3 ')},{self.one_of('1', '2', '-05', '7', '')}{self.one_of('', ',l', ',l,e', ',l,e,g')})",
            f"$(foreach {self.one_of('a', 'a b', '$(A)', '')},{self.e.text(1)},{self.one_of('$a', '$(a)-', '$(eval Z += $a)', ',')})",
            f"$(call {self.one_of('fn', 'sort', 'foreach', '$(A)', ' fn ', 'origin', '0', 'info', 'a b')},{self.e.text(1)},{self.e.text(1)},c)",
            f"$(word {self.one_of('1', '2', '-1', '0', 'x', ' 2 ', '99999999999')},{self.e.text(1)})",
            f"$(wordlist {self.one_of('1', '2', '0', '-1')},{self.one_of('2', '0', '-1', 'x')},a b c)",
            f"$(guile x)$(shell {self.one_of('echo a; echo b', 'exit 3', 'nosuchcommand 2>&1', 'printf x', 'echo $$$$A')})$(.SHELLSTATUS)",
            f"$(sort {self.e.text(1)} {self.e.text(1)})", f"$(error {self.one_of('', 'x')})" if self.chance(10) else "$(and a,,$(error no))",
            f"$(join {self.e.text(1)},{self.e.text(1)})", f"$(abspath {self.one_of('a/../b', '..', '', 'a//b/.', '~')})".replace("abspath", "notdir"),
            "$(value $(A))", "$(origin $(A) )", "$(flavor  A)", "$(if $(A),$(B))", "$(or ,,$(A))", "$(eval)$(eval A+=e)", "$(unknown x)",
            f"$(dir {self.e.text(1)})$(suffix {self.e.text(1)})$(basename {self.e.text(1)})", "$(patsubst a%,%a%,ab a%)", "$(A:a=%)", "$(A:%=%:%)")
        place = lambda: self.one_of(lambda: [f"$(info {one()}|{one()})"], lambda: [f"A {self.one_of('=', ':=', '+=')} {one()}"],
                                    lambda: [f"t1: ; @echo '{one()}'"], lambda: [f"t2: {one()}"], lambda: [one()],
                                    lambda: [f"ifeq ({one()},)", "$(info empty)", "endif"])()
        return [["fn = <$1|$2|$0>"]] + [place() for _ in range(self.rng.randrange(2, 7))]

    def shells(self):
        out = [self.one_of([".SHELLFLAGS = -ec"], [".SHELLFLAGS = -e -c"], [".SHELLFLAGS ="], ["SHELL = /bin/bash"], [".ONESHELL:"],
                           ["SHELL = /bin/echo"], [".SHELLFLAGS += -x"], ["t1: SHELL = /bin/bash"], ["t1: .SHELLFLAGS = -xc"],
                           [".POSIX:"], ["export SHELL = /bin/bash"], ["SHELL = nosuchshell"])]
        if self.chance(40):
            self.prefix = self.one_of(">", "@", " ", "x")
            out.append([f".RECIPEPREFIX = {self.prefix}" if self.prefix != " " else ".RECIPEPREFIX = $(subst ,, )"])
            if self.prefix == " ":
                self.prefix = "\t"
        out += [["t1:", *self.recipe("@echo one; false; echo two", "-@echo $$0; exit 2", self.one_of("+@echo three", "@x=1", "echo $$x"))],
                ["t2:", *self.recipe("echo a \\", f"{self.prefix}b", self.one_of("echo 'c \\", "echo c; \\"), f"{self.prefix}  d{self.one_of(chr(39), '')}")],
                [f"t3: ; {self.one_of('@', '')}echo first", *self.recipe("@echo second \\\\", "@# nothing", "", "\t@echo tab")]]
        if self.chance(30):
            out += [[".RECIPEPREFIX ="], ["t4:", "\t@echo back to tabs"]]
        return out

    def flag_words(self):
        return self.one_of("k", "-k", "ks", "n", "-s", "--no-keep-going", "-S", "--no-silent", "--no-print-directory", "w", "-w",
                           "--no-print-directory -w", "i", "-r", "rR", "-R", "e", "t", "q", "B", "-I dd", "-Idd -I.", "-O", "-Oline",
                           "--trace", "--debug=n", "--warn-undefined-variables", "-l 3", "-l3.5", "-l", "-j", "-j2", "L", "-b -m", "A=1",
                           "k -- A=2 B:=3", "-- A=$$B", "-f no.mk", "-C dd", "x", "--bad", "-W a.x", "-o a.x", "--eval=X=1", "k A=1",
                           "--output-sync=target", "s --no-silent", "-n --no-dry-run", "-h", "-v")

    def flags(self):
        show = "@echo '$(MAKEFLAGS)|$(MFLAGS)|$(MAKEOVERRIDES)|$(-*-eval-flags-*-)|$(A)|$(B)'"
        out = [[f"$(info [$(MAKEFLAGS)] $(origin MAKEFLAGS) $(flavor MAKEFLAGS))"], ["all:", *self.recipe(show, "+@echo \"$$MAKEFLAGS\"")]]
        for _ in range(self.one_of(0, 1, 1, 2)):
            out.append([f"{self.one_of('', '', 'override ', 'export ')}MAKEFLAGS {self.one_of('+=', '=', ':=', '?=')} {self.flag_words()}"])
        if self.chance(60):
            self.wide_case.environment[self.one_of("MAKEFLAGS", "MAKEFLAGS", "GNUMAKEFLAGS")] = self.flag_words()
        if self.chance(40):
            self.wide_case.makefiles["sub.mk"] = [["$(info sub [$(MAKEFLAGS)])"], ["all: ; " + show]]
            out.append([f"t1: ; {self.one_of('@', '+', '')}$(MAKE) -f sub.mk {self.one_of('', '-k', 'A=4', 'MAKEFLAGS=', 'MAKEOVERRIDES=')}"])
        if self.chance(20):
            out.append([self.one_of("MAKEOVERRIDES =", "MAKEOVERRIDES += C=5", "unexport MAKEFLAGS", "undefine MAKEFLAGS", "MFLAGS = x",
                                    "t1: MAKEFLAGS += -k", "MAKEFLAGS =", "export MAKEOVERRIDES", "$(eval MAKEFLAGS += s)")])
        for _ in range(self.one_of(0, 1, 2)):
            self.option(self.one_of("-k", "-s", "-n", "-w", "-i", "-S", "--no-print-directory", "-e", "A=x y", "B:=$(A)", "-I", "-r"),
                        )
            if self.wide_case.arguments[-1] == ["-I"]:
                self.wide_case.arguments[-1].append("dd")
        return out

    def switches(self):
        for _ in range(self.rng.randrange(1, 4)):
            self.option(self.one_of(
                "-e", "-i", "-k", "-t", "-B", "-L", "-s", "-n", "-q", "-w", "-S", "--no-keep-going", "--no-silent", "--silent",
                "--no-builtin-rules", "--no-builtin-variables", "--no-print-directory", "--always-make", "--touch", "--just-print",
                "--question", "--ignore-errors", "--environment-overrides", "--check-symlink-times", "--old-file=a.x",
                "--new-file=b.x", "--what-if=c.x", "-Wdd/a.x", "-oa.u", "--stop", "--recon", "--dry-run", "--print-directory", "-knsw",
                "--load-average", "-l", "-l2", "--jobs=1", "--max-load=1.5", "-j1", "--directory=dd", "--include-dir=dd", "--eval=Q:=1",
                "--warn-undefined-variables", "--file=Makefile", "--makefile=sub.mk", "-Idd", "--trac", "--ig", "--no-p", "--", "-E", "-E A=1"))
        return [[f"{self.target()}: {self.prerequisites()}", *self.recipe()] for _ in range(4)]

    def nested(self):
        show = "@echo '$(MAKELEVEL) $(A) $(B) $(origin A) [$(MAKEFLAGS)]'"
        more = lambda: self.one_of("", "", "A=2", "B=3", "-k", "-s", "-n", "-i", "-w", "--no-print-directory", "t1", "-B", "MAKEFLAGS=",
                                   "-C dd -f ../deep.mk", "A='x y'", "-e", "-j1", "-r", "-t", "-q", "MAKELEVEL=0", "--trace")
        self.wide_case.makefiles["sub.mk"] = [
            ["$(info sub $(MAKELEVEL) $(MAKECMDGOALS))"], [self.one_of("A = sub", "A += sub", "override A = sub", "export B := sub", "unexport A", "A ?= s")],
            ["all t1:", *self.recipe(show, f"{self.one_of('', '@', '-', '+')}$(MAKE) -f deep.mk {more()}")]]
        self.wide_case.makefiles["deep.mk"] = [
            [self.one_of("A += deep", "B = deep", "MAKEFLAGS += -k", "$(info deep $(A))")], ["all t1:", *self.recipe(show, self.one_of("@exit 3", "@echo \"$$A $$B\"", "touch deep.out"))]]
        if self.chance(50):
            self.option(self.one_of("A=1", "B:=1", "A+=1", "-k", "-n", "-s", "-w", "-i", "-t", "-q", "--no-print-directory", "-e", "-B"))
        if self.chance(20):
            self.wide_case.environment["A"] = "environment"
        if self.chance(10):
            self.wide_case.environment["MAKELEVEL"] = self.one_of("3", "x", "-1", "")
        return [[self.one_of("A = top", "export A = top", "export", "A := $(A) top", "MAKEOVERRIDES =", "unexport A", "export A")],
                [f"all{self.one_of(' t1', '')}:", *self.recipe(show, f"{self.one_of('', '@', '-', '+')}{self.one_of('$(MAKE)', '${MAKE}', '$(MAKE) -s', 'make')} -f sub.mk {more()}")],
                ["t2:", *self.recipe("(cd dd && $(MAKE) -f ../deep.mk)", f"$(MAKE) -C dd -f ../deep.mk {more()}")]]

    def patterns(self):
        """Rules that compete for the same files."""
        target = lambda: self.one_of("%.u", "%", "a%", "%a.u", "dd/%.u", "%.u %.q", "a.%", "%/a.u", "a%.u", "%.x", "lib%")
        source = lambda: self.one_of("%.x", "%.z", "%", "a.x", "dd/%.x", "%.w", "%.x %.z", "", "| %.x", "%.x | dd/keep", "%/a.x", "no%.x")
        out = [[f"{target()}{self.one_of(':', ':', '::')} {source()}", *self.recipe("@echo '$@ from $< by $* $(*D) $(*F)'", self.one_of("touch $@", "@:", "@mkdir -p $(@D); touch $@"))]
               for _ in range(self.rng.randrange(2, 6))]
        if self.chance(30):
            out.append([f"{target()}: {source()}"])
        if self.chance(30):
            out.append([self.one_of(".SUFFIXES: .x .u", ".SUFFIXES:", ".x.u: ; @echo suffix $@; touch $@", ".DEFAULT: ; @echo default $@", "VPATH = dd", "vpath %.x dd",
                                    "a.u b.u: %.u: %.x ; @echo static $@", ".IGNORE: a.u", ".SILENT: a.u", "%.x: ;", "a.u: b.x", "a.u:")])
        out.append([f"t1: {self.one_of('a.u', 'a.u b.u', 'dd/a.u', 'main', 'a', 'lib.u a.q', 'dd/b.u c.u')}"])
        self.option("t1")
        return out

    def specific_values(self):
        where = lambda: self.one_of("t1", "t2", "t1 t2", "%1", "t%", "%", "a.u", "%.u", "dd/%", "all")
        line = lambda: f"{where()}: {self.one_of('', '', '', 'override ', 'private ', 'export ', 'unexport ')}{self.one_of('A', 'B', 'C')} {self.one_of('=', ':=', '+=', '+=', '?=', '!=', '::=')} {self.one_of('echo v', 'v$(A)', '$@ v', '$(B) w', '')}"
        show = "@echo '$@ [$(A)] [$(B)] [$(C)]' \"$$A $$B $$C\" $(origin A) $(flavor B)"
        out = [[line()] for _ in range(self.rng.randrange(3, 8))]
        out += [[f"all: t1 t2"], ["t1: t2 a.u", *self.recipe(show)], ["t2:", *self.recipe(show)], [f"a.u: {self.one_of('', 't2')}", *self.recipe(show)]]
        if self.chance(60):
            out.insert(0, [f"{self.one_of('', 'export ', 'override ')}{self.one_of('A', 'B')} {self.one_of('=', ':=', '+=')} global"])
        if self.chance(30):
            self.option(f"{self.one_of('A', 'B')}{self.one_of('=', ':=', '+=')}command")
        if self.chance(20):
            self.wide_case.environment[self.one_of("A", "B")] = "environment"
        if self.chance(15):
            self.option("-e")
        if self.chance(20):
            out.append([self.one_of("t1: undefine A", "t1: define A", "t1: A", "t1: export A", ".EXPORT_ALL_VARIABLES:", "export", "t1 : A:=b", "t1: B ?= c",
                                    "t1: A = x ; echo y", "t1:: A = 1", "t1: A = 1 | B = 2", "undefine A")])
        return out

    def deletes(self):
        """What a failed recipe leaves behind."""
        out = [[".DELETE_ON_ERROR:"]] * self.chance(70)
        out += [["t1: a.u b.u"], ["a.u:", *self.recipe(self.one_of("touch $@; exit 1", "@echo x > $@; kill -TERM $$$$", "-touch $@; exit 1", "touch $@", "exit 1", "mkdir $@; exit 1"), "@echo next")],
                ["b.u: a.z", *self.recipe("echo > $@; exit 2")], ["a.z: %.z: %.x", *self.recipe("@touch $@; exit 1")]]
        if self.chance(40):
            out.append([f"{self.one_of('.PRECIOUS', '.PHONY', '.IGNORE', '.SECONDARY', '.INTERMEDIATE')}: {self.one_of('a.u', 'b.u', '', 'a.z')}"])
        if self.chance(50):
            self.option(self.one_of("-k", "-i", "-S", "-t", "-s"))
        self.option("t1")
        return out

    def old_and_new(self):
        for _ in range(self.rng.randrange(1, 3)):
            self.option(self.one_of("-W", "-o", "-W"), self.one_of("a.x", "b.x", "a.u", "./a.x", "t1", "a.z", "no.x", "dd/a.x", "Makefile"))
        if self.chance(40):
            self.option(self.one_of("-n", "-B", "-q", "-t", "-k"))
        return [["t1: a.u b.u", *self.recipe("@echo '$?'; touch $@")], ["a.u: a.x b.x", *self.recipe("@echo '$@: $?'; touch $@")],
                ["b.u: a.z | a.u", *self.recipe("@echo '$@: $?'; touch $@")], ["%.z: %.x", *self.recipe("@echo '$@: $?'; touch $@")],
                [self.one_of(".LOW_RESOLUTION_TIME: a.u", ".PHONY: a.z", ".INTERMEDIATE: a.z", "b.x:", "no.x: ; @echo no", "dd/a.x: b.x ; touch $@", "-include Makefile2")]]


def generate(seed, new):
    """The case of a seed."""
    return Wide(seed, new).case()
