"""The core matrix: the whole product of the core axes, and a few cases beside it."""

import itertools

from .case import CoreCase

AXES = {name: values for name, values in CoreCase.axes.items() if name != "mask_from"}
AXES["cell"] = ("simple_rnn", "lstm", "gru", "gru_reset_before")
"""The axes of the matrix and their values, in the order of the id."""

MASK_FROM = ("argument", "masking")

ORDER = (
    "cell",
    "return_state",
    "time_major",
    "go_backwards",
    "stacking",
    "return_sequences",
    "mask",
)
"""From the slowest axis to the fastest: cases whose symbolic models have layers in common, which
a target can then share, stand together in blocks."""

BLOCK = len(AXES["stacking"]) * len(AXES["return_sequences"]) * len(AXES["mask"])


def core():
    """Return all cases of the core matrix, in a fixed order.

    Half of the cases with a mask take it as an argument and half from a `Masking` layer: the
    parity of the other options decides, so that each value of each option, and each pair of
    values, meets both.
    """
    return [_case(indices) for indices in itertools.product(*(_indices(axis) for axis in ORDER))]


def activations():
    """Return the cases of gates whose function the generations of Keras define differently."""
    return [
        CoreCase(cell, "one", sequences, True, False, backwards, mask, mask_from)
        for cell in ("lstm_hard_sigmoid", "gru_hard_sigmoid")
        for sequences in (False, True)
        for backwards in (False, True)
        for mask, mask_from in (("none", None), ("right", "argument"))
    ]


def _indices(axis):
    return range(len(AXES[axis]))


def _case(indices):
    options = {axis: AXES[axis][i] for axis, i in zip(ORDER, indices)}
    if options["mask"] != "none":
        options["mask_from"] = MASK_FROM[sum(indices) % 2]
    return CoreCase(**options)
