"""Custom cells: what the layers rely on, and how they call them (rule C7)."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from ..arithmetic import nest
from .aliases import Array, States
from .errors import OracleTypeError, OracleValueError
from .inputs import copied
from .module import positive_integer


class CustomCell:
    """A user's cell, given the two methods that the layers call (rule C7).

    Parameters
    ----------
    cell : object
        What Keras documents of a cell: it has a method ``output, states = call(inputs, states)``,
        an attribute `state_size`, and optionally `output_size` and
        ``get_initial_state(batch_size=None)``. States go in as a list and may come back bare
        where there is only one (rule S2). In `keras2`, `call` may also have an argument
        `constants` (rule C8), and `inputs` may be nested (rule I9).

    Attributes
    ----------
    takes_constants, needs_constants : bool
        Whether `call` has the argument `constants`, and has no default for it.

    Raises
    ------
    ValueError
        For an object without a method `call` or a `state_size`, for a class, a layer, no state
        at all, and a size below 1.
    TypeError
        For a size that is no whole number.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle import RNN
    >>> class Sum:
    ...     state_size = 2
    ...     def call(self, inputs, states):
    ...         total = states[0] + inputs
    ...         return total, [total]
    >>> RNN(Sum())(np.ones((1, 5, 2))).tolist()
    [[5.0, 5.0]]
    """

    def __init__(self, cell: Any) -> None:
        _check_kind(cell)
        self.cell = cell
        self.function: Any = cell if callable(cell) else cell.call
        constants = inspect.signature(cell.call).parameters.get("constants")
        self.takes_constants = constants is not None
        self.needs_constants = constants is not None and constants.default is constants.empty
        self.state_size: Any = cell.state_size
        sizes = [positive_integer(s, "state_size", cell) for s in nest.flatten(cell.state_size)]
        if not sizes:
            raise OracleValueError(f"a cell needs at least one state: {cell!r}")
        size = getattr(cell, "output_size", None)
        self.output_size = sizes[0] if size is None else positive_integer(size, "output_size", cell)

    def __repr__(self) -> str:
        return repr(self.cell)

    def project(self, x: Any) -> Any:
        """Return the input itself: what a custom cell makes of it is not known."""
        return x

    def step(self, x: Any, states: list[Any], **constants: Any) -> tuple[Array, list[Any]]:
        """Advance by one step, and check what the cell returns.

        The cell gets copies, and copies are kept of what it returns: it may change any of these
        arrays in place, now or at a later step, as it could change no tensor.

        Raises
        ------
        ValueError
            For another number of things returned than two, an output of another shape than
            (batch, `output_size`), or states of another nesting or shape than those given.
        TypeError
            For what is no pair, for several outputs, and for what is no array of real numbers.
        """
        returned = self.function(_copied(x), _copied(states), **_copied(constants))
        several = isinstance(returned, (list, tuple))
        if not several or len(returned) != 2:
            raise (OracleValueError if several else OracleTypeError)(
                f"{self.cell!r} must return its output and its states, but returned "
                f"{nest.describe(returned)}"
            )
        output, after = returned
        batch = len(nest.flatten(x)[0])
        return self._checked_output(output, batch), self._checked_states(states, after)

    def _checked_output(self, output: Any, batch: int) -> Array:
        if nest.is_nested(output):
            raise OracleTypeError(
                f"{self.cell!r} must put out one array, not several nested {nest.describe(output)}"
            )
        output = self._copy(output, "output")
        if output.shape != (batch, self.output_size):
            raise OracleValueError(
                f"{self.cell!r} put out shape {output.shape}, but its output_size is "
                f"{self.output_size}, so that it has to be {(batch, self.output_size)}"
            )
        return output

    def _checked_states(self, before: list[Any], returned: Any) -> list[Any]:
        after = nest.as_list(returned)
        if not nest.same_structure(after, before):
            raise OracleValueError(
                f"{self.cell!r} was given states nested {nest.describe(before)} and "
                f"returned {nest.describe(after)}"
            )
        after = nest.map_structure(lambda state: self._copy(state, "state"), after)
        for old, new in zip(nest.flatten(before), nest.flatten(after)):
            if new.shape != old.shape:
                raise OracleValueError(
                    f"{self.cell!r} was given a state of shape {old.shape} and returned "
                    f"one of {new.shape}"
                )
        return after

    def _copy(self, returned: Any, what: str) -> Array:
        if hasattr(returned, "__array_function__") and not isinstance(returned, np.ndarray):
            return returned  # it brings its own arithmetic, and is never changed in place
        return copied(returned, f"{self.cell!r}: the {what} that it returns")

    def get_initial_state(self, batch_size: int) -> States:
        """Return the cell's own initial state, else zeros (rule S3)."""
        if hasattr(self.cell, "get_initial_state"):
            return self.cell.get_initial_state(batch_size=batch_size)
        return nest.map_structure(lambda size: np.zeros((batch_size, size)), self.state_size)


def _copied(arrays: Any) -> Any:
    return nest.map_structure(lambda array: array.copy(), arrays)


def _check_kind(cell: Any) -> None:
    if hasattr(cell, "return_sequences"):
        raise OracleValueError(
            f"RNN takes cells, but {cell!r} is a layer: did you mean {type(cell).__name__}Cell?"
        )
    if isinstance(cell, type):
        raise OracleValueError(f"RNN takes cells, but {cell!r} is a class: make one")
    if not callable(getattr(cell, "call", None)):
        raise OracleValueError(f"a cell needs a method `call(inputs, states)`: {cell!r}")
    if getattr(cell, "state_size", None) is None:
        raise OracleValueError(
            f"a cell needs an attribute `state_size`, an int or a list of ints: {cell!r}"
        )
