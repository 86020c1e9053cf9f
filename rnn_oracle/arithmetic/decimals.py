"""Arithmetic of 34 decimal digits: what the rules demand, the same on every machine.

In float64 the last bits of a result depend on the processor, the BLAS library and the release of
NumPy. Python's `decimal` is specified to the digit, so that what is computed with it and then
rounded to float64 is the same everywhere, and is off by half an ULP at most.
"""

from __future__ import annotations

import decimal
from typing import Any

import numpy as np

from .tracked_arrays import COMPARISONS, TrackedArray

DIGITS = 34  # those of IEEE 754's decimal128

_decimal = np.frompyfunc(decimal.Decimal, 1, 1)
_ARITHMETIC = {"add", "subtract", "multiply", "divide", "matmul", "negative", "absolute", "exp"}
_ARITHMETIC |= {"maximum", "minimum"}


class DecimalArray(TrackedArray):
    """An array of decimal numbers.

    Parameters
    ----------
    value : array
        Of float64, each of which is a decimal number exactly, or of `decimal.Decimal`.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle.arithmetic.decimals import DecimalArray
    >>> tenth = DecimalArray(np.array([1.0])) / 10
    >>> (tenth + tenth + tenth).rounded().tolist()
    [0.3]
    """

    def __init__(self, value: Any) -> None:
        value = np.asarray(value)
        self.value = value if value.dtype == object else _decimal(value.astype(np.float64))

    def parts(self, operand: Any) -> tuple[Any, ...]:
        return (
            operand.value if isinstance(operand, DecimalArray) else DecimalArray(operand).value,
        )

    def made_of(self, *parts: Any) -> DecimalArray:
        (value,) = parts
        return DecimalArray(value)

    def rounded(self) -> np.ndarray:
        """Return the numbers nearest to these in float64."""
        return self.value.astype(np.float64)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        name = ufunc.__name__.replace("true_divide", "divide")
        values = [part for operand in inputs for part in self.parts(operand)]
        with decimal.localcontext() as context:
            context.prec = DIGITS
            if method == "reduce" and name == "add":
                return DecimalArray(ufunc.reduce(*values, **kwargs))
            if method != "__call__" or kwargs:
                return NotImplemented
            if name in COMPARISONS:
                return ufunc(*values).astype(bool)
            if name == "tanh":
                return DecimalArray(_tanh(*values))
            return DecimalArray(ufunc(*values)) if name in _ARITHMETIC else NotImplemented


def _tanh(x: Any) -> Any:
    decay = np.exp(-2 * np.abs(x))
    return np.where(x < 0, -1, 1) * (1 - decay) / (1 + decay)
