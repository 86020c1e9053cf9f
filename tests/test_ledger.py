"""The ledger is strict both ways: what it says must hold, and nothing else may."""

import functools
from types import SimpleNamespace

import pytest

from rnn_oracle.families import registry
from rnn_oracle.families.case import SIZES
from rnn_oracle.families.expected import expected
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.options.case import OptionCase
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.verdict.compare import compare
from rnn_oracle.verdict.deviations import deviation
from rnn_oracle.verdict.judge import AGREE, DIVERGES, KNOWN, UNSUPPORTED, Claims, judge
from rnn_oracle.verdict.ledger import (
    FAMILY,
    MEASURED,
    RECORDED,
    covers,
    fits,
    load,
    matching,
    unmeasured,
)

LEDGER = load()
ENTRIES = {entry.id: entry for entry in LEDGER}
LOST = ENTRIES["keras3-mask-lost-with-initial-state"]
WRAPPED = ENTRIES["keras3-stacked-single-states-wrapped"]
BOTH = CoreCase("gru", "cells", True, True, False, False, "left", "masking")
NONE = CoreCase("lstm", "one", True, True, False, False, "left", "argument")


class Pretender:
    """A target that keeps the rules, but for the deviations it is told."""

    name = dialect = "keras3"
    version = "3.15.1"

    def __init__(self, *deviations):
        self.deviations = deviations

    def run(self, case, sizes=SIZES):
        outcome = expected(case, self.dialect, sizes)
        for name in self.deviations:
            outcome = deviation(case.family, name)(case, self.dialect, sizes, outcome)
        return outcome


ALL = LOST.instead, WRAPPED.instead


def test_agreement():
    assert judge(Pretender(), NONE, LEDGER).verdict == AGREE


def test_a_known_divergence():
    verdict = judge(Pretender(*ALL), BOTH, LEDGER)
    assert verdict.verdict == KNOWN
    assert {entry.id for entry in verdict.entries} == {LOST.id, WRAPPED.id}
    assert all(f"{e.id}: breaks {e.rule}" in verdict.detail for e in (LOST, WRAPPED))


def test_an_entry_that_another_undoes_explains_nothing():
    misplaced = ENTRIES["keras3-unrolled-zeros-misplaced"]
    case = OptionCase(
        mask="holes",
        mask_from="masking",
        initial_state="argument",
        unroll=True,
        go_backwards=True,
        return_sequences=True,
        zero_output_for_mask=True,
    )
    assert matching(LEDGER, Pretender(), case) == [LOST, misplaced]
    verdict = judge(Pretender(LOST.instead, misplaced.instead), case, LEDGER)
    assert (verdict.verdict, verdict.entries) == (KNOWN, [LOST])


def test_a_new_divergence():
    for ledger in ([], [LOST], [WRAPPED]):
        verdict = judge(Pretender(*ALL), BOTH, ledger)
        assert verdict.verdict == DIVERGES and verdict.mismatches


@pytest.mark.parametrize("kept", [(), ALL[:1], ALL[1:]], ids=str)
def test_an_entry_that_does_not_hold(kept):
    verdict = judge(Pretender(*kept), BOTH, LEDGER)
    assert verdict.verdict == DIVERGES
    assert "not what the ledger says" in verdict.detail or "does not hold" in verdict.detail


def test_an_entry_that_changes_nothing():
    entry = LOST._replace(cases=[{"mask": ["left"]}])
    verdict = judge(Pretender(), NONE, [entry])
    assert verdict.verdict == DIVERGES
    assert verdict.detail == f"the ledger entry {entry.id} does not hold: the rules are kept"


def test_unsupported_is_told():
    target = Pretender()
    target.run = lambda case, sizes: Outcome(unsupported="has no LSTM")
    verdict = judge(target, NONE, LEDGER)
    assert (verdict.verdict, verdict.detail) == (UNSUPPORTED, "has no LSTM")


def cases_of(pattern, target):
    """Return the cases of the family that a pattern speaks of."""
    return registry.get(pattern.get(FAMILY, RECORDED)).cases(target)


@pytest.mark.parametrize("entry", LEDGER, ids=lambda entry: entry.id)
def test_a_pattern_of_crossed_cases_changes_one_of_them(entry):
    for pattern in entry.cases:
        if FAMILY in pattern:
            fitting = [c for c in cases_of(pattern, entry.target) if fits(pattern, c)]
            assert any(changes_something(entry, case) for case in fitting), pattern


def changes_something(entry, case):
    claims = Claims(SimpleNamespace(dialect=entry.target), case)
    return bool(compare(claims.of([]), claims.of([entry])).mismatches)


@pytest.mark.parametrize("entry", LEDGER, ids=lambda entry: entry.id)
def test_an_entry_says_what_is_returned_instead(entry):
    for pattern in entry.cases:
        says = deviation(pattern.get(FAMILY, RECORDED), entry.instead).__doc__
        assert says.endswith(".") and says != functools.partial.__doc__


@pytest.mark.parametrize("entry", LEDGER, ids=lambda entry: entry.id)
def test_an_entry_speaks_of_cases_that_exist(entry):
    for pattern in entry.cases:
        assert any(fits(pattern, case) for case in cases_of(pattern, entry.target))
    assert entry.links and all(link.startswith("https://") for link in entry.links)


@pytest.mark.parametrize(
    "name, version, count",
    [
        ("keras3", "3.15.1", 2),
        ("keras3", "2.9", 0),
        ("keras2", "3.15.1", 0),
        ("keras3", "3.14.0", 2),
        ("keras3", "3.99rc1", 2),
    ],
)
def test_target_and_version(name, version, count):
    target = Pretender()
    target.name, target.version = name, version
    assert len(matching(LEDGER, target, BOTH)) == count


@pytest.mark.parametrize(
    "versions, version, answer",
    [
        ("", "1.15.5", True),
        (">=3.0,<3.4", "3.3.3", True),
        (">=3.0,<3.4", "3.10.0", False),
        (">=2.9", "2.10.0rc1", True),
    ],
)
def test_which_versions_a_specifier_covers(versions, version, answer):
    assert covers(versions, version) == answer


def test_a_pattern_may_have_versions_of_its_own():
    target, case = (
        Pretender(),
        CoreCase("gru", "two", True, True, mask="left", mask_from="argument"),
    )
    for version, entry in (("3.10.0", "keras3-mask-argument-not-passed-on"), ("3.11.0", LOST.id)):
        target.version = version
        assert [found.id for found in matching(LEDGER, target, case)] == [entry]


@pytest.mark.parametrize("entry", [e for e in LEDGER if e.mended], ids=lambda entry: entry.id)
def test_a_mended_entry_ends_with_the_release_that_mends_it(entry):
    below = entry.versions.rpartition("<")[2]
    assert entry.mended.startswith(below + ".") or entry.mended == below


@pytest.mark.parametrize(
    "name, version, told",
    [
        ("keras3", "3.14.0", None),
        ("keras3", MEASURED["keras3"], None),
        ("keras3", "3.99.1", "newer than any release that was measured"),
        ("keras2", "9.0", "judged by the newest rules"),
    ],
)
def test_a_release_that_nobody_measured_is_told(name, version, told):
    target = Pretender()
    target.name, target.version = name, version
    words = unmeasured(target)
    assert words is None if told is None else told in words and version in words
