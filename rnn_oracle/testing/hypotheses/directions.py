"""What can be changed in `Bidirectional`: how its two layers run, and how their results meet."""

from __future__ import annotations

import functools

import numpy as np

from ...reference.bidirectional import MERGE, Bidirectional
from ..layer_call import links
from .change import Change, redirect


def bidirectional_layers(layer):
    """Return the layers of that kind that a layer of the oracle is made of, in order."""
    return [link for link in links(layer) if isinstance(link, Bidirectional)]


def changes_of_both(layer, layer_call):
    """Return what can be changed in a `Bidirectional` of a call: each `Change` by its text."""
    forward, backward = layer.parts()
    alike = forward.output_size == backward.output_size
    modes = MERGE if alike else [layer.merge_mode, "concat", None]
    found = {
        f"merge_mode were {mode}": Change(functools.partial(setattr, layer, "merge_mode", mode))
        for mode in modes
        if mode != layer.merge_mode
    }
    if layer.merge_mode in ("concat", None):
        text = "the outputs of the two directions were swapped"
        found[text] = redirect(layer, "merged", _swapping_outputs, layer)
    if layer.return_sequences:
        found["the output of the backward layer were not reversed in time"] = redirect(
            backward, "joined", _reversing
        )
        found["the backward layer ran in the direction of the forward layer"] = Change(
            functools.partial(_run_alike, forward, backward)
        )
    if [weight.shape for weight in forward.weights] == [w.shape for w in backward.weights]:
        found.update(_changes_of_weights(layer, forward, backward))
    if forward.state_size == backward.state_size:
        if layer.return_state:
            text = "the final states of the two directions were swapped"
            found[text] = redirect(layer, "merged", _swapping_states)
        if layer_call.begins_with_states(layer):
            text = "the initial states of the two directions were swapped"
            found[text] = redirect(layer, "halves", _swapping_halves)
    return found


def _changes_of_weights(layer, forward, backward):
    def taking(*sources):
        return Change(lambda: layer.set_weights([w for side in sources for w in side.weights]))

    return {
        "both directions had the weights of the forward layer": taking(forward, forward),
        "both directions had the weights of the backward layer": taking(backward, backward),
        "the weights of the two directions were swapped": taking(backward, forward),
    }


def _run_alike(forward, backward):
    backward.configure(go_backwards=forward.go_backwards)
    redirect(backward, "joined", _reversing).apply()


def _reversing(joined, outputs):
    """Reverse the outputs of a layer that `Bidirectional` reverses once more."""
    return joined(outputs[::-1])


def _swapping_outputs(layer, merged, results):
    mode, layer.merge_mode = layer.merge_mode, None
    forward, backward, *states = merged(results)
    layer.merge_mode = mode
    outputs = [backward, forward]
    if mode is not None:
        outputs = [np.concatenate(outputs, axis=-1)]
    return layer.dialect.results(outputs + states) if outputs[1:] or states else outputs[0]


def _swapping_states(merged, results):
    forward, backward = results
    return merged([[forward[0], *backward[1:]], [backward[0], *forward[1:]]])


def _swapping_halves(halves, initial_state):
    return halves(initial_state)[::-1]
