"""Kernels gate by gate, and one that masks, as dropout in training does (rules P1 to P3).

Keras lays the gates of a kernel next to each other. The equations have them one beneath the other:
``x @ kernel`` is of shape (gates, batch, units), so that each gate is one piece of memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .aliases import Array
from .errors import OracleValueError


def by_gate(weight: Array, gates: int) -> Array:
    """Return a weight of Keras as a view of shape (gates, rows, units); a bias is one row."""
    rows = weight if weight.ndim == 2 else weight[None]
    return rows.reshape((len(rows), gates, rows.shape[1] // gates)).swapaxes(0, 1)


def side_by_side(z: Array) -> Array:
    """Return an array of shape (gates, rows, units) as Keras lays it out."""
    gates, rows, units = z.shape
    return z.swapaxes(0, 1).reshape((rows, gates * units))


class MaskedKernel:
    """A kernel that masks what it multiplies: ``x @ kernel`` is ``(x · mask) W``, gate by gate.

    Parameters
    ----------
    gates : array, shape (gates, features, units)
    masks : list of arrays, shape (batch, features)
        For each gate, the same at all steps.

    Raises
    ------
    ValueError
        In a product, where the last two axes of `x` are others than those of the masks.
    """

    __array_ufunc__ = None  # so that NumPy leaves the product to this class

    def __init__(self, gates: Array, masks: list[Array]) -> None:
        self.gates, self.masks = gates, masks
        self.shape = gates.shape

    def __rmatmul__(self, x: Any) -> Any:
        if any(x.shape[-2:] != mask.shape for mask in self.masks):
            shapes = ", ".join(sorted({str(mask.shape) for mask in self.masks}))
            raise OracleValueError(
                f"the dropout masks have shape {shapes}, but what they mask at each step is "
                f"{x.shape[-2:]}"
            )
        return np.stack([(x * mask) @ gate for gate, mask in zip(self.gates, self.masks)])

    def __getitem__(self, index: slice) -> MaskedKernel:
        """Return the kernel of some gates."""
        return MaskedKernel(self.gates[index], self.masks[index])

    def input_gradient(self, d: Any) -> Any:
        """Return the gradient of x in ``x @ kernel``, whose own gradient is `d`."""
        shares = zip(d, self.gates, self.masks)
        first, *others = [d_gate @ gate.T * mask for d_gate, gate, mask in shares]
        return sum(others, first)

    def gradient(self, x: Any, d: Any) -> Any:
        """Return the gradient of the kernel in ``x @ kernel``, whose own gradient is `d`."""
        return np.concatenate([(x * mask).T @ d_gate for mask, d_gate in zip(self.masks, d)], -1)


def input_gradient(kernel: Any, d: Any) -> Any:
    """Return the gradient of x in ``x @ kernel``, masked or not, whose own gradient is `d`."""
    if isinstance(kernel, MaskedKernel):
        return kernel.input_gradient(d)
    return side_by_side(d) @ side_by_side(kernel).T


def kernel_gradient(kernel: Any, x: Any, d: Any) -> Any:
    """Return the gradient of a kernel, masked or not, laid out as Keras does.

    Parameters
    ----------
    kernel, x
        As in ``x @ kernel``.
    d : array, shape (gates, batch, units)
        The gradient of that.
    """
    return kernel.gradient(x, d) if isinstance(kernel, MaskedKernel) else x.T @ side_by_side(d)
