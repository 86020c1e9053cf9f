"""A case of dropout: a layer called in training, with the dropout masks of the case."""

from __future__ import annotations

from ..axis import axis, together
from ..case import EAGER, GRAPH, Crossed, case
from ..constraint import unless
from ..stacks import axes
from ..stacks.axes import COMBINATIONS
from ..stacks.case import StackCase
from ..stacks.constraints import (
    MASK_FROM_SOMEWHERE,
    MODELS_HAVE_A_DTYPE,
    NO_GATES_OF_SIMPLE_RNN,
    NO_IMPLEMENTATION_OF_SIMPLE_RNN,
    UNROLLED_ZEROS_IN_OPTIONS,
    ZEROS_NEED_A_MASK,
)

PRESETS = tuple(
    {"cell": cell, "stacking": stacking, "training": True, "mode": GRAPH, "unroll": False, **rates}
    for cell, stacking, rates in (
        ("gru", "rnn", {"dropout": 0.25, "recurrent_dropout": 0.5}),
        ("lstm", "one", {"dropout": 0.0, "recurrent_dropout": 0.5}),
        ("gru_reset_before", "one", {"dropout": 0.25, "recurrent_dropout": 0.5}),
    )
) + tuple(
    {
        "cell": cell,
        "stacking": stacking,
        "training": True,
        "implementation": implementation,
        "dropout": 0.25,
        "recurrent_dropout": 0.0,
    }
    for cell in ("lstm", "gru")
    for stacking in ("one", "rnn")
    for implementation in (1, 2)
)
"""What pairs and triples alone might miss, such as what Keras has been seen to get wrong."""


@case
class TrainingCase(StackCase, Crossed):
    """One combination of options with dropout.

    `stacking` is a layer of its own name, `RNN` over one cell or over a list of two, or two layers.
    The two rates differ, so that no mask can pass for the other. The other axes are those of
    `rnn_oracle.families.options.case`.
    """

    cell: str = axes.CELL.of("simple_rnn", "lstm", "gru", "gru_reset_before")
    stacking: str = axes.STACKING.of("one", "rnn", "cells", "two")
    training: bool = axes.TRAINING.of(True, False)
    dropout: float = axis(0.25, 0.0, rules={0.0: "P4"})
    recurrent_dropout: float = axis(0.0, 0.5, rules={0.0: "P4"})
    implementation: int = axis(2, 1, rules={1: "R3 P3"})
    mode: str = axes.MODE.of(EAGER, GRAPH, "model")
    return_sequences: bool = axes.RETURN_SEQUENCES.of(True, False)
    return_state: bool = axes.RETURN_STATE.of(False, True)
    time_major: bool = axes.TIME_MAJOR.of(False, True)
    go_backwards: bool = axes.GO_BACKWARDS.of(False, True)
    unroll: bool = axes.UNROLL.of(False, True)
    mask: str = axes.MASK.of("none", "right", "holes")
    mask_from: str | None = axes.MASK_FROM.of(None, "argument", "masking")
    zero_output_for_mask: bool = axes.ZERO_OUTPUT_FOR_MASK.of(False, True)
    initial_state: str = axes.INITIAL_STATE.of("none", "argument")
    stateful: str = axes.STATEFUL.of("no", "two_calls")
    use_bias: bool = axes.USE_BIAS.of(True, False)
    activation: str = axes.ACTIVATION.of("tanh", "relu")
    recurrent_activation: str = axes.ACTIVATION.of("sigmoid", "hard_sigmoid")
    dtype: str = axes.DTYPE.of("float32", "float64", "mixed_float16")
    given_as: str = axes.GIVEN_AS.of("tensor", "array", "wide")
    batch: int = axes.BATCH.of(4, 1)
    steps: int = axes.STEPS.of(6, 1)
    units: int = axes.UNITS.of(5, 1)

    family, presets = "training", PRESETS
    triples = (
        "cell",
        "stacking",
        "dropout",
        "recurrent_dropout",
        "implementation",
        "unroll",
        "mode",
    )
    combinations = COMBINATIONS + (together("P3", training=(True,), recurrent_dropout=(0.5,)),)
    constraints = {
        "all": [
            MASK_FROM_SOMEWHERE,
            ZEROS_NEED_A_MASK,
            UNROLLED_ZEROS_IN_OPTIONS,
            NO_GATES_OF_SIMPLE_RNN,
            MODELS_HAVE_A_DTYPE,
            NO_IMPLEMENTATION_OF_SIMPLE_RNN,
            unless(
                lambda stacking, mask: stacking == "two" and mask != "none",
                ("stacking", "mask"),
                "what comes of a mask attached to the input is the matter of the family options",
            ),
            unless(
                lambda mode, state, stateful: (
                    mode == "model" and state != "none" and stateful != "no"
                ),
                ("mode", "initial_state", "stateful"),
                "the initial states of a model are constants, the same in all calls",
            ),
            unless(
                lambda by, state: by == "masking" and state != "none",
                ("mask_from", "initial_state"),
                "what comes of a mask attached to the input is the matter of the family options",
            ),
            unless(
                lambda mode, bias, *names: (
                    mode == GRAPH and not (bias and names == ("tanh", "sigmoid"))
                ),
                ("mode", "use_bias", "activation", "recurrent_activation"),
                "they decide whether Keras has a kernel for the layer, and are crossed eagerly",
            ),
            unless(
                lambda mode, stateful: mode == GRAPH and stateful != "no",
                ("mode", "stateful"),
                "the masks of the first call would be constants of the graph",
            ),
        ]
    }

    @property
    def gates_drop_apart(self):
        """Whether each gate has dropout masks of its own (rule P3)."""
        return self.layer != "SimpleRNN" and (
            self.implementation == 1 or self.recurrent_dropout != 0
        )
