"""`MultiHeadAttention`: several attentions side by side, each of parts of its own (rule L23)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .activations import sigmoid
from .aliases import Array, DialectLike, Shape
from .attention import Attending, both, causal, weights_of
from .dialects import ABSENT, KERAS3
from .errors import OracleValueError
from .inputs import as_array, as_shape
from .module import WeightShape, check_flag, given, positive_integer
from .plain_layer import axis_of, moved, whole


class MultiHeadAttention(Attending):
    """Means of projected values, weighted by products of projected queries and keys (rule L23).

    Parameters
    ----------
    num_heads, key_dim : int
        How many attentions there are, and the size of their queries and keys.
    value_dim : int or None
        The size of their values, by default `key_dim`.
    dropout : float
        Kept for `get_config`: it tells in training alone, as `seed` does (rule D5).
    use_bias : bool
    output_shape : int, tuple of int or None
        The last axes of the output, by default the features of the query.
    attention_axes : int, tuple of int or None
        The axes of the steps, by default all between the first and the last.
    sliding_window : int or None
        Of `keras3`: a query looks at steps that are less than so many away.
    use_gate : bool
        Of `keras3`: whether each mean is multiplied by a gate that is made of the query.
    kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer
        Kept for `get_config` (rule D5).
    activity_regularizer, kernel_constraint, bias_constraint
        Kept for `get_config` (rule D5).
    dtype, dialect, **kwargs
        As for `rnn_oracle.reference.attention.Attention`.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle.reference.multi_head_attention import MultiHeadAttention
    >>> layer = MultiHeadAttention(1, 1, use_bias=False)
    >>> layer.set_weights([[[[100.0]]], [[[1.0]]], [[[1.0]]], [[[10.0]]]])
    >>> x = [[[1.0], [2.0], [-3.0]]]
    >>> layer([x, x]).tolist()
    [[[20.0], [20.0], [-30.0]]]
    >>> layer([x, x], use_causal_mask=True).tolist()
    [[[10.0], [20.0], [-30.0]]]
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        sliding_window: Any = None,
        *,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = ABSENT,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.num_heads = positive_integer(num_heads, "num_heads", self.name)
        self.key_dim = positive_integer(key_dim, "key_dim", self.name)
        self.value_dim = positive_integer(value_dim or key_dim, "value_dim", self.name)
        for name, flag in (("use_bias", use_bias), ("use_gate", use_gate)):
            check_flag(flag, name, self.name)
        self.use_bias, self.use_gate, self.sliding_window = use_bias, use_gate, sliding_window
        if sliding_window is not None:
            positive_integer(sliding_window, "sliding_window", self.name)
        newer = [n for n in ("use_gate", "sliding_window") if getattr(self, n)]
        if newer and not self.dialect.gated_attention:
            raise self.dialect.unknown_argument(
                f"{self.name} of dialect {self.dialect.name} does not know {newer[0]}"
            )
        self.made = self._whole_numbers(output_shape, "output_shape", 1)
        self.over = self._whole_numbers(attention_axes, "attention_axes", -32)

    def _whole_numbers(self, value: Any, name: str, least: int) -> tuple[int, ...] | None:
        if value is None:
            return None
        several = value if isinstance(value, (list, tuple)) else [value]
        return tuple(whole(each, name, self.name, least) for each in several)

    def weight_shapes(self) -> list[WeightShape]:
        heads, made = self.num_heads, self.made or (None,)
        sizes = [("query", self.key_dim), ("key", self.key_dim)]
        sizes += [("gate", self.value_dim)] if self.use_gate else []
        sizes += [("value", self.value_dim)]
        shapes: list[WeightShape] = []
        for name, size in sizes:
            shapes.append((f"{name}/kernel", (None, heads, size), "(features, num_heads, size)"))
            shapes.append((f"{name}/bias", (heads, size), "(num_heads, size)"))
        last = (heads, self.value_dim, *made)
        shapes.append(("attention_output/kernel", last, "(num_heads, value_dim, output_shape)"))
        shapes.append(("attention_output/bias", made, "output_shape"))
        return shapes if self.use_bias else shapes[::2]

    def __call__(
        self,
        x: Any,
        mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Return what is made of the means, for each step of the query.

        Parameters
        ----------
        x : list of array_like
            The query, of shape (batch, queries, features), the value, of shape (batch, steps,
            features of its own), and maybe the key, which is the value otherwise. There may be
            more axes between.
        mask : list of array_like of bool or None, optional
            Of the query, the value and the key.
        attention_mask : array_like of bool, optional
            Which query looks at which step, of shape (batch, queries, steps); the axes of the
            heads may stand between.
        return_attention_scores : bool
            Whether to return the weights too, of shape (batch, num_heads, queries, steps).
        use_causal_mask : bool
            Whether a query looks at no step that comes after it.

        Returns
        -------
        array, shape (batch, queries, ...), or a pair of it and the weights

        Raises
        ------
        ValueError
            For shapes that do not go together, missing weights, and masks that Keras has no place
            for where there are several axes of steps.
        TypeError
            For what is no array of real numbers, and options that are neither True nor False.
        """
        self.check_flags(
            return_attention_scores=return_attention_scores, use_causal_mask=use_causal_mask
        )
        self.require_weights()
        arrays = self.tensors(x)
        axes = self._axes(arrays[0].ndim)
        parts = [
            self._in_heads(self._projected(array, name), axes)
            for array, name in zip(arrays, ("query", "value", "key"))
        ]
        query, value, key = (
            part.reshape(*part.shape[: -1 - len(axes)], -1, part.shape[-1]) for part in parts
        )
        scores = (query * (1 / math.sqrt(self.key_dim))) @ key.swapaxes(-1, -2)
        seen = self._seen(self.masks(mask, arrays), use_causal_mask, scores, axes)
        steps = [part.shape[-1 - len(axes) : -1] for part in parts]
        if attention_mask is not None:
            seen = both(seen, self._given(attention_mask, scores.shape, steps))
        weights = weights_of(scores, seen)
        means = (weights @ value).reshape(*parts[0].shape[:-1], self.value_dim)
        result = self._joined(self._out_of_heads(means, axes), arrays[0])
        if not return_attention_scores:
            return result
        shape = weights.shape[:-2] + tuple(steps[0]) + tuple(steps[2])
        return result, weights.reshape(*shape)

    def _axes(self, rank: int) -> list[int]:
        """Return the axes of the steps."""
        axes = range(1, rank - 1) if self.over is None else self.over
        found = [axis_of(axis, rank, self.name) for axis in axes]
        if not found or sorted(set(found)) != found or not 0 < found[0] <= found[-1] < rank - 1:
            raise OracleValueError(
                f"{self.name}: attention_axes={self.over} must be axes between the first and the "
                f"last of {rank}, in order"
            )
        return found

    def _projected(self, x: Any, name: str) -> Any:
        kernel, bias = self.by_name[f"{name}/kernel"], self.by_name.get(f"{name}/bias")
        if x.shape[-1] != len(kernel):
            raise OracleValueError(
                f"{self.name} takes {len(kernel)} features of the {name}, not {x.shape[-1]}"
            )
        made = x @ kernel.reshape(len(kernel), -1)
        made = made if bias is None else made + bias.ravel()
        return made.reshape(*x.shape[:-1], *kernel.shape[1:])

    def _in_heads(self, x: Any, axes: list[int]) -> Any:
        """Return an array (batch, ..., heads, size) as (batch, rest, heads, steps, size)."""
        for count, axis in enumerate(axes):
            x = moved(x, axis - count, x.ndim - 2)
        return x

    def _out_of_heads(self, x: Any, axes: list[int]) -> Any:
        for count, axis in reversed(list(enumerate(axes))):
            x = moved(x, x.ndim - 2, axis - count)
        return x

    def _joined(self, means: Any, query: Any) -> Any:
        if self.use_gate:
            means = means * sigmoid(self._projected(query, "gate"))
        kernel = self.by_name["attention_output/kernel"]
        bias = self.by_name.get("attention_output/bias")
        rows = means.reshape(*means.shape[:-2], -1)
        made = rows @ kernel.reshape(rows.shape[-1], -1)
        made = made if bias is None else made + bias.ravel()
        return made.reshape(*made.shape[:-1], *kernel.shape[2:])

    def _seen(self, masks: list[Any], use_causal_mask: bool, scores: Any, axes: list[int]) -> Any:
        """Return which query looks at which step, for all heads: by masks and by their order."""
        ordered = use_causal_mask or self.sliding_window
        if len(axes) > 1 and (ordered or any(mask is not None for mask in masks)):
            raise OracleValueError(
                f"{self.name} has several axes of steps, of which Keras knows no masks but "
                "`attention_mask`"
            )
        if ordered and (axes != [1] or scores.ndim != 4):
            raise OracleValueError(f"{self.name}: the steps must be the second of three axes")
        query, value, key = masks
        seen = None if query is None else query[..., None]
        for mask in (value, key):
            seen = both(seen, None if mask is None else mask[..., None, :])
        if seen is not None:
            seen = self._for_heads(seen, scores, axes)
        if use_causal_mask:
            seen = both(seen, causal(scores))
        if self.sliding_window:
            queries, steps = (np.arange(length) for length in scores.shape[-2:])
            seen = both(seen, abs(queries[:, None] - steps) < self.sliding_window)
        return seen

    def _for_heads(self, seen: Any, scores: Any, axes: list[int]) -> Any:
        if axes[0] != scores.ndim - 3:
            raise OracleValueError(
                f"{self.name}: attention_axes={tuple(axes)} have no place for a mask of an input"
            )
        return seen[..., None, :, :]

    def _given(self, mask: Any, shape: Shape, steps: list[Any]) -> Array:
        """Return an `attention_mask` as booleans that go with the scores."""
        array = as_array(getattr(mask, "value", mask), f"{self.name}: `attention_mask`")
        if array.dtype.kind not in "biuf" or not np.isin(array, (0, 1)).all():
            raise OracleValueError(
                f"{self.name}: `attention_mask` must be of booleans, or of 0 and 1"
            )
        ends = tuple(steps[0]) + tuple(steps[2])
        leading = array.shape[: array.ndim - len(ends)]
        if array.shape[array.ndim - len(ends) :] != ends or not self._fits(leading, shape):
            raise OracleValueError(
                f"{self.name}: `attention_mask` has shape {array.shape}, but needs (batch, "
                f"queries, steps), which are {(shape[0], *ends)}"
            )
        full = leading + (1,) * (len(shape) - 2 - len(leading)) + tuple(shape[-2:])
        return array.reshape(full).astype(bool)

    def _fits(self, leading: tuple[int, ...], shape: Shape) -> bool:
        pairs = zip(leading, shape)
        return 0 < len(leading) <= len(shape) - 2 and all(n in (1, m) for n, m in pairs)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape of the output for a list of shapes, with None where it is unknown."""
        query = as_shape(input_shape[0], self.name, 3)
        return query if self.made is None else (*query[:-1], *self.made)
