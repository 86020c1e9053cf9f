"""The arrays of a case of TensorFlow 1, made like those of `rnn_oracle.families.numbers`.

In addition all sizes of projections and concatenated states differ from the others, and a clipped
cell has numbers on both sides of its limits and none near them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..layers.case import CoreCase
from ..numbers import cell_weights, numbers
from .case import CELLS, Tf1Case, projected

SIZES = Tf1Case.sizes


class Problem(NamedTuple):
    """The arrays of a case.

    Attributes
    ----------
    x : array, shape (batch, steps, features), or (steps, batch, features) if time-major
    lengths : array of int32, shape (batch,), or None
    weights : list (a direction) of lists of arrays, in TensorFlow's order
    states : list (a direction) of lists of arrays, in the order of `Tf1Case.state_names`
    """

    x: np.ndarray
    lengths: np.ndarray | None
    weights: list
    states: list


def problem(case, sizes=SIZES):
    """Return the `Problem` of a case; the same arrays on every machine and NumPy."""
    x = numbers("x", (sizes.batch, sizes.steps, sizes.features), 0.2, 1.2).astype(case.dtype)
    weights = [_weights(case, sizes, direction) for direction in case.directions]
    states = [_states(case, sizes, direction) for direction in case.directions]
    if case.time_major:
        x = x.swapaxes(0, 1)
    return Problem(x, lengths_of_kind(case.lengths, sizes), weights, states)


def lengths_of_kind(kind, sizes=SIZES):
    """Return the length of each sequence, or None for the kind ``"none"``."""
    rows = np.arange(sizes.batch, dtype="int32")
    if kind == "none":
        return None
    if kind == "short":
        return 1 + (3 * rows + 2) % max(sizes.steps - 2, 1)
    lengths = 1 + 2 * rows % max(sizes.steps - 1, 1)
    lengths[:2] = sizes.steps, 0
    return lengths


def _cells(case, sizes, direction):
    """Yield the units and the name of each cell, from the bottom up."""
    for i, units in enumerate(sizes.units[: case.depth]):
        yield units, ".".join(["tf1", case.cell, direction, str(i)])


def _weights(case, sizes, direction):
    weights, features = [], sizes.features
    for units, where in _cells(case, sizes, direction):
        if case.is_keras:
            layer = CoreCase(case.cell[len("keras_") :])
            made = cell_weights(layer, units, features, where)
            weights += [array.astype(case.dtype) for array in made]
            continue
        shapes, features = _shapes(case, units, features)
        for name, shape in shapes.items():
            weights.append(numbers(where + "." + name, shape, 0.1, 0.5).astype(case.dtype))
    return weights


def _shapes(case, units, features):
    """Return the shapes of a cell's weights by name in order, and the size of its output."""
    name, options = CELLS[case.cell]
    output = projected(units) if "num_proj" in options else units
    rows = features + output
    if name == "GRUCell":
        shapes = {
            "gates/kernel": (rows, 2 * units),
            "gates/bias": (2 * units,),
            "candidate/kernel": (rows, units),
            "candidate/bias": (units,),
        }
        return shapes, output
    width = units if name == "BasicRNNCell" else 4 * units
    shapes = {"kernel": (rows, width), "bias": (width,)}
    if "use_peepholes" in options:
        shapes.update(dict.fromkeys(["w_f_diag", "w_i_diag", "w_o_diag"], (units,)))
    if "num_proj" in options:
        shapes["projection/kernel"] = (units, output)
    return shapes, output


def _states(case, sizes, direction):
    states = []
    for units, where in _cells(case, sizes, direction):
        widths = [units]
        if case.is_lstm or case.cell == "keras_lstm":
            widths.append(_shapes(case, units, 1)[1] if case.is_lstm else units)
        parts = [
            numbers(f"{where}.state{i}", (sizes.batch, width), 0.2, 0.9)
            for i, width in enumerate(widths)
        ]
        states += parts if case.state_is_tuple else [np.concatenate(parts, axis=1)]
    if case.stacking == "two_concatenated":
        states = [np.concatenate(states, axis=1)]
    return [state.astype(case.dtype) for state in states]
