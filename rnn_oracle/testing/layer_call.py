"""What the rules demand of one call of any layer, and what the layer returned, as `Outcome`."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np

from ..arithmetic import nest
from ..arithmetic.error_bounds import bounds
from ..families.facts import Structures, dtypes, structure
from ..families.outcome import Outcome, demanded_in
from ..reference.bidirectional import Bidirectional
from ..reference.cells import all_cells
from ..reference.recurrent import RNN
from ..reference.surrounding import Sequential

MASK_OF = "mask of "
"""Begins the name of the mask that is attached to a part of a result."""


class LayerCall(NamedTuple):
    """One call of the oracle.

    Parameters
    ----------
    layer : layer of the oracle, or `rnn_oracle.Sequential`
    dtype : str
        What the layer that is judged computes in: a key of
        `rnn_oracle.arithmetic.error_bounds.UNIT_ROUNDOFF`.
    x : array
    mask : array of bool, or None
    initial_state : list of arrays, or None
    attached : bool
        Whether the mask came with `x`, as against one that was given as an argument.
    """

    layer: Any
    dtype: str
    x: np.ndarray
    mask: np.ndarray | None
    initial_state: list | None
    attached: bool

    def result(self):
        """Return what the oracle returns."""
        return self.layer(self.x, mask=self.mask, **self._states())

    def outcome(self):
        """Return the `Outcome` that the rules demand, with the error to allow."""
        result = self.result()
        leaves = nest.flatten(result)
        masks = self.layer.compute_mask(self.x, self.mask)
        masks = list(masks) if nest.is_nested(masks) else [masks]
        named = observe(self.layer, result, masks + [None] * (len(leaves) - len(masks)))
        # Computed in float64, but demanded in the layer's own dtype (rule D6).
        facts = demanded_in(self.dtype, named.facts)
        allowed = bounds(self.layer, self.x, self.dtype, mask=self.mask, **self._states())
        return named.changed(
            facts=facts, allowed=dict(zip(leaf_names(self.layer), nest.flatten(allowed)))
        )

    def _states(self):
        return {} if self.initial_state is None else {"initial_state": self.initial_state}


def observe(layer, result, masks):
    """Return the `Outcome` of a call.

    Parameters
    ----------
    layer : layer of the oracle
        The copy of the one that was called.
    result : array, or nested arrays
    masks : list of array or None
        The mask that is attached to each array of the result.
    """
    leaves = nest.flatten(result)
    more = (f"result {i}" for i in itertools.count(len(leaf_names(layer)) + 1))
    names = [name for name, _ in zip(itertools.chain(leaf_names(layer), more), leaves)]
    arrays = dict(zip(names, leaves))
    arrays.update((MASK_OF + name, m) for name, m in zip(names, masks) if m is not None)
    facts = {
        "nesting": Structures.of(structure(result)),
        "dtype": dtypes(leaves),
    }
    return Outcome(arrays, facts, batch_axis=int(time_major(layer)))


def time_major(layer):
    """Tell whether a layer has the steps on the first axis."""
    return any(part.time_major for part in recurrent_layers(layer))


def recurrent_layers(layer):
    """Return the layers over cells that a layer of the oracle is made of, in order."""
    if isinstance(layer, RNN):
        return [layer]
    if isinstance(layer, Bidirectional):
        return layer.parts()
    links = layer.layers if isinstance(layer, Sequential) else []
    return [found for link in links for found in recurrent_layers(link)]


def leaf_names(layer):
    """Name the arrays that a layer returns, in order: ``["output", "state h", "state c"]``."""
    sides = [("", layer)]
    outputs = ["output"]
    if isinstance(layer, Bidirectional):
        sides = list(zip(("forward ", "backward "), layer.parts()))
        if layer.merge_mode is None:
            outputs = [side + "output" for side, _ in sides]
    if not getattr(layer, "return_state", False):
        return outputs
    return outputs + [side + name for side, part in sides for name in _state_names(part)]


def _state_names(layer):
    cells = all_cells(layer.cell)
    numbers = [""] if len(cells) == 1 else map(str, itertools.count(1))
    return [
        f"state {letter}{number}"
        for cell, number in zip(cells, numbers)
        for letter, _ in zip("hc", nest.flatten(cell.state_size))
    ]
