"""`Attention` and `AdditiveAttention`, and what all attention shares (rules L22, L23)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .aliases import Array, DialectLike, Shape
from .dialects import KERAS3
from .errors import OracleValueError
from .inputs import as_numbers, as_shape, check_mask
from .module import Weighted, WeightShape, check_flag, given


class Attending(Weighted):
    """A layer that takes a query, values and maybe keys, in a list."""

    takes_several = True

    def tensors(self, x: Any) -> list[Array]:
        """Return query, value and key as arrays of the layer's dtype.

        Raises
        ------
        ValueError
            For another number of arrays, and for shapes that do not go together.
        TypeError
            For what is no array of real numbers.
        """
        if not isinstance(x, (list, tuple)) or len(x) not in (2, 3):
            what = f"{len(x)} arrays" if isinstance(x, (list, tuple)) else "one"
            raise OracleValueError(
                f"{self.name} takes [query, value] or [query, value, key], not {what}"
            )
        query, value, *key = (as_numbers(array, self, "an input") for array in x)
        arrays = [query, value, key[0] if key else value]
        ranks = {array.ndim for array in arrays}
        if len(ranks) > 1 or min(ranks) < 3:
            raise self.mismatch(arrays)
        if (
            len({array.shape[0] for array in arrays}) > 1
            or value.shape[:-1] != arrays[2].shape[:-1]
        ):
            raise self.mismatch(arrays)
        return arrays

    def _unpack(self, *weights: Any) -> None:
        self.by_name = dict(zip([name for name, _, _ in self.weight_shapes()], weights))

    def check_flags(self, **flags: Any) -> None:
        """Raise TypeError or ValueError for a flag that is neither True nor False."""
        for name, flag in flags.items():
            check_flag(flag, name, self.name)

    def mismatch(self, arrays: list[Array]) -> OracleValueError:
        """Return the error that tells the shapes."""
        shapes = ", ".join(str(array.shape) for array in arrays)
        return OracleValueError(
            f"{self.name}: query, value and key have the shapes {shapes}, but need (batch, steps, "
            "features), one batch size, and as many steps of the value as of the key"
        )

    def masks(self, mask: Any, arrays: list[Array]) -> list[Any]:
        """Return the masks of query, value and key as booleans, None without one."""
        given = list(mask) if isinstance(mask, (list, tuple)) else [mask]
        masks = (given + [None] * len(arrays))[: len(arrays)]
        return [check_mask(each, x.shape[:-1], self.name) for each, x in zip(masks, arrays)]

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return the mask that goes on: that of the query."""
        return mask[0] if isinstance(mask, (list, tuple)) else mask


def causal(scores: Any) -> Array:
    """Return where a query may look: at no step that comes after it; of shape (queries, steps)."""
    return np.tril(np.ones(scores.shape[-2:], bool))


def both(mask: Any, other: Any) -> Any:
    """Return where two masks are True, None being one that is True everywhere."""
    if mask is None or other is None:
        return other if mask is None else mask
    return np.logical_and(mask, other)


def weights_of(scores: Any, mask: Any) -> Any:
    """Return the softmax along the last axis of what a mask leaves; all alike if it is nothing."""
    mask = np.broadcast_to(True if mask is None else mask, scores.shape)
    nothing = np.logical_not(mask.any(axis=-1, keepdims=True))
    zeros = np.zeros(scores.shape)
    lowest = -np.maximum.reduce(-scores, axis=-1, keepdims=True)
    left = np.where(nothing, zeros, np.where(mask, scores, lowest))
    e = np.exp(left - np.maximum.reduce(left, axis=-1, keepdims=True))
    e = np.where(mask | nothing, e, zeros)
    return e / np.add.reduce(e, axis=-1, keepdims=True)


class Attention(Attending):
    """Means of the value's steps, weighted by products of query and key (rule L22).

    Parameters
    ----------
    use_scale : bool
        Whether the scores are multiplied by a weight.
    score_mode : {"dot", "concat"}
        Whether a score is a product, or a sum of hyperbolic tangents.
    dropout : float
        Kept for `get_config`: it tells in training alone, as `seed` does (rule D5).
    causal : bool
        Of `keras2`: as `use_causal_mask` in each call.
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.
    dialect : str or Dialect
        The generation of Keras to follow: ``"keras3"``, ``"keras2"`` or ``"keras2_v1"``.
    **kwargs
        What Keras takes for every layer, such as `name` and `trainable`. It is kept
        for `get_config` (rule D5).

    Examples
    --------
    >>> from rnn_oracle.reference.attention import Attention
    >>> query, value = [[[100.0]]], [[[1.0], [2.0], [-3.0]]]
    >>> Attention()([query, value]).tolist()
    [[[2.0]]]
    >>> Attention()([query, value], mask=[None, [[True, False, True]]]).tolist()
    [[[1.0]]]
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        causal: bool = False,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self._set_up(use_scale, causal)
        if score_mode not in ("dot", "concat"):
            raise OracleValueError(
                f"{self.name}: score_mode={score_mode!r} is neither 'dot' nor 'concat'"
            )
        self.score_mode = score_mode

    def _set_up(self, use_scale: Any, causal: Any) -> None:
        self.check_flags(use_scale=use_scale, causal=causal)
        if causal and not self.dialect.causal_attention:
            raise self.dialect.unknown_argument(
                f"{self.name} of dialect {self.dialect.name} has no `causal`: calls take "
                "`use_causal_mask`"
            )
        self.use_scale, self.causal = use_scale, causal

    def weight_shapes(self) -> list[WeightShape]:
        has = [("scale", self.use_scale), ("concat_score_weight", self.score_mode == "concat")]
        return [(name, (), "()") for name, there in has if there]

    def require_weights(self) -> None:
        if self.weight_shapes():
            super().require_weights()
        else:
            self.by_name = {}

    def __call__(
        self,
        x: Any,
        mask: Any = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Return a mean for each step of the query.

        Parameters
        ----------
        x : list of array_like
            The query, of shape (batch, queries, features), the value, of shape (batch, steps,
            width), and maybe the key, of shape (batch, steps, features), which is the value
            otherwise.
        mask : list of array_like of bool or None, optional
            Of the query and the value; that of the key changes nothing.
        return_attention_scores : bool
            Whether to return the weights too, of shape (batch, queries, steps).
        use_causal_mask : bool
            Whether a query looks at no step that comes after it.

        Returns
        -------
        array, shape (batch, queries, width), or a pair of it and the weights

        Raises
        ------
        ValueError
            For shapes that do not go together, missing weights, and where no step is left for a
            query that counts.
        TypeError
            For what is no array of real numbers, and options that are neither True nor False.
        """
        self.check_flags(
            return_attention_scores=return_attention_scores, use_causal_mask=use_causal_mask
        )
        self.require_weights()
        query, value, key = arrays = self.tensors(x)
        if query.ndim != 3 or query.shape[2] != key.shape[2]:
            raise self.mismatch(arrays)
        counts, steps, _ = self.masks(mask, arrays)
        scores = self.scores(query, key)
        seen = both(
            None if steps is None else steps[:, None],
            causal(scores) if use_causal_mask or self.causal else None,
        )
        self._check_left(seen, counts, scores.shape)
        weights = weights_of(scores, seen)
        result = weights @ value
        if counts is not None:
            result = np.where(counts[..., None], result, np.zeros(result.shape, self.dtype))
        return (result, weights) if return_attention_scores else result

    def _check_left(self, seen: Any, counts: Any, shape: tuple[int, ...]) -> None:
        if seen is None:
            return
        nothing = ~np.broadcast_to(seen, shape).any(axis=-1)
        nothing = nothing if counts is None else nothing & counts
        if nothing.any():
            row, step = (int(place[0]) for place in np.nonzero(nothing))
            raise OracleValueError(
                f"{self.name}: the masks leave no step for query {step} of row {row}, of which "
                "Keras makes something else by dtype; it documents that there is at least one"
            )

    def scores(self, query: Any, key: Any) -> Any:
        """Return how well each step of the key matches each of the query."""
        scale = self.by_name.get("scale", 1.0)
        if self.score_mode == "dot":
            found = query @ key.swapaxes(1, 2)
            return found * scale if self.use_scale else found
        together = query[:, :, None] + key[:, None]
        together = np.tanh(scale * together if self.use_scale else together)
        return self.by_name["concat_score_weight"] * np.add.reduce(together, axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape of the output for a list of shapes, with None where it is unknown."""
        query, value, *_ = (as_shape(shape, self.name, 3, 3) for shape in input_shape)
        return (*query[:-1], value[-1])


class AdditiveAttention(Attention):
    """As `Attention`, by weighted sums of hyperbolic tangents (rule L22).

    Parameters
    ----------
    use_scale : bool
        Whether each feature has a weight; it is 1 otherwise.
    dropout, causal, dtype, dialect, **kwargs
        As for `Attention`.

    Examples
    --------
    >>> from rnn_oracle.reference.attention import AdditiveAttention
    >>> layer = AdditiveAttention()
    >>> layer.set_weights([[100.0]])
    >>> layer([[[[0.0]]], [[[1.0], [2.0], [-3.0]]]]).round(2).tolist()
    [[[2.0]]]
    """

    def __init__(
        self,
        use_scale: bool = True,
        dropout: float = 0.0,
        causal: bool = False,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super(Attention, self).__init__(given(locals()), kwargs, dialect, dtype)
        self._set_up(use_scale, causal)

    def weight_shapes(self) -> list[WeightShape]:
        return [("scale", (None,), "(features,)")] if self.use_scale else []

    def scores(self, query: Any, key: Any) -> Any:
        """Return how well each step of the key matches each of the query."""
        scale = self.by_name.get("scale")
        if scale is not None and len(scale) != query.shape[2]:
            raise OracleValueError(
                f"{self.name} takes {len(scale)} features, but the query has shape {query.shape}"
            )
        together = np.tanh(query[:, :, None] + key[:, None])
        return np.add.reduce(together if scale is None else scale * together, axis=-1)
