"""What the layers share that make one array of another, and are told by a few numbers."""

from __future__ import annotations

from typing import Any

from .aliases import Array, ArrayLike, DialectLike, Shape
from .errors import OracleTypeError, OracleValueError
from .inputs import as_array, as_numbers, as_shape, is_whole
from .module import Module


class PlainLayer(Module):
    """A layer of one input and one output.

    Parameters
    ----------
    own : dict
        The arguments of the constructor, by name.
    kwargs, dialect, dtype
        As for `rnn_oracle.reference.module.Module`.

    Attributes
    ----------
    passes_mask : bool
        Whether a mask goes on; it ends at the layer otherwise.
    axes : int or None
        How many axes the input must have, None for any number from one.
    keeps_dtype : bool
        Whether whole numbers and booleans are let through as they are.
    """

    passes_mask = True
    axes: int | None = None
    keeps_dtype = False

    def __init__(
        self, own: dict[str, Any], kwargs: dict[str, Any], dialect: DialectLike, dtype: Any
    ) -> None:
        super().__init__(own, kwargs, dialect, dtype)

    def __call__(self, x: ArrayLike, mask: ArrayLike | None = None) -> Array:
        """Return what the layer makes of the input.

        Parameters
        ----------
        x : array_like, shape (batch, ...)
        mask
            Changes nothing.

        Raises
        ------
        ValueError
            For an input of another number of axes, or one that the layer has no place for.
        TypeError
            For an input that is no array of real numbers.
        """
        what = f"{self.name}: the input"
        array: Any = x if hasattr(x, "__array_function__") else as_array(x, what)
        if not self.keeps_dtype or array.dtype.kind not in "iub":
            array = as_numbers(array, self, "the input")
        as_shape(array.shape, self.name, self.axes or 1, self.axes or 32)
        return self.computed(array)

    def computed(self, x: Array) -> Array:
        """Return what the layer makes of an array that is checked."""
        raise NotImplementedError

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return the mask that goes on."""
        return mask if self.passes_mask else None

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        return as_shape(input_shape, self.name, self.axes or 1, self.axes or 32)


def whole(value: Any, name: str, owner: str, least: int = 1) -> int:
    """Return a whole number, which may stand in a list of one, as Keras writes it down.

    Raises
    ------
    TypeError
        For what is none.
    ValueError
        For one that is less than `least`.
    """
    alone = value[0] if isinstance(value, (list, tuple)) and len(value) == 1 else value
    if not is_whole(alone):
        raise OracleTypeError(f"{owner}: `{name}` must be a whole number, not {value!r}")
    if alone < least:
        raise OracleValueError(f"{owner}: `{name}` must be at least {least}, not {value!r}")
    return int(alone)


def has_features_first(data_format: Any, owner: str) -> bool:
    """Tell whether features are the second axis, as against the last, which None is for too.

    Raises
    ------
    ValueError
        For what is neither.
    """
    if data_format not in (None, "channels_last", "channels_first"):
        raise OracleValueError(
            f"{owner}: data_format={data_format!r} is neither 'channels_last' nor 'channels_first'"
        )
    return bool(data_format == "channels_first")


def pair(value: Any, name: str, owner: str) -> tuple[int, int]:
    """Return two whole numbers that are not negative; one stands for two of it."""
    both = value if isinstance(value, (list, tuple)) and len(value) == 2 else [value, value]
    first, last = (whole(each, name, owner, 0) for each in both)
    return first, last


def axis_of(axis: int, rank: int, owner: str) -> int:
    """Return an axis counted from the first; raise ValueError where there is none."""
    if not -rank <= axis < rank:
        raise OracleValueError(f"{owner}: there is no axis {axis} among {rank}")
    return axis % rank


def moved(x: Any, axis: int, to: int) -> Any:
    """Move an axis of an array of any kind to another place."""
    step = 1 if to > axis else -1
    for at in range(axis, to, step):
        x = x.swapaxes(at, at + step)
    return x
