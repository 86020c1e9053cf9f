"""A case of all options: stacked recurrent layers, called once or several times, in one mode."""

from __future__ import annotations

from ..case import Crossed, case
from ..constraint import Constraint, unless
from ..stacks import axes
from ..stacks.axes import ALL_MODES, DTYPES, FUNCTIONS, MASKS, REBUILT, SEVERAL_CALLS, default_first
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
    NO_RESET_ONCE_EXPORTED,
    NO_STATE_OF_ONE_ROW_EXPORTED,
    SYMBOLIC_STATES_IN_A_MODEL,
    ZEROS_NEED_A_MASK,
)


@case
class OptionCase(StackCase, Crossed):
    """One combination of all options.

    `mode` is the way to run, see `rnn_oracle.targets.keras.modes`. `initial_state` comes as the
    argument of that name, in a list with the input, or as symbolic inputs of a model; in a model,
    those of an argument are constants. `stateful` tells how often a stateful layer is called, and
    whether its states are reset before the last call; each call has numbers of its own, initial
    states included. `masking_value` is a `Masking` layer whose value is not zero. `given_as` is how
    the input comes: as a tensor, as an array of NumPy, or in another width than the layer's.
    `training` is the argument of each call, None where there is none; nothing is ever dropped.
    """

    cell: str = axes.CELL.of("simple_rnn", "lstm", "gru", "gru_reset_before")
    stacking: str = axes.STACKING.of("one", "two", "cells")
    mode: str = axes.MODE.of(*ALL_MODES)
    return_sequences: bool = axes.RETURN_SEQUENCES.of(False, True)
    return_state: bool = axes.RETURN_STATE.of(False, True)
    time_major: bool = axes.TIME_MAJOR.of(False, True)
    go_backwards: bool = axes.GO_BACKWARDS.of(False, True)
    mask: str = axes.MASK.of("none", *MASKS)
    mask_from: str | None = axes.MASK_FROM.of(
        None, "argument", "masking", "masking_value", "embedding"
    )
    initial_state: str = axes.INITIAL_STATE.of("none", "argument", "inputs", "symbolic")
    stateful: str = axes.STATEFUL.of("no", *SEVERAL_CALLS)
    unroll: bool = axes.UNROLL.of(False, True)
    zero_output_for_mask: bool = axes.ZERO_OUTPUT_FOR_MASK.of(False, True)
    use_bias: bool = axes.USE_BIAS.of(True, False)
    unit_forget_bias: bool = axes.UNIT_FORGET_BIAS.of(True, False)
    implementation: int = axes.IMPLEMENTATION.of(2, 1)
    training: bool | None = axes.TRAINING.of(None, False)
    dropout: float = axes.DROPOUT.of(0.0, 0.25)
    recurrent_dropout: float = axes.RECURRENT_DROPOUT.of(0.0, 0.5)
    activation: str = axes.ACTIVATION.of(*default_first("tanh", FUNCTIONS))
    recurrent_activation: str = axes.ACTIVATION.of(*default_first("sigmoid", FUNCTIONS))
    dtype: str = axes.DTYPE.of(*DTYPES)
    given_as: str = axes.GIVEN_AS.of(
        "tensor", "array", "non_contiguous", "read_only", "wide", "narrow"
    )
    batch: int = axes.BATCH.of(4, 0, 1)
    steps: int = axes.STEPS.of(6, 1, 2)
    units: int = axes.UNITS.of(5, 1)

    family, presets = "options", axes.WITH_DROPOUT
    triples = (
        "mode",
        "mask",
        "initial_state",
        "go_backwards",
        "unroll",
        "stateful",
        "zero_output_for_mask",
        "time_major",
        "return_sequences",
    )
    constraints = {
        "all": [
            MASK_FROM_SOMEWHERE,
            ZEROS_NEED_A_MASK,
            Constraint(
                ("cell", "unit_forget_bias"),
                lambda cell, unit: unit or cell == "lstm",
                "unit_forget_bias is an argument of LSTM",
            ),
            Constraint(
                ("use_bias", "unit_forget_bias"),
                lambda bias, unit: unit or bias,
                "without a bias there is none of the forget gate",
            ),
            NO_GATES_OF_SIMPLE_RNN,
            SYMBOLIC_STATES_IN_A_MODEL,
            IDS_HAVE_NO_WIDTH,
            unless(
                lambda own, gates: own != "tanh" and gates != "sigmoid",
                ("activation", "recurrent_activation"),
                "cells called by hand cross them, which is cheap",
            ),
            unless(
                lambda own, gates, dtype: "hard_shrink" in (own, gates) and "float16" in dtype,
                ("activation", "recurrent_activation", "dtype"),
                "hard_shrink jumps: with few digits it may land on the other side",
            ),
            unless(
                lambda mode, batch: mode == "predict" and batch == 0,
                ("mode", "batch"),
                "predict refuses empty input",
            ),
            unless(
                lambda mode, major, state: (
                    mode == "predict" and major and state in ("inputs", "symbolic")
                ),
                ("mode", "time_major", "initial_state"),
                "predict wants the same first axis of all inputs",
            ),
            NO_CONSTANT_ROW_IN_PREDICT,
            unless(
                lambda stateful, batch: stateful != "no" and batch == 0,
                ("stateful", "batch"),
                "no sequence has no state to keep",
            ),
            unless(
                lambda mode, state, batch: mode in REBUILT and state == "argument" and batch == 0,
                ("mode", "initial_state", "batch"),
                "a constant of no rows has lost its shape when it was saved",
            ),
            MODELS_HAVE_A_DTYPE,
        ],
        "keras3": [
            NO_IMPLEMENTATION_OF_SIMPLE_RNN,
            NO_RESET_ONCE_EXPORTED,
            NO_CONSTANT_EXPORTED,
            NO_STATE_OF_ONE_ROW_EXPORTED,
        ],
        "keras2": [NO_CONSTANT_IN_A_CONFIGURATION],
    }
