"""A case of `Bidirectional`: alone, beside a recurrent layer, or upon another of its kind."""

from __future__ import annotations

from ..axis import axis, together
from ..case import SIZES, Crossed, Sizes, case
from ..constraint import Constraint, unless
from ..stacks import axes
from ..stacks.axes import ALL_MODES, COMBINATIONS, DTYPES, GIVEN, MASKS, SEVERAL_CALLS
from ..stacks.case import StackCase
from ..stacks.constraints import (
    IDS_HAVE_NO_WIDTH,
    MASK_FROM_SOMEWHERE,
    MODELS_HAVE_A_DTYPE,
    NO_CONSTANT_EXPORTED,
    NO_CONSTANT_IN_A_CONFIGURATION,
    NO_CONSTANT_ROW_IN_PREDICT,
    NO_GATES_OF_SIMPLE_RNN,
    NO_IMPLEMENTATION_OF_SIMPLE_RNN,
    NO_MASK_FROM_HDF5,
    NO_RESET_ONCE_EXPORTED,
    SYMBOLIC_STATES_IN_A_MODEL,
    ZEROS_NEED_A_MASK,
)
from ..stacks.problem import stacked

PRESETS = (
    {"backward_layer": "own_units", "mode": "h5", "stacking": "below"},
    {
        "cell": "gru",
        "inner": "cells",
        "return_state": True,
        "initial_state": "none",
        "mode": "eager",
    },
    {
        "unroll": True,
        "return_sequences": True,
        "mask": "right",
        "mask_from": "argument",
        "initial_state": "argument",
        "stacking": "two",
    },
    {
        "unroll": True,
        "return_sequences": False,
        "mask": "holes",
        "initial_state": "none",
        "stacking": "two",
    },
    {
        "unroll": True,
        "return_sequences": False,
        "mask": "left",
        "mask_from": "argument",
        "initial_state": "argument",
        "stacking": "two",
    },
    {"dtype": "float64", "inner": "cells", "stacking": "above"},
)
"""What Keras has been seen to get wrong, and pairs alone might miss."""

PLAIN, BOTH = "plain", "both"
"""The layers of a stack: a recurrent one, and `Bidirectional`."""
_STACKS = {
    "alone": (BOTH,),
    "above": (PLAIN, BOTH),
    "below": (BOTH, PLAIN),
    "two": (BOTH, BOTH),
}
OWN_ACTIVATION = "softsign"


@case
class BidirectionalCase(StackCase, Crossed):
    """One combination of all options of `Bidirectional`.

    `backward_layer` is the default one, one given with an activation of its own, or one that has
    other units too. `go_backwards` is that of the layer that is wrapped; a backward layer that is
    given runs the other way. What is wrapped, `inner`, is a layer, an `RNN` of one cell, or one of
    a list of two. With the `stacking` ``"above"``, `Bidirectional` is above a recurrent layer, with
    ``"below"`` below one, and with ``"two"`` upon another; `return_sequences` is that of the
    topmost `Bidirectional`, and all other options hold for each. A layer beside it has the same
    options, but `go_backwards` and `zero_output_for_mask`, and returns its sequence. For the other
    axes see `rnn_oracle.families.options.case`.
    """

    cell: str = axes.CELL.of("simple_rnn", "lstm", "gru", "gru_reset_before")
    merge_mode: str | None = axis("concat", "sum", "ave", "mul", None)
    backward_layer: str = axis("default", "own", "own_units")
    go_backwards: bool = axes.GO_BACKWARDS.of(False, True)
    inner: str = axis("layer", "rnn", "cells", rules={"cells": "C6 D2"})
    stacking: str = axis(
        "alone", "above", "below", "two", rules={"above": "L7", "below": "L7", "two": "L7"}
    )
    mode: str = axes.MODE.of(*ALL_MODES)
    return_sequences: bool = axes.RETURN_SEQUENCES.of(False, True)
    return_state: bool = axes.RETURN_STATE.of(False, True)
    time_major: bool = axes.TIME_MAJOR.of(False, True)
    mask: str = axes.MASK.of("none", *MASKS[1:])
    mask_from: str | None = axes.MASK_FROM.of(None, "argument", "masking", "embedding")
    initial_state: str = axes.INITIAL_STATE.of("none", "argument", "inputs", "symbolic")
    stateful: str = axes.STATEFUL.of("no", *SEVERAL_CALLS)
    unroll: bool = axes.UNROLL.of(False, True)
    zero_output_for_mask: bool = axes.ZERO_OUTPUT_FOR_MASK.of(False, True)
    use_bias: bool = axes.USE_BIAS.of(True, False)
    implementation: int = axes.IMPLEMENTATION.of(2, 1)
    training: bool | None = axes.TRAINING.of(None, False)
    dropout: float = axes.DROPOUT.of(0.0, 0.25)
    recurrent_dropout: float = axes.RECURRENT_DROPOUT.of(0.0, 0.5)
    activation: str = axes.ACTIVATION.of("tanh", "relu")
    recurrent_activation: str = axes.ACTIVATION.of("sigmoid", "hard_sigmoid")
    dtype: str = axes.DTYPE.of(*DTYPES)
    given_as: str = axes.GIVEN_AS.of("tensor", "array", "wide")
    batch: int = axes.BATCH.of(4, 1)
    steps: int = axes.STEPS.of(6, 1)

    family, presets = "bidirectional", PRESETS + axes.WITH_DROPOUT
    triples = (
        "merge_mode",
        "backward_layer",
        "go_backwards",
        "return_sequences",
        "return_state",
        "time_major",
        "unroll",
    )
    always = StackCase.always + " B1 B2 B4 B7 G1"
    # What a plain layer does with masked outputs, B3 leaves to a `Bidirectional` without sequences.
    combinations = tuple(one for one in COMBINATIONS if one.rules != ("M2",)) + (
        together("M2", mask=MASKS, return_sequences=(False,)),
        together("M2", mask=MASKS, stacking=("above", "below")),
        together("B3 B6 G2 M5", mask=MASKS),
        together("M3", mask=MASKS, return_sequences=(True,)),
        together("M6", mask_from=("argument",), stacking=("above", "below", "two")),
        together("B5", initial_state=GIVEN),
        together("B5 H3", return_state=(True,)),
    )

    @property
    def sizes(self):
        """The sizes of its arrays."""
        return Sizes(self.batch, self.steps, SIZES.features, SIZES.units)

    @property
    def stack(self):
        """The kinds of the layers, from the bottom up: `PLAIN` or `BOTH`."""
        return _STACKS[self.stacking]

    @property
    def depth(self):
        """The number of all cells in the stack, forward ones and backward ones."""
        return sum(len(cells) for sides in self.sides(self.sizes) for cells in sides)

    @property
    def outputs(self):
        """What the outputs of the top layer are called: two of them without a merge mode."""
        return ("output",) if self.merge_mode else ("forward", "backward")

    def sequences(self, i):
        """Return `return_sequences` of layer i."""
        top = len(self.stack) - 1
        return self.return_sequences if i == top and self.stack[i] == BOTH else True

    def sides(self, sizes):
        """Return (features, units) of all cells: of each layer, of each side, forwards first.

        A recurrent layer has one side.
        """
        layers, features = [], sizes.features
        for kind, first in zip(self.stack, (0, 1)):
            if kind == PLAIN:
                units = [sizes.units[2:]]
            else:
                turned = sizes.units[first:] + sizes.units[:first]
                count = 2 if self.inner == "cells" else 1
                other = 1 if self.backward_layer == "own_units" else 0
                units = [turned[:count], turned[other : other + count]]
            layers.append([stacked(features, list(side)) for side in units])
            ends = [side[-1] for side in units]
            features = sum(ends) if self.merge_mode == "concat" else ends[0]
        return layers


_DEFAULTS = {name: values[0] for name, values in BidirectionalCase.axes.items()}


def _alone(refused, axes, reason):
    """Return the rules that what is refused, by two axes, stands with defaults alone besides."""

    def with_default_of(axis):
        default = _DEFAULTS[axis]
        return lambda first, second, value: not refused(first, second) or value == default

    others = [axis for axis in _DEFAULTS if axis not in axes]
    return [Constraint(axes + (axis,), with_default_of(axis), reason) for axis in others]


BidirectionalCase.constraints = {
    "all": [
        MASK_FROM_SOMEWHERE,
        Constraint(
            ("mask", "batch"),
            lambda mask, batch: batch > 1 or mask in ("none", "holes", "row"),
            "the mask would mask nothing of one sequence",
        ),
        Constraint(
            ("mask", "steps"),
            lambda mask, steps: steps > 1 or mask in ("none", "first", "row"),
            "the mask would mask nothing of one step",
        ),
        ZEROS_NEED_A_MASK,
        SYMBOLIC_STATES_IN_A_MODEL,
        NO_GATES_OF_SIMPLE_RNN,
        IDS_HAVE_NO_WIDTH,
        MODELS_HAVE_A_DTYPE,
        Constraint(
            ("backward_layer", "merge_mode"),
            lambda backward, merge: backward != "own_units" or merge in ("concat", None),
            "outputs of unequal width can only be joined or left apart",
        ),
        Constraint(
            ("stacking", "merge_mode"),
            lambda stacking, merge: merge or stacking in ("alone", "above"),
            "two outputs are no input of a layer",
        ),
        Constraint(
            ("stacking", "return_sequences"),
            lambda stacking, sequences: sequences or stacking != "below",
            "the layer above needs a sequence",
        ),
        Constraint(
            ("mode", "stacking"),
            lambda mode, stacking: mode != "saved_model" or stacking == "alone",
            "a larger graph takes long to save, and is saved in the same way",
        ),
        Constraint(
            ("mode", "unroll"),
            lambda mode, unroll: mode != "saved_model" or not unroll,
            "a larger graph takes long to save, and is saved in the same way",
        ),
        Constraint(
            ("mode", "time_major"),
            lambda mode, major: not (mode == "predict" and major),
            "predict takes the first axis for the batch, and leaves it open",
        ),
        NO_CONSTANT_ROW_IN_PREDICT,
    ],
    "keras3": [
        NO_IMPLEMENTATION_OF_SIMPLE_RNN,
        NO_RESET_ONCE_EXPORTED,
        NO_CONSTANT_EXPORTED,
        Constraint(
            ("mode", "batch"),
            lambda mode, batch: mode != "saved_model" or batch > 1,
            "an exported model leaves the batch open, which a state of one row does not",
        ),
        Constraint(
            ("inner", "dtype"),
            lambda inner, dtype: inner != "cells" or dtype == "float32",
            "keras3 computes a list of cells in float32, with Bidirectional or without",
        ),
        Constraint(
            ("inner", "stateful"),
            lambda inner, stateful: inner != "cells" or stateful != "reset_between",
            "keras3 cannot reset a list of cells, with Bidirectional or without",
        ),
        NO_MASK_FROM_HDF5,
        unless(
            lambda mode, dtype: mode == "h5" and dtype == "bfloat16",
            ("mode", "dtype"),
            "keras3 cannot save bfloat16 in HDF5, with Bidirectional or without",
        ),
    ]
    + _alone(
        lambda backward, backwards: backward == "default" and backwards,
        ("backward_layer", "go_backwards"),
        "keras3 refuses to wrap a layer that goes backwards, whatever else is set",
    )
    + _alone(
        lambda state, stateful: state and stateful != "no",
        ("return_state", "stateful"),
        "keras3 fails at return_state of a stateful Bidirectional, whatever else is set",
    ),
    "keras2": [
        NO_CONSTANT_IN_A_CONFIGURATION,
        unless(
            lambda mode, dtype: mode in ("h5", "keras") and dtype == "bfloat16",
            ("mode", "dtype"),
            "keras2 cannot save bfloat16, with Bidirectional or without",
        ),
        Constraint(
            ("inner", "stateful", "initial_state", "mode"),
            lambda inner, stateful, state, mode: (
                inner != "cells" or stateful == "no" or state == "none" or mode == "eager"
            ),
            "keras2 fails at a stateful list of cells with an initial state in a graph, "
            "with Bidirectional or without",
        ),
        Constraint(
            ("dtype", "stateful", "initial_state", "mode"),
            lambda dtype, stateful, state, mode: (
                not dtype.startswith("mixed_")
                or stateful == "no"
                or state == "none"
                or mode == "eager"
            ),
            "keras2 fails at a stateful layer of mixed precision with an initial state in a graph, "
            "with Bidirectional or without",
        ),
    ],
}
