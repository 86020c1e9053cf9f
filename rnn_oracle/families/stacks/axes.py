"""The axes that several families of stacks have, with the rules that their values bring in."""

from __future__ import annotations

from ...reference import activations
from ..axis import Axis, together
from ..case import EAGER, GRAPH, XLA

LAYER_MODES = (EAGER, GRAPH, XLA)
"""The ways to run in which the layers themselves are called; in all others, a functional model."""

SAVED = ("keras", "h5", "saved_model")
REBUILT = SAVED + ("config",)
ALL_MODES = LAYER_MODES + ("model", "predict") + REBUILT

MASKS = ("all_true", "right", "left", "holes", "first", "row")
FROM_A_LAYER = ("masking", "masking_value", "embedding")
GIVEN = ("argument", "inputs", "symbolic")
SEVERAL_CALLS = ("two_calls", "three_calls", "reset_between")

# Sorting is nothing that the rounding model follows; the family cells has it.
FUNCTIONS = sorted(set(activations.KERAS3) - {"sparsemax"})
DTYPES = ("float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16")

_OF_FUNCTIONS = dict(
    {None: "A1", "hard_sigmoid": "A2"},
    **dict.fromkeys(["softmax", "log_softmax", "sparsemax"], "A3"),
)
_OF_KERAS3 = dict.fromkeys(set(activations.KERAS3) - set(activations.KERAS2), "keras3")


def default_first(default, values):
    """Return the values of an axis as a tuple that begins with the default."""
    return (default,) + tuple(value for value in values if value != default)


CELL = Axis(
    {
        "simple_rnn": "C1",
        "lstm": "C2",
        "gru": "C4",
        "gru_reset_before": "C5",
        "lstm_hard_sigmoid": "C2 A2",
        "gru_hard_sigmoid": "C4 A2",
    }
)
STACKING = Axis({"cells": "C6 D2"})
MODE = Axis(
    dict(
        dict.fromkeys((GRAPH, "model", "predict"), "R6"),
        xla="R6 T2",
        **dict.fromkeys(REBUILT, "R5 R6"),
    )
)
RETURN_SEQUENCES = Axis({False: "R2", True: "R2"})
RETURN_STATE = Axis({True: "S1"})
TIME_MAJOR = Axis({True: "D3"}, only={True: "keras2"})
GO_BACKWARDS = Axis({True: "G1"})
MASK = Axis()
MASK_FROM = Axis(
    {"argument": "I2", "masking": "L2", "masking_value": "L2", "embedding": "L1"},
)
INITIAL_STATE = Axis(
    {"argument": "I3 I7", "inputs": "I3 I6", "symbolic": "I3"}, only={"inputs": "keras2"}
)
STATEFUL = Axis(dict.fromkeys(SEVERAL_CALLS, "S4"))
UNROLL = Axis({True: "R3"})
ZERO_OUTPUT_FOR_MASK = Axis({True: "M3"})
USE_BIAS = Axis()
UNIT_FORGET_BIAS = Axis({False: "C3"})
IMPLEMENTATION = Axis({1: "R3"})
TRAINING = Axis({True: "P1 P2", False: "R4"})
DROPOUT = Axis({0.25: "R4"})
RECURRENT_DROPOUT = Axis({0.5: "R4"})
ACTIVATION = Axis(_OF_FUNCTIONS, only=_OF_KERAS3)
DTYPE = Axis(dict.fromkeys(DTYPES, "D6"))
GIVEN_AS = Axis(
    dict(
        {"wide": "I4", "narrow": "I4"},
        **dict.fromkeys(["array", "non_contiguous", "read_only"], "I6"),
    )
)
BATCH = Axis({0: "I1"})
STEPS = Axis()
UNITS = Axis()

WITH_DROPOUT = tuple(
    {"cell": cell, "implementation": number, **rates}
    for cell in ("simple_rnn", "lstm", "gru", "gru_reset_before")
    for number in (1, 2)
    for rates in (
        {"dropout": 0.25, "recurrent_dropout": 0.0},
        {"dropout": 0.0, "recurrent_dropout": 0.5},
        {"dropout": 0.25, "recurrent_dropout": 0.5},
    )
)
"""Presets of each cell with each rate alone and with both: Keras drops in other lines for each, and
computes as with `implementation=1` wherever there is a `recurrent_dropout`."""

COMBINATIONS = (
    together("M1", mask=MASKS),
    together("M2", mask=MASKS, zero_output_for_mask=(False,)),
    together("M4", mask=MASKS),
    together("G2 M5", go_backwards=(True,), mask=MASKS),
    together("M6", mask_from=FROM_A_LAYER),
    together("M6", mask_from=("argument",), stacking=("two", "three")),
    together("S5", stateful=SEVERAL_CALLS, initial_state=GIVEN),
)
"""What a mask brings in, and what several options bring in together; an option that a family does
not cross has the default of `rnn_oracle.families.stacks.case.StackCase`."""
