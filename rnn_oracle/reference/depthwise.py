"""The convolutions that look at each feature on its own: depthwise and separable (rule L21)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .aliases import Activation, Array, DialectLike, Shape
from .dialects import ABSENT, KERAS3
from .errors import OracleValueError
from .module import Weighted, WeightShape, check_flag, given, positive_integer
from .plain_layer import has_features_first
from .reshaping import padded
from .windows import PADDINGS, Windows


class DepthwiseConv1D(Weighted, Windows):
    """A product of each window of steps and a kernel, feature by feature (rule L21).

    Parameters
    ----------
    kernel_size, strides, dilation_rate : int
        How many steps a window has, by how many the next one is further on, and how far apart the
        steps of a window are.
    padding : {"valid", "same"}
        Where zeros are added: nowhere; on both sides, as many as there are outputs of `strides`.
    depth_multiplier : int
        How many numbers each feature makes.
    data_format : {"channels_last", "channels_first"}
        Whether the features are the last axis, or the second one; None is the last.
    activation : str, callable or None
    use_bias : bool
    depthwise_initializer, bias_initializer, depthwise_regularizer, bias_regularizer
        Kept for `get_config` (rule D5).
    activity_regularizer, depthwise_constraint, bias_constraint
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
    >>> from rnn_oracle.reference.depthwise import DepthwiseConv1D
    >>> layer = DepthwiseConv1D(2)
    >>> layer.set_weights([[[[1.0], [2.0]], [[10.0], [20.0]]], [0.5, 0.0]])
    >>> layer([[[1.0, 1.0], [2.0, 3.0], [3.0, 5.0]]]).tolist()
    [[[21.5, 62.0], [32.5, 106.0]]]
    """

    kernel_name = "kernel"

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Activation = None,
        use_bias: bool = True,
        *,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = ABSENT,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self._set_windows(kernel_size, strides, padding, dilation_rate)
        self._set_up(depth_multiplier, data_format, activation, use_bias)

    def _set_up(self, multiplier: Any, data_format: Any, activation: Any, use_bias: Any) -> None:
        self.depth_multiplier = positive_integer(multiplier, "depth_multiplier", self.name)
        self.features_first = has_features_first(data_format, self.name)
        if self.strides > 1 and self.dilation > 1 and not self.dialect.dilated_strides:
            raise OracleValueError(
                f"{self.name} of dialect {self.dialect.name} takes no strides={self.strides} with "
                f"dilation_rate={self.dilation}: one of them must be 1"
            )
        self.activation = self.dialect.activation(activation)
        check_flag(use_bias, "use_bias", self.name)
        self.use_bias = use_bias

    def weight_shapes(self) -> list[WeightShape]:
        kernel = (self.length, None, self.depth_multiplier)
        shapes: list[WeightShape] = [
            (self.kernel_name, kernel, "(kernel_size, features, depth_multiplier)"),
            ("bias", (None,), "(features * depth_multiplier,)"),
        ]
        return shapes if self.use_bias else shapes[:1]

    def all_checked(self, weights: list[Any]) -> list[Array]:
        kernel, *bias = found = super().all_checked(weights)
        if bias and len(bias[0]) != kernel[0].size:
            raise OracleValueError(
                f"{self.name}.bias has shape {bias[0].shape}, but needs ({kernel[0].size},) = "
                "(features * depth_multiplier,)"
            )
        return found

    def _unpack(self, kernel: Array, *others: Any) -> None:
        self.kernel, self.bias = kernel, others[-1] if self.use_bias else 0.0

    def computed(self, x: Array) -> Array:
        """Return the output of each window."""
        self.require_weights()
        x = x.swapaxes(1, 2) if self.features_first else x
        if x.shape[2] != self.kernel.shape[1]:
            raise OracleValueError(
                f"{self.name} takes {self.kernel.shape[1]} features, but the input has shape "
                f"{x.shape if not self.features_first else x.swapaxes(1, 2).shape}"
            )
        with np.errstate(over="ignore"):
            result = self.activation(self.mixed(self._products(x)) + self.bias)
        return result.swapaxes(1, 2) if self.features_first else result

    def _products(self, x: Any) -> Any:
        """Return what the windows make, feature by feature: those of the first one first."""
        before, behind = self.added(x.shape[1])
        places = self.places(x.shape[1]) + before
        windows = padded(x, before, behind)[:, places]  # batch, windows, length, features
        products = np.add.reduce(windows[..., None] * self.kernel, axis=2)
        return products.reshape(x.shape[0], len(places), self.kernel[0].size)

    def mixed(self, products: Any) -> Any:
        """Return what is made of the numbers of all features."""
        return products

    def made(self, features: int | None) -> int | None:
        """Return how many features the output has."""
        return None if features is None else features * self.depth_multiplier

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        if self.features_first:
            batch, features, steps = input_shape
            batch, steps, features = super().compute_output_shape((batch, steps, features))
            return (batch, self.made(features), steps)
        batch, steps, features = super().compute_output_shape(input_shape)
        return (batch, steps, self.made(features))


class SeparableConv1D(DepthwiseConv1D):
    """What `DepthwiseConv1D` computes, and a product of that and a matrix (rule L21).

    Parameters
    ----------
    filters : int
        Size of the output's last axis.
    kernel_size, strides, data_format, dilation_rate, depth_multiplier, activation, use_bias
        As for `DepthwiseConv1D`.
    padding : {"valid", "same", "causal"}
        As for `DepthwiseConv1D`; ``"causal"``, of `keras2` alone, adds zeros in front.
    depthwise_initializer, pointwise_initializer, bias_initializer
        Kept for `get_config` (rule D5).
    depthwise_regularizer, pointwise_regularizer, bias_regularizer, activity_regularizer
        Kept for `get_config` (rule D5).
    depthwise_constraint, pointwise_constraint, bias_constraint
        Kept for `get_config` (rule D5).
    dtype, dialect, **kwargs
        As for `DepthwiseConv1D`.

    Examples
    --------
    >>> from rnn_oracle.reference.depthwise import SeparableConv1D
    >>> layer = SeparableConv1D(1, 1)
    >>> layer.set_weights([[[[1.0], [2.0]]], [[[10.0], [100.0]]], [0.5]])
    >>> layer([[[1.0, 1.0], [2.0, 3.0]]]).tolist()
    [[[210.5], [620.5]]]
    """

    kernel_name = "depthwise_kernel"

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Activation = None,
        use_bias: bool = True,
        *,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = ABSENT,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super(DepthwiseConv1D, self).__init__(given(locals()), kwargs, dialect, dtype)
        self._set_windows(kernel_size, strides, padding, dilation_rate)
        self._set_up(depth_multiplier, data_format, activation, use_bias)
        self.filters = positive_integer(filters, "filters", self.name)

    @property
    def paddings(self) -> tuple[str, ...]:  # type: ignore[override]
        return PADDINGS if self.dialect.separable_may_be_causal else PADDINGS[:2]

    def weight_shapes(self) -> list[WeightShape]:
        depthwise = super().weight_shapes()[0]
        shapes: list[WeightShape] = [
            depthwise,
            (
                "pointwise_kernel",
                (1, None, self.filters),
                "(1, features * depth_multiplier, filters)",
            ),
            ("bias", (self.filters,), "(filters,)"),
        ]
        return shapes if self.use_bias else shapes[:2]

    def all_checked(self, weights: list[Any]) -> list[Array]:
        found = super(DepthwiseConv1D, self).all_checked(weights)
        needs, has = found[0][0].size, found[1].shape[1]
        if has != needs:
            raise OracleValueError(
                f"{self.name}.pointwise_kernel has {has} rows, but needs {needs} = "
                "features * depth_multiplier"
            )
        return found

    def _unpack(self, kernel: Array, *others: Any) -> None:
        super()._unpack(kernel, *others)
        self.pointwise_kernel = others[0]

    def mixed(self, products: Any) -> Any:
        """Return the products of the numbers of all features and the matrix."""
        return products @ self.pointwise_kernel[0]

    def made(self, features: int | None) -> int | None:
        """Return how many features the output has."""
        return self.filters
