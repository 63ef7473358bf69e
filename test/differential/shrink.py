"""Makes a case smaller as long as it still shows a difference."""

import re


class Budget(Exception):
    """Enough tries."""


class Shrinker:
    """`differs(case)` says whether a case is still interesting."""

    def __init__(self, differs, tries=600):
        self.differs, self.left = differs, tries

    def shrink(self, case):
        best = case
        try:
            while True:
                smaller = self.round(best)
                if smaller is best:
                    return best
                best = smaller
        except Budget as stop:
            return stop.args[0] if stop.args[0] is not None else best

    def holds(self, case, best):
        if self.left == 0:
            raise Budget(best)
        self.left -= 1
        return self.differs(case)

    def round(self, case):
        best = case
        for name in list(best.makefiles):
            best = self.drop(best, lambda c, n=name: c.makefiles[n])
        for name in list(best.makefiles):
            for index in range(len(best.makefiles[name]) - 1, -1, -1):
                best = self.drop(best, lambda c, n=name, i=index: c.makefiles[n][i])
        best = self.drop(best, lambda c: c.arguments)
        for table in ("environment", "files", "makefiles"):
            for key in list(getattr(best, table)):
                if table == "makefiles" and any(getattr(best, table)[key]):
                    continue
                trial = best.copy()
                del getattr(trial, table)[key]
                if self.holds(trial, best):
                    best = trial
        return self.words(best)

    def drop(self, case, list_of):
        """Removes as many items of a list as possible: halves first, then ever smaller parts."""
        best = case
        size = len(list_of(best))
        while size > 0:
            start = 0
            while start < len(list_of(best)):
                trial = best.copy()
                del list_of(trial)[start:start + size]
                if self.holds(trial, best):
                    best = trial
                else:
                    start += size
            size //= 2
        return best

    def words(self, case):
        """Takes words and innermost references out of lines."""
        best = case
        for name in list(best.makefiles):
            for c in range(len(best.makefiles[name])):
                for index in range(len(best.makefiles[name][c])):
                    best = self.line(best, name, c, index)
        return best

    def line(self, case, name, chunk, index):
        best, position = case, 0
        while True:
            text = best.makefiles[name][chunk][index]
            pieces = list(re.finditer(r"\$[({][^$(){}]*[)}]|[^\s$(){}]+ ?", text))
            if position >= len(pieces):
                return best
            piece = pieces[position]
            trial = best.copy()
            trial.makefiles[name][chunk][index] = text[:piece.start()] + text[piece.end():]
            if self.holds(trial, best):
                best = trial
            else:
                position += 1
