"""Known differences, each with its reason.

OWN are meant: cmzmake's help and version are its own, it does not show GNU Make's insides, and GNU Make's own
faults (a signal that ends it, a circle under --shuffle) are not repeated. They hold against every peer. The others are differences between GNU Make 4.4.1 and an older peer: cmzmake
does what 4.4.1 does, so it shows them against the `make` of Debian 12, which is 4.3.

Two kinds: REWRITES bring the peer's and the program's text to a common form; CASES leave a whole case
out, by what the case or its outcomes hold.
"""

import re


def drop_lines(pattern):
    """Takes whole lines out."""
    expression = re.compile(rf"^(?:{pattern})\n", re.M)
    return lambda text: expression.sub("", text)


def replace(pattern, by):
    expression = re.compile(pattern, re.M)
    return lambda text: expression.sub(by, text)


OWN_OPTIONS = drop_lines(r"  --(?:jobserver|print-targets|warn\[=CONTROL\]) .*")
OWN_HELP = drop_lines(r"This program .*built for .*|Report bugs .*")


OWN_VERSION = drop_lines(r"(?:# )?(?:This is cmzmake|Copyright \(C\)|License |This is free software).*")


def data_base(text):
    """What -p prints, without the insides of GNU Make and the order of the blocks."""
    if "# Make data base, printed on" not in text:
        return text
    text = OWN_VERSION(text)
    text = re.sub(r"^# Directories\n.*?(?=^# Implicit Rules)", "\n", text, flags=re.M | re.S)
    text = re.sub(r"^# Not a target:\n\.SUFFIXES:\n(?:#  .*\n)+\n", "", text, flags=re.M)  # there with some options
    text = replace(r"^\.INCLUDE_DIRS := .*", ".INCLUDE_DIRS")(text)  # where it was installed
    text = drop_lines(r"# (?:.*hash-table stats:|Load=.*|strcache .*|current buf: .*)")(text)
    return "\n\n".join(sorted(block.strip("\n") for block in re.split(r"\n\n+", text) if block.strip("\n")))


OWN_DIRECTORIES = drop_lines(r" *Directory \S+ cache invalidated \(count \d+ != command \d+\)")


OWN_REWRITES = [
    ("--debug says nothing of GNU Make's directory cache", OWN_DIRECTORIES),
    ("the version that --debug and -p begin with names the program", OWN_VERSION),
    ("-p leaves out the insides of GNU Make, and orders names that collide in another way", data_base),
    ("the help names the program that printed it, and its own options", lambda text: OWN_HELP(OWN_OPTIONS(text))),
]


REWRITES = [
    ("4.4 says in --trace why a target is new, and nothing for makefiles",
     drop_lines(r"\S+:\d+: (?:update )?target '.*|<builtin>: (?:update )?target '.*")),
    ("4.4 words the errors for numbers in word, wordlist and the like in another way",
     replace(r"\*\*\* (?:non-numeric|invalid) \w+ argument to '(\w+)' function: .*\.", r"*** wrong argument to '\1'.")),
    ("4.4 has more options in its help",
     drop_lines(r"  --jobserver-style=STYLE .*|  --shuffle\[=.*| +Perform shuffle of .*")),
    ("4.4 looks up GNUMAKEFLAGS under --warn-undefined-variables, and defines MAKE_RESTARTS",
     drop_lines(r".*: warning: undefined variable '(?:GNUMAKEFLAGS|MAKE_RESTARTS)'")),
    ("4.4 warns when a pattern's recipe leaves a peer target out",
     drop_lines(r"\S+: warning: pattern recipe did not update peer target .*")),
    ("4.4 has a dash in ARFLAGS", replace(r"\bar rv ", "ar -rv ")),
]


def text_of(case):
    lines = [line for chunks in case.makefiles.values() for chunk in chunks for line in chunk]
    return "\n".join(lines + case.words())


def all_output(*outcomes):
    return "".join(text for outcome in outcomes for texts in outcome.outputs for text in texts)


def exports_to_shell(case, theirs, ours):
    text = text_of(case)
    return (("$(shell" in text or "!=" in text) and
            ("export" in text.lower() or bool(case.environment) or any("=" in word for word in case.words())))


def vpath_renames(case, theirs, ours):
    return "will be ignored in favor of" in all_output(theirs, ours)


def several_missing_makefiles(case, theirs, ours):
    words = [word for line in text_of(case).splitlines() if re.match(r"\s*[-s]?include\s", line)
             for word in line.split()[1:] if word not in case.makefiles]
    return len(words) > 1 or any("$" in word for word in words)


def failed_folder(case, theirs, ours):
    return "-C" in case.words() and ": No such file or directory.  Stop." in all_output(theirs)


def traced_makefile(case, theirs, ours):
    return "--trace" in case.words() and re.search(r"^\s*[-s]?include\s", text_of(case), re.M) is not None


def failed_makefile(case, theirs, ours):
    return "Failed to remake makefile" in all_output(theirs)


def directory_switched_twice(case, theirs, ours):
    words = case.words() + [case.environment.get("MAKEFLAGS", "")] + text_of(case).split()
    return "--no-print-directory" in words and any(re.fullmatch(r"-?\w*w|.* -?w\b.*", word) for word in words)


def grouped_targets(case, theirs, ours):
    current = [set(re.findall(r"^.* is up to date\.$", all_output(side), re.M)) for side in (theirs, ours)]
    return "&:" in text_of(case) and bool(current[0] - current[1])


def double_colon_without_recipe(case, theirs, ours):
    removed = re.findall(r"^rm (.*)$", all_output(ours), re.M)
    return bool(removed) and re.search(r"^\S+\s*::", text_of(case), re.M) is not None and not re.search(
        r"^rm ", all_output(theirs), re.M)


def static_pattern_mismatch(case, theirs, ours):
    return "doesn't match the target pattern" in all_output(theirs)


def pattern_made_from_itself(case, theirs, ours):
    return re.search(r"^(\S*%\S*?)(?: \S+)?::? .*?(?<!\S)\1(?!\S)", text_of(case), re.M) is not None


def early_second_expansion(case, theirs, ours):
    text = text_of(case)
    return ".SECONDEXPANSION" in text and ("*** " in all_output(theirs) or
                                           re.search(r"\((info|warning|error|eval|file|shell)\b", text) is not None)


def default_goal_expanded(case, theirs, ours):
    text = text_of(case)
    return (re.search(r"^\s*(?:export\s+)?\.DEFAULT_GOAL\s*\??=.*\$", text, re.M) is not None and
            re.search(r"\((info|warning|file|shell)\b", text) is not None)


def default_goal_quoted(case, theirs, ours):
    told = ".DEFAULT_GOAL contains more than one target"
    return told in all_output(ours) and told not in all_output(theirs)


def peer_crashed(case, theirs, ours):
    return min(theirs.statuses, default=0) < 0 <= min(ours.statuses, default=0)


def circle_shuffled(case, theirs, ours):
    """GNU Make drops the prerequisite that stands where the circular one is visited, not that one itself."""
    shuffled = any("--shuffle" in word for word in case.words() + [case.environment.get("MAKEFLAGS", "")])
    return shuffled and re.search(r": Circular .* dependency dropped\.$", all_output(theirs), re.M) is not None


OWN_CASES = [
    ("a signal ends GNU Make itself", peer_crashed),
    ("--shuffle makes GNU Make drop the wrong one of a circle's prerequisites", circle_shuffled),
]


CASES = [
    ("4.4 exports variables to $(shell) and !=", exports_to_shell),
    ("4.4 and 4.3 choose differently whose recipe counts when vpath makes two targets one file", vpath_renames),
    ("4.4 and 4.3 try several missing makefiles in another order", several_missing_makefiles),
    ("4.4 ends after a makefile that cannot be remade, also under -k", failed_makefile),
    ("4.4 names the directory also when -C fails", failed_folder),
    ("4.4 does not trace what remakes a makefile", traced_makefile),
    ("4.4 lets the last of -w and --no-print-directory win", directory_switched_twice),
    ("4.4 makes grouped targets again when one of them is missing", grouped_targets),
    ("4.4 may take a double-colon target without recipe for an intermediate file", double_colon_without_recipe),
    ("4.4 gives a target that does not match its static pattern no prerequisites", static_pattern_mismatch),
    ("4.4 drops a pattern rule that needs what it makes", pattern_made_from_itself),
    ("4.4 expands .DEFAULT_GOAL more often, also after an error", default_goal_expanded),
    ("4.4 takes a quoted blank in .DEFAULT_GOAL for the end of a name", default_goal_quoted),
    ("4.3 expands all prerequisites a second time at the start, 4.4 only those it looks at", early_second_expansion),
]


def explain(case, theirs, ours, version):
    """The reason of a known difference, or None. `version`: the peer's, e.g. (4, 3)."""
    older = version < (4, 4)
    for reason, applies in OWN_CASES + CASES * older:
        if applies(case, theirs, ours):
            return reason
    if theirs.statuses != ours.statuses or theirs.files != ours.files:
        return None
    left, right = ([list(texts) for texts in outcome.outputs] for outcome in (theirs, ours))
    for reason, rewrite in OWN_REWRITES + REWRITES * older:
        left, right = ([[rewrite(text) for text in texts] for texts in side] for side in (left, right))
        if left == right:
            return reason
    return None
