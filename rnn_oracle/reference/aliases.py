"""Names for the types that the signatures share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Optional, Tuple, Union

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from .dialects import Dialect
else:  # NumPy 1.18 does not have it yet
    ArrayLike = Any

Array = np.ndarray
"""An array; also one with an arithmetic of its own, see `rnn_oracle.arithmetic`."""

Activation = Union[str, Callable[[Any], Any], None]
"""Keras's name of a function, the function itself, or None, which is linear."""

DialectLike = Union[str, "Dialect"]
"""A dialect or its name."""

Shape = Tuple[Optional[int], ...]
"""A shape, with None for what is not known."""

States = Any
"""An array, or several in lists, tuples or dicts, nested as a cell's `state_size`."""

__all__ = ["Activation", "Array", "ArrayLike", "DialectLike", "Shape", "States"]
