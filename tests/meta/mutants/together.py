"""Lets the mutants that no test has shown meet every test that executes their line, many at once.

A test that passes while many lines are changed at once shows none of the changes, if it executed
them; where it fails, halves of them are tried, until the one that it shows is alone.
"""

from .search import CAUGHT, SURVIVED, Found, shown, touches
from .worker import GoneError


def meet(suite, survivors, executed):
    """Let mutants meet all tests that execute their lines.

    Parameters
    ----------
    suite : Worker
        Of a `Suite`.
    survivors : list of Mutant
    executed : Executed

    Yields
    ------
    dict of str to Found
        After each test, what came of the mutants that met it, by name.
    """
    count = dict.fromkeys((mutant.name for mutant in survivors), 0)
    left = list(survivors)
    for test, whole, lines in executed.in_turn():
        touched = [mutant for mutant in left if touches(mutant, lines)]
        hows = _shown_among(suite, touched, test, whole)
        came = {}
        for name in (mutant.name for mutant in touched):
            count[name] += 1
            came[name] = Found(SURVIVED, "", str(count[name]))
            if name in hows:
                came[name] = Found(CAUGHT, test, hows[name])
        left = [mutant for mutant in left if mutant.name not in hows]
        yield came


def _shown_among(suite, mutants, test, whole):
    """Return how a test shows mutants, by the names of those that it shows."""
    hows, groups = {}, _groups(mutants)
    while groups:
        group = groups.pop()
        if len(group) == 1:
            how = shown(suite, group[0], test, whole)
            hows.update({group[0].name: how} if how else {})
            continue
        lines = _lines(suite, group, test, whole)
        hidden = group if lines is None else [m for m in group if not touches(m, lines)]
        # Where one change keeps another from being executed, or breaks the test, they part.
        halves = [hidden] if len(hidden) < len(group) else [group[::2], group[1::2]]
        groups += filter(None, halves)
    return hows


def _groups(mutants):
    """Divide mutants into groups of which no two change the same statement."""
    groups = []
    for mutant in mutants:
        group = next((g for g in groups if _is_apart(mutant, g)), [])
        if not group:
            groups.append(group)
        group.append(mutant)
    return groups


def _is_apart(mutant, group):
    return all(mutant.place.isdisjoint(other.place) for other in group)


def _lines(suite, group, test, whole):
    """Return the lines that a test executes with a group, None if it does not pass."""
    try:
        judged = suite.ask("judge", test, whole, tuple(m.name for m in group), True)
        if judged.failed and suite.ask("judge", test, whole).failed:
            suite.end()  # Something broken was left behind.
        return judged.lines
    except GoneError:
        return None
