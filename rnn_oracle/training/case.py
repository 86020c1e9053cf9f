"""A case of dropout: a layer called in training, with the dropout masks of the case."""

from dataclasses import dataclass

from ..crossed import EAGER, GRAPH, Rule, unless
from ..options.case import NO_TIME_MAJOR, StackCase

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
    "initial_state": ("none", "argument"),
    "stateful": ("no", "two_calls"),
    "use_bias": (True, False),
    "activation": ("tanh", "relu"),
}
"""The axes and their values, as those of `rnn_oracle.options.case`; the first is the default.

`stacking` is a layer of its own name, `RNN` over one cell or over a list of two, or two layers.
The two rates differ, so that no mask can pass for the other.
"""

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
    initial_state: str = "none"
    stateful: str = "no"
    use_bias: bool = True
    activation: str = "tanh"

    family, axes, triples = "training", AXES, TRIPLES

    @staticmethod
    def rules_of(dialect):
        return _EVERYWHERE + _OF_GENERATION.get(dialect, [])

    @property
    def mask_from(self):
        """How the mask comes."""
        return None if self.mask == "none" else "argument"

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
    Rule(
        ("cell", "implementation"),
        lambda cell, number: number == 2 or cell != "simple_rnn",
        "SimpleRNN has no implementation",
    ),
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
        lambda mode, bias, name: mode == GRAPH and not (bias and name == "tanh"),
        ("mode", "use_bias", "activation"),
        "they decide whether Keras has a kernel for the layer, and are crossed eagerly",
    ),
    unless(
        lambda mode, stateful: mode == GRAPH and stateful != "no",
        ("mode", "stateful"),
        "the masks of the first call would be constants of the graph",
    ),
]

_OF_GENERATION = {
    "keras3": [
        NO_TIME_MAJOR,
    ],
}
