"""The arrays of a case of all options: of each of its calls, from seeds in the case itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..problems import layer_units, mask_of_kind, nest_states, numbers, weight_numbers
from .case import MASK_VALUE

_EXPLODE = {"exponential", "log_softmax"}
"""Activations that feed on themselves, unless the weights are small."""


class Call(NamedTuple):
    """What one call is given.

    Attributes
    ----------
    name : str
    x : array
        (batch, steps, features), or ids of shape (batch, steps) for an `Embedding`; time-major ones
        have the first two axes swapped.
    states : list (a layer) of what it takes as `initial_state`, or None
    """

    name: str
    x: np.ndarray
    states: list | None


class Problem(NamedTuple):
    """The arrays of a case.

    Attributes
    ----------
    calls : list of Call
    mask : array of bool with the first two axes of x, or None
    table : array, shape (ids, features), or None
        The weights of the `Embedding`.
    weights : list (a layer) of lists (a cell) of arrays, in Keras's order
    """

    calls: list
    mask: np.ndarray | None
    table: np.ndarray | None
    weights: list


def problem(case, sizes):
    """Return the `Problem` of a case; the same arrays on every machine and NumPy."""
    layers, features = [], sizes.features
    for units in layer_units(case, sizes):
        layers.append(stacked(features, units))
        features = units[-1]
    return problem_of_layers(case, sizes, layers, lambda i, cells: nest_states(case, cells))


def stacked(features, units):
    """Return (features, units) of each cell of a stack of cells."""
    return list(zip([features] + units[:-1], units))


def problem_of_layers(case, sizes, layers, nested):
    """Return the `Problem` of layers upon each other.

    Parameters
    ----------
    case : Crossed
    sizes : Sizes
    layers : list (a layer) of lists (a cell) of (features, units)
    nested : callable
        ``nested(i, cells)`` makes an `initial_state` for layer i of the states of its cells.
    """
    mask = mask_of_kind(case.mask, sizes)
    weights = [
        [
            _weights(case, units, features, f"{case.cell}.{i + 1}.{j}")
            for j, (features, units) in enumerate(cells)
        ]
        for i, cells in enumerate(layers)
    ]
    table, calls = None, []
    if case.mask_from == "embedding":
        table = _embeddings(sizes)
    for name in case.calls:
        x, states = _input(case, sizes, mask, name), None
        if case.initial_state != "none":
            first = case.calls[0]
            cells = _states(case, sizes, layers, first if case.states_are_constants else name)
            states = [nested(i, own) for i, own in enumerate(cells)]
        calls.append(Call(name, x.swapaxes(0, 1) if case.time_major else x, states))
    if case.time_major and mask is not None:
        mask = mask.T
    return Problem(calls, mask, table, weights)


def _weights(case, units, features, where):
    arrays = weight_numbers(case, units, features, where)
    if {case.activation, case.recurrent_activation} & _EXPLODE:
        arrays = [array / 8 for array in arrays]
    return arrays if case.use_bias else arrays[:-1]


def _input(case, sizes, mask, name):
    shape = (sizes.batch, sizes.steps)
    if case.mask_from == "embedding":
        ids = 1 + np.arange(sizes.batch * sizes.steps).reshape(shape) + len(name)
        return np.where(mask, ids, 0)
    x = numbers("x." + name, shape + (sizes.features,), 0.2, 1.2).copy()
    if case.mask_from in ("masking", "masking_value"):
        value = 0.0 if case.mask_from == "masking" else MASK_VALUE
        x[~mask] = value
        # A step that equals the value in some features only is not masked.
        x[..., 0][mask & (np.cumsum(mask, axis=1) == 1)] = value
    return x.astype("float16").astype("float64") if case.given_as == "narrow" else x


def _embeddings(sizes):
    ids = 2 + sizes.batch * sizes.steps + max(map(len, ("first", "second", "third")))
    return numbers("embeddings", (ids, sizes.features), 0.2, 1.2)


def _states(case, sizes, layers, name):
    return [
        [
            [
                numbers(f"{name}.{i}.{j}.state{k}", (sizes.batch, size), 0.2, 0.9)
                for k in range(len(case.states_of_a_cell))
            ]
            for j, (_, size) in enumerate(cells)
        ]
        for i, cells in enumerate(layers)
    ]
