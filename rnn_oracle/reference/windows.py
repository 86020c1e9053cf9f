"""The layers that look at a few steps at a time: convolution and pooling (rules L19, L20)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .aliases import Activation, Array, DialectLike, Shape
from .dialects import ABSENT, KERAS3
from .errors import OracleValueError
from .module import Weighted, WeightShape, check_flag, given, positive_integer
from .plain_layer import PlainLayer, whole
from .reshaping import padded

PADDINGS = ("valid", "same", "causal")


class Window(NamedTuple):
    """How windows lie along an axis, which may be that of the steps."""

    length: int
    strides: int = 1
    dilation: int = 1
    padding: str = "valid"

    @property
    def reach(self) -> int:
        """How many steps a window reaches over."""
        return (self.length - 1) * self.dilation + 1

    def added(self, steps: int) -> tuple[int, int]:
        """Return how many steps are added in front and behind."""
        if self.padding == "same":
            most = (-(-steps // self.strides) - 1) * self.strides + self.reach
            missing = max(most - steps, 0)
            return missing // 2, missing - missing // 2
        return (self.reach - 1, 0) if self.padding == "causal" else (0, 0)

    def count(self, steps: int) -> int:
        """Return how many windows there are, none or less where the steps are too few."""
        return (steps + sum(self.added(steps)) - self.reach) // self.strides + 1


class Windows(PlainLayer):
    """A layer that makes a step of each window of several."""

    axes, passes_mask = 3, False
    paddings: tuple[str, ...] = PADDINGS[:2]
    length, strides, dilation = 1, 1, 1

    def _set_windows(self, length: Any, strides: Any, padding: Any, dilation: Any = 1) -> None:
        self.length = whole(length, "the size of a window", self.name)
        self.strides = self.length if strides is None else whole(strides, "strides", self.name)
        self.dilation = whole(dilation, "dilation_rate", self.name)
        if padding not in self.paddings:
            raise OracleValueError(f"{self.name}: padding={padding!r} is none of {self.paddings}")
        self.window = Window(self.length, self.strides, self.dilation, padding)

    def added(self, steps: int) -> tuple[int, int]:
        """Return how many steps are added in front and behind."""
        return self.window.added(steps)

    def places(self, steps: int) -> Array:
        """Return the steps that each window sees, those that are added too; one row a window."""
        count = self.window.count(steps)
        if count < 1:
            reach = self.window.reach
            raise OracleValueError(f"{self.name} needs at least {reach} steps, not {steps}")
        starts = np.arange(count) * self.strides - self.added(steps)[0]
        return starts[:, None] + np.arange(self.length) * self.dilation

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        batch, steps, features = super().compute_output_shape(input_shape)
        return (batch, None if steps is None else len(self.places(steps)), features)


class Conv1D(Weighted, Windows):
    """A product of each window of steps and a kernel; a mask ends here (rule L19).

    Parameters
    ----------
    filters : int
        Size of the output's last axis.
    kernel_size, strides, dilation_rate : int
        How many steps a window has, by how many the next one is further on, and how far apart the
        steps of a window are.
    padding : {"valid", "same", "causal"}
        Where zeros are added: nowhere; on both sides, as many as there are outputs of `strides`; in
        front.
    groups : int
        In how many parts the features are, each of which makes a part of the filters.
    activation : str, callable or None
    use_bias : bool
    kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer
        Kept for `get_config` (rule D5).
    activity_regularizer, kernel_constraint, bias_constraint
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
    >>> from rnn_oracle.reference.windows import Conv1D
    >>> layer = Conv1D(1, 2)
    >>> layer.set_weights([[[[1.0]], [[10.0]]], [0.5]])
    >>> layer([[[1.0], [2.0], [3.0]]]).tolist()
    [[[21.5], [32.5]]]
    """

    paddings = PADDINGS

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        dilation_rate: Any = 1,
        groups: int = 1,
        activation: Activation = None,
        use_bias: bool = True,
        *,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = ABSENT,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self._set_windows(kernel_size, strides, padding, dilation_rate)
        self.filters = positive_integer(filters, "filters", self.name)
        self.groups = positive_integer(groups, "groups", self.name)
        if self.filters % self.groups:
            raise OracleValueError(f"{self.name}: {groups} groups cannot share {filters} filters")
        self.activation = self.dialect.activation(activation)
        check_flag(use_bias, "use_bias", self.name)
        self.use_bias = use_bias

    def weight_shapes(self) -> list[WeightShape]:
        kernel = (self.length, None, self.filters)
        shapes: list[WeightShape] = [
            ("kernel", kernel, "(kernel_size, features / groups, filters)"),
            ("bias", (self.filters,), "(filters,)"),
        ]
        return shapes if self.use_bias else shapes[:1]

    def _unpack(self, kernel: Array, bias: Any = 0.0) -> None:
        self.kernel, self.bias = kernel, bias

    def computed(self, x: Array) -> Array:
        """Return the output of each window."""
        self.require_weights()
        features = self.kernel.shape[1]
        if x.shape[2] != features * self.groups:
            raise OracleValueError(
                f"{self.name} takes (batch, steps, {features * self.groups}), but the input has "
                f"shape {x.shape}"
            )
        before, behind = self.added(x.shape[1])
        places = self.places(x.shape[1]) + before
        windows = padded(x, before, behind)[:, places]  # batch, windows, length, features
        kernels = np.split(self.kernel, self.groups, axis=2)
        parts = [
            windows[..., group * features : (group + 1) * features].reshape(
                x.shape[0], len(places), -1
            )
            @ kernel.reshape(-1, kernel.shape[2])
            for group, kernel in enumerate(kernels)
        ]
        with np.errstate(over="ignore"):
            return self.activation(np.concatenate(parts, axis=2) + self.bias)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        return super().compute_output_shape(input_shape)[:2] + (self.filters,)


class MaxPooling1D(Windows):
    """The largest number of each window; a mask ends here (rule L20).

    Parameters
    ----------
    pool_size : int
    strides : int or None
        By how many steps the next window is further on; by default `pool_size`.
    padding : {"valid", "same"}
    dtype, dialect, **kwargs
        As for `Conv1D`.

    Examples
    --------
    >>> from rnn_oracle.reference.windows import MaxPooling1D
    >>> MaxPooling1D(2)([[[1.0], [3.0], [2.0], [0.0], [9.0]]]).tolist()
    [[[3.0], [2.0]]]
    """

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self._set_windows(pool_size, strides, padding)

    def computed(self, x: Array) -> Array:
        """Return the largest numbers; what is added counts for nothing."""
        inside = np.clip(self.places(x.shape[1]), 0, x.shape[1] - 1)
        return np.maximum.reduce(x[:, inside], axis=2)


class AveragePooling1D(MaxPooling1D):
    """The mean of each window, without what is added; arguments as for `MaxPooling1D` (L20).

    Examples
    --------
    >>> from rnn_oracle.reference.windows import AveragePooling1D
    >>> AveragePooling1D(2, padding="same")([[[1.0], [3.0], [5.0]]]).tolist()
    [[[2.0], [5.0]]]
    """

    def computed(self, x: Array) -> Array:
        """Return the means."""
        before, behind = self.added(x.shape[1])
        places = self.places(x.shape[1])
        counts = np.sum((places >= 0) & (places < x.shape[1]), axis=1)[:, None]
        return np.add.reduce(padded(x, before, behind)[:, places + before], axis=2) / counts


class GlobalMaxPooling1D(PlainLayer):
    """The largest number of all steps, masked or not; a mask ends here (rule L20).

    Parameters
    ----------
    dtype, dialect, **kwargs
        As for `Conv1D`.

    Examples
    --------
    >>> from rnn_oracle.reference.windows import GlobalMaxPooling1D
    >>> GlobalMaxPooling1D()([[[1.0], [3.0], [2.0]]]).tolist()
    [[3.0]]
    """

    axes, passes_mask = 3, False

    def __init__(self, *, dtype: Any = None, dialect: DialectLike = KERAS3, **kwargs: Any) -> None:
        super().__init__({}, kwargs, dialect, dtype)

    def computed(self, x: Array) -> Array:
        """Return the largest numbers."""
        return np.maximum.reduce(x, axis=1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        batch, _, features = super().compute_output_shape(input_shape)
        return (batch, features)
