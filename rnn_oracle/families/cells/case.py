"""A case of a cell, or of two that are stacked, called by hand for one or several steps."""

from __future__ import annotations

from dataclasses import replace

from ...reference import activations
from ..axis import axis
from ..case import CELLS, SIZES, Crossed, OfKerasCell, Sizes, case
from ..constraint import Constraint
from ..stacks import axes
from ..stacks.axes import DTYPES, LAYER_MODES, default_first
from ..stacks.constraints import NO_IMPLEMENTATION_OF_SIMPLE_RNN

KINDS = ("gru", "lstm", "gru_reset_before", "simple_rnn")
_FUNCTIONS = [None] + sorted(activations.KERAS3)
_UNITS = {5: (5, 7), 1: (1, 1)}
_GATED = ("LSTM", "GRU")
_OF_ONE_STATE = [("simple_rnn", "one"), ("gru", "one"), ("gru_reset_before", "one")]


def stacked(cell, stacking):
    """Return the kinds of the cells, from the bottom up."""
    above = {"one": [], "alike": [cell], "mixed": [KINDS[(KINDS.index(cell) + 1) % len(KINDS)]]}
    return [cell] + above[stacking]


def _gated(cell, stacking):
    return any(CELLS[kind][0] in _GATED for kind in stacked(cell, stacking))


@case
class CellCase(Crossed, OfKerasCell):
    """One combination of all that concerns a cell alone.

    `stacking` is a cell alone, or `StackedRNNCells` of two: with a cell of the same kind upon it,
    or of the next kind. `states` is the form in which the first ones come; the cell is given back
    what it returned ever after. `training` is the argument of the call, None where there is none;
    nothing is ever dropped.
    """

    cell: str = axes.CELL.of(*KINDS)
    stacking: str = axis("one", "alike", "mixed", rules={"alike": "C6 D2", "mixed": "C6 D2"})
    activation: str | None = axes.ACTIVATION.of(*default_first("tanh", _FUNCTIONS))
    recurrent_activation: str | None = axes.ACTIVATION.of(*default_first("sigmoid", _FUNCTIONS))
    states: str = axis("list", "tuple", "bare", rules={"tuple": "I7"})
    initial_state: str = axis("arrays", "get_initial_state", rules={"get_initial_state": "S7"})
    steps: int = axis(1, 3, rules={3: "R1"})
    use_bias: bool = axes.USE_BIAS.of(True, False)
    implementation: int = axes.IMPLEMENTATION.of(2, 1)
    training: bool | None = axes.TRAINING.of(None, False)
    dropout: float = axes.DROPOUT.of(0.0, 0.25)
    recurrent_dropout: float = axes.RECURRENT_DROPOUT.of(0.0, 0.5)
    mode: str = axes.MODE.of(*LAYER_MODES)
    dtype: str = axes.DTYPE.of(*DTYPES)
    batch: int = axes.BATCH.of(4, 0, 1)
    units: int = axes.UNITS.of(5, 1)

    family, triples, always = "cells", ("activation", "recurrent_activation"), "A1 D6 H1 S1 S2"
    presets = tuple(
        {"stacking": "one", "training": training, **preset}
        for training in (None, False)
        for preset in axes.WITH_DROPOUT
    )
    constraints = {
        "all": [
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
        ],
        "keras3": [NO_IMPLEMENTATION_OF_SIMPLE_RNN],
    }

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
        """Ids of the rules in SPEC.md that decide what this case returns, each once."""
        above = stacked(self.cell, self.stacking)[1:]
        cited = [rule for kind in above for rule in self.about["cell"].rules[kind]]
        return list(dict.fromkeys(super().rules + cited))
