"""A case of dropout: a layer called in training, with the dropout masks of the case."""

from dataclasses import dataclass

from ..crossed import EAGER, GRAPH, unless
from ..options.case import (
    MASK_FROM_SOMEWHERE,
    MODELS_HAVE_A_DTYPE,
    NO_GATES_OF_SIMPLE_RNN,
    NO_IMPLEMENTATION_OF_SIMPLE_RNN,
    NO_TIME_MAJOR,
    UNROLLED_ZEROS_IN_OPTIONS,
    ZEROS_NEED_A_MASK,
    StackCase,
)

AXES = {
    "cell": ("simple_rnn", "lstm", "gru", "gru_reset_before"),
    "stacking": ("one", "rnn", "cells", "two"),
    "training": (True, False),
    "dropout": (0.25, 0.0),
    "recurrent_dropout": (0.0, 0.5),
    "implementation": (2, 1),
    "mode": (EAGER, GRAPH, "model"),
    "return_sequences": (True, False),
    "return_state": (False, True),
    "time_major": (False, True),
    "go_backwards": (False, True),
    "unroll": (False, True),
    "mask": ("none", "right", "holes"),
    "mask_from": (None, "argument", "masking"),
    "zero_output_for_mask": (False, True),
    "initial_state": ("none", "argument"),
    "stateful": ("no", "two_calls"),
    "use_bias": (True, False),
    "activation": ("tanh", "relu"),
    "recurrent_activation": ("sigmoid", "hard_sigmoid"),
    "dtype": ("float32", "float64", "mixed_float16"),
    "given_as": ("tensor", "array", "wide"),
    "batch": (4, 1),
    "steps": (6, 1),
    "units": (5, 1),
}
"""The axes and their values, as those of `families.options.case`; the first is the default.

`stacking` is a layer of its own name, `RNN` over one cell or over a list of two, or two layers.
The two rates differ, so that no mask can pass for the other.
"""

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

TRIPLES = ("cell", "stacking", "dropout", "recurrent_dropout", "implementation", "unroll", "mode")


@dataclass(frozen=True)
class TrainingCase(StackCase):
    """One combination of options with dropout; see `AXES` for the values."""

    cell: str = "simple_rnn"
    stacking: str = "one"
    training: bool = True
    dropout: float = 0.25
    recurrent_dropout: float = 0.0
    implementation: int = 2
    mode: str = EAGER
    return_sequences: bool = True
    return_state: bool = False
    time_major: bool = False
    go_backwards: bool = False
    unroll: bool = False
    mask: str = "none"
    mask_from: str = None
    zero_output_for_mask: bool = False
    initial_state: str = "none"
    stateful: str = "no"
    use_bias: bool = True
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    dtype: str = "float32"
    given_as: str = "tensor"
    batch: int = 4
    steps: int = 6
    units: int = 5

    family, axes, triples, presets = "training", AXES, TRIPLES, PRESETS

    @staticmethod
    def constraints_of(dialect):
        return _EVERYWHERE + _OF_GENERATION.get(dialect, [])

    @property
    def gates_drop_apart(self):
        """Whether each gate has dropout masks of its own (rule P3)."""
        return self.layer != "SimpleRNN" and (
            self.implementation == 1 or self.recurrent_dropout != 0
        )

    @property
    def rules(self):
        """Ids of the rules in SPEC.md that decide what this case returns."""
        return ["P1", "P2", "P3"] if self.training else ["R4"]


_EVERYWHERE = [
    MASK_FROM_SOMEWHERE,
    ZEROS_NEED_A_MASK,
    UNROLLED_ZEROS_IN_OPTIONS,
    NO_GATES_OF_SIMPLE_RNN,
    MODELS_HAVE_A_DTYPE,
    NO_IMPLEMENTATION_OF_SIMPLE_RNN,
    unless(
        lambda stacking, mask: stacking == "two" and mask != "none",
        ("stacking", "mask"),
        "what comes of a mask that is attached to the input is the matter of the family options",
    ),
    unless(
        lambda mode, state, stateful: mode == "model" and state != "none" and stateful != "no",
        ("mode", "initial_state", "stateful"),
        "the initial states of a model are constants, the same in all calls",
    ),
    unless(
        lambda by, state: by == "masking" and state != "none",
        ("mask_from", "initial_state"),
        "what comes of a mask that is attached to the input is the matter of the family options",
    ),
    unless(
        lambda mode, bias, *names: mode == GRAPH and not (bias and names == ("tanh", "sigmoid")),
        ("mode", "use_bias", "activation", "recurrent_activation"),
        "they decide whether Keras has a kernel for the layer, and are crossed eagerly",
    ),
    unless(
        lambda mode, stateful: mode == GRAPH and stateful != "no",
        ("mode", "stateful"),
        "the masks of the first call would be constants of the graph",
    ),
]

_OF_GENERATION = {
    "keras3": [NO_TIME_MAJOR],
}
