"""Cells one upon the other, and what a layer takes for a cell (rules C6 to C8)."""

from __future__ import annotations

from typing import Any, Union

from ..arithmetic import nest
from .aliases import Array, ArrayLike, DialectLike, States
from .cell import Cell
from .custom_cell import CustomCell
from .dialects import KERAS3
from .errors import OracleTypeError, OracleValueError
from .inputs import as_batch_size, as_numbers, check_features, check_states
from .module import Composite


class StackedRNNCells(Composite):
    """Cells one upon the other, behaving as one cell (rule C6).

    Parameters
    ----------
    cells : list of cells
        Cells of the oracle, custom cells (rule C7), or both.
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``: that of the cells, if one has it.
    dialect : str or Dialect, optional
        That of the cells, if one has it.
    **kwargs
        What Keras takes for every layer, such as `name` and `trainable`. It is kept for
        `get_config` (rule D5).

    Attributes
    ----------
    state_size : list or tuple
        That of each cell, in the dialect's container (rule D2).
    output_size : int
        That of the last cell.

    Raises
    ------
    ValueError
        For an empty list, an object that is no cell, and cells of another dialect or dtype; in
        `keras3`, for an argument that the class does not know (rule D4).
    TypeError
        For a bare cell; in `keras2`, for an argument that the class does not know.

    Examples
    --------
    >>> from rnn_oracle import GRUCell, LSTMCell, StackedRNNCells
    >>> stack = StackedRNNCells([LSTMCell(2), GRUCell(3)])
    >>> stack.state_size, stack.output_size
    ([[2, 2], 3], 3)
    """

    def __init__(
        self, cells: Any, dtype: Any = None, dialect: DialectLike | None = None, **kwargs: Any
    ) -> None:
        if not isinstance(cells, (list, tuple)):
            raise OracleTypeError(f"StackedRNNCells takes a list of cells, not {cells!r}")
        self.cells: list[AnyCell] = [as_cell(cell) for cell in cells]
        if not self.cells:
            raise OracleValueError("StackedRNNCells needs at least one cell")
        first = next(iter(self.parts()), None)
        if dialect is None:
            dialect = getattr(first, "dialect", KERAS3)
        if dtype is None:
            dtype = getattr(first, "dtype", None)
        super().__init__({"cells": cells}, kwargs, dialect, dtype)
        self.check_parts()
        self.state_size: Any = self.dialect.stacked(cell.state_size for cell in self.cells)
        self.output_size: int = self.cells[-1].output_size
        pairs = [(b.output_size, bottom_cell(cell)) for b, cell in zip(self.cells, self.cells[1:])]
        for size, cell in pairs:
            weights = getattr(cell, "weights", None)
            if weights is not None and len(weights[0]) != size:
                raise OracleValueError(
                    f"{cell.name} has weights for {len(weights[0])} features, but the cell below "
                    f"puts out {size}"
                )
        for size, cell in pairs:
            cell.features = size

    @property
    def takes_constants(self) -> bool:
        """Whether any cell takes them."""
        return any(cell.takes_constants for cell in self.cells)

    @property
    def needs_constants(self) -> bool:
        """Whether any cell needs them."""
        return any(cell.needs_constants for cell in self.cells)

    def parts(self) -> list[Cell]:
        return weighted_cells(self)

    def project(self, x: Array) -> Array:
        """Return the input itself: each cell projects what the one below puts out."""
        return x

    def step(self, x: Array, states: Any, **constants: Any) -> tuple[Array, Any]:
        """Advance by one step, from the bottom cell up; for arguments that are checked."""
        after = []
        for cell, state in zip(self.cells, states):
            bare = not nest.is_nested(state)
            own = constants if cell.takes_constants else {}
            x, state = cell.step(cell.project(x), [state] if bare else state, **own)
            after.append(state[0] if bare else state)
        return x, self.dialect.stacked(after)

    def __call__(self, inputs: ArrayLike, states: States) -> tuple[Array, States]:
        """Advance by one step.

        Parameters
        ----------
        inputs : array_like, shape (batch, features)
        states : list or tuple
            One entry a cell, nested as `state_size`; each array of shape (batch, size). In `keras3`
            that of a cell with one state may be in a list (rule I3).

        Returns
        -------
        output : array, shape (batch, output_size)
        states
            Nested as they were given, those of all cells in the dialect's container (rules S2, D2).

        Raises
        ------
        ValueError, TypeError
            As for one cell.
        """
        self.require_weights()
        inputs = as_numbers(inputs, self, "the input")
        if isinstance(bottom_cell(self), Cell):
            check_features(inputs, 2, bottom_cell(self), self.name)
        sizes = sizes_as_given(self, states)
        return self.step(inputs, check_states(states, sizes, len(inputs), self))

    def get_initial_state(self, batch_size: int) -> States:
        """Return the initial state of each cell, nested as `state_size`."""
        batch = as_batch_size(batch_size, self.name)
        return self.dialect.stacked(cell.get_initial_state(batch) for cell in self.cells)


AnyCell = Union[Cell, CustomCell, StackedRNNCells]
"""What a layer can carry over a sequence."""


def as_cell(cell: Any) -> AnyCell:
    """Return an object with `project` and `step` for any cell, or list of cells."""
    if isinstance(cell, (list, tuple)):
        return StackedRNNCells(cell)
    return cell if isinstance(cell, (Cell, CustomCell, StackedRNNCells)) else CustomCell(cell)


def sizes_as_given(cell: AnyCell, states: Any) -> list[Any]:
    """Return the `state_size` of a cell as a list, nested as its states may be given (rule I3).

    In `keras3` the size of a cell in a stack is in a list of one where its only state is.
    """
    sizes = nest.as_list(cell.state_size)
    if not isinstance(cell, StackedRNNCells) or not cell.dialect.lone_states_in_lists:
        return sizes
    given = nest.as_list(states)
    if len(given) != len(sizes):
        return sizes
    return [_size_as_given(inner, state) for inner, state in zip(cell.cells, given)]


def _size_as_given(cell: AnyCell, state: Any) -> Any:
    if isinstance(cell, StackedRNNCells):
        return sizes_as_given(cell, state)
    size = cell.state_size
    alone = not nest.is_nested(size) and nest.same_structure([size], state)
    return [size] if alone else size


def bottom_cell(cell: AnyCell) -> Any:
    """Return the cell that sees the input."""
    return bottom_cell(cell.cells[0]) if isinstance(cell, StackedRNNCells) else cell


def all_cells(cell: Any) -> list[Any]:
    """Return the cells of a stack, from the bottom up, or in a list what is none."""
    if isinstance(cell, StackedRNNCells):
        return [found for inner in cell.cells for found in all_cells(inner)]
    return [cell]


def weighted_cells(cell: Any) -> list[Cell]:
    """Return the cells that hold weights, from the bottom up, each once (rule C6)."""
    found = {id(inner): inner for inner in all_cells(cell) if isinstance(inner, Cell)}
    return list(found.values())
