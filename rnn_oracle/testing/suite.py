"""The pytest plugin of the conformance suite: `target` is each installed Keras, `judged` judges.

A project that wants these has ``pytest_plugins = ["rnn_oracle.plugin", "rnn_oracle.suite"]`` in
its conftest.py; nothing else loads them.
"""

from __future__ import annotations

import functools
import json
import textwrap
import time
from collections import Counter
from typing import NamedTuple

import pytest

from ..targets import INSTALL, get, installed
from ..targets.backends import TENSORFLOW
from ..targets.runtime import BrokenTargetError
from ..verdict.compare import share_not_judged
from ..verdict.judge import DIVERGES, KNOWN, UNJUDGED, UNSUPPORTED, passes
from ..verdict.ledger import load, unmeasured
from .causes import judge_and_explain, parting

LEFT_OUT = "no TensorFlow here, so nothing was compared with it; install it with: " + INSTALL
NO_CELLS = "there is no TensorFlow here, or one from 2.16 on without tf_keras"

TARGET, CASE, OPTIONS = "oracle.target", "oracle.case", "oracle.options"
VERDICT, LEDGER, WORST = "oracle.verdict", "oracle.ledger", "oracle.error_over_allowed"
NUMBERS, VAGUE = "oracle.numbers", "oracle.numbers_not_judged"
CAUSES, DETAIL = "oracle.causes", "oracle.detail"
INSIDE, IMPORTING = "oracle.seconds_inside", "oracle.seconds_importing"
"""What a report says of a test of a case, such as the one of ``--junitxml``."""

DIVERGED = "diverged"
"""How a failure is counted that is a finding: told by its cause at the end, not test by test."""

_STARTED = pytest.StashKey()
_LONGEST = 200


def pytest_generate_tests(metafunc):
    """Run a test that takes `target` on every Keras that is installed, or skip it.

    A test that takes `tf1_target` likewise runs on the cells of TensorFlow 1. What does not judge
    cases calls TensorFlow itself, and runs on the targets that are on it.
    """
    for fixture, without in (("target", LEFT_OUT), ("tf1_target", NO_CELLS)):
        if fixture in metafunc.fixturenames:
            judges = "judged" in metafunc.fixturenames
            found = {
                name: target
                for name, target in targets_of(metafunc.config).items()
                if (name == "tf1") == (fixture != "target")
                and (judges or target.backend == TENSORFLOW)
            }
            targets = [pytest.param(target, id=name) for name, target in found.items()]
            skipped = pytest.param(None, id="none", marks=pytest.mark.skip(reason=without))
            metafunc.parametrize(fixture, targets or [skipped], scope="session")


def targets_of(config):
    """Return the targets that pytest was told to run on, by name: those installed by default."""
    return _targets(tuple(config.getoption("rnn_oracle_target", [])))


@functools.lru_cache(maxsize=None)
def _targets(names):
    try:
        return {name: get(name) for name in names} or installed()
    except BrokenTargetError as error:
        raise pytest.UsageError(str(error)) from None


@functools.lru_cache(maxsize=None)
def _ledger():
    return load()


@pytest.fixture(scope="session")
def imported_targets():
    """The targets that this process has imported; the first test of each pays for it."""
    return set()


@pytest.fixture
def record_worst(record_property):
    """Return a function that puts the largest error over the allowed error on record."""
    # Only plain values travel between processes.
    return lambda worst: record_property(WORST, float(worst))


@pytest.fixture
def judged(record_property, record_worst, imported_targets):
    """Return a function that judges a case, puts it on record and fails if it diverges.

    What a release cannot run is skipped, and a case of which no number can be judged.

    ``judged(target, case)`` takes a target of `rnn_oracle.targets` and a case of
    `rnn_oracle.families`, and the entries of another ledger than ledger.json, if there is
    one. The constants above name what it puts on record.
    """

    def judged(target, case, ledger=None):
        if target not in imported_targets:
            started = time.perf_counter()
            target.load()
            record_property(IMPORTING, time.perf_counter() - started)
            imported_targets.add(target)
        before = target.seconds
        verdict = judge_and_explain(target, case, _ledger() if ledger is None else ledger)
        record_property(TARGET, repr(target))
        record_property(CASE, case.id)
        record_property(OPTIONS, json.dumps(case.options, sort_keys=True))
        record_property(VERDICT, verdict.verdict)
        record_property(NUMBERS, verdict.numbers)
        record_property(VAGUE, sum(verdict.unjudged.values()))
        record_worst(verdict.worst)
        record_property(INSIDE, target.seconds - before)
        if verdict.verdict == KNOWN:
            record_property(LEDGER, " ".join(entry.id for entry in verdict.entries))
        if verdict.verdict == DIVERGES:
            texts = [f"as if {cause.text}" for cause in verdict.causes] or [parting(verdict)]
            record_property(CAUSES, json.dumps(texts))
            record_property(DETAIL, textwrap.shorten(verdict.detail, _LONGEST, placeholder=" ..."))
        vague = verdict.verdict == UNJUDGED and passes(verdict)
        if verdict.verdict == UNSUPPORTED or vague:
            pytest.skip(verdict.detail)
        assert passes(verdict), verdict.detail

    return judged


def pytest_configure(config):
    """Start the clock."""
    config.stash[_STARTED] = time.perf_counter()


def pytest_report_teststatus(report):
    """Count divergences apart: a release that was never seen may have some hundreds."""
    # What could not be collected has no properties.
    is_finding = dict(getattr(report, "user_properties", ())).get(VERDICT) == DIVERGES
    if is_finding and report.when == "call" and report.failed:
        return DIVERGED, "D", DIVERGED.upper()
    return None


def pytest_terminal_summary(terminalreporter, config):
    """Print what diverged, the largest error over the allowed one, the effort, what was left out.

    Divergences are told by cause, a line for each.
    """
    reports = [
        report
        for category in terminalreporter.stats.values()
        for report in category
        if isinstance(report, pytest.TestReport)
    ]
    spent = effort(reports)
    lines = [LEFT_OUT] if not targets_of(config) else []
    if spent.cases:
        took = time.perf_counter() - config.stash[_STARTED]
        lines = [_worst(reports), _unjudged(reports), _effort_text(spent, took)]
        lines += filter(None, map(unmeasured, targets_of(config).values()))
    lines += _diverged(terminalreporter.stats.get(DIVERGED, []))
    for line in lines:
        terminalreporter.write_line(line)


def _diverged(reports):
    """Yield a line for each cause; a case of several goes to that of most cases."""
    left = [(report, dict(report.user_properties)) for report in reports]
    while left:
        counts = Counter(
            (found[TARGET], text) for _, found in left for text in json.loads(found[CAUSES])
        )
        (target, text), count = counts.most_common(1)[0]
        those = [
            (report, found)
            for report, found in left
            if found[TARGET] == target and text in json.loads(found[CAUSES])
        ]
        left = [pair for pair in left if pair not in those]
        report, found = those[0]
        yield (f"DIVERGES: {count} on {target}, {text}; such as {report.nodeid}: {found[DETAIL]}")


def _worst(reports):
    ratios = {
        report.nodeid: dict(report.user_properties)[WORST]
        for report in reports
        if report.when == "call" and WORST in dict(report.user_properties)
    }
    nodeid = max(ratios, key=ratios.get)
    return (
        f"largest observed error / allowed error: {ratios[nodeid]:.3f} of {len(ratios)} ({nodeid})"
    )


def _unjudged(reports):
    """Say of what share of the numbers nothing is claimed."""
    called = [dict(report.user_properties) for report in reports if report.when == "call"]
    counts = [(found[VAGUE], found[NUMBERS]) for found in called if VAGUE in found]
    return share_not_judged(counts)


class Effort(NamedTuple):
    """What it cost to judge.

    Attributes
    ----------
    cases : int
    work : float
        Seconds that the tests of the cases took, set up and torn down, in all processes together;
        less what it took to import the runtimes, which is no case's own.
    inside : float
        Seconds of them that passed inside the runtimes.
    """

    cases: int
    work: float
    inside: float


def effort(reports):
    """Return the `Effort` that the reports of a run tell of; others than of cases do not count."""
    recorded = {report.nodeid: dict(report.user_properties) for report in reports}
    # A test is reported three times; what it has recorded is known from its call on.
    for report in reports:
        recorded[report.nodeid].update(report.user_properties)
    cases = {nodeid: record for nodeid, record in recorded.items() if CASE in record}
    took = sum(report.duration for report in reports if report.nodeid in cases)
    return Effort(
        len(cases),
        took - sum(record.get(IMPORTING, 0.0) for record in cases.values()),
        sum(record[INSIDE] for record in cases.values()),
    )


def _effort_text(spent, took):
    return (
        f"rnn_oracle: {spent.cases} cases judged in {spent.work:.1f} s of work, "
        f"{spent.inside:.1f} s of it inside the runtimes: "
        f"overhead {100 * (spent.work / spent.inside - 1):.1f} %; the whole run took {took:.1f} s"
    )
