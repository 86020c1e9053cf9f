"""Judges one setting: the layer as it is in every mode, and broken in every way that fits it."""

from __future__ import annotations

import time

import numpy as np

from rnn_oracle.arithmetic import nest
from rnn_oracle.testing.live_layer import layer_call_of, observed, policy_of
from rnn_oracle.testing.report import guesses
from rnn_oracle.verdict.compare import compare

from .breaks import BREAKS, GROSS
from .settings import MODES

NAMED_UP_TO, NAMED_IN = 2e7, 8
"""How many products of weights a call may have for its guesses to be worked out, and in one of how
many settings they are: each asks for dozens of runs of the reference."""


BREAKS_EACH = 8
"""How many breaks are tried in a setting."""

SEEN = 4
"""What moves no number by more than so many times the largest rounding error of the right layer
makes no difference that could be told from rounding: an initial state that is forgotten, say."""


def judged(live, target):
    """Judge a setting.

    Returns
    -------
    dict
        The setting by name, the seconds of the oracle, and what came of it: under ``"right"`` of
        each mode, under ``"broken"`` of each break, each with the arrays that were found to be
        `off`, the largest error over what is allowed, and the share of numbers not judged.
    """
    import tensorflow as tf

    drawn = live.setting
    started = time.perf_counter()
    states = None if live.states is None else nest.map_structure(tf.constant, live.states)
    mask = None if live.mask is None else tf.constant(live.mask)
    layer_call = layer_call_of(live.layer, tf.constant(live.x), mask, states)
    result, demanded = layer_call.answer()
    took = time.perf_counter() - started

    def outcome(returned):
        # Facts are the same, and masks; numbers are what is broken.
        actual = observed(layer_call, returned, "")
        masks = {n: a for n, a in demanded.arrays.items() if n not in demanded.allowed}
        return actual.changed(arrays=dict(actual.arrays, **masks))

    def verdict(returned):
        comparison = compare(demanded, outcome(returned), copies=False)
        return {
            "off": [mismatch.name for mismatch in comparison.mismatches],
            "worst": _plain(comparison.worst),
            "unjudged": sum(comparison.unjudged.values()) / max(comparison.numbers, 1),
        }

    work = live.x.size // drawn.features * drawn.units * (drawn.units + drawn.features)
    is_named = work <= NAMED_UP_TO and drawn.number % NAMED_IN == 0
    runs = {mode: live.call(mode=mode) for mode in MODES}
    right = {mode: verdict(returned) for mode, returned in runs.items()}
    reference, broken, nothing = runs["eager"], {}, []
    rounding = _moved(result, reference)
    for size, name, function in _drawn_breaks(drawn.number):
        if len(broken) == BREAKS_EACH:
            break
        returned = function(live)
        if returned is None:
            continue
        moved = _moved(reference, returned)
        if moved <= SEEN * rounding:
            nothing.append(name)
            continue
        broken[name] = dict(verdict(returned), size=size, moved=_plain(moved))
        if size == GROSS and is_named and broken[name]["off"]:
            broken[name]["guesses"] = guesses(target, layer_call, outcome(returned))
    return {
        "setting": drawn._asdict(),
        "policy": str(policy_of(live.layer)),
        "seconds": round(took, 3),
        "right": right,
        "broken": broken,
        "no difference": nothing,
    }


def _drawn_breaks(number):
    """Return all breaks in an order of the setting's own, each with its size and name."""
    every = [(size, *pair) for size, breaks in BREAKS.items() for pair in breaks.items()]
    return [every[i] for i in np.random.RandomState(number).permutation(len(every))]


def _plain(number):
    return float(f"{number:.3g}") if np.isfinite(number) else None


def _moved(reference, returned):
    """Return how far the results of a broken layer are from those of the right one, at most."""
    pairs = zip(nest.flatten(reference), nest.flatten(returned))
    with np.errstate(invalid="ignore"):
        return max(float(np.max(np.abs(a - b), initial=0.0)) for a, b in pairs)
