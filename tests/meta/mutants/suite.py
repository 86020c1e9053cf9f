"""The tests of the suite on one Keras, each run when it is asked for, with or without a mutant."""

from __future__ import annotations

import contextlib
import os
import re
from typing import Any, NamedTuple

import pytest
from _pytest.runner import runtestprotocol
from helpers import without_symbolic

from rnn_oracle.targets.keras.target import KerasTarget

from .executed import Lines
from .live import Living
from .search import COMPARISON
from .sources import mutants
from .worker import answer


class Judged(NamedTuple):
    """What came of a test.

    Attributes
    ----------
    failed : bool
    how : str
        What differs first, such as ``"default.output"``, or which error came instead.
    lines : set or None
        What was executed of the files in question; None unless it was asked for and the test
        passed.
    """

    failed: bool
    how: str
    lines: Any


TESTS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ELSEWHERE = ("meta", "test_check.py", "test_diff.py", "test_dump.py", "test_readme.py")
"""Left out: these tests start processes of their own, in which nothing is broken."""

_DIFFERS = re.compile(
    r"AssertionError: ([\w.]+)(?:\[[\d, ]*\])?: expected .*?, got (.*?)(?: \(|;|$)"
)


def serve(pipe, name):
    """Collect the tests that run on a target, and run them as they are asked for.

    Parameters
    ----------
    pipe : multiprocessing.connection.Connection
    name : str
        Of the target.
    """
    options = ["-q", "--tb=native", "-p", "no:cacheprovider", TESTS]
    options += ["--ignore=" + os.path.join(TESTS, name) for name in ELSEWHERE]
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        pytest.main(options, plugins=[Suite(name, pipe)])


class Suite:
    """A pytest plugin: in place of running all tests, answer what is asked through a pipe."""

    def __init__(self, name, pipe):
        self._name, self._pipe = name, pipe
        self._mutants = mutants(name)
        self._paths = {mutant.path for mutant in self._mutants.values()}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        self._items = {item.nodeid: item for item in session.items if self._is_on_target(item)}
        self._target = next(map(_target, self._items.values()))
        self._target.load()
        self._living = Living()
        answer(self._pipe, self)
        return True

    def _is_on_target(self, item):
        target = _target(item)
        return target is not None and target.name == self._name

    def version(self):
        """Return the version of the Keras that is judged."""
        return self._target.version

    def tests(self):
        """Return the ids of all tests that run on the target."""
        return list(self._items)

    def tests_with_models(self):
        """Return the ids of the tests that can do without the functional models that they make."""
        return [test for test, item in self._items.items() if item.originalname == "test_core"]

    def judge(self, test, whole, names=(), lines=False):
        """Run a test.

        Parameters
        ----------
        test : str
            Its id.
        whole : bool
            Whether cases make functional models, which take the most time.
        names : tuple of str
            Of the mutants that Keras is broken by.
        lines : bool
            Whether to tell what was executed.

        Returns
        -------
        Judged
        """
        noting = Lines(self._paths) if lines else contextlib.nullcontext()
        broken = [self._mutants[name] for name in names]
        with self._fresh(whole), self._living.broken(broken), noting:
            reports = runtestprotocol(self._items[test], log=False, nextitem=None)
        failed = [report for report in reports if report.failed]
        passed = all(report.passed for report in reports)
        return Judged(bool(failed), _how(failed), noting.seen if lines and passed else None)

    @contextlib.contextmanager
    def _fresh(self, whole):
        """Let the target forget the models that it has made, and maybe make none."""
        self._target.forget()
        kept_shapes = self._target.symbolic_shapes
        if not whole:
            self._target.symbolic_shapes = without_symbolic(self._target).symbolic_shapes
        yield
        self._target.symbolic_shapes = kept_shapes


def _target(item):
    """Return the Keras on which a test runs: given alone, before a case, or by a loop of it."""
    given = item.callspec.params.values() if hasattr(item, "callspec") else []
    alone = [value[0] if isinstance(value, tuple) and value else value for value in given]
    alone = [getattr(value, "target", value) for value in alone]
    return next((value for value in alone if isinstance(value, KerasTarget)), None)


def _how(failed):
    if not failed:
        return ""
    crash = getattr(failed[0].longrepr, "reprcrash", None)
    message = crash.message if crash else str(failed[0].longrepr)
    differs = _DIFFERS.match(message)
    if differs is None and re.match("AssertionError|assert ", message):
        return COMPARISON
    if differs is None:
        return message.split(":")[0].split("\n")[0]
    return differs.group(2) if differs.group(1) == "verdict" else differs.group(1)
