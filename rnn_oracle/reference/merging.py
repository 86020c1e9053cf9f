"""The layers that make one array of several (rules L12 to L15)."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .aliases import Array, DialectLike, Shape
from .dialects import KERAS3
from .errors import OracleValueError
from .inputs import as_array, as_numbers, as_shape
from .module import Module, check_flag, given
from .plain_layer import axis_of, moved, whole


class _Merge(Module):
    """What makes one array of several, of any number from `fewest` to `most`."""

    fewest, most, takes_several = 1, 1000, True

    def __call__(self, x: Any, mask: Any = None) -> Array:
        """Return what is made of the arrays.

        Parameters
        ----------
        x : list of array_like, shape (batch, ...)
        mask : list of array_like of bool or None, optional
            Changes what `Multiply`, `Maximum` and `Minimum` of `keras3` return (rule L13).

        Raises
        ------
        ValueError
            For one array alone, another number of them, and shapes that do not match.
        TypeError
            For what is no array of real numbers.
        """
        if not isinstance(x, (list, tuple)) or not self.fewest <= len(x) <= self.most:
            raise OracleValueError(f"{self.name} takes several arrays in a list, not {_what(x)}")
        arrays = [as_numbers(array, self, "an input") for array in x]
        for array in arrays:
            as_shape(array.shape, self.name, 1)
        if len({array.shape[0] for array in arrays}) > 1:
            raise self.mismatch(arrays)
        return self.merged(arrays, mask if mask is not None else [None] * len(arrays))

    def merged(self, arrays: list[Array], masks: list[Any]) -> Array:
        """Return what is made of arrays that are checked, None being an array without a mask."""
        raise NotImplementedError

    def merged_mask(self, masks: list[Array]) -> Any:
        """Return the steps that count in all arrays, or in any."""
        together: Any = np.logical_and if self.dialect.merged_masks_narrow else np.logical_or
        return functools.reduce(together, masks)

    def mismatch(self, arrays: list[Array]) -> OracleValueError:
        """Return the error that tells the shapes."""
        shapes = ", ".join(str(array.shape) for array in arrays)
        return OracleValueError(f"{self.name}: arrays of the shapes {shapes} do not match")

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape of the output for a list of known shapes."""
        shapes: Any = [as_shape(shape, self.name, 1) for shape in input_shape]
        return self.merged([np.ones(shape) for shape in shapes], [None] * len(shapes)).shape


def _what(x: Any) -> str:
    return f"{len(x)} of them" if isinstance(x, (list, tuple)) else "one"


class _Elementwise(_Merge):
    def __init__(self, *, dtype: Any = None, dialect: DialectLike = KERAS3, **kwargs: Any) -> None:
        super().__init__({}, kwargs, dialect, dtype)

    function: Any = None  # of two arrays

    def merged(self, arrays: list[Array], masks: list[Any]) -> Array:
        """Return what the function makes of the arrays, from the first on."""
        rank = max(array.ndim for array in arrays)
        wide = [
            array.reshape(array.shape[:1] + (1,) * (rank - array.ndim) + array.shape[1:])
            for array in arrays
        ]
        for lengths in zip(*[array.shape for array in wide]):
            if len(set(lengths) - {1}) > 1:
                raise self.mismatch(arrays)
        if self.dialect.merged_masks_narrow or all(mask is None for mask in masks):
            return functools.reduce(type(self).function, wide)
        return self.counted(wide, [_along(x, mask) for x, mask in zip(wide, masks)])

    def counted(self, arrays: list[Array], counts: list[Any]) -> Array:
        """Return what the function makes of the arrays where `keras3` looks at their masks."""
        return functools.reduce(type(self).function, arrays)

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return the mask that goes on (rule L12)."""
        masks = [np.asarray(each, bool) for each in mask or () if each is not None]
        if not masks or len(masks) < len(mask) and not self.dialect.merged_masks_narrow:
            return None
        return self.merged_mask(masks)


class Add(_Elementwise):
    """The sum of arrays (rule L12).

    Parameters
    ----------
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.
    dialect : str or Dialect
        The generation of Keras to follow: ``"keras3"``, ``"keras2"`` or ``"keras2_v1"``.
    **kwargs
        What Keras takes for every layer, such as `name` and `trainable`. It is kept
        for `get_config` (rule D5).

    Examples
    --------
    >>> from rnn_oracle.reference.merging import Add
    >>> Add()([[[1.0, 2.0]], [[3.0, 4.0]]]).tolist()
    [[4.0, 6.0]]
    """

    function: Any = np.add


class Subtract(_Elementwise):
    """The first of two arrays less the second; arguments as for `Add` (rule L12)."""

    fewest, most, function = 2, 2, np.subtract


class Multiply(_Elementwise):
    """The product of arrays, number by number; arguments as for `Add` (rule L12)."""

    function: Any = np.multiply

    def counted(self, arrays: list[Array], counts: list[Any]) -> Array:
        """Return the product of what counts; where nothing does, zero if all have masks (L13)."""
        factors = [
            x if count is None else np.where(count, x, np.ones(x.shape, x.dtype))
            for x, count in zip(arrays, counts)
        ]
        product = functools.reduce(np.multiply, factors)
        if any(count is None for count in counts):
            return product
        return np.where(
            functools.reduce(np.logical_or, counts), product, np.zeros(product.shape, product.dtype)
        )


class Average(_Elementwise):
    """The mean of arrays, number by number; arguments as for `Add` (rule L12)."""

    function: Any = np.add

    def merged(self, arrays: list[Array], masks: list[Any]) -> Array:
        """Return the mean."""
        return super().merged(arrays, masks) / len(arrays)


class Maximum(_Elementwise):
    """The largest of arrays, number by number; arguments as for `Add` (rule L12)."""

    function: Any = np.maximum

    def counted(self, arrays: list[Array], counts: list[Any]) -> Array:
        """Return the largest of what counts; where nothing does, the first (L13)."""
        everywhere = [True if count is None else count for count in counts]
        (found, there), *others = zip(arrays, everywhere)
        for x, count in others:
            both = type(self).function(found, x)
            found = np.where(count, np.where(there, both, x), found)
            there = np.logical_or(there, count)
        return found


class Minimum(Maximum):
    """The smallest of arrays, number by number; arguments as for `Add` (rule L12)."""

    function: Any = np.minimum


class Concatenate(_Merge):
    """Arrays side by side along an axis (rule L14).

    Parameters
    ----------
    axis : int
    dtype, dialect, **kwargs
        As for `Add`.

    Examples
    --------
    >>> from rnn_oracle.reference.merging import Concatenate
    >>> Concatenate()([[[1.0, 2.0]], [[3.0]]]).tolist()
    [[1.0, 2.0, 3.0]]
    """

    def __init__(
        self, axis: Any = -1, *, dtype: Any = None, dialect: DialectLike = KERAS3, **kwargs: Any
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.axis = whole(axis, "axis", self.name, -32)

    def merged(self, arrays: list[Array], masks: list[Any]) -> Array:
        """Return the arrays side by side."""
        axis = self._axis(arrays[0])
        others = {array.shape[:axis] + array.shape[axis + 1 :] for array in arrays}
        if len(others) > 1 or axis == 0:
            raise self.mismatch(arrays)
        return np.concatenate(arrays, axis=axis)

    def _axis(self, x: Any) -> int:
        return axis_of(self.axis, x.ndim, self.name)

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return the mask that goes on (rule L14)."""
        if mask is None or all(each is None for each in mask):
            return None
        arrays = [each if hasattr(each, "shape") else as_array(each, self.name) for each in x]
        axis, rank = self._axis(arrays[0]), 1 + max(np.ndim(m) for m in mask if m is not None)
        masks = [
            np.ones(array.shape[: rank - 1], bool) if each is None else np.asarray(each, bool)
            for array, each in zip(arrays, mask)
        ]
        if axis < rank - 1:
            return np.concatenate(masks, axis=axis)
        return self.merged_mask(masks)


class Dot(_Merge):
    """The products of the rows of two arrays, summed over an axis of each (rule L15).

    Parameters
    ----------
    axes : int, or two
        The axis of both, or of each.
    normalize : bool
        Divide by the Euclidean length along the axes first.
    dtype, dialect, **kwargs
        As for `Add`.

    Examples
    --------
    >>> from rnn_oracle.reference.merging import Dot
    >>> Dot(1)([[[1.0, 2.0]], [[3.0, 4.0]]]).tolist()
    [[11.0]]
    """

    fewest, most = 2, 2

    def __init__(
        self,
        axes: Any,
        normalize: bool = False,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        check_flag(normalize, "normalize", self.name)
        both = axes if isinstance(axes, (list, tuple)) and len(axes) == 2 else [axes, axes]
        self.axes = [whole(axis, "axes", self.name, -32) for axis in both]
        self.normalize = normalize

    def merged(self, arrays: list[Array], masks: list[Any]) -> Array:
        """Return the sums of products."""
        axes = [axis_of(axis, a.ndim, self.name) for axis, a in zip(self.axes, arrays)]
        lengths = {array.shape[axis] for axis, array in zip(axes, arrays)}
        if len(lengths) > 1 or 0 in axes:
            raise self.mismatch(arrays)
        rows = [moved(array, axis, array.ndim - 1) for axis, array in zip(axes, arrays)]
        if self.normalize:
            rows = [_of_length_one(each) for each in rows]
        flat = [each.reshape(each.shape[0], -1, each.shape[-1]) for each in rows]
        product = flat[0] @ flat[1].swapaxes(1, 2)
        shape = rows[0].shape[:-1] + rows[1].shape[1:-1]
        return product.reshape(shape if len(shape) > 1 else (*shape, 1))

    def compute_mask(self, x: Any, mask: Any = None) -> None:
        """Return None: masks end here."""


def _along(x: Any, mask: Any) -> Any:
    """Return a mask with as many axes as an array, None for None."""
    if mask is None:
        return None
    mask = np.asarray(mask, bool)
    return mask.reshape(mask.shape + (1,) * (x.ndim - mask.ndim))


def _of_length_one(x: Any) -> Any:
    return x / np.sqrt(np.maximum(np.add.reduce(x * x, axis=-1, keepdims=True), 1e-12))
