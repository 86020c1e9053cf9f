"""What the cases of stacked recurrent layers have in common."""

from __future__ import annotations

from ..case import CELLS, SIZES, Called, OfKerasCell, Sizes
from .axes import COMBINATIONS, LAYER_MODES

MASK_VALUE = 0.5
"""That of a `Masking` layer whose value is not zero."""

_UNITS = {5: (5, 7), 1: (1, 2)}


class StackCase(Called, OfKerasCell):
    """A case of stacked recurrent layers.

    The options that a family does not cross it has from here, off.
    """

    stacking, mask, mask_from = "one", "none", None
    return_sequences = return_state = time_major = go_backwards = unroll = False
    initial_state, zero_output_for_mask = "none", False
    use_bias, unit_forget_bias, implementation = True, True, 2
    training, dropout, recurrent_dropout = None, 0.0, 0.0
    activation, recurrent_activation = "tanh", "sigmoid"
    given_as, batch, steps, units = "tensor", 4, 6, 5
    always = "A1 D1 D6 H1 H2 R1 R2 S1 S3 I4"
    combinations = COMBINATIONS

    @property
    def sizes(self):
        """The sizes of its arrays."""
        return Sizes(self.batch, self.steps, SIZES.features, _UNITS[self.units])

    @property
    def input_dtype(self):
        """The dtype in which the input is given."""
        return {"wide": "float64", "narrow": "float16"}.get(self.given_as, self.computes_in)

    @property
    def depth(self):
        """The number of cells that are stacked, as layers or in one."""
        return {"one": 1, "rnn": 1, "three": 3}.get(self.stacking.partition("_")[0], 2)

    @property
    def calls_without_states(self):
        """The names of the calls that get no initial state."""
        return self.calls if self.initial_state == "none" else ()

    @property
    def states_are_constants(self):
        """Whether the initial states are constants of a model, the same in each call."""
        return self.initial_state == "argument" and self.mode not in LAYER_MODES

    @property
    def cell_arguments(self):
        """The arguments of each cell by Keras's names, but for its units and its dtype."""
        _, made = CELLS[self.cell]
        arguments = dict(made, activation=self.activation, use_bias=self.use_bias)
        arguments.update(dropout=self.dropout, recurrent_dropout=self.recurrent_dropout)
        if self.recurrent_activation != "sigmoid":
            arguments["recurrent_activation"] = self.recurrent_activation
        return arguments
