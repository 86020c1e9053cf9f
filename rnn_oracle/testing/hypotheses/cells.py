"""What can be changed in a cell or a dense layer: its weights, gates and activations."""

from __future__ import annotations

import functools
import itertools

import numpy as np

from ...families.stacks.broken import EXCHANGED, IMPRECISE, SPARSEMAX, exchange_activation
from ...reference import activations
from ...reference.cells import GRUCell, LSTMCell
from .change import Change, redirect

GATES = {LSTMCell: "ifgo", GRUCell: "zrh"}
"""The letters of the gates (rules C2, C4) in the order of their blocks."""

COMMON = {name: activations.KERAS3[name] for name in ("linear", "relu", "sigmoid", "tanh")}
SIGMOIDS = {
    "sigmoid": activations.sigmoid,
    "hard_sigmoid of keras2": activations.KERAS2["hard_sigmoid"],
    "hard_sigmoid of keras3": activations.KERAS3["hard_sigmoid"],
}
"""Those of gates. Of each, f(-a) is 1 - f(a)."""

BROKEN = {
    "leaky_slope_of_float32": "the slope of leaky_relu were rounded to float32",
    "gelu_factor_of_float32": "one over the root of 2 in gelu were rounded to float32",
    "gelu_root_of_float32": "the root of 2 in gelu were rounded to float32",
    SPARSEMAX: "sparsemax added up the sums of the largest numbers, not the numbers",
}
"""What is said of each activation that some release gets wrong, by deviation."""


def changes_of_dense(layer, layer_call):
    """Return what can be changed in a `Dense` layer of a call: each `Change` by its text."""
    found = _other_functions(layer, "activation", COMMON)
    if layer.use_bias:
        found["the bias were dropped"] = _weights(layer, lambda *w: [*w[:-1], 0 * w[-1]])
    for deviation, text in BROKEN.items():
        right, _ = EXCHANGED[deviation]
        used = right in (layer.activation, getattr(layer, "recurrent_activation", None))
        # In float32 there is no telling them apart.
        if used and (deviation not in IMPRECISE or layer_call.dtype == "float64"):
            apply = functools.partial(exchange_activation, layer, deviation)
            found[text] = Change(apply, deviation)
    return found


def changes_of_cell(cell, layer_call):
    """Return what can be changed in a cell of a layer that is called: each `Change` by its text."""
    found = changes_of_dense(cell, layer_call)
    found["the recurrent kernel were transposed"] = _weights(
        cell, lambda kernel, recurrent, *bias: [kernel, _transposed(cell, recurrent), *bias]
    )
    if cell.kernel.shape == cell.recurrent_kernel.shape:
        found["the two kernels were swapped"] = _weights(cell, lambda w, u, *b: [u, w, *b])
    gates = GATES.get(type(cell), "")
    for first, second in itertools.combinations(range(len(gates)), 2):
        text = f"gates {gates[first]} and {gates[second]} were swapped"
        found[text] = _gates(cell, _swapped, first, second)
    if gates:
        found.update(_other_functions(cell, "recurrent_activation", dict(COMMON, **SIGMOIDS)))
    if isinstance(cell, LSTMCell):
        found.update(_changes_of_lstm(cell))
    if isinstance(cell, GRUCell):
        found.update(_changes_of_gru(cell))
    return found


def _changes_of_lstm(cell):
    found = {
        "the gates stood in the order i, o, f, g, as in ONNX": _gates(
            cell, lambda i, o, f, g: [i, f, g, o]
        ),
        "the output were c in place of h": redirect(cell, "step", _putting_out_c),
    }
    if cell.use_bias:
        text = "1 were added to the bias of gate f"
        found[text] = Change(functools.partial(_add_to_forget_bias, cell))
    return found


def _changes_of_gru(cell):
    found = {f"reset_after were {not cell.reset_after}": Change(functools.partial(_flip, cell))}
    if cell.recurrent_activation in SIGMOIDS.values():
        found["z and 1 - z were swapped"] = _gates(cell, lambda z, r, h: [-z, r, h])
    if cell.use_bias and cell.reset_after:
        rows = {
            "the two rows of the bias were swapped": lambda row, recurrent: [recurrent, row],
            "the bias of the input were dropped": lambda row, recurrent: [0 * row, recurrent],
            "the recurrent bias were dropped": lambda row, recurrent: [row, 0 * recurrent],
        }
        for text, change in rows.items():
            found[text] = _weights(cell, lambda w, u, b, change=change: [w, u, change(*b)])
    return found


def _other_functions(part, name, functions):
    return {
        f"{name} were {known}": Change(functools.partial(setattr, part, name, function))
        for known, function in functions.items()
        if function is not getattr(part, name)
    }


def _putting_out_c(step, *arguments):
    _, states = step(*arguments)
    return states[1], states


# Changes to weights.


def _weights(part, change):
    """Return a `Change` that gives a part the weights ``change(*weights)``."""
    return Change(lambda: part.set_weights(change(*part.weights)))


def _gates(cell, change, *arguments):
    """Return a `Change` of the order of the blocks of each weight, or of a sign."""
    return _weights(
        cell,
        lambda *weights: [
            np.concatenate(change(*arguments, *_blocks(cell, weight)), axis=-1)
            for weight in weights
        ],
    )


def _blocks(cell, weight):
    return np.split(weight, cell.gates, axis=-1)


def _swapped(first, second, *blocks):
    blocks = list(blocks)
    blocks[first], blocks[second] = blocks[second], blocks[first]
    return blocks


def _transposed(cell, recurrent):
    return np.concatenate([block.T for block in _blocks(cell, recurrent)], axis=-1)


def _add_to_forget_bias(cell):
    kernel, recurrent, bias = cell.weights
    blocks = _blocks(cell, bias)
    blocks[1] = blocks[1] + 1
    cell.set_weights([kernel, recurrent, np.concatenate(blocks)])


def _flip(cell):
    """Let the reset gate scale the state in the other place; the biases make the best of it."""
    kernel, recurrent, *bias = cell.weights
    if bias:
        bias = [bias[0].sum(axis=0) if cell.reset_after else np.stack([bias[0], 0 * bias[0]])]
    cell.reset_after = not cell.reset_after
    cell.set_weights([kernel, recurrent] + bias)
