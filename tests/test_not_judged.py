"""What cannot be judged is no agreement: planted wherever it is compared."""

import json
import types

import numpy as np
import pytest
from fakes import Right, let_check_find
from helpers import committed, needs

from rnn_oracle.commands import check, diff, explained_changes, history_rows, judged_recordings
from rnn_oracle.families import registry
from rnn_oracle.families.expected import expected
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.records import vectors
from rnn_oracle.records.check import vector_changes
from rnn_oracle.records.manifest import VECTORS
from rnn_oracle.verdict import judge as judging
from rnn_oracle.verdict.changes import MEANING, ROUNDING, claimed_changes
from rnn_oracle.verdict.compare import compare, share_not_judged, tolerances
from rnn_oracle.verdict.judge import (
    AGREE,
    PARTLY,
    UNJUDGED,
    Claims,
    judge_answer,
    passes,
    tolerance_between,
)

WANT = np.array([[0.5, 1.0, -2.0], [0.0, 2.0, 3.0]])
CORE = "gru.one.last.state.batch_major.forwards.nomask"
CASE = next(case for case in registry.get("layers").cases("keras3") if case.id == CORE)
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


@needs("rich")
def test_check_fails_and_tells_the_share(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(judging, "expected", lambda case, *more: planted(case, 0.5))
    let_check_find(monkeypatch, Right())
    path = str(tmp_path / "verdicts.json")
    assert check.main(["--only", CORE, "--json", path]) == 1
    printed = capsys.readouterr().out
    assert f"partly judged, which is a failure: {CORE} on keras3: could not judge 40 of" in printed
    assert "numbers not judged: 40 of 80 (50.00 %), in 1 cases" in printed
    with open(path, encoding="utf-8") as file:
        told = json.load(file)
    (result,) = told["results"]
    assert (result["verdict"], result["numbers"]) == ("partly judged", 80)
    assert sum(result["not judged"].values()) == 40
    assert told["families"]["judged"][0]["not judged"] == 40


def test_the_share_of_no_numbers():
    assert share_not_judged([]) == "numbers not judged: 0 of 0 (0.00 %), in 0 cases"


# What has changed: in diff, dump --check and on the history page.


def moved(case):
    """Return what is demanded of a case in float32, and the same with every number an ULP off."""
    wanted = expected(case, "keras3")
    arrays = {n: a.astype("f4") if a.dtype.kind == "f" else a for n, a in wanted.arrays.items()}
    off = {n: np.nextafter(a, a + 1) if a.dtype.kind == "f" else a for n, a in arrays.items()}
    return [Outcome(each, wanted.facts) for each in (arrays, off)]


@pytest.mark.parametrize("share, kind", [(0, ROUNDING), (1, MEANING)])
def test_what_has_moved_where_nothing_is_claimed_is_no_rounding(share, kind):
    claimed = planted(CASE, share)
    for tolerance in (tolerance_between, tolerances):
        found = claimed_changes(*moved(CASE), lambda: claimed, tolerance)
        assert {change.kind for change in found if change.about == "number"} == {kind}


def test_diff_does_not_explain_by_what_is_not_judged(monkeypatch):
    side = explained_changes.Side(
        "a", "keras3", "keras3", "3.15.1", "2.21.0", True, {CASE: moved(CASE)[0]}
    )
    for share in (0, 0.5):
        monkeypatch.setattr(
            explained_changes, "expected", lambda case, dialect, by=share: planted(case, by)
        )
        holds = explained_changes._Claims(side, side, CASE, []).hold()
        assert holds == (share == 0)


def test_diff_tells_numbers_of_which_nothing_is_claimed(monkeypatch):
    """Of float32 it does not: there all numbers are judged, or the case is not explained."""
    sides = [
        explained_changes.Side("a", "keras3", "keras3", "3.15.1", "2.21.0", True, {CASE: outcome})
        for outcome in moved(CASE)
    ]
    monkeypatch.setattr(explained_changes, "expected", lambda case, dialect: planted(case, 1))
    for few in (False, True):
        monkeypatch.setattr(explained_changes, "has_few_digits", lambda case, few=few: few)
        groups = explained_changes.compare_sides(*sides).groups
        assert groups and {group.unclaimed for group in groups} == {few}
        told = "numbers of which nothing is claimed" if few else "NOT EXPLAINED"
        assert all(diff.headline([group]).endswith(told) for group in groups)


def test_numbers_that_are_not_judged_are_those_of_no_dialect():
    outcome = moved(CASE)[0]
    assert judged_recordings._same_numbers(planted(CASE, 0), outcome)
    assert not judged_recordings._same_numbers(planted(CASE, 0.5), outcome)


@pytest.mark.parametrize("word", [PARTLY, UNJUDGED])
def test_the_history_page_does_not_call_it_kept(word):
    answers = [
        (None, judged_recordings.Answer(verdict, (), {"verdict": "values"}, (), ""))
        for verdict in (AGREE, word)
    ]
    cell = history_rows.verdict(answers, set())
    assert (cell.text, cell.note) == ("not judged in full 1", "of 2 cases")


def test_a_vector_whose_tolerance_was_widened_has_changed():
    entry = vectors.vector(CASE)
    widths = {name: array.copy() for name, array in entry.tolerances.items()}
    wide = widths["default.output"]
    wide[vectors.PLANES["float32"], 0, 0] = np.array([np.inf], np.float32).view(np.uint32)[0] >> 16
    old = types.SimpleNamespace(entries={entry.case.id: entry._replace(tolerances=widths)})
    ((_, found),) = vector_changes(old, [entry])
    assert [(c.name, c.kind) for c in found] == [("tolerance of default.output[2, 0, 0]", MEANING)]


# In the vectors.


def test_few_numbers_of_the_vectors_are_not_judged():
    shares = {}
    for dtype, plane in vectors.PLANES.items():
        widths = [
            vectors.in_units(tolerance[plane])
            for entry in list(committed(VECTORS, "vectors").entries.values())[::7]
            for tolerance in entry.tolerances.values()
        ]
        shares[dtype] = np.mean(np.concatenate([np.isinf(t).ravel() for t in widths]))
    assert shares["float32"] == shares["float64"] == 0
    assert shares["float16"] < 0.02 and shares["bfloat16"] < 0.02
