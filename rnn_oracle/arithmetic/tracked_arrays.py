"""Arrays with an arithmetic of their own, on which the oracle's equations run unchanged."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np

from . import nest

COMPARISONS = ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")


class TrackedArray(np.lib.mixins.NDArrayOperatorsMixin):
    """One or more arrays of one shape that move together; the first is the value.

    A class of this kind says what its arrays are, and brings `__array_ufunc__`: what
    NumPy's operations do to them. What only selects or moves elements is done here.
    """

    def parts(self, operand: Any) -> tuple[Any, ...]:
        """Return the arrays of an operand of this class, or those that a plain array stands for."""
        raise NotImplementedError

    def made_of(self, *parts: Any) -> TrackedArray:
        """Return an array of this class that is made of other arrays."""
        raise NotImplementedError

    def _moved(self, move: Callable[[Any], Any]) -> TrackedArray:
        return self.made_of(*[move(part) for part in self.parts(self)])

    def applied(self, function: Callable[[Any], Any]) -> TrackedArray:
        """Apply a function that knows plain arrays alone."""
        raise NotImplementedError

    value: Any
    dtype = np.dtype("float64")

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @property
    def ndim(self) -> int:
        return self.value.ndim

    @property
    def T(self) -> TrackedArray:  # noqa: N802  # NumPy's name
        return self.swapaxes(0, 1)

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, index: Any) -> TrackedArray:
        return self._moved(lambda part: part[index])

    def __iadd__(self, other: Any) -> Any:
        return self + other

    def swapaxes(self, first: int, second: int) -> TrackedArray:
        return self._moved(lambda part: part.swapaxes(first, second))

    def reshape(self, *shape: Any) -> TrackedArray:
        return self._moved(lambda part: part.reshape(*shape))

    def astype(self, dtype: Any, copy: bool = True) -> TrackedArray:
        return self

    def copy(self) -> TrackedArray:
        return self

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function is np.where:
            condition, choices = args[0], args[1:]
            return self._together(lambda same: np.where(condition, *same), choices)
        if function is np.flip:
            return args[0]._moved(lambda part: np.flip(part, *args[1:], **kwargs))
        if function is np.any:
            return np.any(args[0].value, *args[1:], **kwargs)
        if function in (np.stack, np.concatenate):
            return self._together(lambda same: function(same, *args[1:], **kwargs), args[0])
        return NotImplemented

    def _together(self, function: Callable[[Any], Any], arrays: Any) -> TrackedArray:
        """Apply `function` to the first parts of several arrays, to the second, and so on."""
        return self.made_of(*[function(same) for same in zip(*map(self.parts, arrays))])


def like(x: Any, array: Any) -> Any:
    """Return a constant as an array of the kind of `x`, where something is done with it alone."""
    return x.made_of(*x.parts(array)) if isinstance(x, TrackedArray) else array


def followed(
    layer: Any, x: Any, mask: Any, initial_state: Any, follow: Callable[[Any], Any]
) -> Any:
    """Return what a layer makes of arrays of another kind.

    Parameters
    ----------
    layer : layer of the oracle, `rnn_oracle.Sequential` or `rnn_oracle.Functional`
    x, mask, initial_state
        As for its call.
    follow : callable
        Turns arrays into those of that kind.
    """
    if hasattr(layer, "run"):
        return layer.run(x, mask, follow)[0]
    call = {} if initial_state is None else {"initial_state": follow(initial_state)}
    return follow(layer(follow(x), mask=mask, **call))


def of_floats(make: Callable[[Any], Any], arrays: Any) -> Any:
    """Return a tree with each array of floats exchanged for what is made of it."""
    return nest.map_structure(
        lambda a: make(a) if type(a) is np.ndarray and a.dtype.kind == "f" else a, arrays
    )


def promoted(arrays: Any) -> Any:
    """Return whole numbers and booleans as floats; what else there is in a tree stays."""

    def promote(array: Any) -> Any:
        whole = type(array) is np.ndarray and array.dtype.kind in "iub"
        return array.astype(np.float64) if whole else array

    return nest.map_structure(promote, arrays)


def applied(function: Callable[[Any], Any], x: Any) -> Any:
    """Return what a function that knows plain arrays alone makes of an array of any kind."""
    if isinstance(x, TrackedArray):
        return x.applied(lambda plain: np.asarray(function(plain), np.float64))
    return np.asarray(function(x))
