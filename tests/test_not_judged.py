"""What cannot be judged is no agreement: planted wherever it is compared."""

import types

import numpy as np
import pytest

from rnn_oracle.families import registry
from rnn_oracle.families.expected import expected
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.verdict import judge as judging
from rnn_oracle.verdict.compare import compare
from rnn_oracle.verdict.judge import (
    AGREE,
    PARTLY,
    UNJUDGED,
    Claims,
    judge_answer,
    passes,
)

WANT = np.array([[0.5, 1.0, -2.0], [0.0, 2.0, 3.0]])
VAGUE = {"infinite": np.inf, "nan": np.nan, "wide": 0.04}


def demanded(allowed, precision="float32"):
    return Outcome({"default.output": WANT}, {}, {"default.output": allowed}, precision=precision)


@pytest.mark.parametrize("how", VAGUE)
def test_a_number_that_may_be_anything_does_not_agree(how):
    allowed = np.full(WANT.shape, 1e-6)
    allowed[0, 1] = VAGUE[how]
    found = compare(demanded(allowed), Outcome({"default.output": WANT}))
    assert found.mismatches == [] and not found.agrees
    assert (found.unjudged, found.numbers) == ({"default.output": 1}, 6)
    assert found.unjudged_in_words == "could not judge 1 of 6 numbers: 1 of default.output"
    allowed[0, 1] = 0.01
    assert compare(demanded(allowed), Outcome({"default.output": WANT})).agrees


def test_what_is_off_by_more_than_a_wide_tolerance_is_still_wrong():
    off = Outcome({"default.output": WANT + 0.05})
    assert compare(demanded(np.full(WANT.shape, 0.04)), off).mismatches


def test_the_worst_error_is_that_of_what_was_judged():
    allowed = np.array([[1e-6, 0.04, 0.04]] * 2)
    near = Outcome({"default.output": WANT + [[1e-7, 0.03, 0.03]] * np.ones((2, 1))})
    assert compare(demanded(allowed), near).worst == pytest.approx(0.1)


def test_what_is_next_to_nothing_depends_on_the_digits():
    allowed = np.full(WANT.shape, 0.1)
    kept = Outcome({"default.output": WANT})
    assert compare(demanded(allowed, "bfloat16"), kept).agrees
    assert not compare(demanded(allowed, "float16"), kept).agrees


# The verdict on a case.


def of_family(family, dtype):
    return next(
        case
        for case in registry.get(family).cases("keras3")
        if case.options.get("dtype", "float32") == dtype and case.options["mode"] == "eager"
    )


def planted(case, share):
    """Return what is demanded of a case, with nothing claimed of a share of its numbers."""
    outcome = expected(case, "keras3")
    vague = {
        name: np.where(np.arange(a.size).reshape(a.shape) < share * a.size, np.inf, a)
        for name, a in outcome.allowed.items()
    }
    return outcome.changed(allowed=vague)


@pytest.mark.parametrize("dtype, passing", [("float32", False), ("float16", True)])
@pytest.mark.parametrize("share, word", [(0.5, PARTLY), (1, UNJUDGED)])
def test_the_verdict_on_a_case(dtype, passing, share, word, monkeypatch):
    case = of_family("options", dtype)
    target = types.SimpleNamespace(name="keras3", dialect="keras3", version="3.15.1")
    claims = Claims(target, case)
    assert judge_answer(expected(case, "keras3"), [], claims).verdict in (AGREE, PARTLY)
    monkeypatch.setattr(judging, "expected", lambda *arguments: planted(case, share))
    verdict = judge_answer(expected(case, "keras3"), [], Claims(target, case))
    assert verdict.verdict == word and passes(verdict) == passing
    assert verdict.detail.startswith("could not judge ") and verdict.numbers > 0
