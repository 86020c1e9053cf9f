"""`LayerNormalization`, `BatchNormalization` at inference, and `Rescaling` (rules L16 to L18)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arithmetic.tracked_arrays import like
from .aliases import Array, DialectLike
from .dialects import ABSENT, KERAS3
from .errors import OracleValueError
from .module import Weighted, WeightShape, check_flag, given
from .plain_layer import PlainLayer, axis_of, whole


class _Normalization(Weighted, PlainLayer):
    def _set_up(self, axis: Any, epsilon: Any, center: Any, scale: Any) -> None:
        axes = axis if isinstance(axis, (list, tuple)) else [axis]
        self.over = [whole(each, "axis", self.name, -32) for each in axes]
        self.epsilon, self.center, self.scale = float(epsilon), center, scale
        for name, flag in (("center", center), ("scale", scale)):
            check_flag(flag, name, self.name)

    def weight_shapes(self) -> list[WeightShape]:
        has = [("gamma", self.scale), ("beta", self.center)]
        shape = (None,) * len(self.over)
        return [(name, shape, "the lengths of `axis`") for name, there in has if there]

    def _unpack(self, *weights: Any) -> None:
        self.by_name = dict(zip([name for name, _, _ in self.weight_shapes()], weights))

    def _at(self, x: Any) -> dict[str, Any]:
        """Return the weights, laid out along the axes of an array."""
        self.require_weights()
        axes = [axis_of(axis, x.ndim, self.name) for axis in self.over]
        lengths = tuple(x.shape[axis] for axis in sorted(axes))
        shape = [length if axis in axes else 1 for axis, length in enumerate(x.shape)]
        for name, weight in self.by_name.items():
            if weight.shape != lengths:
                raise OracleValueError(
                    f"{self.name} has a {name} of shape {weight.shape} for an input of {x.shape}"
                )
        return {name: like(x, weight.reshape(shape)) for name, weight in self.by_name.items()}

    def require_weights(self) -> None:
        if self.weight_shapes():
            super().require_weights()
        else:
            self.by_name = {}

    def _normal(self, x: Any, mean: Any, variance: Any, at: dict[str, Any]) -> Any:
        factor = 1 / np.sqrt(variance + self.epsilon)
        if self.scale:
            factor = factor * at["gamma"]
        moved = at["beta"] - mean * factor if self.center else -mean * factor
        return x * factor + moved


class LayerNormalization(_Normalization):
    """Take the mean away and divide by the standard deviation, in each sequence (rule L16).

    Parameters
    ----------
    axis : int or list of int
        Over which axes mean and variance are taken.
    epsilon : float
        What is added to the variance.
    center, scale : bool
        Whether there is a `beta` that is added, and a `gamma` that is multiplied before.
    beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer
        Kept for `get_config` (rule D5).
    beta_constraint, gamma_constraint
        Kept for `get_config` (rule D5).
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.
    dialect : str or Dialect
        The generation of Keras to follow: ``"keras3"``, ``"keras2"`` or ``"keras2_v1"``.
    **kwargs
        What Keras takes for every layer, such as `name` and `trainable`. It is kept
        for `get_config` (rule D5).

    Examples
    --------
    >>> from rnn_oracle.reference.normalization import LayerNormalization
    >>> layer = LayerNormalization(epsilon=0.0)
    >>> layer.set_weights([[2.0, 2.0], [1.0, 0.0]])
    >>> layer([[3.0, 5.0]]).tolist()
    [[-1.0, 2.0]]
    """

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        *,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self._set_up(axis, epsilon, center, scale)

    def computed(self, x: Array) -> Array:
        """Return the array, normalized."""
        at = self._at(x)
        axes = tuple(axis_of(axis, x.ndim, self.name) for axis in self.over)
        mean = _mean(x, axes)
        return self._normal(x, mean, _mean((x - mean) * (x - mean), axes), at)


class BatchNormalization(_Normalization):
    """Take a mean that was learnt away and divide by a standard deviation (rule L17).

    Parameters
    ----------
    axis : int
        That of the features.
    momentum : float
        Kept for `get_config`: it tells in training alone.
    epsilon : float
        What is added to the variance.
    center, scale : bool
        Whether there is a `beta` that is added, and a `gamma` that is multiplied before.
    moving_mean_initializer, moving_variance_initializer
        Kept for `get_config` (rule D5).
    beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer
        Kept for `get_config` (rule D5).
    beta_constraint, gamma_constraint
        Kept for `get_config` (rule D5).
    synchronized : bool
        Kept for `get_config`: it tells in training alone.
    dtype, dialect, **kwargs
        As for `LayerNormalization`.

    Examples
    --------
    >>> from rnn_oracle.reference.normalization import BatchNormalization
    >>> layer = BatchNormalization(epsilon=0.0)
    >>> layer.set_weights([[2.0], [1.0], [3.0], [4.0]])
    >>> layer([[5.0]]).tolist()
    [[3.0]]
    """

    not_trained = ("moving_mean", "moving_variance")

    def __init__(
        self,
        axis: Any = -1,
        momentum: float = 0.99,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        *,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        synchronized: Any = ABSENT,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self._set_up(axis, epsilon, center, scale)
        if len(self.over) != 1:
            raise OracleValueError(f"{self.name}: `axis` must be one axis, not {axis!r}")

    def weight_shapes(self) -> list[WeightShape]:
        moving: list[WeightShape] = [(name, (None,), "(features,)") for name in self.not_trained]
        return super().weight_shapes() + moving

    def computed(self, x: Array) -> Array:
        """Return the array, normalized."""
        at = self._at(x)
        return self._normal(x, at["moving_mean"], at["moving_variance"], at)


class Rescaling(PlainLayer):
    """``scale x + offset``; the mask goes on in `keras3` alone (rule L18).

    Parameters
    ----------
    scale, offset : float
    dtype, dialect, **kwargs
        As for `LayerNormalization`.

    Examples
    --------
    >>> from rnn_oracle.reference.normalization import Rescaling
    >>> Rescaling(0.5, offset=1.0)([[4.0]]).tolist()
    [[3.0]]
    """

    keeps_dtype = True

    def __init__(
        self,
        scale: Any,
        offset: Any = 0.0,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.factor, self.offset = np.asarray(scale, self.dtype), np.asarray(offset, self.dtype)

    def computed(self, x: Array) -> Array:
        """Return the numbers, scaled and moved."""
        return x.astype(self.dtype) * self.factor + self.offset

    @property
    def passes_mask(self) -> bool:  # type: ignore[override]
        return "Rescaling" not in self.dialect.ends_masks


def _mean(x: Any, axes: tuple[int, ...]) -> Any:
    count = int(np.prod([x.shape[axis] for axis in axes]))
    return np.add.reduce(x, axis=axes, keepdims=True) / count
