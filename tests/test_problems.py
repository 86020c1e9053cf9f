"""The arrays of a case tell apart what must not be confused."""

import hashlib

import numpy as np
import pytest

from rnn_oracle.families.case import SIZES
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.layers.matrix import AXES, core
from rnn_oracle.families.layers.problem import problem
from rnn_oracle.families.numbers import mask_of_kind
from rnn_oracle.families.stacks.reference import build, set_weights

DEEP = [CoreCase(cell, "three", True, True) for cell in AXES["cell"]]


def arrays(given):
    flat = [given.x] + [w for layer in given.weights for cell in layer for w in cell]
    return flat + [s for layer in given.states for cell in layer for s in cell]


def test_no_two_sizes_are_alike():
    sizes = SIZES[:3] + SIZES.units
    assert len(set(sizes)) == len(sizes)


@pytest.mark.parametrize("case", DEEP, ids=lambda case: case.id)
def test_no_number_is_small_or_occurs_twice(case):
    numbers = np.abs(np.concatenate([a.ravel() for a in arrays(problem(case))]))
    assert numbers.min() >= 0.1
    assert len(np.unique(numbers)) > 0.999 * numbers.size


@pytest.mark.parametrize("case", DEEP, ids=lambda case: case.id)
def test_activations_are_not_saturated(case):
    layers, given = build(case, "keras3"), problem(case)
    set_weights(layers, given)
    x = given.x
    for layer in layers:
        x = layer(x)[0]
        assert np.abs(x).max() < 0.995


def test_weights_do_not_depend_on_the_other_options():
    plain, full = (
        CoreCase("gru", "two"),
        CoreCase("gru", "two", True, True, True, True, "row", "masking"),
    )
    for first, second in zip(arrays(problem(plain))[1:], arrays(problem(full))[1:]):
        np.testing.assert_array_equal(first, second)


def test_masking_finds_its_zeros():
    given = problem(CoreCase("gru", mask="holes", mask_from="masking"))
    np.testing.assert_array_equal(np.any(given.x != 0, axis=-1), given.mask)


def test_time_major_swaps_the_first_two_axes():
    batch_major = problem(CoreCase("gru", mask="left", mask_from="argument"))
    time_major = problem(CoreCase("gru", mask="left", mask_from="argument", time_major=True))
    np.testing.assert_array_equal(time_major.x, batch_major.x.swapaxes(0, 1))
    np.testing.assert_array_equal(time_major.mask, batch_major.mask.T)


@pytest.mark.parametrize("kind", ["right", "left", "holes", "first"])
def test_a_mask_differs_from_its_mirror_image(kind):
    mask = mask_of_kind(kind)
    assert (mask != mask[:, ::-1]).any()


def test_the_kinds_of_mask_are_what_they_are_called():
    right, left, holes, first, row = map(mask_of_kind, ("right", "left", "holes", "first", "row"))
    assert (np.diff(right.astype(int)) <= 0).all() and not right.all()
    assert (np.diff(left.astype(int)) >= 0).all() and not left.all()
    assert holes[:, [0, -1]].all() and not holes.all()
    assert not first[:, 0].all() and first[:, 1:].all()
    assert sorted(row.sum(axis=1)) == [0] + [SIZES.steps] * (SIZES.batch - 1)
    assert mask_of_kind("all_true").all() and mask_of_kind("none") is None


def test_the_numbers_never_change():
    digest = hashlib.sha256()
    for case in DEEP:
        for array in arrays(problem(case)):
            digest.update(array.astype("<f4").tobytes())
    assert digest.hexdigest()[:16] == "6011157270669fe6"


def test_every_case_has_a_problem():
    assert all(problem(case).x.dtype == np.float32 for case in core()[::97])
