"""Activations that are layers (rule L10)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .aliases import Activation as ActivationLike
from .aliases import Array, ArrayLike, DialectLike
from .dialects import KERAS3
from .errors import OracleValueError
from .module import Weighted, WeightShape, given
from .plain_layer import PlainLayer, axis_of, moved, whole


class Activation(PlainLayer):
    """An activation by name, or a function of an array (rules L10, A1 to A4).

    Parameters
    ----------
    activation : str, callable or None
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
        For an unknown activation, dtype or dialect, and in `keras3` an unknown argument
        (rules D4, E2).
    TypeError
        For an unknown argument in `keras2`.

    Examples
    --------
    >>> from rnn_oracle.reference.activation_layers import Activation
    >>> Activation("relu")([[-1.0, 2.0]]).tolist()
    [[0.0, 2.0]]
    """

    def __init__(
        self,
        activation: ActivationLike,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.activation = self.dialect.activation(activation)

    def computed(self, x: Array) -> Array:
        """Return what the function makes of an array."""
        with np.errstate(over="ignore"):
            return self.activation(x)


class ReLU(PlainLayer):
    """``x`` from `threshold` to `max_value`, a slope below, `max_value` above (rule L10).

    Parameters
    ----------
    max_value : float or None
    negative_slope, threshold : float
    dtype, dialect, **kwargs
        As for `Activation`.

    Examples
    --------
    >>> from rnn_oracle.reference.activation_layers import ReLU
    >>> ReLU(max_value=1.0, negative_slope=0.5)([[-1.0, 0.5, 2.0]]).tolist()
    [[-0.5, 0.5, 1.0]]
    """

    def __init__(
        self,
        max_value: Any = None,
        negative_slope: Any = 0.0,
        threshold: Any = 0.0,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.max_value = None if max_value is None else _number(max_value)
        self.negative_slope, self.threshold = map(_number, (negative_slope, threshold))

    def computed(self, x: Array) -> Array:
        """Return what the function makes of an array."""
        y = np.where(x >= self.threshold, x, self.negative_slope * (x - self.threshold))
        return y if self.max_value is None else np.minimum(y, self.max_value)


class LeakyReLU(PlainLayer):
    """``x`` where it is positive, else a slope times ``x`` (rule L10).

    Parameters
    ----------
    negative_slope : float
        `keras2` calls it `alpha`.
    dtype, dialect, **kwargs
        As for `Activation`.
    """

    def __init__(
        self,
        negative_slope: Any = 0.3,
        *,
        alpha: Any = None,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.negative_slope = _number(negative_slope if alpha is None else alpha)

    def computed(self, x: Array) -> Array:
        """Return what the function makes of an array."""
        return np.where(x > 0, x, self.negative_slope * x)


class ELU(PlainLayer):
    """``x`` where it is positive, else ``alpha (exp(x) - 1)`` (rule L10).

    Parameters
    ----------
    alpha : float
    dtype, dialect, **kwargs
        As for `Activation`.
    """

    def __init__(
        self,
        alpha: Any = 1.0,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.alpha = _number(alpha)

    def computed(self, x: Array) -> Array:
        """Return what the function makes of an array."""
        return np.where(x > 0, x, self.alpha * (np.exp(np.minimum(x, 0)) - 1))


class ThresholdedReLU(PlainLayer):
    """``x`` where it is larger than `theta`, else zero; of `keras2` (rule L10).

    Parameters
    ----------
    theta : float
    dtype, dialect, **kwargs
        As for `Activation`.
    """

    def __init__(
        self,
        theta: Any = 1.0,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.theta = _number(theta)

    def computed(self, x: Array) -> Array:
        """Return what the function makes of an array."""
        return np.where(x > self.theta, x, np.zeros(x.shape))


class Softmax(PlainLayer):
    """The softmax along an axis; a mask is refused (rule L10).

    Parameters
    ----------
    axis : int
    dtype, dialect, **kwargs
        As for `Activation`.
    """

    def __init__(
        self,
        axis: Any = -1,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.axis = whole(axis, "axis", self.name, -32)

    def __call__(self, x: ArrayLike, mask: ArrayLike | None = None) -> Array:
        """Return numbers that add up to 1 along the axis.

        Raises
        ------
        ValueError
            For a mask, of which Keras makes something else by release.
        """
        if mask is not None:
            raise OracleValueError(f"{self.name}: the oracle knows no softmax with a mask")
        return super().__call__(x)

    def computed(self, x: Array) -> Array:
        """Return what the function makes of an array."""
        last, axis = x.ndim - 1, axis_of(self.axis, x.ndim, self.name)
        return moved(self.dialect.activation("softmax")(moved(x, axis, last)), last, axis)


class PReLU(Weighted, PlainLayer):
    """``x`` where it is positive, else ``alpha · x``, alpha being a weight (rule L10).

    Parameters
    ----------
    alpha_initializer, alpha_regularizer, alpha_constraint
        Kept for `get_config` (rule D5).
    shared_axes : list of int or None
        Axes along which alpha is the same, which changes the shape of the weight alone.
    dtype, dialect, **kwargs
        As for `Activation`.
    """

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.rank: int | None = None

    def weight_shapes(self) -> list[WeightShape]:
        return [("alpha", None, "input_shape[1:], 1 on shared axes")]

    def _unpack(self, alpha: Array) -> None:
        self.alpha = alpha

    def computed(self, x: Array) -> Array:
        """Return what the function makes of an array."""
        self.require_weights()
        fits = len(self.alpha.shape) == x.ndim - 1 and all(
            has in (1, needs) for has, needs in zip(self.alpha.shape, x.shape[1:])
        )
        if not fits:
            raise OracleValueError(
                f"{self.name} has an alpha of shape {self.alpha.shape} for an input of {x.shape}"
            )
        return np.where(x > 0, x, self.alpha * x)


def _number(value: Any) -> float:
    """Return a number, which Keras 2 may write down as an array."""
    return float(value["config"]["value"] if isinstance(value, dict) else value)
