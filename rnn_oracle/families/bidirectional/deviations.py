"""What a release returns instead of what the rules demand of `Bidirectional`."""

import functools

import numpy as np

from ...reference.recurrent import RNN
from ..options.deviations import Unrolled, answered_again
from .case import BOTH
from .oracle import build
from .outcome import told
from .problem import problem


def single_states_wrapped(case, outcome):
    """Each single state of stacked cells comes in a list of one."""
    nestings = outcome.facts["first.nesting"].split("; ")
    for i, kind in enumerate(case.stack):
        if kind == BOTH:
            count = len(case.outputs) if i == len(case.stack) - 1 else 1
            leaves = nestings[i][1:-1].split(", ")
            leaves[count:] = map("[{}]".format, leaves[count:])
            nestings[i] = "({})".format(", ".join(leaves))
    return outcome.changed(facts=dict(outcome.facts, **{"first.nesting": "; ".join(nestings)}))


def shape_of_two_forward_layers(case, dialect, sizes, outcome):
    """`compute_output_shape` takes the backward layer to have as many units as the forward one."""
    layers = build(case, dialect, sizes)
    for kind, layer in zip(case.stack, layers):
        if kind == BOTH:
            layer.backward_layer = layer.forward_layer
    facts = told(case, layers, problem(case, sizes))
    return outcome.changed(facts=dict(outcome.facts, **facts))


def answered_by(deviation, case, dialect, sizes, outcome):
    """Return the outcome with the numbers of layers that deviate so too."""

    def layers(together):
        kind = Unrolled if "unrolled_zeros_misplaced" in together else RNN
        made = build(case, dialect, sizes, kind)
        if "stacked_input_rounded" in together:
            _round_inputs(case, made)
        return made

    return answered_again(case, outcome, deviation, problem(case, sizes), layers)


def _round_inputs(case, layers):
    for kind, layer in zip(case.stack, layers):
        for side in layer.parts() if kind == BOTH else []:
            side.forward = functools.partial(_of_rounded, side.forward)


def _of_rounded(forward, x, *others):
    if isinstance(x, np.ndarray):
        x = x.astype("float32").astype("float64")
    return forward(x, *others)
