"""Dropout in training: the kernels of a layer's cells see masked inputs (rules P1 to P4)."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

import numpy as np

from .cells import blocks, weighted_cells
from .errors import OracleTypeError, OracleValueError


class Masks(NamedTuple):
    """The dropout masks of one cell in one call.

    Attributes
    ----------
    inputs : list of arrays, shape (batch, features), or None
        One for all gates, or one for each; what `dropout` masks. None without it.
    recurrent : list of arrays, shape (batch, units), or None
        The same for `recurrent_dropout`.
    """

    inputs: list | None = None
    recurrent: list | None = None


@contextlib.contextmanager
def dropped(layer, masks):
    """Let a layer compute as in training, with these dropout masks, for the calls inside.

    Parameters
    ----------
    layer : RNN or Cell
        With its weights.
    masks : list of Masks
        Of each of its cells, from the bottom up. Their numbers are those that multiply: 0, and
        1 / (1 - rate) for what stays.

    Raises
    ------
    TypeError
        For a layer whose cells are not known.
    ValueError
        For another number of cells, or of masks than one or one for each gate.
    """
    cells = weighted_cells(getattr(layer, "cell", layer))
    if not cells:
        raise OracleTypeError(f"{layer!r} has no cell that knows dropout")
    if len(masks) != len(cells):
        raise OracleValueError(
            f"{layer.name} has {len(cells)} cells, but masks of {len(masks)} were given"
        )
    before = [(cell.kernel, cell.recurrent_kernel) for cell in cells]
    try:
        for cell, (inputs, recurrent) in zip(cells, masks):
            cell.kernel = _masked(cell, cell.kernel, inputs)
            cell.recurrent_kernel = _masked(cell, cell.recurrent_kernel, recurrent)
        yield layer
    finally:
        for cell, kernels in zip(cells, before):
            cell.kernel, cell.recurrent_kernel = kernels


def _masked(cell, kernel, masks):
    if masks is None:
        return kernel
    if len(masks) not in (1, cell.gates):
        raise OracleValueError(
            f"{cell.name} takes one mask, or one for each of {cell.gates} gates, not {len(masks)}"
        )
    return MaskedKernel(blocks(kernel, cell.gates), list(masks) * (cell.gates // len(masks)))


class MaskedKernel:
    """A kernel that masks what it multiplies: ``x @ kernel`` is ``(x · mask) W``, gate by gate.

    Parameters
    ----------
    gates : list of arrays
        The block of columns of each gate.
    masks : list of arrays
        For each gate; their last axes are those of a step, (batch, features).
    """

    __array_ufunc__ = None  # so that NumPy leaves the product to this class

    def __init__(self, gates, masks):
        self.gates, self.masks = gates, masks
        self.shape = (gates[0].shape[0], sum(gate.shape[1] for gate in gates))

    def __rmatmul__(self, x):
        # A layer lays the steps of its input one under the other.
        return np.concatenate(
            [
                (x.reshape((-1,) + mask.shape) * mask).reshape(x.shape) @ gate
                for gate, mask in zip(self.gates, self.masks)
            ],
            axis=-1,
        )

    def __getitem__(self, index):
        """Return the block of columns of one gate."""
        columns = index[-1]
        gate = columns.start // self.gates[0].shape[1]
        return MaskedKernel([self.gates[gate]], [self.masks[gate]])
