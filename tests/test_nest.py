"""Nested structures written down."""

import pytest

from rnn_oracle import nest


@pytest.mark.parametrize(
    "tree, described, plain",
    [
        (0, "*", "*"),
        ([0], "[*]", "(*)"),
        ((0,), "(*,)", "(*)"),
        ((0, [0, 0], ((0,),)), "(*, [*, *], ((*,),))", "(*, (*, *), ((*)))"),
    ],
)
def test_a_structure_is_described_with_its_containers_or_without(tree, described, plain):
    assert nest.describe(tree) == described
    assert nest.without_containers(described) == plain
