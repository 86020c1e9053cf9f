"""An activation of a user's own, held to what an activation is (rule A1)."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np

from .aliases import Array
from .errors import OracleValueError
from .inputs import copied


class OwnActivation:
    """A function that may change what it is given, and what it returned before, in place.

    Parameters
    ----------
    function : callable
        Takes an array and returns one of its shape, of real numbers.
    """

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __deepcopy__(self, memo: dict[int, Any]) -> OwnActivation:
        return self  # as functions are shared by copies

    def __repr__(self) -> str:
        return repr(self.function)

    def __call__(self, x: Array) -> Array:
        """Return what the function makes of a copy, as a copy.

        Raises
        ------
        ValueError
            For a result of another shape than what was given, also one that would broadcast.
        TypeError
            For what is no array of real numbers.
        """
        result = self.function(x.copy())
        if isinstance(result, np.ndarray) or not hasattr(result, "__array_function__"):
            what = f"what the activation {self!r} returns"
            result = copied(result, what).astype(x.dtype, copy=False)
        if result.shape != x.shape:
            raise OracleValueError(
                f"the activation {self!r} was given shape {x.shape} and returned {result.shape}"
            )
        return result
