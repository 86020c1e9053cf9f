"""`TimeDistributed`: another layer at each step (rule L8)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .aliases import Array, ArrayLike, DialectLike, Shape
from .dialects import KERAS3
from .errors import OracleValueError
from .functional import Functional
from .inputs import as_array, as_shape
from .module import Composite, Module, Weighted
from .recorded_states import put_back_on_error
from .sequential import refuse_return_state


class TimeDistributed(Composite):
    """Apply a layer to each step in turn, masked or not (rule L8).

    Parameters
    ----------
    layer : layer or Functional
        A recurrent layer or another, or a model; it returns one array, so it has no `return_state`.
    dtype : str, optional
        ``"float64"`` or ``"float32"``; by default that of the layer.
    dialect : str or Dialect, optional
        By default that of the layer.
    **kwargs
        What Keras takes for every layer, such as `name` and `trainable`. It is kept
        for `get_config` (rule D5).

    Raises
    ------
    ValueError
        For what is no layer, a layer with `return_state`, or of another dialect or dtype, an
        unknown dtype or dialect, and in `keras3` an unknown argument (rules D4, E2).
    TypeError
        In `keras2`, for an unknown argument.

    Examples
    --------
    >>> from rnn_oracle import Dense, TimeDistributed
    >>> layer = TimeDistributed(Dense(1))
    >>> layer.set_weights([[[1.0], [2.0]], [0.5]])
    >>> layer([[[1.0, 2.0], [1.0, 1.0]]]).tolist()
    [[[5.5], [3.5]]]
    """

    def __init__(
        self,
        layer: Any,
        *,
        dtype: Any = None,
        dialect: DialectLike | None = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(layer, (Module, Functional)):
            raise OracleValueError(f"TimeDistributed needs a layer, not {layer!r}")
        dialect = getattr(layer, "dialect", KERAS3) if dialect is None else dialect
        dtype = getattr(layer, "dtype", None) if dtype is None else dtype
        super().__init__({"layer": layer}, kwargs, dialect, dtype)
        refuse_return_state(layer, self.name)
        self.layer: Any = layer
        self.check_parts()

    def parts(self) -> list[Weighted]:
        return [self.layer] if isinstance(self.layer, Weighted) else []

    def __call__(self, x: ArrayLike, mask: ArrayLike | None = None) -> Array:
        """Return the layer's output of each step, of shape (batch, steps, ...).

        Parameters
        ----------
        x : array_like, shape (batch, steps, ...)
        mask : array_like of bool, shape (batch, steps, ...), optional
            Each step's part is the layer's own mask for that step.

        Returns
        -------
        array, shape (batch, steps, ...)

        Raises
        ------
        ValueError
            For less than three axes, no steps, or a mask of other leading axes; and what the layer
            raises at a step and its part of the mask.
        """
        with put_back_on_error(self):
            return np.stack([self.layer(*step) for step in self._steps(x, mask)], axis=1)

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return the masks that the layer passes on; if none, the steps with anything left."""
        inner = [self.layer.compute_mask(*step) for step in self._steps(x, mask)]
        if inner[0] is not None:
            return np.stack(inner, axis=1)
        mask = None if mask is None else np.asarray(mask)
        return mask if mask is None else mask.any(axis=tuple(range(2, mask.ndim)))

    def _steps(self, x: Any, mask: Any) -> list[tuple[Any, Any]]:
        """Return each step of the input with its part of the mask."""
        x = x if hasattr(x, "swapaxes") else as_array(x, f"{self.name}: the input")
        if x.ndim < 3 or x.shape[1] == 0:
            raise OracleValueError(
                f"{self.name} takes (batch, steps, ...) of at least one step, but the "
                f"input has shape {x.shape}"
            )
        if mask is None:
            return [(step, None) for step in x.swapaxes(0, 1)]
        mask = as_array(mask, f"{self.name}: the mask")
        if mask.shape[:2] != x.shape[:2]:
            raise OracleValueError(
                f"{self.name}: the mask has shape {mask.shape}, but has to begin with "
                f"{x.shape[:2]} as the input does"
            )
        return list(zip(x.swapaxes(0, 1), mask.swapaxes(0, 1)))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        batch, steps, *inside = as_shape(input_shape, self.name, 3)
        inner = self.layer.compute_output_shape((batch, *inside))
        return (batch, steps) + tuple(inner[1:])
