"""`Dense`: a product and a function on the last axis (rule L3)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .aliases import Activation, Array, ArrayLike, DialectLike, Shape
from .dialects import ABSENT, KERAS3
from .errors import OracleValueError
from .inputs import as_array, as_numbers, as_shape
from .module import Weighted, WeightShape, given, positive_integer


class Dense(Weighted):
    """``activation(x W + b)`` on the last axis; a mask passes through (rule L3).

    Parameters
    ----------
    units : int
        Size of the output's last axis.
    activation : str, callable or None
        Keras's name of a function, or a function of an array. None is linear (rules A1 to A4).
    use_bias : bool
        Whether there is a bias.
    kernel_initializer, bias_initializer
        Kept for `get_config`: nothing is initialized here, weights are set (rule D5).
    kernel_regularizer, bias_regularizer, activity_regularizer
        Kept for `get_config` (rule D5).
    kernel_constraint, bias_constraint
        Kept for `get_config` (rule D5).
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
        For a number of units below 1, an unknown activation,
        an unknown dtype or dialect, and in `keras3` an unknown argument (rules D4, E2).
    TypeError
        For a number of units that is no whole number, a `use_bias` that is neither True nor False
        nor 0 nor 1, and an unknown argument in `keras2`.

    Examples
    --------
    >>> from rnn_oracle import Dense
    >>> layer = Dense(1, activation="relu")
    >>> layer.set_weights([[[1.0], [2.0]], [-4.0]])
    >>> layer([[1.0, 2.0], [1.0, 1.0]]).tolist()
    [[1.0], [0.0]]
    """

    arguments = ("units", "activation", "use_bias")

    def __init__(
        self,
        units: int,
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
        self.units = positive_integer(units, "units", self.name)
        self.activation = self.dialect.activation(activation)
        self.use_bias = use_bias

    def weight_shapes(self) -> list[WeightShape]:
        shapes: list[WeightShape] = [
            ("kernel", (None, self.units), "(features, units)"),
            ("bias", (self.units,), "(units,)"),
        ]
        return shapes if self.use_bias else shapes[:1]

    def _unpack(self, kernel: Array, bias: Any = 0.0) -> None:
        self.kernel, self.bias = kernel, bias

    def __call__(self, x: ArrayLike, mask: ArrayLike | None = None) -> Array:
        """Return the activation's output.

        Parameters
        ----------
        x : array_like, shape (batch, ..., features)
        mask
            Changes nothing.

        Returns
        -------
        array, shape (batch, ..., units)

        Raises
        ------
        ValueError
            For less than two axes, another number of features, or missing weights.
        TypeError
            For an input that is no array of real numbers.
        """
        self.require_weights()
        own = hasattr(x, "__array_function__")
        array: Any = x if own else as_array(x, f"{self.name}: the input")
        if array.dtype.kind in "iub":  # Keras 2 casts them here, if nowhere else
            array = array.astype(self.dtype)
        x = as_numbers(array, self, "the input")
        if x.ndim < 2 or x.shape[-1] != len(self.kernel):
            raise OracleValueError(
                f"{self.name} takes (batch, ..., {len(self.kernel)}), but the input has "
                f"shape {x.shape}"
            )
        with np.errstate(over="ignore"):
            return self.activation(x @ self.kernel + self.bias)

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return the mask given."""
        return mask

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        return as_shape(input_shape, self.name, 2)[:-1] + (self.units,)
