"""`Sequential`: a chain of layers, along which the masks go too (rule L7)."""

from __future__ import annotations

from typing import Any, Iterable

from .aliases import Array, ArrayLike, Shape
from .errors import OracleValueError


class Sequential:
    """A chain of layers; each gets the output and the mask of the one before (rule L7).

    Parameters
    ----------
    layers : list of layers
        Each returns one array: a recurrent one has no `return_state`.

    Raises
    ------
    ValueError
        For a layer with `return_state`.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle import LSTM, Masking, Sequential
    >>> recurrent = LSTM(2)
    >>> recurrent.set_weights([np.ones((3, 8)), np.ones((2, 8)), np.zeros(8)])
    >>> chain = Sequential([Masking(), recurrent])
    >>> chain(np.ones((4, 5, 3))).shape
    (4, 2)
    """

    def __init__(self, layers: Iterable[Any]) -> None:
        self.layers = list(layers)
        for layer in self.layers:
            refuse_return_state(layer, "a chain")

    def __call__(self, x: ArrayLike, mask: ArrayLike | None = None) -> Array:
        """Return the output of the last layer.

        Parameters
        ----------
        x, mask
            As for the call of the first layer.

        Returns
        -------
        array

        Raises
        ------
        ValueError, TypeError
            What a layer raises.
        """
        return self._run(x, mask)[0]

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return the mask that goes with the output for the input `x`."""
        return self._run(x, mask)[1]

    def _run(self, x: Any, mask: Any) -> tuple[Any, Any]:
        for layer in self.layers:
            x, mask = layer(x, mask=mask), layer.compute_mask(x, mask)
        return x, mask

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape


def refuse_return_state(layer: Any, owner: str) -> None:
    """Raise ValueError for a layer that returns more than one array."""
    if getattr(layer, "return_state", False):
        raise OracleValueError(f"{layer.name} returns its states; {owner} passes on one array")
