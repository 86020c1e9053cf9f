"""What a release returns instead in a case of `Bidirectional`, see `rnn_oracle.deviations`."""

import functools

import numpy as np

from ..options.oracle import allow, answers
from ..outcome import Outcome
from .case import BOTH
from .oracle import build
from .outcome import SHAPES, told
from .problem import problem


def implicit_mask_dropped(case, dialect, sizes, outcome):
    """With an initial state, a mask that is attached to the input is passed on, but not applied."""

    def applied(name, i, mask):
        return mask if i == 0 and case.mask_from == "argument" else None

    return _run_again(case, dialect, sizes, outcome, applied=applied)


def single_states_wrapped(case, dialect, sizes, outcome):
    """Each single state of stacked cells comes in a list."""
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


def shape_of_states_refused(case, dialect, sizes, outcome):
    """`compute_output_shape` raises TypeError, and so does what asks for it."""
    refused = {name: "TypeError" for name in outcome.facts if name.endswith(SHAPES)}
    return outcome.changed(facts=dict(outcome.facts, **refused))


def call_refused(case, dialect, sizes, outcome):
    """A call raises TypeError."""
    return Outcome.refused("call", TypeError())


def unrolled_zeroes_wrong_steps(case, dialect, sizes, outcome):
    """An unrolled layer that goes backwards zeroes the steps of the mask as it came."""

    def change(layer):
        for side in layer.parts():
            if side.go_backwards and side.return_sequences:
                _zero_by_mask_as_it_came(side)

    return _run_again(case, dialect, sizes, outcome, change)


def _zero_by_mask_as_it_came(side):
    held = side.forward

    def forward(x, mask, states):
        output, states = held(x, mask, states)
        return output if mask is None else np.where(mask[..., None], output, 0.0), states

    side.configure(zero_output_for_mask=False)
    side.forward = forward


def stacked_input_rounded(case, dialect, sizes, outcome):
    """A list of cells rounds its input to float32, whatever its dtype."""

    def change(layer):
        for side in layer.parts():
            side.forward = functools.partial(_of_rounded, side.forward)

    return _run_again(case, dialect, sizes, outcome, change)


def _of_rounded(forward, x, mask, states):
    if isinstance(x, np.ndarray):
        x = x.astype("float32").astype("float64")
    return forward(x, mask, states)


def _run_again(case, dialect, sizes, outcome, change=lambda layer: None, applied=None):
    """Return the outcome with the numbers of changed layers, or of other masks applied."""

    def changed():
        layers = build(case, dialect, sizes)
        for kind, layer in zip(case.stack, layers):
            if kind == BOTH:
                change(layer)
        return layers

    given = problem(case, sizes)
    arrays, _ = answers(case, changed(), given, applied=applied)
    return outcome.changed(arrays, allowed=allow(case, changed(), given, applied))
