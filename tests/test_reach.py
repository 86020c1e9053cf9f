"""How far a comparison reaches: what is not compared is told, with the reason, by family."""

import pytest

from rnn_oracle.commands.explained_changes import Side
from rnn_oracle.commands.reach import NEVER_RECORDED, as_json, in_words, reach, why_not
from rnn_oracle.families import registry
from rnn_oracle.families.outcome import Outcome, Refusal

THERE, REFUSED = Outcome(), Outcome(refusal=Refusal("call", "ValueError", "no"))
LACKING = Outcome(unsupported="it has no such thing")
CASES = registry.cases("keras3", "options")[:3]
ONE, TWO, THREE = CASES


def side(name, *outcomes, real=True):
    """Return a side with these outcomes of the cases in turn, None where one is not recorded."""
    there = {case: outcome for case, outcome in zip(CASES, outcomes) if outcome}
    return Side(f"{name} (keras 3)", "keras3", "keras3", "3.1", "2.16", real, there)


@pytest.mark.parametrize(
    "old, new, why",
    [
        (THERE, THERE, None),
        (THERE, REFUSED, None),
        (THERE, LACKING, None),
        (LACKING, REFUSED, None),
        (LACKING, LACKING, "not there in the releases of both"),
        (None, THERE, "not in the recording of a"),
        (THERE, None, "not in the recording of b"),
        (LACKING, None, "not in the recording of b"),
        (None, None, "not in the recordings of both"),
    ],
)
def test_why_a_case_cannot_be_compared(old, new, why):
    assert why_not(side("a", old), side("b", new), ONE) == why


def test_the_oracle_has_all_that_a_release_may_lack():
    oracle = side("the oracle", THERE, real=False)
    assert why_not(side("a", LACKING), oracle, ONE) == "not there in the release of a"
    assert why_not(oracle, side("a", THERE), ONE) is None


def test_the_reach_of_a_family():
    sides = side("a", THERE, LACKING), side("b", THERE, LACKING, THERE)
    (found,) = reach(*sides, CASES)
    assert (found.family, found.compared, found.cases) == ("options", 1, 3)
    assert found.left_out == {
        "not there in the releases of both": 1,
        "not in the recording of a": 1,
    }
    assert found.values["activation"] == {"tanh": 1, "hard_silu": 0, "leaky_relu": 0}
    assert found.never == {"activation": ["hard_silu", "leaky_relu"], "given_as": ["narrow"]}
    assert in_words([found]) == [
        "options: 1 of 3 cases compared",
        "  1 not there in the releases of both",
        "  1 not in the recording of a",
        "  none with activation = hard_silu or leaky_relu, with given_as = narrow",
        f"never recorded: {NEVER_RECORDED}",
    ]
    (family,) = as_json([found])["families"]
    assert family["left_out"] == found.left_out
    assert family["compared_by_option"]["steps"] == {"6": 1}


def test_a_family_of_which_nothing_was_compared_is_told_in_short():
    lines = in_words(reach(side("a"), side("b", THERE), CASES))
    assert lines[:3] == [
        "options: 0 of 3 cases compared",
        "  1 not in the recording of a",
        "  2 not in the recordings of both",
    ]
    assert len(lines) == 4
