"""Which hypotheses explain all that a layer returned."""

from __future__ import annotations

import functools

import numpy as np

from ..arithmetic import nest
from ..verdict.compare import compare, ratios
from .hypotheses.hypothesis import hypotheses
from .layer_call import MASK_OF, time_major

ROWS = 2
NEAR, TINY = 1e-2, 1e-6
"""How far off, of the largest number, and at all, a right hypothesis never is."""


def explanations(layer_call, actual, is_known):
    """Return what explains all that a layer returned, as lists of hypotheses that hold together.

    Parameters
    ----------
    layer_call : LayerCall
        The call as it should be.
    actual : Outcome
        What the layer returned.
    is_known : callable
        Tells whether a hypothesis is a divergence that is known of the release.

    Returns
    -------
    list of list of Hypothesis
        Each hypothesis that explains it alone; if none does, each pair of one that is known and
        another, for what is known shows beside what is not.
    """
    explains = functools.partial(_explains, actual, _telling_rows(layer_call, actual))
    asked = list(hypotheses(layer_call))
    found = [[hypothesis] for hypothesis in asked if explains(hypothesis)]
    if found:
        return found
    pairs = {}
    for known in filter(is_known, asked):
        for other in filter(explains, hypotheses(known.layer_call())):
            pairs.setdefault(frozenset([known.text, other.text]), [known, other])
    return list(pairs.values())


def _explains(actual, rows, hypothesis):
    """Tell whether a hypothesis explains it all: on these rows, and if it may be so, on all.

    Sequences do not depend on each other, so that a few of them tell of nearly all hypotheses
    that they are wrong; and so do the numbers alone, without how far they may be off.
    """
    few = hypothesis._replace(given=_of_rows(hypothesis.given, rows)).layer_call()
    with np.errstate(all="ignore"):
        off = _errors(few, actual, rows)
        if off is None or (off > 1).any():
            return False
        return not compare(hypothesis.outcome(), actual, copies=False).mismatches


def _telling_rows(layer_call, actual):
    """Return the rows that are off most, for they tell most."""
    every = np.arange(nest.flatten(layer_call.x)[0].shape[_batch_axis(layer_call)])
    off = _errors(layer_call, actual, every)
    return every[:ROWS] if off is None else np.argsort(-off, kind="stable")[:ROWS]


def _errors(layer_call, actual, rows):
    """Return by how much each row is off, above 1 where rounding alone cannot be the cause.

    None if what is returned differs in more than numbers.
    """
    _, expected = layer_call.observed()
    names = {name for name in actual.arrays if MASK_OF not in name}
    wanted = {name for name in expected.arrays if MASK_OF not in name}
    if names != wanted or _nestings(expected) != _nestings(actual):
        return None
    off = np.zeros(len(rows))
    for name in sorted(names):
        want = expected.arrays[name]
        have = np.asarray(actual.arrays[name], np.float64)
        if have.ndim != want.ndim:
            return None
        axis = _batch_axis(layer_call) if want.ndim > 2 else 0
        have, want = np.moveaxis(have, axis, 0), np.moveaxis(want, axis, 0)
        if have.shape[1:] != want.shape[1:] or len(have) <= max(rows, default=-1):
            return None
        have = have[rows]
        size = np.max(np.abs(have), where=np.isfinite(have), initial=0.0)
        ratio = ratios(want, have, np.full(want.shape, TINY + NEAR * size))
        off = np.maximum(off, ratio.reshape(len(rows), -1).max(axis=1, initial=0.0))
    return off


def _nestings(outcome):
    return {name: fact for name, fact in outcome.facts.items() if name.endswith("nesting")}


def _of_rows(layer_call, rows):
    """Return a call for these rows alone."""
    axis = _batch_axis(layer_call)

    def taken(array):
        return None if array is None else np.take(array, rows, axis)

    def states(array):
        return None if array is None else array[rows]

    return layer_call._replace(
        x=nest.map_structure(taken, layer_call.x),
        mask=nest.map_structure(taken, layer_call.mask),
        initial_state=nest.map_structure(states, layer_call.initial_state),
    )


def _batch_axis(layer_call):
    return int(time_major(layer_call.layer))
