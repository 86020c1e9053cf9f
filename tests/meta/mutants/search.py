"""Looks for the test that shows a mutant: those that execute its line, the most different first."""

from __future__ import annotations

from typing import NamedTuple

from .executed import in_turn
from .worker import GoneError

CAUGHT, SURVIVED, NOT_RUN = "caught", "survived", "not run"
COMPARISON = "a comparison"


class Found(NamedTuple):
    """What came of a mutant.

    Attributes
    ----------
    outcome : str
        `CAUGHT`, `SURVIVED`, or `NOT_RUN` where no test executes the line.
    test : str
        The id of the test that shows it.
    how : str
        What differs, such as ``"default.output"``, or `COMPARISON` where the test does not name it;
        the refusal, ``"hangs"`` or ``"crashes"``; of a survivor, how many tests were tried.
    """

    outcome: str
    test: str
    how: str


def find(suite, mutant, executed, limit):
    """Return the `Found` of a mutant.

    Parameters
    ----------
    suite : Worker
        Of a `Suite`.
    mutant : Mutant
    executed : Executed
    limit : int
        Try at most so many tests without models, and a quarter as many with.
    """
    tried = executed.by(mutant, limit)
    for test, whole in tried:
        shown = _shown(suite, mutant, test, whole)
        if shown:
            return Found(CAUGHT, test, shown)
    return Found(SURVIVED if tried else NOT_RUN, "", str(len(tried)))


def _shown(suite, mutant, test, whole):
    """Return how a test shows a mutant, or an empty text.

    A mutant may leave something broken behind: where the same test then fails on the Keras that
    was mended, the answer counts only if it is the same in a process of its own.
    """
    try:
        judged = suite.ask("judge", test, whole, mutant.name)
        if not judged.failed:
            return ""
        if suite.ask("judge", test, whole).failed:
            suite.end()
            judged = suite.ask("judge", test, whole, mutant.name)
            suite.end()
        return judged.how
    except GoneError as gone:
        return str(gone)


class Executed:
    """Which lines each test executes.

    Parameters
    ----------
    quick, whole : dict of str to frozenset
        The lines by the id of the test, without functional models and with them.
    """

    def __init__(self, quick, whole):
        self._lines = {False: quick, True: whole}
        self._turns = {kind: in_turn(lines) for kind, lines in self._lines.items()}

    def by(self, mutant, limit):
        """Return the tests that execute the line of a mutant, each with whether it makes models."""
        places = {(mutant.path, line) for line in mutant.lines}
        found = []
        for whole, lines in self._lines.items():
            touch = [t for t in self._turns[whole] if not places.isdisjoint(lines[t])]
            found += [(test, whole) for test in touch[: limit // 4 if whole else limit]]
        return found
