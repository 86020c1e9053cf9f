"""TensorFlow 1's functions that carry a cell over a sequence (rules V10 to V16)."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

from ...arithmetic import nest
from ..aliases import Array, ArrayLike, States
from ..cell import Cell as KerasCell
from ..errors import OracleTypeError, OracleValueError
from ..inputs import as_numbers, check_states
from ..scan import scan
from .multi_rnn_cell import is_cell


def dynamic_rnn(
    cell: Any,
    inputs: ArrayLike,
    sequence_length: ArrayLike | None = None,
    initial_state: States = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[Array, States]:
    """Carry a cell over a sequence.

    Parameters
    ----------
    cell : cell
        Of `rnn_oracle.tf1`, or a Keras cell of the dialect `keras2` (rule V16).
    inputs : array_like, shape (batch, steps, features)
        (steps, batch, features) if `time_major`.
    sequence_length : array_like of int, shape (batch,), optional
        How many steps of each sequence count (rule V10).
    initial_state : optional
        Arrays of shape (batch, size), nested as the cell's `state_size`.
    dtype : str, optional
        That of the cell; must be given where there is no `initial_state` (rule V12).
    time_major : bool
        Inputs and outputs have the steps on the first axis.
    parallel_iterations, swap_memory, scope
        Change nothing here.

    Returns
    -------
    outputs : array
        Shape (batch, steps, output_size), or (steps, batch, output_size) if `time_major`.
    state
        The final state, nested as the cell's `state_size`.

    Raises
    ------
    ValueError
        For a wrong rank, number of features, number or size of lengths or states, for no
        steps at all, for a `dtype` that is not the cell's, or where neither `initial_state`
        nor `dtype` is given.
    TypeError
        For what is no cell, for a state nested otherwise, and for lengths or inputs that are
        not of the right kind of number.

    Examples
    --------
    >>> from rnn_oracle.tf1 import BasicRNNCell, dynamic_rnn
    >>> cell = BasicRNNCell(1, activation="linear")
    >>> cell.set_weights([[[1.0], [0.5]], [0.0]])
    >>> x = [[[4.0], [0.0], [1.0]]]
    >>> outputs, state = dynamic_rnn(cell, x, sequence_length=[2], dtype="float64")
    >>> outputs.tolist(), state.tolist()
    ([[[4.0], [2.0], [0.0]]], [[2.0]])
    """
    check_cell(cell, "dynamic_rnn")
    steps = _steps(cell, inputs, time_major)
    outputs, state = _carry(cell, steps, sequence_length, initial_state, dtype)
    return np.stack(outputs, axis=0 if time_major else 1), state


def static_rnn(
    cell: Any,
    inputs: Sequence[ArrayLike],
    initial_state: States = None,
    dtype: Any = None,
    sequence_length: ArrayLike | None = None,
    scope: Any = None,
) -> tuple[list[Array], States]:
    """Carry a cell over a list of steps (rule V14).

    Parameters
    ----------
    cell, initial_state, dtype, sequence_length, scope
        As for `dynamic_rnn`.
    inputs : list of array_like, shape (batch, features)
        The input of each step.

    Returns
    -------
    outputs : list of arrays, shape (batch, output_size)
        The output of each step.
    state
        The final state, nested as the cell's `state_size`.

    Raises
    ------
    ValueError
        As for `dynamic_rnn`, and for steps of several shapes.
    TypeError
        As for `dynamic_rnn`, and for inputs that are no list.

    Examples
    --------
    >>> from rnn_oracle.tf1 import BasicRNNCell, static_rnn
    >>> cell = BasicRNNCell(1, activation="linear")
    >>> cell.set_weights([[[1.0], [0.5]], [0.0]])
    >>> outputs, state = static_rnn(cell, [[[4.0]], [[0.0]]], dtype="float64")
    >>> [output.tolist() for output in outputs]
    [[[4.0]], [[2.0]]]
    """
    check_cell(cell, "static_rnn")
    if not nest.is_nested(inputs):
        raise OracleTypeError("static_rnn takes a list with the input of each step")
    if not len(inputs):
        raise OracleValueError("static_rnn needs at least one step")
    steps = [as_numbers(x, cell, "the input") for x in inputs]
    shapes = sorted({x.shape for x in steps})
    if len(shapes) > 1 or len(shapes[0]) != 2:
        raise OracleValueError(
            f"static_rnn takes steps of one shape (batch, features), not {shapes}"
        )
    return _carry(cell, np.stack(steps, axis=0), sequence_length, initial_state, dtype)


def bidirectional_dynamic_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: ArrayLike,
    sequence_length: ArrayLike | None = None,
    initial_state_fw: States = None,
    initial_state_bw: States = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[tuple[Array, Array], tuple[States, States]]:
    """Carry one cell forwards and another backwards over a sequence (rule V15).

    Parameters
    ----------
    cell_fw, cell_bw : cell
        The forward and the backward cell, as for `dynamic_rnn`.
    initial_state_fw, initial_state_bw : optional
        The initial state of each.
    inputs, sequence_length, dtype, parallel_iterations, swap_memory, time_major, scope
        As for `dynamic_rnn`.

    Returns
    -------
    outputs : tuple of two arrays
        Of the forward and the backward cell; the steps of both are in the order of the input.
    states : tuple
        The final state of each.

    Raises
    ------
    ValueError, TypeError
        As for `dynamic_rnn`.

    Examples
    --------
    >>> from rnn_oracle.tf1 import BasicRNNCell, bidirectional_dynamic_rnn
    >>> cells = [BasicRNNCell(1, activation="linear") for _ in range(2)]
    >>> for cell in cells:
    ...     cell.set_weights([[[1.0], [0.5]], [0.0]])
    >>> x = [[[4.0], [0.0], [1.0]]]
    >>> (forward, backward), states = bidirectional_dynamic_rnn(*cells, x, dtype="float64")
    >>> forward.tolist(), backward.tolist()
    ([[[4.0], [2.0], [2.0]]], [[[4.25], [0.5], [1.0]]])
    """
    for cell in (cell_fw, cell_bw):
        check_cell(cell, "bidirectional_dynamic_rnn")
    axis = 0 if time_major else 1
    steps = _steps(cell_fw, inputs, time_major)
    forward, state_fw = _carry(cell_fw, steps, sequence_length, initial_state_fw, dtype)
    turned = _turned(steps, sequence_length)
    outputs, state_bw = _carry(cell_bw, turned, sequence_length, initial_state_bw, dtype)
    backward = _turned(np.stack(outputs, axis=0), sequence_length)
    if not time_major:
        backward = backward.swapaxes(0, 1)
    return (np.stack(forward, axis=axis), backward), (state_fw, state_bw)


def check_cell(cell: Any, function: str) -> None:
    """Raise TypeError unless `function` can carry the cell."""
    keras = isinstance(cell, KerasCell) and cell.dialect.generation == "keras2"
    if not keras and not is_cell(cell):
        raise OracleTypeError(
            f"{function} takes a cell of rnn_oracle.tf1, or a Keras cell of dialect "
            f"keras2, not {cell!r}"
        )


def _steps(cell: Any, inputs: ArrayLike, time_major: bool) -> Array:
    """Return the input with the steps on its first axis."""
    x = as_numbers(inputs, cell, "the input")
    if x.ndim != 3 or 0 in x.shape[:2]:
        axes = "(steps, batch, features)" if time_major else "(batch, steps, features)"
        raise OracleValueError(f"the input must be {axes}, none of them 0, but has shape {x.shape}")
    return x if time_major else x.swapaxes(0, 1)


def _carry(
    cell: Any, steps: Array, lengths: ArrayLike | None, state: States, dtype: Any
) -> tuple[list[Array], States]:
    """Carry a cell over checked steps; return the list of outputs, and the final state."""
    count, batch = steps.shape[:2]
    if dtype is not None and np.dtype(dtype) != cell.dtype:
        raise OracleValueError(
            f"dtype {np.dtype(dtype)} is not that of {cell.name}, which computes in {cell.dtype}"
        )
    if state is None:
        state = _zeros(cell, batch, dtype)
    given, needed = nest.describe(state), nest.describe(cell.state_size)
    if given != needed:
        raise OracleTypeError(
            f"the initial state of {cell.name} must be nested {needed} as its state_size, "
            f"not {given}"
        )
    (state,) = check_states([state], [cell.state_size], batch, cell)
    counts = None
    if lengths is not None:
        counts = np.arange(count)[:, None] < _checked(lengths, count, batch)
    return scan(cell, steps, state, counts, zero_output_for_mask=True)


def _zeros(cell: Any, batch: int, dtype: Any) -> States:
    if dtype is None:
        raise OracleValueError("give a `dtype` where there is no `initial_state`")
    return nest.map_structure(lambda size: np.zeros((batch, size), dtype), cell.state_size)


def _checked(lengths: ArrayLike, count: int, batch: int) -> Array:
    lengths = np.asarray(lengths)
    if lengths.dtype.kind not in "iu":
        raise OracleTypeError(
            f"sequence_length must be whole numbers, but its dtype is {lengths.dtype}"
        )
    if lengths.shape != (batch,):
        raise OracleValueError(
            f"sequence_length must have shape {(batch,)} = (batch,), not {lengths.shape}"
        )
    if batch and not (lengths.min() >= 0 and lengths.max() <= count):
        raise OracleValueError(
            f"sequence_length must lie between 0 and the {count} steps there are, not "
            f"{lengths.tolist()}"
        )
    return lengths


def _turned(steps: Array, lengths: ArrayLike | None) -> Array:
    """Turn each sequence round within its length; what lies behind stays where it is."""
    count, batch = steps.shape[:2]
    lengths = np.full(batch, count) if lengths is None else np.asarray(lengths)
    step = np.arange(count)[:, None]
    return steps[np.where(step < lengths, lengths - 1 - step, step), np.arange(batch)]
