"""A case of a cell of one's own in `RNN`, called once or several times, in one mode."""

from dataclasses import dataclass

from ...arithmetic import nest
from ...reference.dialects import get_dialect
from ..cases import SIZES, Sizes
from ..crossed import Constraint, Crossed
from ..options.case import (
    LAYER_MODES,
    MASK_FROM_SOMEWHERE,
    NO_MASK_FROM_HDF5,
    NO_RESET_ONCE_EXPORTED,
    NO_STATE_OF_ONE_ROW_EXPORTED,
    NO_TIME_MAJOR,
    REBUILT,
    UNROLLED_ZEROS_IN_OPTIONS,
    ZEROS_NEED_A_MASK,
)
from .kinds import KINDS

AXES = {
    "kind": tuple(KINDS),
    "stacking": ("one", "below_lstm", "above_lstm"),
    "mode": LAYER_MODES + ("model", "predict") + REBUILT,
    "return_sequences": (False, True),
    "return_state": (False, True),
    "time_major": (False, True),
    "go_backwards": (False, True),
    "mask": ("none", "right", "holes", "row"),
    "mask_from": (None, "argument", "masking"),
    "initial_state": ("none", "argument", "symbolic"),
    "constants": (None, "list", "bare", "in_input"),
    "stateful": ("no", "two_calls", "reset_between"),
    "unroll": (False, True),
    "zero_output_for_mask": (False, True),
    "dtype": ("float32", "float64", "float16", "mixed_float16"),
    "batch": (4, 1),
    "steps": (6, 1),
}
"""The axes and their values; the first is the default.

`stacking` is the cell alone, or in a list with an `LSTMCell` upon it or under it. `constants` are
given in a list, or a single one without, or behind the input and the states in one list. The other
axes are those of `rnn_oracle.families.options.case.AXES`.
"""

TRIPLES = ("kind", "stacking", "initial_state", "return_state", "batch")

LSTM_UNITS = 3
"""Those of the `LSTMCell`, as many as there are features, so that either may be below."""


@dataclass(frozen=True)
class OwnCellCase(Crossed):
    """One combination of all options of `RNN` over a cell of one's own; see `AXES`."""

    kind: str = "single"
    stacking: str = "one"
    mode: str = "eager"
    return_sequences: bool = False
    return_state: bool = False
    time_major: bool = False
    go_backwards: bool = False
    mask: str = "none"
    mask_from: str = None
    initial_state: str = "none"
    constants: str = None
    stateful: str = "no"
    unroll: bool = False
    zero_output_for_mask: bool = False
    dtype: str = "float32"
    batch: int = 4
    steps: int = 6

    family, axes, triples = "own_cells", AXES, TRIPLES
    depth = 1

    @staticmethod
    def constraints_of(dialect):
        return _EVERYWHERE + _OF_GENERATION[get_dialect(dialect).generation]

    @property
    def sizes(self):
        """The sizes of its arrays; those of the states are the cell's."""
        return Sizes(self.batch, self.steps, SIZES.features, ())

    @property
    def state_sizes(self):
        """The size of each state of the layer, as a nested list."""
        own, lstm = KINDS[self.kind].state_size, [LSTM_UNITS, LSTM_UNITS]
        if self.stacking == "one":
            return own if nest.is_nested(own) else [own]
        return [own, lstm] if self.stacking == "below_lstm" else [lstm, own]

    @property
    def states_of_a_cell(self):
        """A letter for each state, in order."""
        return "abcdefgh"[: len(nest.flatten(self.state_sizes))]

    @property
    def rules(self):
        """Ids of the rules in SPEC.md that decide what this case returns."""
        told = {
            "C6": self.stacking != "one",
            "C8": self.constants is not None,
            "D3": self.time_major,
            "G1": self.go_backwards,
            "I9": nest.is_nested(KINDS[self.kind].inputs),
            "M1": self.mask != "none",
            "M3": self.zero_output_for_mask,
            "R3": self.unroll or self.mode != "eager",
            "S4": self.stateful != "no",
            "L2": self.mask_from == "masking",
        }
        return ["C7", "D1", "H1", "R1", "R2", "S1", "S2", "S3"] + [
            r for r, holds in told.items() if holds
        ]


def _may_be_given(how, count):
    return count == 1 if how == "bare" else count > 0


_EVERYWHERE = [
    MASK_FROM_SOMEWHERE,
    ZEROS_NEED_A_MASK,
    UNROLLED_ZEROS_IN_OPTIONS,
    Constraint(
        ("kind", "mask_from"),
        lambda kind, by: kind != "bare" or by != "masking",
        "a mask that reaches a bare state is an argument, which other states cross with Masking",
    ),
    Constraint(
        ("mode", "initial_state"),
        lambda mode, state: state == "none" or (state == "symbolic") == (mode not in LAYER_MODES),
        "symbolic states are inputs of a model, and all that it is given here",
    ),
    Constraint(
        ("stateful", "initial_state"),
        lambda stateful, state: stateful == "no" or state == "none",
        "the options of Keras's own cells are crossed with both",
    ),
    Constraint(
        ("mode", "time_major", "initial_state"),
        lambda mode, major, state: mode != "predict" or not major or state == "none",
        "predict wants the same first axis of all inputs",
    ),
    Constraint(
        ("mode", "time_major", "unroll"),
        lambda mode, major, unroll: not (mode == "predict" and major and unroll),
        "predict leaves the first axis open, which unrolling does not",
    ),
    Constraint(
        ("mode", "time_major", "constants"),
        lambda mode, major, constants: mode != "predict" or not major or constants is None,
        "predict wants the same first axis of all inputs",
    ),
    Constraint(
        ("kind", "constants"),
        lambda kind, given: given is None or _may_be_given(given, len(KINDS[kind].constants)),
        "constants are for a cell that takes them, and a single one may be without a list",
    ),
    Constraint(
        ("kind", "constants"),
        lambda kind, given: given is not None or kind != "bound",
        "a cell that needs constants is refused without them, see rnn_oracle.families.refusals",
    ),
    Constraint(
        ("kind", "stacking"),
        lambda kind, stacking: not nest.is_nested(KINDS[kind].inputs) or stacking != "above_lstm",
        "an LSTM cell puts out one array, and takes one",
    ),
    Constraint(
        ("kind", "mode"),
        lambda kind, mode: KINDS[kind].is_layer or mode not in REBUILT,
        "what is no layer has no configuration",
    ),
]
_OF_GENERATION = {
    "keras3": [
        NO_TIME_MAJOR,
        NO_RESET_ONCE_EXPORTED,
        NO_STATE_OF_ONE_ROW_EXPORTED,
        NO_MASK_FROM_HDF5,
        Constraint(("constants",), lambda given: given is None, "constants exist in keras2 only"),
        Constraint(
            ("kind",),
            lambda kind: not nest.is_nested(KINDS[kind].inputs) and kind != "bound",
            "cells of several inputs, and cells that need constants, exist in keras2 only",
        ),
    ],
    "keras2": [],
}
