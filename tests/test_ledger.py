"""The ledger is strict both ways: what it says must hold, and nothing else may.

The entries are made up here, over deviations that exist; see `test_ledger_entries` for those of the
ledger itself.
"""

import pytest

from rnn_oracle.families.bidirectional.case import BidirectionalCase
from rnn_oracle.families.case import SIZES
from rnn_oracle.families.expected import expected
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.options.case import OptionCase
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.families.own_cells.case import OwnCellCase
from rnn_oracle.targets.target import Target
from rnn_oracle.verdict.deviations import check, deviation
from rnn_oracle.verdict.entry import Entry
from rnn_oracle.verdict.judge import AGREE, DIVERGES, KNOWN, UNSUPPORTED, Claims, judge
from rnn_oracle.verdict.ledger import MEASURED, covers, fits, matching, unmeasured


def made_up(name, instead, *patterns, **more):
    """Return an entry of Keras 3."""
    entry = Entry(
        id=name,
        title="Something happens.",
        target="keras3",
        versions=">=3.0",
        cases=list(patterns),
        rule="M6",
        instead=instead,
        harm="It does harm.",
        links=["https://example.org"],
        mended=None,
    )
    return entry._replace(**more)


LOST = made_up(
    "lost",
    "implicit_mask_dropped",
    {"mask_from": ["masking"]},
    {"family": "options", "mask_from": ["masking"], "initial_state": ["argument"]},
)
WRAPPED = made_up("wrapped", "single_states_wrapped", {"stacking": ["cells"]}, rule="S1")
MISPLACED = made_up(
    "misplaced", "unrolled_zeros_misplaced", {"family": "options", "unroll": [True]}, rule="M3"
)
LEDGER = [LOST, WRAPPED, MISPLACED]
BOTH = CoreCase("gru", "cells", True, True, False, False, "left", "masking")
NONE = CoreCase("lstm", "one", True, True, False, False, "left", "argument")
ALL = LOST.instead, WRAPPED.instead


class Pretender(Target):
    """A target that keeps the rules, but for the deviations it is told."""

    backend = "tensorflow"

    name = dialect = "keras3"
    version, release, backend = "3.15.1", "2.21.0", "tensorflow"

    def __init__(self, *deviations, **about):
        self.deviations = deviations
        vars(self).update(about)

    def run(self, case, sizes=SIZES):
        outcome = expected(case, self.dialect, sizes)
        for name in self.deviations:
            outcome = deviation(case.family, name)(case, self.dialect, sizes, outcome)
        return outcome


# Verdicts.


def test_agreement():
    verdict = judge(Pretender(), NONE, LEDGER)
    assert (verdict.verdict, verdict.detail, verdict.entries) == (AGREE, "", [])


def test_a_known_divergence():
    verdict = judge(Pretender(*ALL), BOTH, LEDGER)
    assert (verdict.verdict, verdict.entries) == (KNOWN, [LOST, WRAPPED])
    assert verdict.detail == "lost: breaks M6; wrapped: breaks S1"


def test_an_entry_that_another_undoes_explains_nothing():
    case = OptionCase(
        mask="holes",
        mask_from="masking",
        initial_state="argument",
        unroll=True,
        go_backwards=True,
        return_sequences=True,
        zero_output_for_mask=True,
    )
    assert matching(LEDGER, Pretender(), case) == [LOST, MISPLACED]
    verdict = judge(Pretender(LOST.instead, MISPLACED.instead), case, LEDGER)
    assert (verdict.verdict, verdict.entries) == (KNOWN, [LOST])


def test_of_two_entries_that_say_the_same_the_last_one_explains():
    case = OptionCase(unroll=True)
    twins = [made_up(name, "TypeError at call", {"family": "options"}) for name in ("one", "two")]
    target = Pretender(run=lambda case, sizes: Outcome.of_verdict("TypeError at call"))
    verdict = judge(target, case, twins)
    assert (verdict.verdict, verdict.entries) == (KNOWN, twins[1:])


def test_a_new_divergence():
    for ledger in ([], [LOST], [WRAPPED]):
        verdict = judge(Pretender(*ALL), BOTH, ledger)
        assert verdict.verdict == DIVERGES and verdict.mismatches


@pytest.mark.parametrize("kept", [(), ALL[:1], ALL[1:]], ids=str)
def test_an_entry_that_does_not_hold(kept):
    verdict = judge(Pretender(*kept), BOTH, LEDGER)
    assert (verdict.verdict, verdict.entries) == (DIVERGES, [])
    assert verdict.detail.endswith("; not what the ledger says: lost, wrapped")


def test_an_entry_that_changes_nothing():
    entry = LOST._replace(cases=[{"mask": ["left"]}])
    verdict = judge(Pretender(), NONE, [entry])
    assert (verdict.verdict, verdict.entries) == (DIVERGES, [])
    assert verdict.detail == "the ledger entry lost does not hold: the rules are kept"


def test_an_entry_that_another_makes_needless():
    twin = LOST._replace(id="twin")
    verdict = judge(Pretender(*ALL), BOTH, [LOST, WRAPPED, twin])
    assert (verdict.verdict, verdict.entries) == (DIVERGES, [])
    assert verdict.detail == "the ledger entry lost changes nothing beside wrapped, twin"


def test_an_entry_changes_what_those_above_it_say():
    one, other = [
        made_up(name, f"{name} at call", {"cell": ["gru"]}) for name in ("TypeError", "ValueError")
    ]
    claims = Claims(Pretender(), BOTH)
    for entries in ([one, other], [other, one]):
        assert claims.of(entries).verdict == entries[-1].instead


@pytest.mark.parametrize("stacking", ["one", "two"])
def test_a_mask_that_did_not_go_on_does_not_whatever_deviates_besides(stacking):
    argument = made_up("argument", "mask_argument_not_passed_on", {"family": "options"}, rule="M4")
    case = OptionCase(
        stacking=stacking,
        mask="holes",
        mask_from="argument",
        unroll=True,
        go_backwards=True,
        return_sequences=True,
        zero_output_for_mask=True,
    )
    claims = Claims(Pretender(), case)
    assert "first.mask" in claims.of().arrays
    both = claims.of([argument, MISPLACED])
    assert "first.mask" not in both.arrays and str(both.facts["first.masks"]) == "None"
    assert not (both.arrays["first.output"] == claims.of([argument]).arrays["first.output"]).all()


@pytest.mark.parametrize("mode, answer", [("eager", "values"), ("model", "ValueError at call")])
@pytest.mark.parametrize("family, kind", [("options", OptionCase), ("own_cells", OwnCellCase)])
def test_a_symbolic_call_that_is_refused(mode, answer, family, kind):
    outcome = deviation(family, "symbolic_call_refused")(
        kind(mode=mode), "keras3", SIZES, Outcome.of_verdict("values")
    )
    assert outcome.verdict == answer


@pytest.mark.parametrize(
    "options, answer, shapes",
    [
        ({"merge_mode": None}, "values", "[(None, 5), (None, 5)]"),
        ({"return_state": True}, "values", "TypeError"),
        ({"return_state": True, "mode": "model"}, "TypeError at call", None),
        ({}, "values", "(None, 10)"),
    ],
    ids=["no merge mode", "states", "symbolic states", "neither"],
)
def test_shapes_of_bidirectional_that_are_joined_as_lists(options, answer, shapes):
    entry = made_up("lists", "shapes_joined_as_lists", {"family": "bidirectional"}, rule="B7")
    outcome = Claims(Pretender(), BidirectionalCase(**options)).of([entry])
    assert outcome.verdict == answer
    assert str(outcome.facts.get("0.compute_output_shape")) == str(shapes)


def test_unsupported_is_told():
    target = Pretender(run=lambda case, sizes: Outcome(unsupported="has no LSTM"))
    verdict = judge(target, NONE, LEDGER)
    assert (verdict.verdict, verdict.detail) == (UNSUPPORTED, "has no LSTM")


# Deviations that do not exist.

MAGIC = "ledger entry 'lost': the family layers has no deviation 'magic': it has .*implicit_mask"


def test_a_case_is_not_judged_by_an_unknown_deviation():
    with pytest.raises(ValueError, match=MAGIC):
        judge(Pretender(), BOTH, [LOST._replace(instead="magic")])


def test_unknown_deviations_are_found_without_a_case():
    check(LEDGER)
    with pytest.raises(ValueError, match=MAGIC):
        check([*LEDGER, LOST._replace(instead="magic")])


def test_each_family_of_an_entry_must_have_its_deviation():
    check([LOST._replace(cases=[{"family": "options"}])])
    with pytest.raises(ValueError, match="entry 'lost': the family training has no deviation"):
        check([LOST._replace(cases=[{"family": "options"}, {"family": "training"}])])


def test_answers_are_deviations_of_every_family():
    check([made_up("refused", "ValueError at call", {"family": "cells"}, {"family": "tf1"})])
    with pytest.raises(ValueError, match="no deviation 'ValueError at noon'"):
        check([made_up("refused", "ValueError at noon", {"family": "cells"})])


# Targets, versions and patterns.


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
    assert len(matching(LEDGER, Pretender(name=name, version=version), BOTH)) == count


@pytest.mark.parametrize(
    "versions, version, answer",
    [
        ("", "1.15.5", True),
        (">=3.0,<3.4", "3.3.3", True),
        (">=3.0,<3.4", "3.10.0", False),
        (">=2.9", "2.10.0rc1", True),
        (">=3.16", "3.16.0.dev2026102704", True),
        (">=3.0,<3.16", "3.16.0.dev2026102704", False),
        (">=2.22", "2.22.0-dev20261101", True),
    ],
)
def test_which_versions_a_specifier_covers(versions, version, answer):
    assert covers(versions, version) == answer


def test_a_pattern_may_have_versions_of_its_own():
    early = made_up("early", "values", {"cell": ["gru"]}, versions="<3.11")
    late = made_up("late", "values", {"cell": ["lstm"]}, {"cell": ["gru"], "versions": ">=3.11"})
    for version, entry in (("3.10.0", early), ("3.11.0", late)):
        assert matching([early, late], Pretender(version=version), BOTH) == [entry]


def test_a_pattern_may_have_versions_of_tensorflow():
    entry = made_up("old", "values", {"cell": ["gru"], "tensorflow": "<2.19"})
    assert matching([entry], Pretender(release="2.18.1"), BOTH) == [entry]
    assert matching([entry], Pretender(release="2.19.0"), BOTH) == []


@pytest.mark.parametrize(
    "pattern, answer",
    [
        ({}, True),
        ({"cell": ["lstm", "gru"]}, True),
        ({"cell": ["lstm"]}, False),
        ({"cell": ["gru"], "stacking": ["cells"]}, True),
        ({"cell": ["gru"], "stacking": ["one"]}, False),
        ({"unroll": [False]}, False),
        ({"family": "layers", "cell": ["gru"]}, True),
        ({"family": "options", "cell": ["gru"]}, False),
    ],
    ids=str,
)
def test_which_cases_a_pattern_fits(pattern, answer):
    assert fits(pattern, BOTH) == answer


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
    words = unmeasured(Pretender(name=name, version=version))
    assert words is None if told is None else told in words and version in words
