"""Lets the mutants that no test has shown meet every test that executes their line, many at once.

A test that passes while many lines are changed at once shows none of the changes, if it executed
them; where it fails, halves of them are tried, until the one that it shows is alone. Changes that
break a test together and none of them alone are in different groups from then on.
"""

from .search import CAUGHT, SURVIVED, Found, shown, touches
from .worker import GoneError

AT_ONCE = 50
"""How many changes are made at once, at most."""


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
    groups = _groups(survivors)
    for test, whole, lines in executed.in_turn():
        came, later = {}, []
        for group in groups:
            touched = [mutant for mutant in group if touches(mutant, lines)]
            hows, parts = _shown_among(suite, touched, test, whole)
            for name in (mutant.name for mutant in touched):
                count[name] += 1
                came[name] = Found(SURVIVED, "", str(count[name]))
                if name in hows:
                    came[name] = Found(CAUGHT, test, hows[name])
            if hows:
                parts = [[mutant for mutant in group if mutant.name not in hows]]
            else:
                parts[0] += [mutant for mutant in group if mutant not in touched]
            later += filter(None, parts)
        groups = later
        yield came


def _shown_among(suite, mutants, test, whole):
    """Return how a test shows mutants, by name, and the parts of them that were tried together."""
    hows, parts, groups = {}, [[]], [mutants]
    while groups:
        group = groups.pop()
        if len(group) == 1:
            how = shown(suite, group[0], test, whole)
            hows.update({group[0].name: how} if how else {})
            parts.append(group)
        elif group:
            lines = _lines(suite, group, test, whole)
            hidden = group if lines is None else [m for m in group if not touches(m, lines)]
            if len(hidden) == len(group):
                groups += [group[::2], group[1::2]]  # one of them is shown, or two do not agree
            else:
                parts.append([mutant for mutant in group if mutant not in hidden])
                groups.append(hidden)
    return hows, parts[1:] or parts


def _groups(mutants):
    """Divide mutants into groups of `AT_ONCE`, of which no two change the same statement."""
    groups = []
    for mutant in mutants:
        group = next((g for g in groups if _is_apart(mutant, g)), [])
        if not group:
            groups.append(group)
        group.append(mutant)
    return groups


def _is_apart(mutant, group):
    return len(group) < AT_ONCE and all(mutant.place.isdisjoint(m.place) for m in group)


def _lines(suite, group, test, whole):
    """Return the lines that a test executes with a group, None if it does not pass."""
    try:
        judged = suite.ask("judge", test, whole, tuple(m.name for m in group), True)
        if judged.failed and suite.ask("judge", test, whole).failed:
            suite.end()  # Something broken was left behind.
        return judged.lines
    except GoneError:
        return None
