"""Lets the mutants that no test has shown meet every test that executes their line, many at once.

A test that passes while many lines are changed at once shows none of the changes, if it executed
them; where it fails, the change that breaks it is found by halves, and tried alone. What breaks a
test with others and not alone, or is not executed because of others, is in another group from then
on.
"""

from .search import CAUGHT, SURVIVED, Found, shown, touches
from .worker import GoneError


def meet(suite, survivors, tests):
    """Let mutants meet all tests that execute their lines.

    Parameters
    ----------
    suite : Worker
        Of a `Suite`.
    survivors : list of Mutant
    tests : list of tuple
        As of `Executed.in_turn`.

    Yields
    ------
    dict of str to Found
        After each test, what came of the mutants that met it, by name.
    """
    count = dict.fromkeys((mutant.name for mutant in survivors), 0)
    groups = []
    _place(survivors, groups, 0)
    for test, whole, lines in tests:
        came = {}
        for i, group in enumerate(groups):  # It grows while those that hide each other part.
            touched = [mutant for mutant in group if touches(mutant, lines)]
            hows, apart = _shown_among(suite, touched, test, whole)
            for name in (mutant.name for mutant in touched if mutant not in apart):
                count[name] += 1
                came[name] = Found(SURVIVED, "", str(count[name]))
                if name in hows:
                    came[name] = Found(CAUGHT, test, hows[name])
            groups[i] = [m for m in group if m.name not in hows and m not in apart]
            _place(apart, groups, i + 1)
        yield came


def _place(mutants, groups, start):
    """Put each mutant into the first group from a place on that does not change its statement."""
    for mutant in mutants:
        fits = (g for g in groups[start:] if all(mutant.place.isdisjoint(m.place) for m in g))
        group = next(fits, None)
        if group is None:
            groups.append([mutant])
        else:
            group.append(mutant)


def _shown_among(suite, mutants, test, whole):
    """Return how a test shows mutants, by name, and those that are to be tried apart from them."""
    hows, apart, group = {}, [], list(mutants)
    while len(group) > 1:
        lines = _lines(suite, group, test, whole)
        if lines is None:
            mutant = group.pop(_breaking(suite, group, test, whole))
            how = shown(suite, mutant, test, whole)
            if how:
                hows[mutant.name] = how
            else:
                apart.append(mutant)
            continue
        hidden = [mutant for mutant in group if not touches(mutant, lines)]
        if len(hidden) < len(group):
            return hows, apart + hidden
        apart += group[1:]
        del group[1:]
    for mutant in group:
        how = shown(suite, mutant, test, whole)
        hows.update({mutant.name: how} if how else {})
    return hows, apart


def _breaking(suite, group, test, whole):
    """Return the index of a mutant with which a test fails, and not with those before it alone."""
    passes, fails = 0, len(group)
    while fails - passes > 1:
        middle = (passes + fails) // 2
        if _lines(suite, group[:middle], test, whole) is None:
            fails = middle
        else:
            passes = middle
    return fails - 1


def _lines(suite, group, test, whole):
    """Return the lines that a test executes with a group of mutants, None if it does not pass."""
    try:
        judged = suite.ask("judge", test, whole, tuple(m.name for m in group), True)
        if judged.failed and suite.ask("judge", test, whole).failed:
            suite.end()  # Something broken was left behind.
        return judged.lines
    except GoneError:
        return None
