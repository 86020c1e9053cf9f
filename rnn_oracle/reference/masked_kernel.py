"""A kernel that masks what it multiplies, as dropout in training does (rules P1 to P3)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .aliases import Array
from .errors import OracleValueError


def blocks(z: Array, count: int) -> list[Array]:
    """Return the gates' blocks of columns."""
    width = z.shape[-1] // count
    return [z[..., i * width : (i + 1) * width] for i in range(count)]


def parted(z: Array, first: int, count: int) -> tuple[Array, Array]:
    """Return the blocks of columns of the first of so many gates, and those of the others."""
    width = z.shape[-1] // count * first
    return z[..., :width], z[..., width:]


class MaskedKernel:
    """A kernel that masks what it multiplies: ``x @ kernel`` is ``(x · mask) W``, gate by gate.

    Parameters
    ----------
    gates : list of arrays
        The block of columns of each gate.
    masks : list of arrays, shape (batch, features)
        For each gate, the same at all steps.

    Raises
    ------
    ValueError
        In a product, where the last two axes of `x` are others than those of the masks.
    """

    __array_ufunc__ = None  # so that NumPy leaves the product to this class

    def __init__(self, gates: list[Array], masks: list[Array]) -> None:
        self.gates, self.masks = gates, masks
        self.shape = (gates[0].shape[0], sum(gate.shape[1] for gate in gates))

    def __rmatmul__(self, x: Any) -> Any:
        if any(x.shape[-2:] != mask.shape for mask in self.masks):
            shapes = ", ".join(sorted({str(mask.shape) for mask in self.masks}))
            raise OracleValueError(
                f"the dropout masks have shape {shapes}, but what they mask at each step is "
                f"{x.shape[-2:]}"
            )
        products = [
            (x * mask).reshape((-1, x.shape[-1])) @ gate
            for gate, mask in zip(self.gates, self.masks)
        ]
        return np.concatenate(products, axis=-1).reshape(x.shape[:-1] + self.shape[1:])

    @property
    def T(self) -> _Transposed:  # noqa: N802  # NumPy's name
        """What the gradient of a product is multiplied by."""
        return _Transposed(self)

    def gradient(self, x: Any, d: Any) -> Any:
        """Return the gradient of the kernel in ``x @ kernel``, whose own gradient is `d`."""
        shares = zip(self.masks, blocks(d, len(self.gates)))
        return np.concatenate([(x * mask).T @ d_gate for mask, d_gate in shares], axis=-1)

    def __getitem__(self, index: Any) -> MaskedKernel:
        """Return the blocks of columns of some gates."""
        width = self.gates[0].shape[1]
        begin, end, _ = index[-1].indices(self.shape[1])
        gates = slice(begin // width, end // width)
        return MaskedKernel(self.gates[gates], self.masks[gates])


class _Transposed:
    """The transpose of a kernel that masks: ``d @ kernel.T`` is the gradient of `x`."""

    __array_ufunc__ = None

    def __init__(self, kernel: MaskedKernel) -> None:
        self.kernel = kernel

    def __rmatmul__(self, d: Any) -> Any:
        kernel = self.kernel
        shares = zip(blocks(d, len(kernel.gates)), kernel.gates, kernel.masks)
        first, *others = [d_gate @ gate.T * mask for d_gate, gate, mask in shares]
        return sum(others, first)


def kernel_gradient(kernel: Any, x: Any, d: Any) -> Any:
    """Return the gradient of a kernel, masked or not, in ``x @ kernel``, of whose gradient `d`."""
    return kernel.gradient(x, d) if isinstance(kernel, MaskedKernel) else x.T @ d
