"""The layers that lay numbers out anew, repeat them, cut them off or add zeros (rule L11)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .aliases import Array, DialectLike, Shape
from .dialects import KERAS3
from .errors import OracleValueError
from .inputs import as_shape
from .module import given
from .plain_layer import PlainLayer, moved, pair, whole


class Reshape(PlainLayer):
    """Lay the numbers of each sequence out in another shape, row by row (rule L11).

    Parameters
    ----------
    target_shape : tuple of int
        Without the batch; one length may be -1, which stands for what is left.
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.
    dialect : str or Dialect
        The generation of Keras to follow: ``"keras3"``, ``"keras2"`` or ``"keras2_v1"``.
    **kwargs
        What Keras takes for every layer, such as `name` and `trainable`. It is kept
        for `get_config` (rule D5).

    Raises
    ------
    ValueError
        For an unknown dtype or dialect, and in `keras3` an unknown argument (rules D4, E2).
    TypeError
        For lengths that are no whole numbers, and an unknown argument in `keras2`.

    Examples
    --------
    >>> from rnn_oracle.reference.reshaping import Reshape
    >>> Reshape((2, -1))([[1.0, 2.0, 3.0, 4.0]]).tolist()
    [[[1.0, 2.0], [3.0, 4.0]]]
    """

    passes_mask, keeps_dtype = False, True

    def __init__(
        self,
        target_shape: Any,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        lengths = target_shape if isinstance(target_shape, (list, tuple)) else [target_shape]
        self.target_shape = tuple(whole(n, "target_shape", self.name, -1) for n in lengths)

    def computed(self, x: Array) -> Array:
        """Return the array in another shape."""
        shape: Any = self.compute_output_shape(x.shape)
        if int(np.prod(shape[1:])) != int(np.prod(x.shape[1:])):
            raise OracleValueError(
                f"{self.name} lays out {self.target_shape}, which has no room for {x.shape[1:]}"
            )
        return x.reshape(shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        inner: Any
        batch, *inner = as_shape(input_shape, self.name, 1)
        known = int(np.prod([n for n in self.target_shape if n != -1])) or 1
        left = None if None in inner else int(np.prod(inner)) // known
        return (batch, *[left if n == -1 else n for n in self.target_shape])


class Permute(PlainLayer):
    """Change the order of the axes (rule L11).

    Parameters
    ----------
    dims : tuple of int
        Which axis of the input each axis of the output is; the first after the batch is 1.
    dtype, dialect, **kwargs
        As for `Reshape`.

    Examples
    --------
    >>> from rnn_oracle.reference.reshaping import Permute
    >>> Permute((2, 1))([[[1.0, 2.0], [3.0, 4.0]]]).tolist()
    [[[1.0, 3.0], [2.0, 4.0]]]
    """

    passes_mask, keeps_dtype = False, True

    def __init__(
        self, dims: Any, *, dtype: Any = None, dialect: DialectLike = KERAS3, **kwargs: Any
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.dims = tuple(whole(n, "dims", self.name) for n in dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise OracleValueError(f"{self.name}: `dims` must be an order of axes, not {dims!r}")
        self.axes = len(self.dims) + 1

    def computed(self, x: Array) -> Array:
        """Return the array with its axes in that order."""
        order = list(range(x.ndim))
        for place, axis in enumerate(self.dims, start=1):
            at = order.index(axis)
            x = moved(x, at, place)
            order.insert(place, order.pop(at))
        return x

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        shape = super().compute_output_shape(input_shape)
        return (shape[0], *[shape[axis] for axis in self.dims])


class RepeatVector(PlainLayer):
    """Make a sequence of a vector that stands at every step (rule L11).

    Parameters
    ----------
    n : int
        How many steps.
    dtype, dialect, **kwargs
        As for `Reshape`.

    Examples
    --------
    >>> from rnn_oracle.reference.reshaping import RepeatVector
    >>> RepeatVector(2)([[1.0, 2.0]]).tolist()
    [[[1.0, 2.0], [1.0, 2.0]]]
    """

    passes_mask, keeps_dtype, axes = False, True, 2

    def __init__(
        self, n: int, *, dtype: Any = None, dialect: DialectLike = KERAS3, **kwargs: Any
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.n = whole(n, "n", self.name)

    def computed(self, x: Array) -> Array:
        """Return the vector at every step."""
        return np.stack([x] * self.n, axis=1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        batch, features = super().compute_output_shape(input_shape)
        return (batch, self.n, features)


class UpSampling1D(PlainLayer):
    """Repeat each step (rule L11).

    Parameters
    ----------
    size : int
        How many times each step stands in the output.
    dtype, dialect, **kwargs
        As for `Reshape`.

    Examples
    --------
    >>> from rnn_oracle.reference.reshaping import UpSampling1D
    >>> UpSampling1D(2)([[[1.0], [2.0]]]).tolist()
    [[[1.0], [1.0], [2.0], [2.0]]]
    """

    passes_mask, axes = False, 3

    def __init__(
        self, size: Any = 2, *, dtype: Any = None, dialect: DialectLike = KERAS3, **kwargs: Any
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.size = whole(size, "size", self.name)

    def computed(self, x: Array) -> Array:
        """Return the steps, each several times."""
        return x[:, np.repeat(np.arange(x.shape[1]), self.size)]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        batch, steps, features = super().compute_output_shape(input_shape)
        return (batch, None if steps is None else steps * self.size, features)


class ZeroPadding1D(PlainLayer):
    """Add steps of zeros in front and behind (rule L11).

    Parameters
    ----------
    padding : int, or two
    dtype, dialect, **kwargs
        As for `Reshape`.

    Examples
    --------
    >>> from rnn_oracle.reference.reshaping import ZeroPadding1D
    >>> ZeroPadding1D((1, 2))([[[1.0]]]).tolist()
    [[[0.0], [1.0], [0.0], [0.0]]]
    """

    passes_mask, axes = False, 3

    def __init__(
        self, padding: Any = 1, *, dtype: Any = None, dialect: DialectLike = KERAS3, **kwargs: Any
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.padding = pair(padding, "padding", self.name)

    def computed(self, x: Array) -> Array:
        """Return the sequence with zeros around it."""
        return padded(x, *self.padding)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        batch, steps, features = super().compute_output_shape(input_shape)
        return (batch, None if steps is None else steps + sum(self.padding), features)


class Cropping1D(PlainLayer):
    """Cut steps off in front and behind (rule L11).

    Parameters
    ----------
    cropping : int, or two
    dtype, dialect, **kwargs
        As for `Reshape`.

    Examples
    --------
    >>> from rnn_oracle.reference.reshaping import Cropping1D
    >>> Cropping1D((1, 0))([[[1.0], [2.0], [3.0]]]).tolist()
    [[[2.0], [3.0]]]
    """

    passes_mask, axes = False, 3

    def __init__(
        self, cropping: Any = 1, *, dtype: Any = None, dialect: DialectLike = KERAS3, **kwargs: Any
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.cropping = pair(cropping, "cropping", self.name)

    def computed(self, x: Array) -> Array:
        """Return what is left of the sequence."""
        before, behind = self.cropping
        if before + behind >= x.shape[1]:
            raise OracleValueError(f"{self.name} leaves nothing of {x.shape[1]} steps")
        return x[:, before : x.shape[1] - behind]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        batch, steps, features = super().compute_output_shape(input_shape)
        return (batch, None if steps is None else steps - sum(self.cropping), features)


def padded(x: Any, before: int, behind: int) -> Any:
    """Return a sequence with so many steps of zeros in front and behind."""
    zeros = [np.zeros((x.shape[0], count, *x.shape[2:]), x.dtype) for count in (before, behind)]
    return np.concatenate([zeros[0], x, zeros[1]], axis=1)
