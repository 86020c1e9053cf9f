"""What releases do otherwise in a layer, done to layers and cells of the reference."""

import functools

import numpy as np

from ...arithmetic import nest
from ...reference import activations
from ...reference.scan import choose

_SLOPE, _ROOT = float(np.float32(0.2)), float(np.float32(np.sqrt(2)))
_FACTOR = float(np.float32(np.sqrt(0.5)))


def _sparsemax(x):
    ordered = -np.sort(-x, axis=-1)
    sums = np.add.accumulate(ordered, axis=-1)
    support = ordered > (sums - 1) / np.arange(1, x.shape[-1] + 1)
    zeros = 0 * x
    size = np.add.reduce(np.where(support, zeros + 1, zeros), axis=-1, keepdims=True)
    total = np.add.reduce(np.where(support, sums, zeros), axis=-1, keepdims=True)
    return np.maximum(x - (total - 1) / size, 0)


IMPRECISE = {
    "leaky_slope_of_float32": (
        activations.leaky_relu,
        lambda x: np.where(x > 0, x, _SLOPE * x),
    ),
    "gelu_factor_of_float32": (
        activations.gelu,
        lambda x: activations.gelu(x, 1 / _FACTOR),
    ),
    "gelu_root_of_float32": (activations.gelu, lambda x: activations.gelu(x, _ROOT)),
}
"""By deviation: an activation, and what stands in its place where the layer has float64."""

SPARSEMAX = "sums_of_sums_in_sparsemax"
EXCHANGED = dict(IMPRECISE, **{SPARSEMAX: (activations.sparsemax, _sparsemax)})
"""By deviation: an activation, and what stands in its place."""


def exchange_activation(part, deviation):
    """Let a cell, or whatever has activations, take the other one of a deviation."""
    right, wrong = EXCHANGED[deviation]
    for name in ("activation", "recurrent_activation"):
        if getattr(part, name, None) is right:
            setattr(part, name, wrong)


def misplace_zeros(layer):
    """Let a layer over cells zero its outputs by the mask as it came, not turned round."""
    layer.forward = functools.partial(_zeroed_as_it_came, layer, layer.forward)


def _zeroed_as_it_came(layer, forward, x, mask, *others):
    misplaced = layer.return_sequences and layer.zero_output_for_mask and mask is not None
    if not misplaced:
        return forward(x, mask, *others)
    layer.zero_output_for_mask = False
    output, states = forward(x, mask, *others)
    layer.zero_output_for_mask = True
    return np.where(mask[..., None], output, np.zeros(output.shape)), states


def repeat_first_state(layer):
    """Let a layer over cells repeat its first state at masked steps, not the output before."""
    layer.forward = functools.partial(_repeating_the_state, layer, layer.forward)


def _repeating_the_state(layer, forward, x, mask, *others):
    if mask is None or layer.zero_output_for_mask or layer.unroll:
        return forward(x, mask, *others)
    step, masks = layer.cell.step, iter(layer.in_order(mask))

    def masked(inputs, states, **more):
        output, after = step(inputs, states, **more)
        valid = next(masks)
        first = nest.as_list(states[-1])[0] if hasattr(layer.cell, "cells") else states[0]
        kept = nest.map_structure(lambda new, old: choose(valid, new, old), after, states)
        return choose(valid, output, first), kept

    layer.cell.step = masked
    try:
        return forward(x, None, *others)
    finally:
        del layer.cell.step


def ignore_zeroing(layer):
    """Let an unrolled layer over cells repeat the output before, where it is to put out zeros."""
    if layer.unroll:
        layer.zero_output_for_mask = False


def round_input(layer):
    """Let a layer over cells see its input rounded to float32."""
    layer.forward = functools.partial(_of_rounded, layer.forward)


def _of_rounded(forward, x, *others):
    return forward(rounded(x), *others)


def rounded(array):
    """Return an array of numbers rounded to float32; one that is more than numbers as it is."""
    is_plain = isinstance(array, np.ndarray)
    return array.astype("float32").astype("float64") if is_plain else array
