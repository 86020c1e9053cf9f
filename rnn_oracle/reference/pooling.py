"""The layers that make one vector of a sequence (rules L4 to L6)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .aliases import Array, ArrayLike, DialectLike, Shape
from .dialects import KERAS3
from .errors import OracleValueError
from .inputs import as_array, as_numbers, as_shape, check_mask
from .module import Module


class Flatten(Module):
    """Lay all axes but the first out in one, row by row; a mask ends here (rule L4).

    Parameters
    ----------
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
        For an unknown argument in `keras2`.

    Examples
    --------
    >>> from rnn_oracle import Flatten
    >>> Flatten()([[[1.0, 2.0], [3.0, 4.0]]]).tolist()
    [[1.0, 2.0, 3.0, 4.0]]
    """

    def __init__(self, dtype: Any = None, dialect: DialectLike = KERAS3, **kwargs: Any) -> None:
        super().__init__({}, kwargs, dialect, dtype)

    def __call__(self, x: ArrayLike, mask: ArrayLike | None = None) -> Array:
        """Return the input as an array of two axes; a mask that is given is not used.

        Parameters
        ----------
        x : array_like, shape (batch, ...)
        mask
            Changes nothing.

        Returns
        -------
        array, shape (batch, product of the other axes)
            Of the dtype of the input (rule L4).

        Raises
        ------
        ValueError
            For an input without axes.
        """
        array: Any = x if hasattr(x, "reshape") else as_array(x, f"{self.name}: the input")
        if array.ndim == 0:
            raise OracleValueError(f"{self.name} takes (batch, ...), but the input has no axis")
        return array.reshape(self.compute_output_shape(array.shape))

    def compute_mask(self, x: Any, mask: Any = None) -> None:
        """Return None: a mask ends here."""

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        inner: Any
        batch, *inner = as_shape(input_shape, self.name, 1)
        return (batch, None if None in inner else int(np.prod(inner)))


class GlobalAveragePooling1D(Module):
    """Mean over the steps: of those that the mask leaves, if there is one (rule L5).

    A sequence without a single step left has the mean 0 / 0, which is NaN, as in Keras.

    Parameters
    ----------
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
        For an unknown argument in `keras2`.

    Examples
    --------
    >>> from rnn_oracle import GlobalAveragePooling1D
    >>> layer = GlobalAveragePooling1D()
    >>> layer([[[1.0], [3.0], [8.0]]], mask=[[True, True, False]]).tolist()
    [[2.0]]
    """

    def __init__(self, dtype: Any = None, dialect: DialectLike = KERAS3, **kwargs: Any) -> None:
        super().__init__({}, kwargs, dialect, dtype)

    def __call__(self, x: ArrayLike, mask: ArrayLike | None = None) -> Array:
        """Return the means.

        Parameters
        ----------
        x : array_like, shape (batch, steps, features)
        mask : array_like of bool, shape (batch, steps), optional
            True where a step counts.

        Returns
        -------
        array, shape (batch, features)

        Raises
        ------
        ValueError
            For an input or a mask of another shape.
        TypeError
            For an input that is no array of real numbers.
        """
        x = as_numbers(x, self, "the input")
        if x.ndim != 3:
            raise OracleValueError(
                f"{self.name} takes (batch, steps, features), but the input has shape {x.shape}"
            )
        mask = check_mask(mask, x.shape[:2], self.name)
        if mask is None:
            return np.add.reduce(x, axis=1) / x.shape[1]
        weight = mask[..., None].astype(x.dtype)
        with np.errstate(invalid="ignore"):
            return np.add.reduce(x * weight, axis=1) / weight.sum(axis=1)

    def compute_mask(self, x: Any, mask: Any = None) -> None:
        """Return None: a mask ends here."""

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        batch, _, features = as_shape(input_shape, self.name, 3, 3)
        return (batch, features)


class MeanOverTime(GlobalAveragePooling1D):
    """The bare operation ``mean(x, axis=1)``, which knows nothing of masks (rule L6).

    Parameters
    ----------
    dtype, dialect, **kwargs
        As for `GlobalAveragePooling1D`.

    Raises
    ------
    ValueError, TypeError
        As for `GlobalAveragePooling1D`.

    Examples
    --------
    >>> from rnn_oracle import MeanOverTime
    >>> layer = MeanOverTime()
    >>> layer([[[1.0], [3.0], [8.0]]], mask=[[True, True, False]]).tolist()
    [[4.0]]
    """

    def __call__(self, x: ArrayLike, mask: ArrayLike | None = None) -> Array:
        """Return the means over all steps.

        Parameters
        ----------
        x : array_like, shape (batch, steps, features)
        mask
            Changes nothing.

        Returns
        -------
        array, shape (batch, features)

        Raises
        ------
        ValueError, TypeError
            As for `GlobalAveragePooling1D`.
        """
        return super().__call__(x)
