"""`Embedding`: a row of a table for each id (rule L1)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .aliases import Array, ArrayLike, DialectLike, Shape
from .dialects import ABSENT, KERAS3
from .errors import OracleTypeError, OracleValueError
from .inputs import as_array, as_shape
from .module import Weighted, WeightShape, given, positive_integer


class Embedding(Weighted):
    """Look up a row of the table for each id (rule L1).

    Parameters
    ----------
    input_dim, output_dim : int
        Rows and columns of the table.
    embeddings_initializer, embeddings_regularizer, activity_regularizer, embeddings_constraint
        Kept for `get_config`: nothing is initialized here, weights are set (rule D5).
    mask_zero : bool
        Mask the steps whose id is 0.
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.
    dialect : str or Dialect
        The generation of Keras to follow: ``"keras3"``, ``"keras2"`` or ``"keras2_v1"``.
    **kwargs
        What Keras takes for every layer, such as `name` and `trainable`, and `weights` in
        `keras2`. It is kept for `get_config` (rules D5, D7).

    Raises
    ------
    ValueError
        For sizes below 1, an unknown dtype or dialect, and in `keras3` an unknown argument
        (rules D4, E2).
    TypeError
        For sizes that are no whole numbers, a `mask_zero` that is neither True nor False nor 0 nor
        1, and an unknown argument in `keras2`.

    Examples
    --------
    >>> from rnn_oracle import Embedding
    >>> layer = Embedding(3, 2, mask_zero=True)
    >>> layer.set_weights([[[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]]])
    >>> layer([[2, 1, 0]]).tolist()
    [[[3.0, 4.0], [1.0, 2.0], [0.0, 0.0]]]
    >>> layer.compute_mask([[2, 1, 0]]).tolist()
    [[True, True, False]]
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        *,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        activity_regularizer: Any = ABSENT,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.input_dim = positive_integer(input_dim, "input_dim", self.name)
        self.output_dim = positive_integer(output_dim, "output_dim", self.name)
        self.mask_zero = mask_zero

    def weight_shapes(self) -> list[WeightShape]:
        shape = (self.input_dim, self.output_dim)
        return [("embeddings", shape, "(input_dim, output_dim)")]

    def _unpack(self, embeddings: Array) -> None:
        self.embeddings = embeddings

    def __call__(self, x: ArrayLike, mask: ArrayLike | None = None) -> Array:
        """Return the rows of the ids.

        Parameters
        ----------
        x : array_like of whole numbers
        mask
            Changes nothing.

        Returns
        -------
        array
            Of the ids' shape + (output_dim,).

        Raises
        ------
        ValueError
            For an id that is no whole number from 0 to `input_dim` - 1, or missing weights.
        TypeError
            For ids that are no numbers.
        """
        self.require_weights()
        ids = _ids(x)
        if ids.dtype.kind not in "biuf":
            raise OracleTypeError(f"{self.name} takes whole ids, but the dtype is {ids.dtype}")
        wrong = (ids != np.floor(ids)) | (ids < 0) | (ids >= self.input_dim)
        if np.any(wrong):
            raise OracleValueError(
                f"{self.name} takes whole ids from 0 to {self.input_dim - 1}, but was "
                f"given {ids[wrong][0]}"
            )
        return self.embeddings[ids.astype(int)]

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return where the id is not 0, or None without `mask_zero`."""
        return _ids(x) != 0 if self.mask_zero else None

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        return as_shape(input_shape, self.name, 1) + (self.output_dim,)


def _ids(x: Any) -> Array:
    """Return ids as a plain array: no arithmetic is done with them, be it one of their own."""
    return as_array(getattr(x, "value", x), "what should be ids")
