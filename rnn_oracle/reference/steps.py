"""What a call reads and writes step by step, in no more memory than it needs."""

from __future__ import annotations

import collections
from typing import Any, Iterator

import numpy as np

from ..arithmetic import nest
from .aliases import Array
from .cell import Cell

BLOCK = 1 << 21
"""How many numbers of projected input there are at a time: some megabytes, many steps."""


def projected(cell: Any, x: Any) -> Iterator[Any]:
    """Yield the projected input of each step.

    One product for many steps takes less time than one for each; one for all steps would need
    far more memory than the input itself.

    Parameters
    ----------
    cell : cell
    x : array, shape (steps, batch, features), or several nested
        In the order of processing.
    """
    steps, batch = nest.flatten(x)[0].shape[:2]
    width = cell.gates * cell.units if isinstance(cell, Cell) else 1
    count = max(1, BLOCK // max(1, batch * width))
    for begin in range(0, steps, count):
        block = nest.map_structure(lambda array, b=begin: array[b : b + count], x)
        yield from nest.unstack(cell.project(block))


class Sequence(list):
    """The outputs of all steps, written into one array as they come, of which each is a view.

    Parameters
    ----------
    array : array, shape (batch, steps, units)
        What they are written into; (steps, batch, units) if `time_major`.
    """

    def __init__(self, array: Array, time_major: bool) -> None:
        super().__init__()
        self.array = array
        self._places = iter(array if time_major else array.swapaxes(0, 1))

    def append(self, output: Array) -> None:
        """Write the output of the next step."""
        place = next(self._places)
        place[...] = output
        super().append(place)


def kept_outputs(layer: Any, x: Any, states: list[Any]) -> Any:
    """Return what takes the output of each step of a call, and keeps those that are needed.

    Parameters
    ----------
    layer : RNN
    x, states
        What its call is given, checked.
    """
    if not layer.return_sequences:
        return collections.deque(maxlen=1)
    arrays = nest.flatten([x, states, layer.weights])
    if not isinstance(layer.cell, Cell) or any(type(array) is not np.ndarray for array in arrays):
        return []  # of a dtype or an arithmetic that the cell alone knows
    shape = x.shape[:2] + (layer.output_size,)
    return Sequence(np.empty(shape, layer.dtype), layer.time_major)
