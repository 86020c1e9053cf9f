"""What a tolerance claims, and where it is too wide to claim anything (rules T4, T5)."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np

from .error_bounds import UNIT_ROUNDOFF
from .replicas import Noise, noisy, spread

SHARE = 1e-2
"""What may be off by more than this share of the largest number of its array is not judged."""

ROUNDINGS = 32
"""Nor is what may be off by more than so many roundings of it, if that is more: with the few
digits of float16 and bfloat16 one rounding is a great share already."""


def claims_nothing(numbers: Any, allowed: Any, dtype: str) -> np.ndarray:
    """Tell which numbers of an array nothing, or next to nothing, is claimed of.

    Parameters
    ----------
    numbers : array
        What is demanded.
    allowed : array
        How far each may be off.
    dtype : str
        The precision in which they are computed, a key of `UNIT_ROUNDOFF`.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle.arithmetic.claims import claims_nothing
    >>> claims_nothing(np.array([1.0, 0.5, 0.0]), np.array([1e-3, 0.2, 0.0]), "float32").tolist()
    [False, True, False]
    """
    if not np.size(numbers):
        return np.zeros(np.shape(numbers), bool)
    sizes = np.where(np.isfinite(numbers), np.abs(numbers), 0.0)
    widest = max(SHARE, ROUNDINGS * UNIT_ROUNDOFF[dtype]) * (sizes.max() or 1.0)
    return ~(np.asarray(allowed) <= widest)


def with_replicas(
    bounds: dict[str, Any],
    numbers: dict[str, Any],
    dtype: str,
    batch_axis: int,
    run: Callable[[Callable[[Any], Any]], dict[str, Any]],
) -> dict[str, Any]:
    """Return worst-case bounds; where they claim nothing, what replicas stray by, if it is less.

    Parameters
    ----------
    bounds, numbers : dict of str to array
        How far each number may be off at most, and the numbers themselves.
    dtype : str
    batch_axis : int
        The axis of the sequences in arrays with steps; in others it is the first.
    run : callable
        ``run(follow)`` returns the results by name, computed of what `follow` makes of all arrays
        that are given. It is called where a bound claims nothing.
    """
    vacuous = {name: claims_nothing(numbers[name], bounds[name], dtype) for name in bounds}
    if not any(map(np.any, vacuous.values())):
        return bounds
    noise = Noise(UNIT_ROUNDOFF[dtype])
    with np.errstate(all="ignore"):  # replicas overflow where nothing can be claimed
        replicas = run(lambda arrays: noisy(arrays, noise))
        strays = {
            name: spread(replicas[name], numbers[name], batch_axis if np.ndim(bound) > 2 else 0)
            for name, bound in bounds.items()
        }
        # Copies of a number are allowed the same, wherever they stand (rule T2).
        group = _copies(numbers, bounds)
        vacuous, strays = (_largest_of_each(group, arrays) for arrays in (vacuous, strays))
    return {
        name: np.where(vacuous[name] > 0, np.fmin(bound, strays[name]), bound)
        for name, bound in bounds.items()
    }


def _copies(numbers: dict[str, Any], bounds: dict[str, Any]) -> np.ndarray:
    """Return for each number, all arrays laid out flat, which of the distinct ones it is."""
    keys = [np.stack([np.ravel(numbers[name]), np.ravel(bounds[name])]) for name in bounds]
    _, group = np.unique(np.concatenate(keys, axis=1), axis=1, return_inverse=True)
    return group.ravel()


def _largest_of_each(group: Any, arrays: dict[str, Any]) -> dict[str, Any]:
    """Return arrays with the largest of each group in the place of all its members."""
    flat = np.concatenate([np.ravel(array) for array in arrays.values()]).astype(np.float64)
    largest = np.zeros(flat.size)
    np.maximum.at(largest, group, flat)
    ends = np.cumsum([array.size for array in arrays.values()])[:-1]
    laid_out = np.split(largest[group], ends)
    return {name: each.reshape(arrays[name].shape) for name, each in zip(arrays, laid_out)}
