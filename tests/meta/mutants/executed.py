"""Which lines of Keras each test executes, so that a mutant meets only tests that reach it."""

import itertools
import os
import pickle
import re
import sys
import zlib

_KIND = re.compile(r"[^\[]*(\[\w+-\w+)?")
"""The function of a test, and the first words of its parameters, such as target and family."""

MODELS = 200
"""In how many tests, the most different, functional models are made, which take the most time."""


class Lines:
    """Notes the lines of some files that are executed in a `with` block.

    Parameters
    ----------
    paths : iterable of str
    """

    def __init__(self, paths):
        self._paths = frozenset(paths)
        self.seen = set()

    def __enter__(self):
        self._before = sys.gettrace()
        sys.settrace(self._called)
        return self

    def __exit__(self, *error):
        sys.settrace(self._before)

    def _called(self, frame, event, argument):
        if frame.f_code.co_filename not in self._paths:
            return None
        self.seen.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line

    def _line(self, frame, event, argument):
        if event == "line":
            self.seen.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line


def in_turn(lines):
    """Put tests in an order in which those that do different things come first.

    Parameters
    ----------
    lines : dict of str to frozenset
        What each test executes, by its id.

    Returns
    -------
    list of str
        One test of each function or family, then another of each that executes other lines, and
        so on; else in no order.
    """
    shuffled = sorted(lines, key=lambda test: zlib.crc32(test.encode()))
    return _dealt(_dealt(shuffled, lines.get), lambda test: _KIND.match(test).group())


def _dealt(tests, key):
    """Return one test of each group, in the order of the groups, then another of each."""
    groups = {}
    for test in tests:
        groups.setdefault(key(test), []).append(test)
    rounds = itertools.zip_longest(*groups.values())
    return [test for tests in rounds for test in tests if test is not None]


def measure(suite, path=None):
    """Return which lines each test executes, without functional models and with them.

    Models are made in some tests alone. Tests that do not pass are left out.

    Parameters
    ----------
    suite : Worker
        Of a `Suite`.
    path : str, optional
        A file that keeps the answers for the next time.
    """
    known = _load(path)
    quick = _lines(suite, path, known, suite.ask("tests"), False)
    models = {test: quick[test] for test in suite.ask("tests_with_models") if test in quick}
    return quick, _lines(suite, path, known, in_turn(models)[:MODELS], True)


def _lines(suite, path, known, tests, whole):
    new = [test for test in tests if test not in known[whole]]
    for i, test in enumerate(new):
        known[whole][test] = suite.ask("judge", test, whole, (), True).lines
        if i % 100 == 99:
            print("measured", i + 1, len(new), flush=True)
            _save(path, known)
    _save(path, known)
    return {test: frozenset(known[whole][test]) for test in tests if known[whole][test]}


def _load(path):
    if path is None or not os.path.exists(path):
        return {False: {}, True: {}}
    with open(path, "rb") as file:
        return pickle.load(file)


def _save(path, known):
    if path is not None:
        with open(path, "wb") as file:
            pickle.dump(known, file)
