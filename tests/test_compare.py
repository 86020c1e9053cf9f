"""The comparison notices every kind of difference, and nothing else."""

import numpy as np
import pytest

from rnn_oracle.families.outcome import Outcome, Refusal
from rnn_oracle.verdict.compare import compare

WANT = np.array([[0.0, 1.0, 2.0], [0.0, 2.0, 3.0]])
ALLOWED = np.array([[0.0, 1e-6, 1e-6], [0.0, 1e-6, 1e-6]])


def outcome(array=WANT, **facts):
    return Outcome({"default.output": array}, facts, {"default.output": ALLOWED})


def refused(phase="build", type="ValueError", message="no"):
    return Outcome(refusal=Refusal(phase, type, message))


def details(expected, actual):
    return [m.detail for m in compare(expected, actual).mismatches]


def test_agreement_and_its_worst_ratio():
    near = WANT + ALLOWED * 0.25
    comparison = compare(outcome(), outcome(near))
    assert comparison.mismatches == [] and comparison.worst == pytest.approx(0.25)


CASES = {
    "number": (outcome(WANT + 3 * ALLOWED), r"output[0, 1]: expected 1.0, got 1.000003"),
    "exact zero": (outcome(WANT + 1e-12), "inf times the allowed 0"),
    "nan": (outcome(np.where(WANT == 3, np.nan, WANT)), "output[1, 2]: expected 3.0, got nan"),
    "shape": (outcome(WANT.T), "expected shape (2, 3), got shape (3, 2)"),
    "missing": (Outcome({}, {}), "expected there, got missing"),
    "surplus": (
        Outcome({"default.output": WANT, "default.h1": WANT}, {}),
        "default.h1: expected missing, got there",
    ),
    "fact": (outcome(nesting="[*]"), "nesting: expected None, got [*]"),
    "refusal": (refused(message="oh"), "expected values, got ValueError at build (oh)"),
}


@pytest.mark.parametrize("what", CASES)
def test_a_difference_is_told(what):
    actual, detail = CASES[what]
    assert detail in details(outcome(), actual)[0]


def test_how_far_off_and_how_many():
    text = details(outcome(), outcome(WANT + 5 * ALLOWED))[0]
    assert "5 times the allowed 1e-06; 4 of 6 numbers are off" in text


@pytest.mark.parametrize("batch_axis", [0, 1])
def test_a_copy_must_have_the_same_bits(batch_axis):
    want = np.array([[[1.0], [2.0]], [[3.0], [4.0]]])
    want[1, 1] = want[[1, 0][batch_axis], [0, 1][batch_axis]]  # of the same sequence
    expected = Outcome({"y": want}, {}, {"y": want * 1e-6}, batch_axis=batch_axis)
    close = want.copy()
    close[1, 1] += 1e-7
    assert details(expected, Outcome({"y": want})) == []
    assert "a copy that is not the same bits" in details(expected, Outcome({"y": close}))[0]
    assert compare(expected, Outcome({"y": close}), copies=False).mismatches == []


def test_sequences_that_are_alike_may_be_rounded_each_in_its_own_way():
    near = WANT + 0.0
    near[1, 1] += 1e-7  # it is 2 in the other row too
    assert details(outcome(), outcome(near)) == []


def test_numbers_that_meet_by_chance_are_no_copies():
    want, off_by = np.array([[1.0, 1.0]]), np.array([[1e-6, 2e-6]])
    close = want + [[0.0, 1e-7]]
    assert details(Outcome({"y": want}, {}, {"y": off_by}), Outcome({"y": close})) == []


def test_two_nans_are_equal():
    both = np.where(WANT == 3, np.nan, WANT)
    assert details(outcome(both), outcome(both)) == []


def test_refusals_are_compared_by_type_and_phase():
    assert details(refused(), refused(message="in other words")) == []
    assert (
        "expected ValueError at build, got ValueError at call"
        in details(refused(), refused("call"))[0]
    )
    assert "got TypeError at build" in details(refused(), refused(type="TypeError"))[0]
    assert "expected ValueError at build, got values" in details(refused(), outcome())[0]
