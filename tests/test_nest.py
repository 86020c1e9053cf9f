"""Nested structures written down."""

import numpy as np
import pytest

from rnn_oracle.arithmetic import nest


@pytest.mark.parametrize(
    "tree, described",
    [
        (0, "*"),
        ([0], "[*]"),
        ((0,), "(*,)"),
        ((0, [0, 0], ((0,),)), "(*, [*, *], ((*,),))"),
        ({"y": 0, "x": [0]}, "{x: [*], y: *}"),
    ],
)
def test_a_structure_is_described_with_its_containers(tree, described):
    assert nest.describe(tree) == described


def test_a_dict_is_walked_by_its_sorted_keys():
    tree = {"y": 1, "x": (2, [3])}
    assert nest.flatten(tree) == [2, 3, 1]
    assert nest.map_structure(int.__add__, tree, tree) == {"x": (4, [6]), "y": 2}
    assert nest.pack(tree, "abc") == {"x": ("a", ["b"]), "y": "c"}


@pytest.mark.parametrize(
    "tree, other, same",
    [
        ([0, (1,)], (0, [1]), True),
        ([0, 1], [0, [1]], False),
        ({"x": 0}, {"x": 1}, True),
        ({"x": 0}, {"y": 0}, False),
        ({"x": 0}, [0], False),
    ],
)
def test_lists_and_tuples_are_alike_but_dicts_need_the_same_keys(tree, other, same):
    assert nest.same_structure(tree, other) is same
    assert nest.same_structure(other, tree) is same


def test_unstack_takes_leaves_apart_along_their_first_axis():
    tree = {"x": np.arange(3), "y": [np.arange(6).reshape(3, 2)]}
    apart = nest.unstack(tree)
    assert [nest.describe(part) for part in apart] == ["{x: *, y: [*]}"] * 3
    assert [part["x"] for part in apart] == [0, 1, 2]
    assert [part["y"][0].tolist() for part in apart] == [[0, 1], [2, 3], [4, 5]]
