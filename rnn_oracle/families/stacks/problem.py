"""The arrays of stacked layers: of each of the calls of a case, from seeds in the case itself."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..numbers import cell_weights, mask_of_kind, numbers
from .axes import FROM_A_LAYER
from .case import MASK_VALUE

_EXPLODE = {"exponential", "log_softmax"}
"""Activations that feed on themselves, unless the weights are small."""


class Call(NamedTuple):
    """What one call is given.

    Attributes
    ----------
    name : str
    x : array, or nested arrays
        (batch, steps, features), or ids of shape (batch, steps) for an `Embedding`; time-major ones
        have the first two axes swapped.
    states : list (a layer) of what it takes as `initial_state`, or None
    constants : list of arrays, shape (batch, size), or None
    """

    name: str
    x: Any
    states: list | None
    constants: list | None = None


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

    def map(self, function):
        """Return the problem with a function applied to all that weights are multiplied by.

        It takes inputs, states, constants and the table as they are: nested, whole numbers, None.
        """
        calls = [Call(call.name, *map(function, call[1:])) for call in self.calls]
        return self._replace(calls=calls, table=function(self.table))


def layer_units(case, sizes):
    """Return the units of the cells of each layer, from the bottom: ``[[5], [7]]``."""
    units = list(sizes.units[: case.depth])
    return [units] if case.stacking == "cells" else [[u] for u in units]


def sequences_of_layers(case):
    """Return `return_sequences` of each layer, from the bottom up."""
    below = [True] * (case.depth - 1 if case.stacking != "cells" else 0)
    if case.stacking.endswith("without_sequences"):
        below[-1] = False
    return below + [case.return_sequences]


def nest_states(case, cells):
    """Nest a layer's states, a list for each cell, as Keras's `state_size`: bare if single."""
    if case.stacking != "cells":
        return cells[0]
    return [cell[0] if len(cell) == 1 else cell for cell in cells]


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
    case : StackCase
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
    calls = []
    for name in case.calls:
        x, states = _input(case, sizes, mask, name), None
        if case.initial_state != "none":
            first = case.calls[0]
            cells = _states(case, sizes, layers, first if case.states_are_constants else name)
            states = [nested(i, own) for i, own in enumerate(cells)]
        calls.append(Call(name, x.swapaxes(0, 1) if case.time_major else x, states))
    if case.time_major and mask is not None:
        mask = mask.T
    table = _embeddings(sizes) if case.mask_from == "embedding" else None
    return Problem(calls, mask, table, weights)


def _weights(case, units, features, where):
    arrays = cell_weights(case, units, features, where)
    if {case.activation, case.recurrent_activation} & _EXPLODE:
        arrays = [array / 8 for array in arrays]
    return arrays if case.use_bias else arrays[:-1]


def _input(case, sizes, mask, name):
    shape = (sizes.batch, sizes.steps)
    if case.mask_from == "embedding":
        ids = 1 + np.arange(sizes.batch * sizes.steps).reshape(shape) + len(name)
        return np.where(mask, ids, 0)
    x = numbers("x." + name, shape + (sizes.features,), 0.2, 1.2).copy()
    if case.mask_from in FROM_A_LAYER:
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
