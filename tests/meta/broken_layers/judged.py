"""Judges one setting: the layer as it is in every mode, and broken in every way that fits it."""

from __future__ import annotations

import time

import numpy as np

from rnn_oracle.arithmetic import nest
from rnn_oracle.testing.live_layer import layer_call_of, policy_of
from rnn_oracle.testing.report import guesses
from rnn_oracle.verdict.compare import compare

from .breaks import BREAKS, GROSS
from .settings import MODES

NAMED_UP_TO = 2e7
"""How many products of weights a call may have for its guesses to be worked out, all of them."""


def judged(live, target):
    """Judge a setting.

    Returns
    -------
    dict
        The setting by name, the seconds of the oracle, and under ``"right"`` and ``"broken"`` what
        came of each mode and break: `FAILED`, ... see the module `results`.
    """
    import tensorflow as tf

    from rnn_oracle.testing.live_layer import observed

    drawn = live.setting
    started = time.perf_counter()
    states = None if live.states is None else nest.map_structure(tf.constant, live.states)
    mask = None if live.mask is None else tf.constant(live.mask)
    layer_call = layer_call_of(live.layer, tf.constant(live.x), mask, states)
    _, demanded = layer_call.answer()
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

    right = {mode: verdict(live.call(mode=mode)) for mode in MODES}
    reference = live.call()
    broken = {}
    for size, breaks in BREAKS.items():
        for name, function in breaks.items():
            returned = function(live)
            if returned is None:
                continue
            moved = _moved(reference, returned)
            if moved == 0:
                continue  # as a bias dropped that is zero
            broken[name] = dict(verdict(returned), size=size, moved=_plain(moved))
            work = live.x.size // drawn.features * drawn.units * (drawn.units + drawn.features)
            if size == GROSS and work <= NAMED_UP_TO and broken[name]["off"]:
                broken[name]["guesses"] = guesses(target, layer_call, outcome(returned))
    return {
        "setting": drawn._asdict(),
        "policy": str(policy_of(live.layer)),
        "seconds": round(took, 3),
        "right": right,
        "broken": broken,
    }


def _plain(number):
    return float(f"{number:.3g}") if np.isfinite(number) else None


def _moved(reference, returned):
    """Return how far the results of a broken layer are from those of the right one, at most."""
    pairs = zip(nest.flatten(reference), nest.flatten(returned))
    with np.errstate(invalid="ignore"):
        return max(float(np.max(np.abs(a - b), initial=0.0)) for a, b in pairs)
