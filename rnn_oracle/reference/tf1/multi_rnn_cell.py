"""TensorFlow 1's stack of cells (rules V8, V9)."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

from ...arithmetic import nest
from ..aliases import Array, States
from ..errors import OracleTypeError, OracleValueError
from ..module import Composite
from .cell import TF1, Tf1Cell


class MultiRNNCell(Composite):
    """Cells one upon the other, behaving as one cell (rules V8, V9).

    Parameters
    ----------
    cells : list or tuple of cells
        A cell that stands in it twice is one cell with one set of weights.
    state_is_tuple : bool
        Whether the state is a tuple with an entry for each cell, or one array in which the
        cells' states lie side by side.

    Raises
    ------
    ValueError
        For no cells, or a cell whose state is a tuple under ``state_is_tuple=False``.
    TypeError
        For anything but cells of this dialect in a list or tuple.

    Examples
    --------
    >>> from rnn_oracle.tf1 import BasicLSTMCell, GRUCell, MultiRNNCell
    >>> stack = MultiRNNCell([BasicLSTMCell(2), GRUCell(3)])
    >>> stack.state_size, stack.output_size
    ((LSTMStateTuple(c=2, h=2), 3), 3)
    """

    def __init__(self, cells: Sequence[Any], state_is_tuple: bool = True) -> None:
        if not nest.is_nested(cells) or not all(map(is_cell, cells)):
            raise OracleTypeError(
                f"MultiRNNCell takes a list of cells of rnn_oracle.tf1, not {cells!r}"
            )
        if not cells:
            raise OracleValueError("MultiRNNCell needs at least one cell")
        own = dict(cells=cells, state_is_tuple=state_is_tuple)
        super().__init__(own, {}, TF1, cells[0].dtype)
        self.cells, self.state_is_tuple = list(cells), state_is_tuple
        sizes = tuple(cell.state_size for cell in cells)
        if not state_is_tuple and any(map(nest.is_nested, sizes)):
            raise OracleValueError(
                "MultiRNNCell with state_is_tuple=False needs cells with state_is_tuple=False: "
                f"the cells' states are nested {nest.describe(sizes, str)}"
            )
        self.state_size: Any = sizes if state_is_tuple else sum(sizes)
        self.output_size: int = cells[-1].output_size
        for lower, cell in zip(cells, cells[1:]):
            cell.below = lower.output_size

    @property
    def below(self) -> int | None:
        """See `Tf1Cell.below`; it is the bottom cell's."""
        return self.cells[0].below

    @below.setter
    def below(self, size: int) -> None:
        self.cells[0].below = size

    @property
    def features(self) -> int:
        """The number of features of the input."""
        return self.cells[0].features

    def parts(self) -> list[Any]:
        return list({id(cell): cell for cell in self.cells}.values())

    def step(self, x: Array, state: States) -> tuple[Array, States]:
        """Advance by one step, from the bottom cell up; for arguments that are checked."""
        if not self.state_is_tuple:
            ends = np.cumsum([cell.state_size for cell in self.cells])
            state = [state[:, a:b] for a, b in zip([0] + list(ends), ends)]
        after = []
        for cell, before in zip(self.cells, state):
            x, new = cell(x, before)
            after.append(new)
        return x, tuple(after) if self.state_is_tuple else np.concatenate(after, axis=1)

    __call__ = Tf1Cell.__call__
    zero_state = Tf1Cell.zero_state


def is_cell(thing: Any) -> bool:
    """Tell whether a thing is a cell of this dialect."""
    return isinstance(thing, (Tf1Cell, MultiRNNCell))
