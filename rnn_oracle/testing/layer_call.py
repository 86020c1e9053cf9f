"""What the rules demand of one call of any layer, and what the layer returned, as `Outcome`."""

from __future__ import annotations

import copy
import itertools
from typing import Any, NamedTuple

import numpy as np

from ..arithmetic import nest
from ..arithmetic.error_bounds import bounds
from ..arithmetic.replicas import noise_for, noisy, spread
from ..arithmetic.tracked_arrays import followed, promoted
from ..families.facts import Structures, dtypes, structure
from ..families.outcome import Outcome, demanded_in
from ..reference.bidirectional import Bidirectional
from ..reference.cells import all_cells
from ..reference.functional import Functional
from ..reference.recurrent import RNN

MASK_OF = "mask of "
"""Begins the name of the mask that is attached to a part of a result."""


SHORT = 16
"""Up to so many steps the worst-case bound is worked out too; of longer sequences it says little,
and takes its time."""


class LayerCall(NamedTuple):
    """One call of the oracle.

    Parameters
    ----------
    layer : layer of the oracle, `rnn_oracle.Sequential` or `rnn_oracle.Functional`
    dtype : str
        What the layer that is judged computes in: a key of
        `rnn_oracle.arithmetic.error_bounds.UNIT_ROUNDOFF`.
    x : array, or nested arrays
    mask : array of bool, or None
        Nested as `x` in a `Functional`, None for an array without one.
    initial_state : list of arrays, or None
    attached : bool
        Whether the mask comes with what a layer takes, as against one that is given as an argument.
    """

    layer: Any
    dtype: str
    x: np.ndarray
    mask: np.ndarray | None
    initial_state: list | None
    attached: bool

    def outcome(self):
        """Return the `Outcome` that the rules demand, with the error to allow."""
        return self.answer()[1]

    def answer(self):
        """Return what the oracle returns, and the `Outcome` with the error to allow."""
        result, outcome = self.observed()
        bounded, noisy_ = copy.deepcopy(self.layer), copy.deepcopy(self.layer)
        noise, allowed = self._noise(), {}
        for prefix, resets in self.calls:
            for layer in (bounded, noisy_) if resets else ():
                reset_states(layer)
            names = [prefix + name for name in leaf_names(self.layer)]
            exact = [outcome.arrays[name] for name in names]
            allowed.update(zip(names, self._allowed(exact, bounded, noisy_, noise)))
        return result, outcome.changed(allowed=allowed)

    def observed(self):
        """Return what the oracle returns, and the `Outcome` without the error to allow.

        A stateful layer is called as often as `CALLS` says, and returns a list.
        """
        layer, results, outcomes = copy.deepcopy(self.layer), [], []
        states = {} if self.initial_state is None else {"initial_state": self.initial_state}
        for prefix, resets in self.calls:
            if resets:
                reset_states(layer)
            if hasattr(layer, "run"):  # a model, which runs to tell its masks too
                result, masks = layer.run(self.x, self.mask)
            else:
                result = layer(self.x, mask=self.mask, **states)
                masks = layer.compute_mask(self.x, self.mask)
            results.append(result)
            outcomes.append(self._outcome(prefix, result, nest.flatten(masks)))
        return results if self.is_stateful else results[0], together(outcomes)

    @property
    def is_stateful(self):
        """Whether a recurrent layer keeps its states from call to call."""
        return any(part.stateful for part in recurrent_layers(self.layer))

    @property
    def calls(self):
        """The calls, as of `CALLS`; one without a prefix where no state is kept."""
        return CALLS if self.is_stateful else (("", False),)

    def begins_with_states(self, part):
        """Tell whether a part of the layer is given an initial state."""
        return self.initial_state is not None or any(
            link is part or part in recurrent_layers(link) for link in _started(self.layer)
        )

    def of_links(self):
        """Return the call of each layer of a graph; of a chain, each layer with the same call."""
        if not isinstance(self.layer, Functional):
            return [self._replace(layer=link) for link in links(self.layer)]
        graph = copy.deepcopy(self.layer)
        arrays, masks = graph.traced(self.x, self.mask)
        return [
            self._replace(
                layer=node.layer,
                x=nest.map_structure(arrays.get, node.x),
                mask=nest.map_structure(masks.get, node.x),
                initial_state=nest.map_structure(arrays.get, node.initial_state),
            )
            for node in graph.nodes
        ]

    def _outcome(self, prefix, result, masks):
        masks += [None] * (len(nest.flatten(result)) - len(masks))
        seen = observe(self.layer, result, masks, prefix)
        # Computed in float64, but demanded in the layer's own dtype (rule D6).
        facts = demanded_in(self.dtype, seen.facts)
        return Outcome(seen.arrays, facts, batch_axis=seen.batch_axis, precision=self.dtype)

    def _noise(self):
        batch = nest.flatten(self.x)[0].shape[int(time_major(self.layer))]
        return noise_for(self.dtype, batch)

    def _allowed(self, leaves, bounded, noisy_, noise):
        """Return how far each number of a result may be off: the least that either model says."""
        called = self.x, self.mask, self.initial_state
        replicas = nest.flatten(
            followed(noisy_, *called, lambda arrays: noisy(promoted(arrays), noise))
        )
        batch_axis = int(time_major(self.layer))
        allowed = [
            spread(replica, leaf, batch_axis if leaf.ndim > 2 else 0)
            for replica, leaf in zip(replicas, leaves)
        ]
        sequences = [call.x for call in self.of_links() if recurrent_layers(call.layer)]
        leaves = nest.flatten(sequences or self.x)
        if max(leaf.shape[1 - batch_axis] for leaf in leaves) > SHORT:
            return allowed
        worst = bounds(bounded, self.x, self.dtype, self.mask, self.initial_state)
        return list(map(np.fmin, allowed, nest.flatten(worst)))


CALLS = (("first call: ", False), ("second call: ", False), ("after a reset: ", True))
"""How a stateful layer is called: what the names of the results begin with, and whether its states
are reset before the call."""


def together(outcomes):
    """Return one outcome of those of several calls."""
    merged = {kind: {} for kind in ("arrays", "facts", "allowed")}
    for outcome in outcomes:
        for kind, found in merged.items():
            found.update(getattr(outcome, kind))
    return outcomes[0].changed(**merged)


def reset_states(layer):
    """Reset the states of the recurrent layers that a layer of the oracle is made of."""
    for part in recurrent_layers(layer):
        if part.stateful:
            part.reset_states()


def observe(layer, result, masks, prefix=""):
    """Return the `Outcome` of a call.

    Parameters
    ----------
    layer : layer of the oracle
        The copy of the one that was called.
    result : array, or nested arrays
    masks : list of array or None
        The mask that is attached to each array of the result.
    prefix : str
        What all names begin with.
    """
    leaves = nest.flatten(result)
    more = (f"result {i}" for i in itertools.count(len(leaf_names(layer)) + 1))
    names = [name for name, _ in zip(itertools.chain(leaf_names(layer), more), leaves)]
    arrays = {prefix + name: leaf for name, leaf in zip(names, leaves)}
    attached = [(name, mask) for name, mask in zip(names, masks) if mask is not None]
    arrays.update((prefix + MASK_OF + name, mask) for name, mask in attached)
    facts = {
        prefix + "nesting": Structures.of(structure(result)),
        prefix + "dtype": dtypes(leaves),
    }
    return Outcome(arrays, facts, batch_axis=int(time_major(layer)))


def time_major(layer):
    """Tell whether a layer has the steps on the first axis."""
    return any(part.time_major for part in recurrent_layers(layer))


def links(layer):
    """Return the layers that a model of the oracle is made of, in order; a layer is one itself."""
    if not hasattr(layer, "layers"):
        return [layer]
    return [found for link in layer.layers for found in links(link)]


def recurrent_layers(layer):
    """Return the layers over cells that a layer of the oracle is made of, in order."""
    sides = [link.parts() if isinstance(link, Bidirectional) else [link] for link in links(layer)]
    return [part for parts in sides for part in parts if isinstance(part, RNN)]


def _started(layer):
    """Return the layers that a graph gives an initial state."""
    own = [node.layer for node in getattr(layer, "nodes", []) if node.initial_state is not None]
    return own + [found for link in getattr(layer, "layers", []) for found in _started(link)]


def leaf_names(layer):
    """Name the arrays that a layer returns, in order: ``["output", "state h", "state c"]``."""
    if isinstance(layer, Functional):
        return _output_names(layer.outputs)
    sides = [("", layer)]
    outputs = ["output"]
    if isinstance(layer, Bidirectional):
        sides = list(zip(("forward ", "backward "), layer.parts()))
        if layer.merge_mode is None:
            outputs = [side + "output" for side, _ in sides]
    if not getattr(layer, "return_state", False):
        return outputs
    return outputs + [side + name for side, part in sides for name in _state_names(part)]


def _output_names(outputs):
    """Name the outputs of a graph: by its keys, if it is a dict, else by their numbers."""
    if not nest.is_nested(outputs):
        return ["output"]
    flat = isinstance(outputs, dict) and not any(map(nest.is_nested, outputs.values()))
    numbers = range(1, len(nest.flatten(outputs)) + 1)
    return [f"output {which}" for which in (sorted(outputs) if flat else numbers)]


def _state_names(layer):
    cells = all_cells(layer.cell)
    numbers = [""] if len(cells) == 1 else map(str, itertools.count(1))
    return [
        f"state {letter}{number}"
        for cell, number in zip(cells, numbers)
        for letter, _ in zip("hc", nest.flatten(cell.state_size))
    ]
