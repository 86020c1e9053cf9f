"""Checks of what a call is given: sequences, masks and states (rules I1 to I5)."""

import numpy as np

from . import nest
from .errors import OracleTypeError, OracleValueError


def as_numbers(value, module, what):
    """Return `value` as an array of the module's dtype.

    Floating-point input of any width is cast. Whole numbers and booleans are promoted in
    the dialect `keras3` and refused in `keras2` (rule I4). What brings its own
    arithmetic, as `rnn_oracle.rounding.Rounded` does, passes as it is.

    Raises
    ------
    TypeError
        For values that are no numbers, complex ones, and whole numbers in `keras2`.
    ValueError
        For a list of several arrays.
    """
    if hasattr(value, "__array_function__") and not isinstance(value, np.ndarray):
        return value
    if nest.is_nested(value) and any(isinstance(part, np.ndarray) for part in value):
        raise OracleValueError(
            "{}: {} must be one array of numbers, not several nested {}".format(
                module.name, what, nest.describe(value)
            )
        )
    array = np.asarray(value)
    if array.dtype.kind == "f" or (array.dtype.kind in "iub" and module.dialect.numbers_are_cast):
        return array.astype(module.dtype, copy=False)
    raise OracleTypeError(
        "{}: {} must be floating-point{}, but the dtype is {}".format(
            module.name,
            what,
            " or whole numbers" if module.dialect.numbers_are_cast else "",
            array.dtype,
        )
    )


def check_features(x, rank, cell, name=None):
    """Raise ValueError unless `x` has that rank and as many features as the kernel has rows.

    `name` is whose input it is, by default the cell's.
    """
    name = name or cell.name
    if x.ndim != rank:
        raise OracleValueError(
            "{} takes {} axes, {}, but the input has shape {}{}".format(
                name,
                rank,
                "(batch, features)" if rank == 2 else "(batch, steps, features)",
                x.shape,
                "; does the layer below return its sequence (return_sequences=True)?"
                if (rank, x.ndim) == (3, 2)
                else "",
            )
        )
    if x.shape[-1] != cell.kernel.shape[0]:
        raise OracleValueError(
            "{} takes {} features, one for each row of its kernel, but the input is {}".format(
                name, cell.kernel.shape[0], x.shape
            )
        )


def check_mask(mask, leading, owner):
    """Return the mask as booleans with the two leading axes of the input, or None.

    Parameters
    ----------
    mask : array_like or None
        Shape `leading` or `leading` + (1,); anything but zero counts as True (rule I2).
    leading : tuple of int
        The first two axes of the input: (batch, steps), or (steps, batch) if time-major.

    Raises
    ------
    ValueError
        For any other shape, also one that would broadcast.
    TypeError
        For what is neither booleans nor real numbers.
    """
    if mask is None:
        return None
    mask = np.asarray(mask)
    if mask.dtype.kind not in "biuf":
        raise OracleTypeError(
            "{}: the mask must be booleans or numbers, but the dtype is {}".format(
                owner, mask.dtype
            )
        )
    if mask.shape == leading + (1,):
        mask = mask[..., 0]
    if mask.shape != leading:
        raise OracleValueError(
            "{}: the mask has shape {}, but the input's first two axes are {}".format(
                owner, mask.shape, leading
            )
        )
    return mask.astype(bool)


def check_symbolic(layer, leading):
    """Raise ValueError where a functional model must know an axis that it does not (rule E3).

    Parameters
    ----------
    layer : layer
    leading : tuple of int or None
        The first two axes of the model's input: (batch, steps), or (steps, batch) if time-major.
    """
    batch, steps = reversed(leading) if getattr(layer, "time_major", False) else leading
    if steps is None and layer.dialect.model_knows_steps and getattr(layer, "unroll", False):
        raise OracleValueError(
            "{} is unrolled: its model must know the number of steps".format(layer.name)
        )
    if batch is None and getattr(layer, "stateful", False):
        raise OracleValueError(
            "{} is stateful: its model must know the batch size".format(layer.name)
        )


def check_states(states, sizes, batch, module):
    """Return the states as arrays of the module's dtype, nested as `sizes`.

    Parameters
    ----------
    states : array or list
        One array a state; a bare array does for a single state (rule I3).
    sizes : list
        Size of each state, nested for stacked cells.

    Raises
    ------
    ValueError
        For another number of states, another nesting, or a shape other than (batch, size).
    """
    states = list(states) if nest.is_nested(states) else [states]
    if len(states) != len(sizes):
        raise OracleValueError(
            "{} has {} state{}, but {} given".format(
                module.name,
                len(sizes),
                "" if len(sizes) == 1 else "s",
                "1 was" if len(states) == 1 else "{} were".format(len(states)),
            )
        )
    if not nest.same_structure(sizes, states):
        raise OracleValueError(
            "{}: the states are given nested {}, but are nested {}".format(
                module.name, nest.describe(states), nest.describe(sizes)
            )
        )
    return nest.map_structure(lambda size, state: _state(state, size, batch, module), sizes, states)


def _state(state, size, batch, module):
    state = as_numbers(state, module, "a state")
    if state.shape != (batch, size):
        raise OracleValueError(
            "{}: a state has shape {}, but needs {} = (batch, size)".format(
                module.name, state.shape, (batch, size)
            )
        )
    return state
