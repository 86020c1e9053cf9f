"""A case of a cell, or of two that are stacked, called by hand for one or several steps."""

from dataclasses import dataclass, replace

from ...reference import activations
from ...reference.dialects import get_dialect
from ..cases import CELLS, SIZES, OfKerasCell, Sizes
from ..crossed import Constraint, Crossed, default_first
from ..options.case import DTYPES, LAYER_MODES, NO_IMPLEMENTATION_OF_SIMPLE_RNN

_FUNCTIONS = [None] + sorted(activations.KERAS3)

AXES = {
    "cell": ("gru", "lstm", "gru_reset_before", "simple_rnn"),
    "stacking": ("one", "alike", "mixed"),
    "activation": default_first("tanh", _FUNCTIONS),
    "recurrent_activation": default_first("sigmoid", _FUNCTIONS),
    "states": ("list", "tuple", "bare"),
    "initial_state": ("arrays", "get_initial_state"),
    "steps": (1, 3),
    "use_bias": (True, False),
    "implementation": (2, 1),
    "training": (None, False),
    "mode": LAYER_MODES,
    "dtype": DTYPES,
    "batch": (4, 0, 1),
    "units": (5, 1),
}
"""The axes and their values; the first is the default.

`stacking` is a cell alone, or `StackedRNNCells` of two: with a cell of the same kind upon it, or of
the next kind. `states` is the form in which the first ones come; the cell is given back what it
returned ever after. `training` is the argument of the call, None where there is none.
"""

_UNITS = {5: (5, 7), 1: (1, 1)}
_GATED = ("LSTM", "GRU")


@dataclass(frozen=True)
class CellCase(Crossed, OfKerasCell):
    """One combination of all that concerns a cell alone; see `AXES` for the values."""

    cell: str = "gru"
    stacking: str = "one"
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    states: str = "list"
    initial_state: str = "arrays"
    steps: int = 1
    use_bias: bool = True
    implementation: int = 2
    training: bool = None
    mode: str = "eager"
    dtype: str = "float32"
    batch: int = 4
    units: int = 5

    family, axes, triples = "cells", AXES, ("activation", "recurrent_activation")

    @staticmethod
    def constraints_of(dialect):
        return _EVERYWHERE + _OF_GENERATION[get_dialect(dialect).generation]

    @property
    def sizes(self):
        """The sizes of its arrays."""
        return Sizes(self.batch, self.steps, SIZES.features, _UNITS[self.units])

    @property
    def parts(self):
        """The case of each cell alone, from the bottom up."""
        return [
            replace(self, cell=cell, stacking="one") for cell in stacked(self.cell, self.stacking)
        ]

    @property
    def rules(self):
        """Ids of the rules in SPEC.md that decide what this case returns."""
        kinds = {"simple_rnn": "C1", "lstm": "C2", "gru": "C4", "gru_reset_before": "C5"}
        told = {
            "A2": "hard_sigmoid" in (self.activation, self.recurrent_activation),
            "A3": {"softmax", "log_softmax", "sparsemax"}
            & {self.activation, self.recurrent_activation},
            "C6": self.stacking != "one",
            "D2": self.stacking != "one",
            "R1": self.steps > 1,
            "R3": self.implementation == 1 or self.mode != "eager",
            "S7": self.initial_state == "get_initial_state",
        }
        cited = sorted({kinds[part.cell] for part in self.parts}) + ["A1", "D6", "S2"]
        return cited + [rule for rule, holds in told.items() if holds]


def stacked(cell, stacking):
    """Return the kinds of the cells, from the bottom up."""
    kinds = AXES["cell"]
    above = {"one": [], "alike": [cell], "mixed": [kinds[(kinds.index(cell) + 1) % len(kinds)]]}
    return [cell] + above[stacking]


def _gated(cell, stacking):
    return any(CELLS[kind][0] in _GATED for kind in stacked(cell, stacking))


_EVERYWHERE = [
    Constraint(
        ("cell", "stacking", "recurrent_activation"),
        lambda cell, stacking, name: name == "sigmoid" or _gated(cell, stacking),
        "SimpleRNNCell has no gates",
    ),
    Constraint(
        ("cell", "stacking", "states"),
        lambda cell, stacking, form: form != "bare" or (cell, stacking) in _OF_ONE_STATE,
        "only a single state may come bare",
    ),
    Constraint(
        ("initial_state", "states"),
        lambda origin, form: origin == "arrays" or form == "list",
        "get_initial_state has a form of its own",
    ),
]
_OF_ONE_STATE = [("simple_rnn", "one"), ("gru", "one"), ("gru_reset_before", "one")]
_KNOWN_TO_KERAS2 = set(activations.KERAS2) | {None}
_OF_GENERATION = {
    "keras3": [NO_IMPLEMENTATION_OF_SIMPLE_RNN],
    "keras2": [
        Constraint((axis,), _KNOWN_TO_KERAS2.__contains__, "keras2 does not know the activation")
        for axis in ("activation", "recurrent_activation")
    ],
}
