"""`Masking`: mask the steps at which all features equal a value (rule L2)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .aliases import Array, ArrayLike, DialectLike, Shape
from .dialects import KERAS3
from .errors import OracleTypeError, OracleValueError
from .inputs import as_array, as_numbers, as_shape, copied
from .module import Module, given


class Masking(Module):
    """Mask the steps at which every feature equals `mask_value`, and zero them (rule L2).

    Parameters
    ----------
    mask_value : float
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
        For a `mask_value` that is no real number, and in `keras2` for an unknown argument.

    Examples
    --------
    >>> from rnn_oracle import Masking
    >>> layer = Masking(mask_value=-1.0)
    >>> x = [[[1.0, -1.0], [-1.0, -1.0]]]
    >>> layer(x).tolist()
    [[[1.0, -1.0], [0.0, 0.0]]]
    >>> layer.compute_mask(x).tolist()
    [[True, False]]
    """

    def __init__(
        self,
        mask_value: float = 0.0,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        copied(mask_value, f"{self.name}: `mask_value`")
        self.mask_value = mask_value

    def __call__(self, x: ArrayLike, mask: ArrayLike | None = None) -> Array:
        """Return the input with zeros at the masked steps; a mask that is given is not used.

        Parameters
        ----------
        x : array_like, shape (batch, steps, ...)
        mask
            Changes nothing.

        Returns
        -------
        array, shape (batch, steps, ...)
            Of the layer's dtype; whole numbers keep theirs (rule L2).

        Raises
        ------
        ValueError
            For less than two axes.
        TypeError
            For an input that is no array of real numbers, for booleans, and for whole numbers in
            `keras2` (rules I4, L2).
        """
        numbers = as_numbers(x, self, "the input")
        if isinstance(x, np.ndarray) and x.dtype.kind != "f":
            if x.dtype == bool:
                raise OracleTypeError(f"{self.name}: the input must be numbers, not booleans")
            numbers = x
        valid = self.compute_mask(x)
        return np.where(valid[..., None], numbers, np.zeros(numbers.shape, numbers.dtype))

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return where some feature differs from `mask_value`, in the input's floating dtype."""
        value: Any = self.mask_value
        if isinstance(x, np.ndarray) or not hasattr(x, "__array_function__"):
            x = as_array(x, f"{self.name}: the input")
            if x.dtype.kind == "f":
                value = x.dtype.type(value)
        if x.ndim < 2:
            raise OracleValueError(
                f"{self.name} takes (batch, ..., features), but the input has shape {x.shape}"
            )
        return np.any(x != value, axis=-1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        return as_shape(input_shape, self.name, 2)
