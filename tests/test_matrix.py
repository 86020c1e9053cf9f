"""The matrix itself: complete, evenly split, with ids that last."""

import itertools
import re
from collections import Counter
from types import SimpleNamespace

import pytest

from rnn_oracle.families import registry
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.layers.matrix import AXES, core
from rnn_oracle.targets.keras.layers import SymbolicShapes

CASES = core()


def test_it_is_the_whole_product():
    found = {tuple(case.options[axis] for axis in AXES) for case in CASES}
    assert found == set(itertools.product(*AXES.values()))
    assert len(CASES) == len(found) == 4 * 6 * 2 * 2 * 2 * 2 * 7


def test_ids_are_unique_and_plain():
    ids = [case.id for case in CASES]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9_.-]+", id) for id in ids)


def test_an_id_keeps_its_name():
    case = CoreCase("lstm", "two", True, False, True, True, "holes", "masking")
    assert case.id == "lstm.two.sequences.nostate.time_major.backwards.holes.masking"
    assert CoreCase("gru").id == "gru.one.last.nostate.batch_major.forwards.nomask"
    assert CoreCase("gru", dtype="float64").id.endswith(".float64")


def test_half_of_the_masks_come_as_an_argument():
    counts = Counter(case.mask_from for case in CASES)
    assert counts["argument"] == counts["masking"] == sum(c.mask != "none" for c in CASES) / 2


@pytest.mark.parametrize("pair", list(itertools.combinations(AXES, 2)), ids="-".join)
def test_each_pair_of_values_meets_both_ways_of_masking(pair):
    masked = [case for case in CASES if case.mask != "none"]
    found = {(case.mask_from,) + tuple(case.options[axis] for axis in pair) for case in masked}
    values = [[v for v in AXES[axis] if (axis, v) != ("mask", "none")] for axis in pair]
    assert found == set(itertools.product(("argument", "masking"), *values))


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(cell="rnn"), "cell='rnn' is not one of"),
        (dict(cell="gru", mask="upside_down"), "mask='upside_down' is not one of"),
        (dict(cell="gru", mask="right"), "mask_from=None is not one of"),
        (dict(cell="gru", mask_from="masking"), "mask_from='masking' is not one of"),
    ],
)
def test_a_case_that_makes_no_sense_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        CoreCase(**options)


@pytest.mark.parametrize("dialect, time_major", [("keras2", [False, True]), ("keras3", [False])])
def test_each_pair_of_values_meets_in_a_model_of_symbolic_shapes(dialect, time_major):
    shapes = SymbolicShapes(SimpleNamespace(generation=dialect))
    options = "cell", "return_state", "time_major", "go_backwards", "is_masked", "mask_from"
    wanted, found = set(), set()
    cases = [case for case in registry.cases(dialect, "layers") if case.time_major in time_major]
    for case in cases:
        for given in (False, True):
            for pairs, one in ((wanted, case), (found, shapes.modelled(case, given))):
                values = dict(one.options, is_masked=one.mask != "none")
                values = [(name, values[name]) for name in options] + [("given", given)]
                pairs.update(itertools.combinations(values, 2))
    assert found >= wanted
