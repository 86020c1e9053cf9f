"""The arrays of a case of cells called by hand, from seeds in the case itself."""

from __future__ import annotations

from typing import NamedTuple

from ..numbers import cell_weights, numbers


class Problem(NamedTuple):
    """The arrays of a case.

    Attributes
    ----------
    steps : list of arrays, shape (batch, features)
    states : list (a cell) of lists of arrays, shape (batch, units)
    weights : list (a cell) of lists of arrays, in Keras's order
    """

    steps: list
    states: list
    weights: list


def problem(case, sizes):
    """Return the `Problem` of a case; the same arrays on every machine and NumPy."""
    states, weights, features = [], [], sizes.features
    for i, (part, units) in enumerate(zip(case.parts, sizes.units)):
        where = f"{part.cell}.{i}"
        arrays = cell_weights(part, units, features, where)
        weights.append(arrays if case.use_bias else arrays[:-1])
        states.append(
            [
                numbers(f"{where}.{letter}", (sizes.batch, units), 0.2, 0.9)
                for letter in part.states_of_a_cell
            ]
        )
        features = units
    x = [
        numbers(f"x.{step}", (sizes.batch, sizes.features), 0.2, 1.2) for step in range(sizes.steps)
    ]
    return Problem(x, states, weights)
