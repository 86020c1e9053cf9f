"""`Sequential`: a chain of layers, along which the masks go too (rule L7)."""

from __future__ import annotations

from typing import Any, Callable

from .aliases import Array, ArrayLike, Shape
from .errors import OracleTypeError, OracleValueError
from .inputs import as_shape
from .recorded_states import put_back, put_back_on_error


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
    TypeError
        For what is no list of layers.

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

    def __init__(self, layers: list[Any]) -> None:
        if not isinstance(layers, (list, tuple)):
            raise OracleTypeError(f"Sequential takes a list of layers, not {layers!r}")
        self.layers = list(layers)
        for layer in self.layers:
            if not callable(getattr(layer, "compute_mask", None)):
                raise OracleTypeError(f"Sequential takes layers of the oracle, not {layer!r}")
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
        return self.run(x, mask)[0]

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return the mask that goes with the output for the input `x`; no state is recorded."""
        with put_back(self):
            return self.run(x, mask)[1]

    def run(
        self, x: Any, mask: Any, follow: Callable[[Any], Any] = lambda tree: tree
    ) -> tuple[Any, Any]:
        """Return the output and its mask.

        Parameters
        ----------
        x, mask
            As for a call.
        follow : callable
            Is applied to all that a layer takes and returns, see
            `rnn_oracle.arithmetic.tracked_arrays.followed`.
        """
        with put_back_on_error(self):
            for layer in self.layers:
                result = follow(layer(follow(x), mask=mask))
                x, mask = result, layer.compute_mask(x, mask)
        return x, mask

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with None where it is unknown."""
        shape = as_shape(input_shape, "Sequential")
        for layer in self.layers:
            shape = layer.compute_output_shape(shape)
        return shape


def refuse_return_state(layer: Any, owner: str) -> None:
    """Raise ValueError for a layer that returns more than one array."""
    if getattr(layer, "return_state", False):
        raise OracleValueError(f"{layer.name} returns its states; {owner} passes on one array")
