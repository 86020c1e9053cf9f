"""The arrays of a case of the core matrix: as vectors store them, and as its calls take them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..case import SIZES
from ..numbers import cell_weights, mask_of_kind, numbers
from ..stacks.problem import Call, layer_units, nest_states
from ..stacks.problem import Problem as StackProblem


class Problem(NamedTuple):
    """The arrays of a case.

    Attributes
    ----------
    x : array, shape (batch, steps, features), or (steps, batch, features) if time-major
    mask : array of bool with the first two axes of x, or None
    weights : list (a layer) of lists (a cell) of arrays, in Keras's order
    states : list (a layer) of lists (a cell) of lists of arrays, shape (batch, units)
    """

    x: np.ndarray
    mask: np.ndarray | None
    weights: list
    states: list

    def in_calls(self, case):
        """Return what the engine runs: a call without initial state, and one with."""
        given = [nest_states(case, cells) for cells in self.states]
        calls = [Call("default", self.x, None), Call("given", self.x, given)]
        return StackProblem(calls, self.mask, None, self.weights)


def problem(case, sizes=SIZES):
    """Return the `Problem` of a case; the same arrays on every machine and NumPy."""
    mask = mask_of_kind(case.mask, sizes)
    x = numbers("x", (sizes.batch, sizes.steps, sizes.features), 0.2, 1.2).copy()
    if case.mask_from == "masking":
        x[~mask] = 0.0
    weights, states, features = [], [], sizes.features
    for i, layer in enumerate(layer_units(case, sizes)):
        weights.append([])
        states.append([])
        for j, units in enumerate(layer):
            where = f"{case.cell}.{i}.{j}"
            made = cell_weights(case, units, features, where)
            weights[-1].append([array.astype(case.dtype) for array in made])
            states[-1].append(_states(case, units, sizes.batch, where))
            features = units
    if case.time_major:
        x, mask = x.swapaxes(0, 1), None if mask is None else mask.T
    return Problem(x.astype(case.dtype), mask, weights, states)


def _states(case, units, batch, where):
    return [
        numbers(f"{where}.state{i}", (batch, units), 0.2, 0.9).astype(case.dtype)
        for i in range(len(case.states_of_a_cell))
    ]
