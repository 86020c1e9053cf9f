"""`CuDNNLSTM` and `CuDNNGRU` of old files: the layers that compute the same, and their weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..reference.recurrent import GRU, LSTM

CUDNN: dict[str, Any] = {
    "CuDNNLSTM": (LSTM, {"recurrent_activation": "sigmoid"}),
    "CuDNNGRU": (GRU, {"recurrent_activation": "sigmoid", "reset_after": True}),
}
"""What each computes, by the argument that its configuration leaves out (rules C2, C4)."""


class CuDNNWeights:
    """Gives a cell the weights of the layer of a file, which are laid out for cuDNN (rule C9).

    Parameters
    ----------
    cell : LSTMCell or GRUCell
    """

    def __init__(self, cell: Any) -> None:
        self.cell = cell
        self.blocks = 3 if cell.weight_shapes()[-1][1][0] == 2 else 4

    def weight_shapes(self) -> list[Any]:
        """Return ``[(name, shape, formula)]`` as they are in the file."""
        kernel, recurrent, _ = self.cell.weight_shapes()
        length = 2 * self.blocks * self.cell.units
        return [kernel, recurrent, ("bias", (length,), f"(2 * {self.blocks} * units,)")]

    def set_weights(self, weights: list[Any]) -> None:
        """Take the weights of the file, whose shapes are checked."""
        kernel, recurrent, bias = weights
        both = bias.reshape(2, -1)
        self.cell.set_weights(
            [
                self._laid_out(kernel, lambda block: block.ravel().reshape(block.shape, order="F")),
                self._laid_out(recurrent, np.transpose),
                both if self.blocks == 3 else both.sum(axis=0),
            ]
        )

    def _laid_out(self, kernel: Any, lay_out: Any) -> Any:
        blocks = np.split(kernel, self.blocks, axis=1)
        return np.concatenate([lay_out(block) for block in blocks], axis=1)
