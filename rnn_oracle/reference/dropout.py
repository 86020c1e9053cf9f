"""Dropout in training: the kernels of a layer's cells see masked inputs (rules P1 to P4)."""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, NamedTuple, Sequence

import numpy as np

from .aliases import Array
from .cell import Cell, blocks
from .errors import OracleTypeError, OracleValueError
from .stacked_rnn_cells import weighted_cells


class Masks(NamedTuple):
    """The dropout masks of one cell in one call (rules P1 to P4).

    Parameters
    ----------
    inputs : list of arrays, shape (batch, features), or None
        One for all gates, or one for each; what `dropout` masks. None without it.
    recurrent : list of arrays, shape (batch, units), or None
        The same for `recurrent_dropout`.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle.dropout import Masks
    >>> masks = Masks(inputs=[np.array([[0.0, 2.0]])])
    >>> masks.recurrent is None
    True
    """

    inputs: list[Any] | None = None
    recurrent: list[Any] | None = None


@contextlib.contextmanager
def dropped(layer: Any, masks: Sequence[Masks]) -> Iterator[Any]:
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

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle import SimpleRNN
    >>> from rnn_oracle.dropout import Masks, dropped
    >>> layer = SimpleRNN(1, activation=None)
    >>> layer.set_weights([[[1.0], [1.0]], [[0.0]], [0.0]])
    >>> x, mask = np.array([[[3.0, 4.0]]]), np.array([[0.0, 2.0]])
    >>> with dropped(layer, [Masks(inputs=[mask])]):
    ...     layer(x).tolist()
    [[8.0]]
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


def _masked(cell: Cell, kernel: Any, masks: list[Any] | None) -> Any:
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

    def __init__(self, gates: list[Array], masks: list[Array]) -> None:
        self.gates, self.masks = gates, masks
        self.shape = (gates[0].shape[0], sum(gate.shape[1] for gate in gates))

    def __rmatmul__(self, x: Any) -> Any:
        # A layer lays the steps of its input one under the other.
        return np.concatenate(
            [
                (x.reshape((-1,) + mask.shape) * mask).reshape(x.shape) @ gate
                for gate, mask in zip(self.gates, self.masks)
            ],
            axis=-1,
        )

    def __getitem__(self, index: Any) -> MaskedKernel:
        """Return the block of columns of one gate."""
        columns = index[-1]
        gate = columns.start // self.gates[0].shape[1]
        return MaskedKernel([self.gates[gate]], [self.masks[gate]])
