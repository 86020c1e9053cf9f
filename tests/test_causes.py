"""A release that was never seen: its divergences have few causes, which are told in few lines."""

import json
import shlex

import pytest
from fakes import Right, let_check_find
from helpers import needs
from test_ledger import LEDGER, LOST, WRAPPED, Pretender

from rnn_oracle.commands import check
from rnn_oracle.commands.clusters import clusters
from rnn_oracle.commands.reproduce import script
from rnn_oracle.families.bidirectional.case import BidirectionalCase
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.options.case import OptionCase
from rnn_oracle.families.outcome import Outcome, Refusal
from rnn_oracle.families.own_cells.case import OwnCellCase
from rnn_oracle.families.refusals.case import RefusalCase
from rnn_oracle.families.stacks.deviations import IMPLICIT, NOT_PASSED_ON
from rnn_oracle.testing import causes
from rnn_oracle.testing.causes import TRIES, judge_and_explain
from rnn_oracle.testing.hypotheses.hypothesis import MASKS_END
from rnn_oracle.verdict.judge import AGREE, DIVERGES
from rnn_oracle.verdict.ledger import load

OTHERS = [entry for entry in load() if entry.instead != NOT_PASSED_ON]
"""The ledger before anyone knew of it."""


@pytest.fixture(autouse=True)
def forget():
    causes.explainer.cache_clear()
    yield
    causes.explainer.cache_clear()


class Ending(Pretender):
    """A Keras 3 that passes no mask on, and ignores one that is attached beside a state."""

    version, module = "3.16.0.dev1", "keras"

    def __init__(self):
        super().__init__(IMPLICIT, NOT_PASSED_ON)

    def run(self, case, sizes):
        self.deviations = [NOT_PASSED_ON] if case.mask_from else []
        if case.mask_from == "masking" and case.options.get("initial_state") != "none":
            self.deviations.insert(0, IMPLICIT)
        return super().run(case, sizes)


MASKED = CoreCase("gru", mask="left", mask_from="masking")
SOME = [
    CoreCase(cell, stacking, sequences, False, False, False, mask, source)
    for cell in ("gru", "lstm")
    for stacking in ("one", "two")
    for sequences in (True, False)
    for mask, source in (("left", "masking"), ("right", "argument"), ("none", None))
] + [
    OptionCase("gru", mask="right", mask_from="argument", return_sequences=True),
    OptionCase("lstm", stacking="two", mask="left", mask_from="masking"),
]


def judged(target, cases, ledger=OTHERS):
    return [judge_and_explain(target, case, ledger) for case in cases]


@pytest.fixture(scope="module")
def ended():
    causes.explainer.cache_clear()
    return judged(Ending(), SOME)


def test_one_cause_is_one_cluster_over_cells_stacks_masks_and_families(ended):
    (cluster,) = clusters(ended)
    assert (cluster.what, cluster.rules) == ("as if " + MASKS_END, ["M4"])
    assert cluster.families == {"layers": 12, "options": 2}
    assert [v.case for v in cluster.verdicts] == [v.case for v in ended if v.verdict == DIVERGES]
    assert cluster.patterns["layers"] == [
        {"stacking": ("two",), "mask": ("left", "right")},
        {"return_sequences": (True,), "mask": ("left", "right")},
    ]


def test_what_is_known_and_shows_no_more_is_told_as_that(ended):
    """Where masks end below, none that is attached reaches a layer above to be ignored."""
    (cluster,) = clusters(ended)
    assert set(cluster.beside) <= {"keras3-mask-lost-with-initial-state"}


@pytest.mark.parametrize(
    "release, case, told, beside",
    [
        (
            Pretender(),
            CoreCase("gru", mask="left", mask_from="masking"),
            "nothing were left",
            [LOST],
        ),
        (Pretender(WRAPPED.instead), CoreCase("gru", "cells", True, True), None, []),
        (
            Pretender(WRAPPED.instead),
            CoreCase("gru", "cells", True, True, False, False, "left", "masking"),
            "nothing were left",
            [LOST],
        ),
        (Pretender("mask_argument_not_passed_on"), CoreCase("gru", "one", True), None, []),
    ],
    ids=["mended", "known", "one-of-two-mended", "keeps-the-rules"],
)
def test_an_entry_that_holds_no_more(release, case, told, beside):
    verdict = judge_and_explain(release, case, LEDGER)
    if told is None:
        assert verdict.causes == () and verdict.verdict != DIVERGES
    else:
        (cause,) = verdict.causes
        assert told in cause.text and cause.beside == tuple(entry.id for entry in beside)


def test_an_entry_of_other_releases_that_comes_back():
    back = LOST._replace(versions="<3.4")
    found = judge_and_explain(Pretender(IMPLICIT), MASKED, [back])
    texts = [cause.text for cause in found.causes]
    assert "the known divergence lost were there" in texts


class Odd(Right):
    """A target whose numbers nothing explains."""

    asked = 0

    def run(self, case, sizes):
        outcome = super().run(case, sizes)
        arrays = {name: array + (array.dtype.kind == "f") for name, array in outcome.arrays.items()}
        return Outcome(arrays, outcome.facts)


def test_what_nothing_explains_is_gathered_by_what_differs(monkeypatch):
    tried = []
    explains = causes._explains
    monkeypatch.setattr(causes, "_explains", lambda *call: tried.append(1) or explains(*call))
    cases = [CoreCase(cell) for cell in ("gru", "lstm", "simple_rnn")] + [CoreCase("gru", "two")]
    assert TRIES == 3
    found = judged(Odd(), cases[:3])
    asked = len(tried)
    found += judged(Odd(), cases[3:])
    assert asked and len(tried) == asked
    (cluster,) = clusters(found)
    assert (cluster.cause, cluster.what) == (None, "other numbers")


def test_refusals_are_gathered_by_what_is_due():
    class Passing(Right):
        def run(self, case, sizes):
            return Outcome.of_verdict("values")

    cases = [RefusalCase("mask-one-row", name, "eager") for name in ("LSTM", "GRU")]
    (cluster,) = clusters(judged(Passing(), cases, []))
    assert cluster.what == "ValueError at call is due, and there is values"


# What is printed.


@pytest.fixture
def printed(ended, monkeypatch, capsys, tmp_path):
    """Return the lines that `check` prints, what it writes as JSON, and its status."""
    let_check_find(monkeypatch, Ending(), entries=lambda family: OTHERS)
    monkeypatch.setattr(check, "judge_all", lambda planned: ended)
    path = tmp_path / "verdicts.json"
    status = check.main(shlex.split(f"--family layers --family options --json {path}"))
    return capsys.readouterr().out, json.loads(path.read_text()), status


@needs("rich")
def test_few_lines_say_what_happened(printed):
    out, written, status = printed
    told = out[out.index("DIVERGES: ") :]
    told = told[: told.index("\n# as if")].splitlines()
    assert status == 1 and out.count("DIVERGES: ") == 1 and len(told) <= 5
    assert told[0] == (
        f"DIVERGES: 14 cases on keras3 (12 of layers, 2 of options), as if {MASKS_END}, breaks M4"
    )
    assert told[1].startswith("  layers where ") and told[-1].startswith("  such as gru.one.")
    (cluster,) = written["divergences"]
    assert cluster["explained"] and len(cluster["ids"]) == 14


@needs("rich")
def test_every_script_compiles_and_one_is_printed(printed):
    out, _, _ = printed
    text = out[out.index("\n# as if") :]
    compile(text, "script", "exec")
    assert text.count("import tensorflow as tf") == 1


class Wordy(Right):
    """A target that refuses a case in several lines."""

    module = "keras"

    def run(self, case, sizes):
        refusal = Refusal("call", "ValueError", "Exception encountered.\n\nArguments:\n  • x = [")
        return Outcome(refusal=refusal)


@pytest.mark.parametrize("case", [CoreCase("gru"), OptionCase("gru")], ids=["layers", "options"])
def test_an_error_of_several_lines_does_not_end_its_comment(case):
    text = script(Wordy(), case)
    compile(text, "script", "exec")
    assert "Exception encountered. Arguments: • x = [" in text.splitlines()[0]


def test_no_guess_is_made_where_all_is_well():
    (verdict,) = judged(Right(), [CoreCase("gru")])
    assert verdict.verdict == AGREE and verdict.causes == ()


class Doubled(Right):
    """A Keras 3 whose first array of each case is twice what it should be."""

    def run(self, case, sizes):
        outcome = super().run(case, sizes)
        name = next(iter(outcome.arrays))
        return outcome.changed(dict(outcome.arrays, **{name: 2 * outcome.arrays[name]}))


@pytest.mark.parametrize(
    "case",
    [
        BidirectionalCase("simple_rnn", stacking="below", return_sequences=True),
        BidirectionalCase("gru", stacking="two", return_sequences=True, merge_mode="sum"),
        OwnCellCase(
            "told",
            return_sequences=True,
            mask="row",
            mask_from="masking",
            initial_state="argument",
        ),
    ],
    ids=lambda case: case.id,
)
def test_a_guess_that_does_not_fit_a_case_explains_nothing(case):
    verdict = judge_and_explain(Doubled(version="3.15.0"), case, [])
    assert (verdict.verdict, verdict.causes) == (DIVERGES, ())
