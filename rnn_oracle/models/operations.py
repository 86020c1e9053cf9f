"""Bare operations that a functional model may call: those that Keras 3 makes masks with, and means.

Keras 3 writes down how `Masking` and `Embedding` make a mask (rules L1, L2) as calls of their own.
"""

from __future__ import annotations

from typing import Any, Callable

import numpy as np

from ..reference.dialects import Dialect
from ..reference.surrounding import MeanOverTime
from .configuration import Call, Entry

_OVER_TIME = (1, -2, [1], [-2], (1,), (-2,))


class Operation:
    """An operation of a model, which knows its other arguments once it is called.

    Parameters
    ----------
    entry : Entry
    dialect : Dialect
    """

    def __init__(self, entry: Entry, dialect: Dialect) -> None:
        self.entry, self.name, self.dialect = entry, entry.name, dialect

    def layer(self, call: Call) -> Any:
        """Return the layer that computes one call.

        Raises
        ------
        ModelFileError
            For other arguments than those that the reference knows.
        """
        return OPERATIONS[self.entry.kind](self.entry, call, self.dialect)


class Elementwise:
    """A layer that makes an array without a mask of another.

    Parameters
    ----------
    function : callable
    name : str
    """

    def __init__(self, function: Callable[[Any], Any], name: str) -> None:
        self.function, self.name = function, name

    def __call__(self, x: Any, mask: Any = None) -> Any:
        """Return what the function makes of an array."""
        return self.function(getattr(x, "value", x))  # of which nothing can be off here

    def compute_mask(self, x: Any, mask: Any = None) -> None:
        """Return None."""


def _not_equal(entry: Entry, call: Call, dialect: Dialect) -> Any:
    number = call.args[1] if len(call.args) == 2 and not call.kwargs else None
    if not isinstance(number, (int, float)):
        raise entry.wrong("is called with something else than a tensor and a number")
    return Elementwise(lambda x: x != _like(x, number), entry.name)


def _like(x: Any, number: float) -> Any:
    return x.dtype.type(number) if x.dtype.kind == "f" else number


def _any(entry: Entry, call: Call, dialect: Dialect) -> Any:
    if len(call.args) > 1 or call.kwargs or entry.config.get("axis", -1) not in (-1, [-1]):
        raise entry.wrong("is called in another way than `Masking` does")
    return Elementwise(lambda x: np.any(x, axis=-1), entry.name)


def _mean(entry: Entry, call: Call, dialect: Dialect) -> Any:
    given = dict(entry.config, **call.kwargs)
    if given.get("axis") not in _OVER_TIME or given.get("keepdims"):
        raise entry.wrong("is no mean over the second of three axes")
    return MeanOverTime(name=entry.name, dialect=dialect)


def _of_tensorflow(entry: Entry, call: Call, dialect: Dialect) -> Any:
    function = entry.config.get("function")
    if function != "math.reduce_mean":
        raise entry.wrong(f"is the operation {function!r}, which the reference does not have")
    return _mean(entry, call, dialect)


OPERATIONS = {"NotEqual": _not_equal, "Any": _any, "Mean": _mean, "TFOpLambda": _of_tensorflow}
"""By the name of its class: returns the layer that computes one call of it."""
