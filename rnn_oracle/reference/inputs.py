"""Checks of what a call is given: sequences, masks, states and constants (rules I1 to I9)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arithmetic import nest
from .aliases import Array, ArrayLike, Shape, States
from .errors import OracleTypeError, OracleValueError

MOST_AXES = 32
"""How many axes an array of NumPy may have in each of its releases."""


def as_array(value: Any, what: str) -> Array:
    """Return `value` as a plain array; raise ValueError where NumPy can make none of it."""
    try:
        return np.asarray(value)
    except ValueError as error:  # NumPy before 1.24 makes an array of objects of uneven lists
        raise OracleValueError(f"{what} is no array: {error}") from error


def copied(value: Any, what: str) -> Array:
    """Return a copy of an array of real numbers, in its own dtype.

    Raises
    ------
    ValueError, TypeError
        For what is no array, and for values that are no real numbers.
    """
    array = as_array(value, what)
    if not np.can_cast(array.dtype, np.float64, "same_kind"):
        raise OracleTypeError(f"{what} must be real numbers, but the dtype is {array.dtype}")
    return array.copy()


def as_shape(value: Any, owner: str, fewest: int = 0, most: int = MOST_AXES) -> Shape:
    """Return a shape of so many axes as a tuple.

    Raises
    ------
    TypeError
        For what is no shape of whole numbers and None.
    ValueError
        For another number of axes, and a negative length.
    """
    shape = tuple(value) if np.iterable(value) else (value, "")
    for length in shape:
        if length is not None and not is_whole(length):
            raise OracleTypeError(f"{owner} takes a shape, a tuple of int or None, not {value!r}")
    if any(length is not None and length < 0 for length in shape):
        raise OracleValueError(f"{owner} takes a shape, which has no negative lengths, not {shape}")
    if not fewest <= len(shape) <= most:
        needs = fewest if most == fewest else f"at least {fewest}"
        raise OracleValueError(f"{owner} takes a shape of {needs} axes, not {shape}")
    return shape


def as_batch_size(value: Any, owner: str, axis: int = 0) -> int:
    """Return the length of that axis of an array, or a whole number as int.

    Raises
    ------
    TypeError
        For what is neither.
    ValueError
        For an array without that axis, and a negative number.
    """
    if np.iterable(value):
        value = value if hasattr(value, "shape") else as_array(value, f"{owner}: the input")
        if len(value.shape) <= axis:
            raise OracleValueError(f"{owner}: shape {value.shape} has no batch on axis {axis}")
        return value.shape[axis]
    if not is_whole(value):
        raise OracleTypeError(f"{owner}: a batch size must be a whole number, not {value!r}")
    if value < 0:
        raise OracleValueError(f"{owner}: a batch size must not be negative, as {value!r} is")
    return int(value)


def is_whole(value: Any) -> bool:
    """Tell whether a value is a whole number, and no bool."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def as_numbers(value: Any, module: Any, what: str) -> Array:
    """Return `value` as an array of the module's dtype.

    Floating-point input of any width is cast. Whole numbers and booleans are promoted in
    the dialect `keras3` and refused in `keras2` (rule I4). What brings its own
    arithmetic, as `rnn_oracle.arithmetic.error_bounds.BoundedArray` does, passes as it is.

    Raises
    ------
    TypeError
        For values that are no numbers, complex ones, and whole numbers in `keras2`.
    ValueError
        For a list of several arrays.
    """
    if hasattr(value, "__array_function__") and not isinstance(value, np.ndarray):
        return value
    if holds_arrays(value):
        raise OracleValueError(
            f"{module.name}: {what} must be one array of numbers, not several nested "
            f"{nest.describe(value)}"
        )
    array = as_array(value, f"{module.name}: {what}")
    if array.dtype.kind == "f" or (array.dtype.kind in "iub" and module.dialect.numbers_are_cast):
        return array.astype(module.dtype, copy=False)
    more = " or whole numbers" if module.dialect.numbers_are_cast else ""
    raise OracleTypeError(
        f"{module.name}: {what} must be floating-point{more}, but the dtype is {array.dtype}"
    )


def holds_arrays(value: Any) -> bool:
    """Tell whether `value` is a nest of arrays, as against one of numbers."""
    return nest.is_nested(value) and any(
        hasattr(leaf, "__array_function__") for leaf in nest.flatten(value)
    )


def as_inputs(value: Any, module: Any) -> Any:
    """Return the input of a custom cell: an array, or several in a tuple or a dict.

    Raises
    ------
    ValueError
        For a list, and in `keras3` for any several arrays (rules I6, I9).
    TypeError
        As `as_numbers`.
    """
    nested = module.dialect.nested_inputs and isinstance(value, (tuple, dict))
    if nested and holds_arrays(value):
        return nest.map_structure(lambda part: as_numbers(part, module, "an input"), value)
    return as_numbers(value, module, "the input")


def check_sequences(x: Any, owner: str) -> None:
    """Raise ValueError unless all arrays of `x` have three axes or more, the first two alike."""
    shapes = [part.shape for part in nest.flatten(x)]
    for shape in shapes:
        if len(shape) < 3:
            raise OracleValueError(
                f"{owner} takes (batch, steps, ...), but the input has shape {shape}; does the "
                "layer below return its sequence (return_sequences=True)?"
            )
    if len({shape[:2] for shape in shapes}) > 1:
        found = ", ".join(map(str, shapes))
        raise OracleValueError(
            f"{owner}: several inputs have the same first two axes, but these have the shapes "
            f"{found}"
        )


def check_features(x: Array, rank: int, cell: Any, name: str | None = None) -> None:
    """Raise ValueError unless `x` has that rank and as many features as the kernel has rows.

    `name` is whose input it is, by default the cell's.
    """
    name = name or cell.name
    if x.ndim != rank:
        axes = "(batch, features)" if rank == 2 else "(batch, steps, features)"
        hint = ""
        if (rank, x.ndim) == (3, 2):
            hint = "; does the layer below return its sequence (return_sequences=True)?"
        raise OracleValueError(
            f"{name} takes {rank} axes, {axes}, but the input has shape {x.shape}{hint}"
        )
    features = cell.kernel.shape[-2]
    if x.shape[-1] != features:
        raise OracleValueError(
            f"{name} takes {features} features, one for each row of its "
            f"kernel, but the input is {x.shape}"
        )


def check_mask(mask: ArrayLike | None, leading: tuple[int, ...], owner: str) -> Array | None:
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
    mask = as_array(mask, f"{owner}: the mask")
    if mask.dtype.kind not in "biuf":
        raise OracleTypeError(
            f"{owner}: the mask must be booleans or numbers, but the dtype is {mask.dtype}"
        )
    if mask.shape == leading + (1,):
        mask = mask[..., 0]
    if mask.shape != leading:
        raise OracleValueError(
            f"{owner}: the mask has shape {mask.shape}, but the input's first two axes are "
            f"{leading}"
        )
    return mask.astype(bool)


def check_symbolic(layer: Any, leading: tuple[int | None, int | None]) -> None:
    """Raise ValueError where a functional model must know an axis that it does not (rule E3).

    Parameters
    ----------
    layer : layer
    leading : tuple of int or None
        The first two axes of the model's input: (batch, steps), or (steps, batch) if time-major.
    """
    batch, steps = reversed(leading) if getattr(layer, "time_major", False) else leading
    if steps is None and layer.dialect.model_knows_steps and getattr(layer, "unroll", False):
        raise OracleValueError(f"{layer.name} is unrolled: its model must know the number of steps")
    if batch is None and getattr(layer, "stateful", False):
        raise OracleValueError(f"{layer.name} is stateful: its model must know the batch size")


def check_states(states: States, sizes: list[Any], batch: int, module: Any) -> list[Any]:
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
    states = nest.as_list(states)
    if len(states) != len(sizes):
        plural = "" if len(sizes) == 1 else "s"
        were = "1 was" if len(states) == 1 else f"{len(states)} were"
        raise OracleValueError(f"{module.name} has {len(sizes)} state{plural}, but {were} given")
    if not nest.same_structure(sizes, states):
        raise OracleValueError(
            f"{module.name}: the states are given nested {nest.describe(states)}, but are "
            f"nested {nest.describe(sizes)}"
        )
    return nest.map_structure(lambda size, state: _state(state, size, batch, module), sizes, states)


def _state(state: Any, size: int, batch: int, module: Any) -> Array:
    state = as_numbers(state, module, "a state")
    if state.shape != (batch, size):
        raise OracleValueError(
            f"{module.name}: a state has shape {state.shape}, but needs {(batch, size)} = "
            "(batch, size)"
        )
    return state


def check_constants(constants: Any, layer: Any) -> list[Any] | None:
    """Return the constants of a call as a list of arrays, None if there are none (rule C8).

    Floating-point ones are cast to the layer's dtype, others stay as they are.

    Raises
    ------
    TypeError
        For a layer that has no such argument, and where the cell needs constants but gets none.
    ValueError
        For a cell that takes none.
    """
    if constants is None or nest.is_nested(constants) and not constants:
        if layer.cell.needs_constants:
            raise OracleTypeError(
                f"{layer.name}: the cell needs `constants`, but the call gives none"
            )
        return None
    if not layer.hands_on_constants:
        raise OracleTypeError(
            f"{layer.name} of dialect {layer.dialect.name} takes no `constants`: RNN of "
            "keras2 hands them to its cell"
        )
    if not layer.cell.takes_constants:
        raise OracleValueError(
            f"{layer.name}: `constants` were given, but {layer.cell!r} has no method "
            "`call(inputs, states, constants)`"
        )
    return [_constant(constant, layer) for constant in nest.as_list(constants)]


def _constant(constant: Any, layer: Any) -> Array:
    if not hasattr(constant, "dtype"):
        constant = as_array(constant, f"{layer.name}: a constant")
    floating = constant.dtype.kind == "f"
    return as_numbers(constant, layer, "a constant") if floating else np.asarray(constant)
