"""How far a correct computation may stray (rule T1): arrays that carry an error bound.

The oracle's own equations are run on `BoundedArray` arrays. Each holds the exact value (in float64)
and a bound on the error that the same operations make when every result is rounded to the
target's precision, with unit roundoff u:

========================  ====================================================================
constant                  is rounded once, if it does not fit the precision
sum, difference           the errors add up, and the result is rounded once: ``+ u |v|``
product, quotient         the relative errors add up, and the result is rounded once
matrix product            ``E (|B| + F) + |A| F + n u |A| |B|`` for n terms in any order [1]_
elementary function       the change of the function over the error of its argument, plus its
                          own accuracy in ULP [2]_ (an ULP is at most 2 u of the value)
max, min, sorting         the largest error of what is compared; nothing is rounded
choice by a comparison    the error of what is chosen; where errors may turn the comparison,
                          the distance to the other choice if that is more
========================  ====================================================================

What was only copied, such as a zero, a carried state or an initial state, has the bound zero.
Where a number may not fit the precision any more, its bound is infinite: nothing is claimed.

References
----------
.. [1] N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.5.
.. [2] The OpenCL C specification bounds elementary functions of single precision in its table
   "ULP values for single precision built-in math functions"; TensorFlow promises nothing.
   https://registry.khronos.org/OpenCL/specs/3.0-unified/html/OpenCL_C.html#relative-error-as-ulps
"""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

import numpy as np

from . import nest
from .tracked_arrays import COMPARISONS, TrackedArray, followed, of_floats, promoted

UNIT_ROUNDOFF = {
    "float16": 2.0**-11,
    "bfloat16": 2.0**-8,
    "float32": 2.0**-24,
    "float64": 2.0**-53,
}
LARGEST = {
    2.0**-11: 65504.0,
    2.0**-8: 3.3895313892515355e38,
    2.0**-24: 3.4028234663852886e38,
    2.0**-53: 1.7976931348623157e308,
}
"""The largest number of the precision with that unit roundoff."""

ULPS = {"exp": 3, "expm1": 3, "log": 3, "log1p": 2, "tanh": 5, "sqrt": 0.5}
ERF_ULPS = 16
_EXACT = ("negative", "absolute")
_SMALLEST = {2.0**-8: 2.0**-126, 2.0**-24: 2.0**-126, 2.0**-53: 2.0**-1022}
"""The smallest normal number of the precisions of which smaller ones may become zero."""


class Doubtful(NamedTuple):
    """What a comparison says, as an array of bool, and where an error may turn it."""

    value: Any
    doubt: Any


class BoundedArray(TrackedArray):
    """An array with a bound on its rounding error.

    Parameters
    ----------
    value : array of float64
    error : array of float64, or float
        Bound on the absolute error, broadcast to the shape of `value`.
    unit : float
        Unit roundoff of the precision that is judged, see `UNIT_ROUNDOFF`.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle.arithmetic.error_bounds import BoundedArray
    >>> third = BoundedArray(np.array([1.0]), 0.0, 2.0**-24) / 3
    >>> bool(abs(np.float32(1) / np.float32(3) - third.value[0]) <= third.error[0])
    True
    """

    def __init__(self, value: Any, error: Any, unit: float) -> None:
        self.value = np.asarray(value, np.float64)
        shape = self.value.shape
        self.error = error if np.shape(error) == shape else np.broadcast_to(error, shape)
        self.unit = unit

    def parts(self, operand: Any) -> tuple[Any, ...]:
        if isinstance(operand, BoundedArray):
            return operand.value, operand.error
        value = np.asarray(operand, np.float64)
        return value, _conversion_error(value, self.unit)

    def made_of(self, *parts: Any) -> BoundedArray:
        value, error = parts
        return BoundedArray(value, error, self.unit)

    def applied(self, function: Callable[[Any], Any]) -> BoundedArray:
        return self.made_of(function(self.value), np.inf)  # how it moves is not known

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        name = ufunc.__name__
        pairs = [self.parts(operand) for operand in inputs]
        if method in ("reduce", "accumulate"):
            result = self._along(ufunc, method, *pairs[0], **kwargs)
        elif method != "__call__" or kwargs:
            return NotImplemented
        elif name in COMPARISONS:
            return self._compare(ufunc, *pairs)
        elif len(pairs) == 1:
            result = self._unary(ufunc, *pairs[0])
        else:
            rule = getattr(self, "_" + name, None)
            result = None if rule is None else rule(*(pairs[0] + pairs[1]))
        return NotImplemented if result is None else self._within_format(*result)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function is np.sort:
            value, error = self.parts(args[0])
            most = np.max(error, initial=0.0, keepdims=True, **kwargs)
            return self.made_of(np.sort(value, **kwargs), np.broadcast_to(most, value.shape))
        if function is np.where and isinstance(args[0], Doubtful):
            return self._choose(*args)
        return super().__array_function__(function, types, args, kwargs)

    def _within_format(self, value, error):
        """Claim nothing of what may be too large, and little of what may be too small."""
        size = np.abs(value)
        lost = np.where((size > 0) & (size < _SMALLEST.get(self.unit, 0.0)), size, 0.0)
        with np.errstate(invalid="ignore"):
            beyond = ~(size + error <= LARGEST[self.unit])
        return self.made_of(value, np.where(beyond, np.inf, error + lost))

    def _compare(self, ufunc, a, b):
        holds = ufunc(*[_to_precision(value, self.unit) for value, _ in (a, b)])
        if ufunc.__name__.endswith("equal") and not ufunc.__name__.startswith(("less", "greater")):
            return holds
        error = a[1] + b[1]
        return Doubtful(holds, ~(np.abs(a[0] - b[0]) > error) & (error > 0))

    def _choose(self, condition, yes, no):
        """Choose as `np.where` does; the other choice is possible where there is a doubt."""
        yes, no = self.parts(yes), self.parts(no)
        (value, error), (other, its_error) = [
            [np.where(holds, *same) for same in zip(yes, no)]
            for holds in (condition.value, ~condition.value)
        ]
        turned = np.maximum(error, np.abs(value - other) + its_error)
        return self.made_of(value, np.where(condition.doubt, turned, error))

    def _unary(self, ufunc, x, e):
        value = np.asarray(ufunc(x), np.float64)
        if ufunc.__name__ in _EXACT:
            return value, e
        above, below = (np.asarray(ufunc(near), np.float64) for near in (x + e, x - e))
        moved = np.maximum(np.abs(above - value), np.abs(below - value))
        ulps = ULPS.get(ufunc.__name__, ERF_ULPS)
        # Of a number of which nothing is known, no function is known either, bounded as it may be.
        moved = np.where(np.isposinf(e), np.inf, moved)
        return value, moved + 2 * ulps * self._off(value)

    def _along(self, ufunc, method, x, e, **kwargs):
        """Bound what is gathered along an axis: a sum, the sums so far, the largest number."""
        gather = getattr(ufunc, method)
        if ufunc is np.maximum:
            return gather(x, **kwargs), gather(e, **kwargs)
        if ufunc is not np.add:
            return None
        value = gather(x, **kwargs)
        terms = x.shape[kwargs["axis"]] if method == "accumulate" else x.size / max(value.size, 1)
        rounding = terms * self.unit * gather(np.abs(x), **kwargs)
        return value, gather(e, **kwargs) + rounding

    # The rules for two operands: values a, b and their errors d, e.

    def _off(self, value):
        """Bound the rounding of a result."""
        size = np.abs(value)
        if self.unit == UNIT_ROUNDOFF["float16"]:  # whose small numbers lie apart evenly
            size = np.where(size == 0, 0, np.maximum(size, 2.0**-14))
        return self.unit * size

    def _add(self, a, d, b, e):
        return a + b, d + e + self._off(a + b)

    def _subtract(self, a, d, b, e):
        return a - b, d + e + self._off(a - b)

    def _multiply(self, a, d, b, e):
        return a * b, np.abs(a) * e + d * (np.abs(b) + e) + self._off(a * b)

    def _divide(self, a, d, b, e):
        return a / b, (d + np.abs(a / b) * e) / np.abs(b) + self._off(a / b)

    _true_divide = _divide

    def _matmul(self, a, d, b, e):
        size_a, size_b = np.abs(a), np.abs(b)
        rounding = a.shape[-1] * self.unit * (size_a @ size_b)
        return a @ b, d @ (size_b + e) + size_a @ e + rounding

    def _maximum(self, a, d, b, e):
        return np.maximum(a, b), np.maximum(d, e)

    def _minimum(self, a, d, b, e):
        return np.minimum(a, b), np.maximum(d, e)


def bounds(layer: Any, x: Any, dtype: str, mask: Any = None, initial_state: Any = None) -> Any:
    """Return how far each number that a layer returns may be off, nested as its result.

    Parameters
    ----------
    layer : layer of the oracle, `rnn_oracle.Sequential` or `rnn_oracle.Functional`
    x, mask, initial_state
        As for its call. Whole numbers and booleans count as floating-point numbers.
    dtype : str
        What the target computes in: a key of `UNIT_ROUNDOFF`.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle import SimpleRNN
    >>> from rnn_oracle.arithmetic.error_bounds import bounds
    >>> layer = SimpleRNN(1)
    >>> layer.set_weights([[[1.0]], [[0.5]], [0.0]])
    >>> allowed = bounds(layer, np.array([[[0.25], [0.75]]]), "float32")
    >>> bool(0 < allowed[0, 0] < 1e-5)
    True
    """
    unit = UNIT_ROUNDOFF[dtype]
    with np.errstate(invalid="ignore", over="ignore"):  # a bound may be infinite
        result = followed(layer, x, mask, initial_state, lambda arrays: _given(arrays, unit))
    return nest.map_structure(claim, result)


def _given(arrays: Any, unit: float) -> Any:
    """Return arrays as `exact` does, whole numbers and booleans too, which are rounded once."""

    def once(array: Any) -> Any:
        is_float = type(array) is np.ndarray and array.dtype.kind == "f"
        return array if is_float else converted(promoted(array), unit)

    return exact(nest.map_structure(once, arrays), unit)


def claim(array: Any) -> np.ndarray:
    """Return how far off a number may be, infinite where nothing is claimed.

    A plain array, which no operation has changed since it was given, is exact.
    """
    if not isinstance(array, BoundedArray):
        return np.zeros(np.shape(array))
    beyond = ~(np.abs(array.value) + array.error <= LARGEST[array.unit])
    # What is exact here is a number in float64, which in that precision is off by as much itself.
    error = 2 * array.error if array.unit == UNIT_ROUNDOFF["float64"] else array.error
    return np.where(beyond, np.inf, error)


def exact(arrays: Any, unit: float) -> Any:
    """Return floating-point arrays as `BoundedArray` ones without error.

    Parameters
    ----------
    arrays : array, or arrays nested in lists, tuples or dicts
        What is no array of floating-point numbers stays as it is.
    unit : float
        Unit roundoff of the precision that is judged, see `UNIT_ROUNDOFF`.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle.arithmetic.error_bounds import exact
    >>> exact([np.array([0.1])], 2.0**-24)[0].error.tolist()
    [0.0]
    """
    return of_floats(lambda a: BoundedArray(a, 0.0, unit), arrays)


def converted(arrays: Any, unit: float) -> Any:
    """Return floating-point arrays as `BoundedArray` ones, with the error of rounding once.

    Parameters
    ----------
    arrays, unit
        As for `exact`.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle.arithmetic.error_bounds import converted
    >>> (converted(np.array([0.1, 0.5]), 2.0**-24).error > 0).tolist()
    [True, False]
    """
    return of_floats(lambda a: BoundedArray(a, _conversion_error(a, unit), unit), arrays)


def rounded(value: Any, dtype: str) -> np.ndarray:
    """Return numbers rounded to a precision, in float64.

    Examples
    --------
    >>> from rnn_oracle.arithmetic.error_bounds import rounded
    >>> rounded(0.1, "bfloat16").item()
    0.10009765625
    """
    if dtype == "float16":  # whose small numbers lie apart evenly
        return np.asarray(value).astype(dtype).astype(np.float64)
    return _to_precision(np.asarray(value, np.float64), UNIT_ROUNDOFF[dtype])


def _to_precision(value: Any, unit: float) -> Any:
    """Round to the target's precision."""
    mantissa, exponent = np.frexp(value)
    return np.ldexp(np.rint(mantissa / unit) * unit, exponent)


def _conversion_error(value: Any, unit: float) -> Any:
    """Bound the rounding of a constant to the target's precision; zero where it fits."""
    return np.where(_to_precision(value, unit) == value, 0.0, unit * np.abs(value))
