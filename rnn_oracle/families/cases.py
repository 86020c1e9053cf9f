"""A case: one combination of options, as frozen data with an id that never changes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, NamedTuple


class Sizes(NamedTuple):
    batch: Any
    steps: Any
    features: Any
    units: Any


SIZES = Sizes(batch=4, steps=6, features=3, units=(5, 7, 8))
"""Of the arrays of a case, unless it is made smaller."""

AXES = {
    "cell": ("simple_rnn", "lstm", "gru", "gru_reset_before"),
    "stacking": (
        "one",
        "two",
        "three",
        "cells",
        "two_without_sequences",
        "three_without_sequences",
    ),
    "return_sequences": (False, True),
    "return_state": (False, True),
    "time_major": (False, True),
    "go_backwards": (False, True),
    "mask": ("none", "all_true", "right", "left", "holes", "first", "row"),
}
"""The axes of the core matrix and their values, in the order of the id.

`stacking` is one layer, two or three layers, one `RNN` over a list of two cells, or a stack
whose layer below the top returns no sequence, which must be refused. `return_sequences` is
that of the top layer; the other options hold for every layer.
"""

MASK_FROM = ("argument", "masking")
"""How a mask arrives: as the argument `mask`, or from a `Masking` layer in front."""

CELLS = {
    "simple_rnn": ("SimpleRNN", {}),
    "lstm": ("LSTM", {"recurrent_activation": "sigmoid"}),
    "gru": ("GRU", {"recurrent_activation": "sigmoid", "reset_after": True}),
    "gru_reset_before": ("GRU", {"recurrent_activation": "sigmoid", "reset_after": False}),
    "lstm_hard_sigmoid": ("LSTM", {"recurrent_activation": "hard_sigmoid"}),
    "gru_hard_sigmoid": ("GRU", {"recurrent_activation": "hard_sigmoid", "reset_after": True}),
}
"""What Keras calls each cell: the layer's name (the cell's ends in Cell), and the arguments that
make it, among them all whose default was ever another. The last two are not in the core matrix."""

_WORDS = {
    "return_sequences": ("last", "sequences"),
    "return_state": ("nostate", "state"),
    "time_major": ("batch_major", "time_major"),
    "go_backwards": ("forwards", "backwards"),
}


_CELL = ["activation", "use_bias", "dropout", "recurrent_dropout"]
_RECURRENT = [
    "return_sequences",
    "return_state",
    "go_backwards",
    "stateful",
    "unroll",
    "zero_output_for_mask",
]
DEFAULTS = {
    "SimpleRNN": _CELL + _RECURRENT,
    "LSTM": _CELL + ["recurrent_activation", "unit_forget_bias"] + _RECURRENT,
    "GRU": _CELL + ["recurrent_activation", "reset_after"] + _RECURRENT,
    "RNN": _RECURRENT,
    "Bidirectional": ["merge_mode"],
}
"""The arguments of each layer whose defaults decide what it returns."""


def check_axes(case):
    """Raise ValueError unless a case has, on each of its axes, one of the values there."""
    for axis, values in case.axes.items():
        value = getattr(case, axis)
        if value not in values:
            raise ValueError(f"{axis}={value!r} is not one of {values}")


class Optioned:
    """A case of which each field is an option; a frozen dataclass derives from it."""

    @property
    def options(self):
        """The fields as a dict of plain values."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class OfKerasCell:
    """A case with an axis `cell`, one of `CELLS`."""

    @property
    def layer(self):
        """Keras's name of the layer, such as ``"GRU"``."""
        return CELLS[self.cell][0]

    @property
    def states_of_a_cell(self):
        """The letters of a cell's states, in order."""
        return "hc" if self.layer == "LSTM" else "h"


@dataclass(frozen=True)
class Case(Optioned, OfKerasCell):
    """One combination of options; see `AXES` for the values.

    Attributes
    ----------
    cell, stacking, mask : str
    return_sequences, return_state, time_major, go_backwards : bool
    mask_from : str or None
        One of `MASK_FROM`, None without a mask.
    dtype : str
        The dtype of the layers.
    """

    cell: str
    stacking: str = "one"
    return_sequences: bool = False
    return_state: bool = False
    time_major: bool = False
    go_backwards: bool = False
    mask: str = "none"
    mask_from: str = None
    dtype: str = "float32"

    family, sizes, outputs = "layers", SIZES, ("output",)
    axes = dict(AXES, cell=tuple(CELLS))

    def __post_init__(self):
        check_axes(self)
        allowed = (None,) if self.mask == "none" else MASK_FROM
        if self.mask_from not in allowed:
            raise ValueError(
                f"mask_from={self.mask_from!r} is not one of {allowed} for mask={self.mask!r}"
            )

    @property
    def id(self):
        """A readable name of letters, digits, dots and underscores, for ever the same."""
        words = [self.cell, self.stacking]
        words += [_WORDS[axis][getattr(self, axis)] for axis in _WORDS]
        words.append("nomask" if self.mask == "none" else self.mask)
        if self.mask_from:
            words.append(self.mask_from)
        if self.dtype != "float32":
            words.append(self.dtype)
        return ".".join(words)

    @property
    def depth(self):
        """The number of cells that are stacked, as layers or in one."""
        return {"one": 1, "two": 2, "three": 3, "cells": 2}[self.stacking.partition("_")[0]]

    @property
    def rules(self):
        """Ids of the rules in SPEC.md that decide what this case returns."""
        rules = {"SimpleRNN": "C1", "LSTM": "C2", "GRU": "C4"}
        cited = ["C5" if self.cell == "gru_reset_before" else rules[self.layer]]
        cited += ["A1", "D1", "H1", "H2", "R1", "R2", "S1", "S3"]
        if self.cell.endswith("hard_sigmoid"):
            cited.append("A2")
        if self.stacking == "cells":
            cited += ["C6", "D2"]
        if self.stacking.endswith("without_sequences"):
            cited.append("I1")
        if self.time_major:
            cited.append("D3")
        if self.go_backwards:
            cited.append("G1")
        if self.mask != "none":
            cited += ["M1", "M2", "M4"]
        if self.mask != "none" and self.go_backwards:
            cited += ["G2", "M5"]
        if self.mask_from == "masking":
            cited += ["L2", "M6"]
        if self.mask_from == "argument" and self.stacking in ("two", "three"):
            cited.append("M6")
        return cited

    @property
    def features(self):
        """What a runtime must be able to do to run this case, as words to select by."""
        on = ("return_sequences", "return_state", "time_major", "go_backwards")
        found = [self.cell] + [option for option in on if getattr(self, option)]
        if self.depth > 1:
            found.append("stacked_cells" if self.stacking == "cells" else "stacked_layers")
        if self.mask != "none":
            found.append("mask_" + self.mask_from)
        if self.stacking.endswith("without_sequences"):
            found.append("refusal")
        return found


@dataclass(frozen=True)
class Defaults(Optioned):
    """What a layer is when it is given no more than it must be.

    Attributes
    ----------
    layer : str
        One of `DEFAULTS`.
    """

    layer: str

    family, sizes = "defaults", SIZES
    axes = {"layer": tuple(DEFAULTS)}
    dtype = "float32"
    rules = ("F1",)

    def __post_init__(self):
        check_axes(self)

    @property
    def id(self):
        """A readable name, for ever the same."""
        return "defaults." + self.layer.lower()

    @property
    def features(self):
        """What a runtime must have to run this case, as words to select by."""
        return ["defaults", self.layer]
