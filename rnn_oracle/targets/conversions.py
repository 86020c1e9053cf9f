"""The table of conversions: how other runtimes lay out the weights that Keras has."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

KERAS = {"simple_rnn": "h", "lstm": "ifco", "gru": "zrh"}
"""The gates of each kind of cell in Keras's order, a letter each (rules C1 to C5)."""

GATES = {
    "simple_rnn": {"h": "output"},
    "lstm": {"i": "input", "f": "forget", "c": "candidate", "o": "output"},
    "gru": {"z": "update", "r": "reset", "h": "candidate"},
}
"""What the letters stand for."""


KERAS_NOTES = (
    ("new state of a GRU", "z × state + (1 − z) × candidate (rules C4, C5)"),
    ("reset gate", "`reset_after`: on the product with its bias, or on the state before it"),
    ("activations", "any; `hard_sigmoid` is x / 6 + 1/2 in Keras 3, x / 5 + 1/2 in Keras 2"),
    ("axes of a sequence", "batch, steps, features"),
    ("initial state", "a list: `[h]`, of an LSTM `[h, c]`, each (batch, units)"),
    ("go_backwards", "all steps in reverse, the padding first; the output in that order (rule G1)"),
    ("padding", "a mask of any steps"),
    ("several layers", "layers upon each other, or `RNN` over a list of cells"),
)
"""How Keras has what is not of the weights, by what it is about."""


class Conversion(NamedTuple):
    """How a runtime has the weights of a kind of cell.

    Attributes
    ----------
    into : str
        What it calls the layer.
    gates : str
        The gates in its order, by Keras's letters.
    """

    into: str
    gates: str


class Runtime(NamedTuple):
    """How a runtime has recurrent layers.

    Attributes
    ----------
    title : str
    kinds : dict of str to Conversion
        By the kind of the cell.
    weights : tuple of str
        The names of the kernel, the recurrent kernel, and whatever holds the two biases.
    are_biases_joined : bool
        Whether these lie behind each other in one array.
    has_directions : bool
        Whether all arrays have a first axis for the directions.
    notes : dict of str to str
        What is not of the weights, by what it is about.
    """

    title: str
    kinds: dict[str, Conversion]
    weights: tuple[str, ...]
    are_biases_joined: bool
    has_directions: bool
    notes: dict[str, str]


TORCH = Runtime(
    "PyTorch",
    {
        "simple_rnn": Conversion("nn.RNN", "h"),
        "lstm": Conversion("nn.LSTM", "ifco"),
        "gru": Conversion("nn.GRU", "rzh"),
    },
    ("weight_ih_l{layer}", "weight_hh_l{layer}", "bias_ih_l{layer}", "bias_hh_l{layer}"),
    are_biases_joined=False,
    has_directions=False,
    notes={
        "new state of a GRU": "the same",
        "axes of a sequence": "steps, batch, features; with `batch_first=True` as in Keras",
        "reset gate": "`reset_after=True` alone",
        "activations": "`tanh` and `sigmoid`; `relu` of `nn.RNN`",
        "initial state": "one array of each letter, of shape (layers, batch, units): `h_0`, or "
        "`(h_0, c_0)` of `nn.LSTM`",
        "go_backwards": "turn each sequence round by hand, the steps that count alone; Keras puts "
        "out in the order of processing",
        "padding": "`pack_padded_sequence` with the lengths, of which none may be zero; what "
        "`pad_packed_sequence` makes is zero at padded steps, where Keras repeats the last output "
        "(rule M2)",
        "several layers": "`num_layers`, where all have as many units and go forwards",
    },
)
ONNX = Runtime(
    "ONNX",
    {
        "simple_rnn": Conversion("RNN", "h"),
        "lstm": Conversion("LSTM", "iofc"),
        "gru": Conversion("GRU", "zrh"),
    },
    ("W", "R", "B"),
    are_biases_joined=True,
    has_directions=True,
    notes={
        "new state of a GRU": "the same",
        "axes of a sequence": "steps, batch, features; `Y` is steps, directions, batch, units",
        "reset gate": "`linear_before_reset` is `reset_after`",
        "activations": "the attribute `activations`; `hard_sigmoid` is `HardSigmoid` with "
        "`activation_alpha` 1/6 in Keras 3, 0.2 in Keras 2, which is the default",
        "initial state": "`initial_h` and `initial_c`, of shape (directions, batch, units)",
        "go_backwards": "`direction` is `reverse`; the output lies at the step that it belongs to, "
        "so that Keras's is that, turned round",
        "padding": "`sequence_lens`; `Y` is zero at padded steps, where Keras repeats the last "
        "output (rule M2)",
        "several layers": "a node each",
    },
)
RUNTIMES = (TORCH, ONNX)


def converted(cell, runtime):
    """Return the weights of a cell as a runtime has them.

    Parameters
    ----------
    cell : rnn_oracle.targets.layer_level.Cell
    runtime : Runtime

    Returns
    -------
    list of arrays
        As many as the runtime has names for. Kernels have the gates on their rows: (gates × units,
        features) and (gates × units, units). Where Keras has one bias, the second is zero.
    """
    kernel, recurrent, bias = cell.weights
    order = [KERAS[cell.kind].index(gate) for gate in runtime.kinds[cell.kind].gates]
    biases = list(bias) if bias.ndim == 2 else [bias, np.zeros_like(bias)]
    arrays = [_by_gate(kernel, order).T, _by_gate(recurrent, order).T]
    biases = [_by_gate(bias, order) for bias in biases]
    arrays += [np.concatenate(biases)] if runtime.are_biases_joined else biases
    if runtime.has_directions:
        arrays = [array[None] for array in arrays]
    return [np.ascontiguousarray(array) for array in arrays]


def _by_gate(array, order):
    """Return an array whose last axis holds the gates with these in another order."""
    blocks = np.split(array, len(order), axis=-1)
    return np.concatenate([blocks[gate] for gate in order], axis=-1)
