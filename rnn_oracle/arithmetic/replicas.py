"""How far a correct computation strays in practice (rule T4): arrays that are computed many times.

The worst-case bound of `rnn_oracle.arithmetic.error_bounds` grows without limit with steps and
units: it adds up as if all roundings were as large as they can be, and all in one direction. Here
the oracle's own equations are run on `NoisyArray` arrays instead: several replicas of each array,
in float64, where every operation is followed by random errors as large as those of the target's
precision (Monte Carlo arithmetic [1]_). How far the replicas stray from the exact numbers, times
`FACTOR`, is allowed.

With unit roundoff u, an error is uniformly distributed between plus and minus

========================  ====================================================================
sum, product, quotient    u times the result
elementary function       its accuracy in ULP (`rnn_oracle.arithmetic.error_bounds.ULPS`; an ULP is
                          at most 2 u of the value); u times the result in float16 and bfloat16,
                          of which TensorFlow 2.21 rounds what it has worked out in float32
matrix product, sum       ``u sqrt(n / 2 * sum p**2 + n / 3 * (sum p)**2)`` for n terms p: what the
of many numbers           partial sums of terms in random order lose, see [2]_
choice by a comparison    none, but where the replicas leave it in doubt every other one takes the
                          other choice
========================  ====================================================================

Each error has two parts of that size: one is drawn for each operation anew, the other is drawn once
and returns at every step. So errors that repeat, as those of an elementary function that is always
a little too large, or of a sequence that has come to rest, add up over the steps as they do in a
runtime. What is only copied has no error in any replica, and is exact.

Notes
-----
An error of the target is taken for normal, with at most the variance of the model. Then one number
is beyond `FACTOR` standard deviations with a probability of 2e-9. Measured on Keras 3.15.1 with
TensorFlow 2.21, errors had a quarter of the model's standard deviation, and the largest of half a
million was 2.6 of the model's. What matters more is how well the spread is known: it is estimated
from the replicas of a number together with those of its row and of its column, see `spread`, and
raised by the share by which k replicas may miss it, 1 / sqrt(k).

References
----------
.. [1] D. S. Parker, Monte Carlo arithmetic: exploiting randomness in floating-point arithmetic,
   UCLA CSD-970002, 1997.
.. [2] N. J. Higham and T. Mary, A new approach to probabilistic rounding error analysis, SIAM J.
   Sci. Comput. 41 (2019), A2815-A2835.
"""

from __future__ import annotations

from typing import Any, Callable

import numpy as np

from .error_bounds import ERF_ULPS, LARGEST, ULPS, UNIT_ROUNDOFF
from .tracked_arrays import COMPARISONS, TrackedArray, of_floats

FACTOR = 6.0
"""How many standard deviations are allowed, where these are known exactly; see `spread`."""

ROWS = 64
"""How many rows of replicas there are at least, those of all sequences together."""

FEWEST = 4
"""How many replicas there are at least."""

_EXACT = ("negative", "absolute", "maximum", "minimum")
_ROUNDED_ONCE = ("add", "subtract", "multiply", "divide", "true_divide")
_POOL, _CHUNK = 1 << 18, 1 << 14


class Noise:
    """Random errors for `NoisyArray` arrays, the same ones on every machine.

    Parameters
    ----------
    unit : float
        Unit roundoff of the precision that is judged.
    count : int
        How many replicas there are.
    """

    def __init__(self, unit: float, count: int = 32) -> None:
        self.unit, self.count = unit, count
        self._random = np.random.RandomState(20190101)
        self._pool = self._random.uniform(-unit, unit, _POOL)
        self._lasting: dict[str, Any] = {}

    def disturb(self, operation: str, results: Any, sizes: Any, units: float = 1.0) -> list[Any]:
        """Return the arrays of all replicas with errors of so many units of these sizes.

        There are fresh errors, and those that stay with the operation and the replica.
        """
        fresh, lasting = self._places(operation)
        # Small arrays are disturbed together: a call for each takes longer than its numbers.
        step = self.count if self.count * results[0].size <= _CHUNK else 1
        made: list[Any] = []
        for begin in range(0, self.count, step):
            some = slice(begin, begin + step)
            rows = _in_rows(results[some])
            self._add_errors(rows, fresh[some], lasting[some], _in_rows(sizes[some]), units)
            made.extend(row.reshape(results[0].shape) for row in rows)
        return made

    def _add_errors(self, rows: Any, fresh: Any, lasting: Any, sizes: Any, units: float) -> None:
        for begin in range(0, rows.shape[1], _CHUNK):  # so that all stays near the processor
            part = slice(begin, begin + _CHUNK)
            count = len(rows[0, part])
            error = self._drawn(fresh + begin, count)
            error += self._drawn(lasting + begin, count)
            error *= sizes[:, part]
            if units != 1:
                error *= units
            rows[:, part] += error

    def _places(self, operation: str) -> tuple[Any, Any]:
        """Return where in the pool each replica's errors begin: the fresh, and the lasting ones."""
        if operation in self._lasting:
            return self._random.randint(_POOL, size=self.count), self._lasting[operation]
        fresh, self._lasting[operation] = self._random.randint(_POOL, size=(self.count, 2)).T
        return fresh, self._lasting[operation]

    def _drawn(self, places: Any, count: int) -> Any:
        step = self._pool.strides[0]
        runs = np.lib.stride_tricks.as_strided(self._pool, (_POOL - _CHUNK, count), (step, step))
        return runs[places % (_POOL - _CHUNK)]


def _in_rows(arrays: Any) -> Any:
    """Return arrays laid out flat, one a row; a single one in its own place."""
    if len(arrays) == 1:
        return np.ascontiguousarray(arrays[0]).reshape(1, -1)
    return np.stack(arrays).reshape(len(arrays), -1)


class Doubts(list):
    """What a comparison says in each replica."""


class NoisyArray(TrackedArray):
    """Replicas of an array, each with random errors of its own.

    Parameters
    ----------
    replicas : sequence of arrays of float64
    noise : Noise

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle.arithmetic.replicas import Noise, noisy
    >>> third = noisy(np.array([1.0]), Noise(2.0**-24, 4)) / 3
    >>> bool(0 < np.ptp(third.replicas) < 1e-6)
    True
    """

    def __init__(self, replicas: Any, noise: Noise) -> None:
        self.replicas = tuple(replicas)
        self.value = self.replicas[0]
        self.noise = noise

    def parts(self, operand: Any) -> tuple[Any, ...]:
        if isinstance(operand, NoisyArray):
            return operand.replicas
        return (operand,) * self.noise.count

    def made_of(self, *parts: Any) -> NoisyArray:
        return NoisyArray(parts, self.noise)

    def applied(self, function: Callable[[Any], Any]) -> NoisyArray:
        # A copy: a function may return what it was given.
        results = [np.array(function(replica), np.float64) for replica in self.replicas]
        return self._rounded("function", 2 * ERF_ULPS, results)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        name = ufunc.__name__
        operands = list(zip(*map(self.parts, inputs)))
        if method in ("reduce", "accumulate") and ufunc in (np.add, np.maximum):
            return self._along(ufunc, method, [x for (x,) in operands], **kwargs)
        if method != "__call__" or kwargs:
            return NotImplemented
        if name in ("equal", "not_equal"):
            return ufunc(*operands[0])
        if name in COMPARISONS:
            return self._compared(ufunc, operands)
        if name == "matmul":
            return self._product(*inputs)
        if len(inputs) > 1 and name not in _ROUNDED_ONCE + _EXACT:
            return NotImplemented
        results = [np.asarray(ufunc(*given)).astype(np.float64, copy=False) for given in operands]
        if name in _EXACT:
            return self.made_of(*results)
        return self._rounded(name, 1 if name in _ROUNDED_ONCE else self._accuracy(name), results)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function is np.sort:
            return self._moved(lambda part: np.sort(part, **kwargs))
        if function is np.where and isinstance(args[0], Doubts):
            yes, no = map(self.parts, args[1:])
            return self.made_of(*[np.where(*each) for each in zip(args[0], yes, no)])
        return super().__array_function__(function, types, args, kwargs)

    def _along(self, ufunc: Any, method: str, arrays: Any, **kwargs: Any) -> NoisyArray:
        """Gather along an axis: a sum, the sums so far, the largest number."""
        along = getattr(ufunc, method)
        results = [along(x, **kwargs) for x in arrays]
        if ufunc is np.maximum:
            return self.made_of(*results)
        x = arrays[0]
        terms = x.shape[kwargs["axis"]] if method == "accumulate" else x.size / results[0].size
        return self._summed("sum", terms, results, along(np.square(x), **kwargs))

    def _accuracy(self, name: str) -> float:
        """Return how many units of rounding an elementary function may be off."""
        if self.noise.unit > UNIT_ROUNDOFF["float32"]:
            return 1  # worked out in float32, and rounded
        return 2 * ULPS.get(name, ERF_ULPS)

    def _rounded(self, name: str, units: float, results: Any) -> NoisyArray:
        """Add errors of that many units of rounding."""
        return self._off(name, results, map(self._size, results), units)

    def _size(self, result: Any) -> Any:
        """Return what the rounding of a number is relative to."""
        if self.noise.unit != UNIT_ROUNDOFF["float16"]:
            return result
        # The small numbers of float16 lie apart evenly.
        size = np.where(result == 0, 0.0, np.maximum(np.abs(result), 2.0**-14))
        return np.where(np.isinf(result), 0.0, size)

    def _summed(self, name: str, terms: float, sums: Any, squares: Any) -> NoisyArray:
        """Add what partial sums lose, which differs little from replica to replica."""
        size = np.square(sums[0])
        size *= terms / 3
        size += terms / 2 * squares
        np.sqrt(size, out=size)
        return self._off(name, sums, [size] * len(sums))

    def _off(self, name: str, results: Any, sizes: Any, units: float = 1.0) -> NoisyArray:
        made = self.noise.disturb(name, list(results), list(sizes), units)
        if self.noise.unit == UNIT_ROUNDOFF["float16"]:  # which ends soon
            for array in made:
                beyond = np.abs(array) > LARGEST[self.noise.unit]
                array[beyond] = np.copysign(np.inf, array[beyond])
        return self.made_of(*made)

    def _product(self, left: Any, right: Any) -> NoisyArray:
        lefts, rights = self.parts(left), self.parts(right)
        if isinstance(right, NoisyArray):
            sums = [a @ b for a, b in zip(lefts, rights)]
        else:  # one product for all, which takes less time than many
            rows = -2 if lefts[0].ndim == 2 else 0
            sums = np.split(np.concatenate(lefts) @ right, self.noise.count, axis=rows)
        squares = np.square(lefts[0]) @ np.square(rights[0])
        return self._summed("matmul", lefts[0].shape[-1], sums, squares)

    def _compared(self, ufunc: Any, operands: Any) -> Doubts:
        """Compare in each replica; where they leave a doubt, every other one says the contrary."""
        apart = np.stack([np.asarray(a - b, np.float64) for a, b in operands])
        size = np.stack([np.abs(a) + np.abs(b) for a, b in operands]).max(axis=0)
        near = np.abs(apart).min(axis=0) <= 4 * np.ptp(apart, axis=0) + 8 * self.noise.unit * size
        near &= np.ptp(apart, axis=0) > 0
        return Doubts(
            ufunc(*given) ^ (near if replica % 2 else np.zeros_like(near))
            for replica, given in enumerate(operands)
        )


def noisy(arrays: Any, noise: Noise) -> Any:
    """Return floating-point arrays as `NoisyArray` ones that are all alike.

    Parameters
    ----------
    arrays : array, or arrays nested in lists, tuples or dicts
        What is no array of floating-point numbers stays as it is.
    noise : Noise
    """
    return of_floats(
        lambda a: NoisyArray((np.asarray(a, np.float64),) * noise.count, noise), arrays
    )


def noise_for(dtype: str, batch: int) -> Noise:
    """Return the errors of a precision, with as many replicas as a batch of that size needs."""
    return Noise(UNIT_ROUNDOFF[dtype], max(FEWEST, -(-ROWS // max(batch, 1))))


def spread(replicas: Any, exact: Any, batch_axis: int = 0) -> np.ndarray:
    """Return how far each number of a result may be off, infinite where nothing is claimed.

    Parameters
    ----------
    replicas : NoisyArray, or array without error
    exact : array
        The numbers without any error.
    batch_axis : int
        The axis of the sequences.

    Returns
    -------
    array, shape of `exact`
        `FACTOR` times the largest of four estimates of the standard deviation: of the replicas of
        the number, of those of its row (all units), of its column (all sequences), and of what
        row and column say together, which is the product of the two over that of all. With k
        replicas, times 1 + 1 / sqrt(k) besides.
    """
    exact = np.asarray(exact, np.float64)
    if not isinstance(replicas, NoisyArray):
        return np.zeros(exact.shape)
    if exact.size == 0:
        return np.zeros(exact.shape)
    with np.errstate(all="ignore"):
        own = np.mean([np.square(replica - exact) for replica in replicas.replicas], axis=0)
        row = own.mean(axis=-1, keepdims=True)
        column = own.mean(axis=batch_axis, keepdims=True)
        all_of_them = own.mean(axis=(batch_axis, exact.ndim - 1), keepdims=True)
        together = np.where(all_of_them > 0, row * column / all_of_them, 0.0)
        largest = np.maximum(np.maximum(own, together), np.maximum(row, column))
        factor = FACTOR * (1 + 1 / np.sqrt(replicas.noise.count))
        allowed = np.where(own > 0, factor * np.sqrt(largest), 0.0)
        sound = np.isfinite(own) & (np.abs(exact) <= LARGEST[replicas.noise.unit])
    return np.where(sound | (own == 0), allowed, np.inf)
