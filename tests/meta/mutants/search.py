"""Looks for the test that shows a mutant: those that execute its line, the most different first."""

from __future__ import annotations

import itertools
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
        Try at most so many tests.
    """
    tried = executed.by(mutant, limit)
    for test, whole in tried:
        how = shown(suite, mutant, test, whole)
        if how:
            return Found(CAUGHT, test, how)
    return Found(SURVIVED if tried else NOT_RUN, "", str(len(tried)))


def shown(suite, mutant, test, whole):
    """Return how a test shows a mutant, or an empty text.

    A mutant may leave something broken behind: where the same test then fails on the Keras that
    was mended, the answer counts only if it is the same in a process of its own.
    """
    try:
        judged = suite.ask("judge", test, whole, (mutant.name,))
        if not judged.failed:
            return ""
        if suite.ask("judge", test, whole).failed:
            suite.end()
            judged = suite.ask("judge", test, whole, (mutant.name,))
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
        self._turns = list(_interleaved(_turns(quick, False), _turns(whole, True)))

    def by(self, mutant, limit):
        """Return the first tests that execute the line of a mutant, each with whether `whole`."""
        touch = ((test, whole) for test, whole, lines in self._turns if touches(mutant, lines))
        return list(itertools.islice(touch, limit))

    def in_turn(self):
        """Return all tests, each with whether it makes models, and its lines."""
        return list(self._turns)


def _turns(lines, whole):
    return [(test, whole, lines[test]) for test in in_turn(lines)]


def _interleaved(quick, whole):
    """Yield four quick tests, one with models, and so on."""
    for i in range(max(len(quick), 4 * len(whole))):
        yield from quick[i : i + 1]
        if i % 4 == 3:
            yield from whole[i // 4 : i // 4 + 1]


def touches(mutant, lines):
    """Tell whether the line of a mutant is among those that were executed."""
    return any((mutant.path, line) in lines for line in mutant.lines)
