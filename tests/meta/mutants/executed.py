"""Which lines of Keras each test executes, so that a mutant meets only tests that reach it."""

import itertools
import os
import pickle
import sys
import zlib


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
        One test of each set of lines, then another of each, and so on; else in no order, so that
        neighbours have little in common.
    """
    groups = {}
    for test in sorted(lines, key=lambda test: zlib.crc32(test.encode())):
        groups.setdefault(lines[test], []).append(test)
    rounds = itertools.zip_longest(*groups.values())
    return [test for tests in rounds for test in tests if test is not None]


def measure(suite, path=None):
    """Return which lines each test executes, without functional models and with them.

    Models are made in one test of each set of lines alone. Tests that do not pass are left out.

    Parameters
    ----------
    suite : Worker
        Of a `Suite`.
    path : str, optional
        A file that keeps the answers for the next time.
    """
    known, measured = _load(path), []
    tests = suite.ask("tests")
    for whole in (False, True):
        new = [test for test in tests if test not in known[whole]]
        for i, test in enumerate(new):
            known[whole][test] = suite.ask("judge", test, whole, None, True).lines
            if i % 100 == 99:
                print("measured", i + 1, len(new), flush=True)
                _save(path, known)
        lines = {test: frozenset(known[whole][test]) for test in tests if known[whole][test]}
        measured.append(lines)
        tests = in_turn(lines)[: len(set(lines.values()))]
    _save(path, known)
    return measured


def _load(path):
    if path is None or not os.path.exists(path):
        return {False: {}, True: {}}
    with open(path, "rb") as file:
        return pickle.load(file)


def _save(path, known):
    if path is not None:
        with open(path, "wb") as file:
            pickle.dump(known, file)
