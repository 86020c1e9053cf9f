"""Dropout in training: the kernels of a layer's cells see masked inputs (rules P1 to P4)."""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, NamedTuple, Sequence

import numpy as np

from .aliases import Array
from .cell import Cell
from .errors import OracleTypeError, OracleValueError
from .inputs import copied
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

        Weights that are set inside are masked too, and `rnn_oracle.gradients` are those of what is
        computed inside.

    Raises
    ------
    TypeError
        For a layer whose cells are not known, for masks in no list, and for masks that are no real
        numbers.
    ValueError
        For missing weights, another number of cells, of masks than one or one for each gate, or
        another shape of a mask; for one that is not finite. A call inside raises it where the
        masks are of another batch size than its input.

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
    if not isinstance(masks, (list, tuple)):
        raise OracleTypeError(f"{layer.name} takes a list of `Masks`, not {masks!r}")
    if len(masks) != len(cells):
        raise OracleValueError(
            f"{layer.name} has {len(cells)} cells, but masks of {len(masks)} were given"
        )
    layer.require_weights()
    checked = [_checked(cell, of_cell) for cell, of_cell in zip(cells, masks)]
    before = [cell.dropout_masks for cell in cells]
    try:
        _use(cells, checked)
        yield layer
    finally:
        _use(cells, before)


def _use(cells: list[Cell], masks: list[Any]) -> None:
    for cell, of_cell in zip(cells, masks):
        cell.dropout_masks = of_cell
        cell.take(cell.weights or [])


def _checked(cell: Cell, masks: Masks) -> Masks:
    if not isinstance(masks, Masks):
        raise OracleTypeError(f"{cell.name} takes `Masks`, not {masks!r}")
    kernel, recurrent_kernel = (cell.weights or [])[:2]
    return Masks(
        _arrays(cell, masks.inputs, ("features", len(kernel))),
        _arrays(cell, masks.recurrent, ("units", len(recurrent_kernel))),
    )


def _arrays(cell: Cell, masks: list[Any] | None, axis: tuple[str, int]) -> list[Array] | None:
    """Return the masks of one kernel as arrays of the cell's dtype, one for each gate."""
    if masks is None:
        return None
    if not isinstance(masks, (list, tuple, np.ndarray)):
        raise OracleTypeError(f"{cell.name} takes a list of dropout masks, not {masks!r}")
    if len(masks) not in (1, cell.gates):
        raise OracleValueError(
            f"{cell.name} takes one mask, or one for each of {cell.gates} gates, not {len(masks)}"
        )
    arrays = [copied(mask, f"{cell.name}: a dropout mask").astype(cell.dtype) for mask in masks]
    for array in arrays:
        if array.ndim != 2 or array.shape[1] != axis[1]:
            raise OracleValueError(
                f"{cell.name}: a dropout mask has shape {array.shape}, but needs "
                f"(any, {axis[1]}) = (batch, {axis[0]})"
            )
        if not np.all(np.isfinite(array)):
            raise OracleValueError(f"{cell.name}: a dropout mask is not finite")
    return arrays * (cell.gates // len(arrays))
