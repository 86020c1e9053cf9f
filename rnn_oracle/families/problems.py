"""The arrays of a case: inputs, mask, weights and initial states, from seeds in the case itself.

The numbers tell apart what must not be confused: batch, steps, features and units all differ,
no two values are alike, none is small, both biases of a GRU are there and differ, and no
activation is saturated. Every number is exact in float32.
"""

from __future__ import annotations

import functools
import zlib
from typing import NamedTuple

import numpy as np

from .cases import SIZES


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


def layer_units(case, sizes=SIZES):
    """Return the units of the cells of each layer, from the bottom: ``[[5], [7]]``."""
    units = list(sizes.units[: case.depth])
    return [units] if case.stacking == "cells" else [[u] for u in units]


def sequences_of_layers(case):
    """Return `return_sequences` of each layer, from the bottom up."""
    below = [True] * (len(layer_units(case)) - 1)
    if case.stacking.endswith("without_sequences"):
        below[-1] = False
    return below + [case.return_sequences]


def nest_states(case, cells):
    """Nest a layer's states, a list for each cell, as Keras's `state_size`: bare if single."""
    if case.stacking != "cells":
        return cells[0]
    return [cell[0] if len(cell) == 1 else cell for cell in cells]


def plain_layer(case, homes, **arguments):
    """Make the layer of a case of `Defaults` with no more arguments than it must be given.

    Parameters
    ----------
    case : Defaults
    homes : sequence of modules
        Where the classes are.
    arguments : dict
        For the innermost layer or cell.
    """

    def find(name):
        return next(getattr(home, name) for home in homes if hasattr(home, name))

    inside = {"RNN": "SimpleRNNCell", "Bidirectional": "SimpleRNN"}.get(case.layer)
    if inside is None:
        return find(case.layer)(2, **arguments)
    return find(case.layer)(find(inside)(2, **arguments))


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
            weights[-1].append(cell_weights(case, units, features, where))
            states[-1].append(_states(case, units, sizes.batch, where))
            features = units
    if case.time_major:
        x, mask = x.swapaxes(0, 1), None if mask is None else mask.T
    return Problem(x.astype(case.dtype), mask, weights, states)


def mask_of_kind(kind, sizes=SIZES):
    """Return a mask of shape (batch, steps), or None for the kind ``"none"``.

    Each kind but ``"all_true"`` and ``"row"`` differs from its own mirror image in time.
    """
    if kind == "none":
        return None
    mask = np.ones((sizes.batch, sizes.steps), bool)
    rows = np.arange(sizes.batch)[:, None]
    steps = np.arange(sizes.steps)[None, :]
    padding = rows * 2 % max(sizes.steps - 1, 1)
    if kind == "right":
        mask = steps < sizes.steps - padding
    elif kind == "left":
        mask = steps >= padding
    elif kind == "holes":
        inside = (steps > 0) & (steps < sizes.steps - 1)
        mask = ~(inside & ((rows + steps * steps) % 3 == 1))
    elif kind == "first":
        mask[:-1, 0] = False
    elif kind == "row":
        mask[sizes.batch // 2 :][:1] = False
    return mask


def cell_weights(case, units, features, where):
    """Return the weights of one cell in Keras's order (rules C1, C2, C4, C5)."""
    return [w.astype(case.dtype) for w in weight_numbers(case, units, features, where)]


def weight_numbers(case, units, features, where):
    """Return the numbers of `cell_weights`, in float64."""
    width = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}[case.layer] * units
    two_biases = case.layer == "GRU" and case.cell != "gru_reset_before"
    shapes = {
        "kernel": (features, width),
        "recurrent_kernel": (units, width),
        "bias": (2, width) if two_biases else (width,),
    }
    return [numbers(where + "." + name, shape, 0.1, 0.6) for name, shape in shapes.items()]


def _states(case, units, batch, where):
    return [
        numbers(f"{where}.state{i}", (batch, units), 0.2, 0.9).astype(case.dtype)
        for i in range(len(case.states_of_a_cell))
    ]


@functools.lru_cache(maxsize=None)
def numbers(key, shape, low, high):
    """Return telling numbers for a key: of both signs, between `low` and `high` in size."""
    # RandomState's stream is frozen: the same in every release of NumPy.
    random = np.random.RandomState(zlib.crc32(key.encode()))
    sizes = random.uniform(low, high, shape)
    told = (sizes * random.choice([-1.0, 1.0], shape)).astype(np.float32).astype(np.float64)
    told.flags.writeable = False
    return told
