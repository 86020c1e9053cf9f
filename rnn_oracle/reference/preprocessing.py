"""`Normalization` by a mean and a variance that are known beforehand (rule L24)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arithmetic.tracked_arrays import like
from .aliases import Array, DialectLike
from .dialects import KERAS3
from .errors import OracleValueError
from .inputs import copied
from .module import Weighted, WeightShape, check_flag, given
from .plain_layer import PlainLayer, axis_of, whole

EPSILON = 1e-7
"""The least that is divided by: `keras.backend.epsilon()`, as long as nobody changes it."""


class Normalization(Weighted, PlainLayer):
    """Take a mean away and divide by a standard deviation, both known beforehand (rule L24).

    Parameters
    ----------
    axis : int, tuple of int or None
        Each number along these axes has a mean and a variance of its own.
    mean, variance : array_like or None
        Both or none; where there are none, they are the first two weights, and the third one, how
        many numbers they were made of, changes nothing.
    invert : bool
        Whether to multiply and add instead.
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.
    dialect : str or Dialect
        The generation of Keras to follow: ``"keras3"``, ``"keras2"`` or ``"keras2_v1"``.
    **kwargs
        What Keras takes for every layer, such as `name` and `trainable`. It is kept
        for `get_config` (rule D5).

    Examples
    --------
    >>> from rnn_oracle.reference.preprocessing import Normalization
    >>> Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0])([[3.0, 8.0]]).tolist()
    [[1.0, 2.0]]
    """

    keeps_dtype = True
    not_trained = ("mean", "variance", "count")

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        several = axis if isinstance(axis, (list, tuple)) else [] if axis is None else [axis]
        self.over = [whole(each, "axis", self.name, -32) for each in several]
        check_flag(invert, "invert", self.name)
        self.invert = invert
        if (mean is None) != (variance is None):
            raise OracleValueError(f"{self.name} takes both `mean` and `variance`, or neither")
        self.is_given = mean is not None
        if self.is_given:
            self.mean, self.variance = (
                copied(value, f"{self.name}: `{name}`").astype(self.dtype)
                for name, value in (("mean", mean), ("variance", variance))
            )
            if self.mean.shape != self.variance.shape or self.mean.ndim > len(self.over):
                raise OracleValueError(
                    f"{self.name}: `mean` of shape {self.mean.shape} and `variance` of shape "
                    f"{self.variance.shape} must be alike, with no more axes than `axis` has"
                )

    def weight_shapes(self) -> list[WeightShape]:
        shape = (None,) * len(self.over)
        shapes: list[WeightShape] = [
            ("mean", shape, "the lengths of `axis`"),
            ("variance", shape, "the lengths of `axis`"),
            ("count", (), "()"),
        ]
        return [] if self.is_given else shapes

    def _unpack(self, *weights: Any) -> None:
        if weights:
            self.mean, self.variance = weights[:2]

    def computed(self, x: Array) -> Array:
        """Return the array, normalized."""
        if not self.is_given:
            self.require_weights()
        x = x.astype(self.dtype)
        axes = sorted(axis_of(axis, x.ndim, self.name) for axis in self.over)
        lengths = [x.shape[axis] for axis in axes]
        shape = [length if axis in axes else 1 for axis, length in enumerate(x.shape)]
        mean, variance = (
            like(x, self._along(value, lengths).reshape(shape))
            for value in (self.mean, self.variance)
        )
        deviation = np.maximum(np.sqrt(variance), EPSILON)
        return mean + x * deviation if self.invert else (x - mean) / deviation

    def _along(self, value: Array, lengths: list[int]) -> Array:
        try:
            if not self.is_given and value.shape != tuple(lengths):
                raise ValueError
            return np.broadcast_to(value, lengths)
        except ValueError:
            raise OracleValueError(
                f"{self.name} has a mean of shape {value.shape}, but the input has the lengths "
                f"{tuple(lengths)} along `axis`"
            ) from None

    @property
    def passes_mask(self) -> bool:  # type: ignore[override]
        return "Normalization" not in self.dialect.ends_masks
