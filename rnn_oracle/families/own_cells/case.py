"""A case of a cell of one's own in `RNN`, called once or several times, in one mode."""

from __future__ import annotations

from ...arithmetic import nest
from ..axis import axis
from ..case import SIZES, Crossed, Sizes, case
from ..constraint import Constraint
from ..stacks import axes
from ..stacks.axes import ALL_MODES, LAYER_MODES, REBUILT
from ..stacks.case import StackCase
from ..stacks.constraints import (
    MASK_FROM_SOMEWHERE,
    NO_MASK_FROM_HDF5,
    NO_RESET_ONCE_EXPORTED,
    NO_STATE_OF_ONE_ROW_EXPORTED,
    UNROLLED_ZEROS_IN_OPTIONS,
    ZEROS_NEED_A_MASK,
)
from .kinds import KINDS

LSTM_UNITS = 3
"""Those of the `LSTMCell`, as many as there are features, so that either may be below."""

_NESTED = [name for name, kind in KINDS.items() if nest.is_nested(kind.inputs)]
_OF_KERAS2 = _NESTED + ["bound"]
_CONSTANTS = ("list", "bare", "in_input")


def _may_be_given(how, count):
    return count == 1 if how == "bare" else count > 0


@case
class OwnCellCase(StackCase, Crossed):
    """One combination of all options of `RNN` over a cell of one's own.

    `stacking` is the cell alone, or in a list with an `LSTMCell` upon it or under it. `constants`
    are given in a list, or a single one without, or behind the input and the states in one list.
    The other axes are those of `rnn_oracle.families.options.case`.
    """

    kind: str = axis(
        *KINDS, rules=dict.fromkeys(_NESTED, "I9"), only=dict.fromkeys(_OF_KERAS2, "keras2")
    )
    stacking: str = axis(
        *("one", "below_lstm", "above_lstm"),
        rules={"below_lstm": "C2 C6 D2", "above_lstm": "C2 C6 D2"},
    )
    mode: str = axes.MODE.of(*ALL_MODES)
    return_sequences: bool = axes.RETURN_SEQUENCES.of(False, True)
    return_state: bool = axes.RETURN_STATE.of(False, True)
    time_major: bool = axes.TIME_MAJOR.of(False, True)
    go_backwards: bool = axes.GO_BACKWARDS.of(False, True)
    mask: str = axes.MASK.of("none", "right", "holes", "row")
    mask_from: str | None = axes.MASK_FROM.of(None, "argument", "masking")
    initial_state: str = axes.INITIAL_STATE.of("none", "argument", "symbolic")
    constants: str | None = axis(
        *(None,) + _CONSTANTS,
        rules={"list": "C8", "bare": "C8", "in_input": "C8 I6"},
        only=dict.fromkeys(_CONSTANTS, "keras2"),
    )
    stateful: str = axes.STATEFUL.of("no", "two_calls", "reset_between")
    unroll: bool = axes.UNROLL.of(False, True)
    zero_output_for_mask: bool = axes.ZERO_OUTPUT_FOR_MASK.of(False, True)
    dtype: str = axes.DTYPE.of("float32", "float64", "float16", "mixed_float16")
    batch: int = axes.BATCH.of(4, 1)
    steps: int = axes.STEPS.of(6, 1)

    family, depth = "own_cells", 1
    triples = ("kind", "stacking", "initial_state", "return_state", "batch")
    always = "C7 D1 D6 H1 R1 R2 S1 S2 S3 I4"
    constraints = {
        "all": [
            MASK_FROM_SOMEWHERE,
            ZEROS_NEED_A_MASK,
            UNROLLED_ZEROS_IN_OPTIONS,
            Constraint(
                ("kind", "mask_from"),
                lambda kind, by: kind != "bare" or by != "masking",
                "a mask that reaches a bare state is an argument; others cross it with Masking",
            ),
            Constraint(
                ("mode", "initial_state"),
                lambda mode, state: (
                    state == "none" or (state == "symbolic") == (mode not in LAYER_MODES)
                ),
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
                lambda kind, given: (
                    given is None or _may_be_given(given, len(KINDS[kind].constants))
                ),
                "constants are for a cell that takes them, and a single one may be without a list",
            ),
            Constraint(
                ("kind", "constants"),
                lambda kind, given: given is not None or kind != "bound",
                "a cell that needs constants is refused without them",
            ),
            Constraint(
                ("kind", "stacking"),
                lambda kind, stacking: (
                    not nest.is_nested(KINDS[kind].inputs) or stacking != "above_lstm"
                ),
                "an LSTM cell puts out one array, and takes one",
            ),
            Constraint(
                ("kind", "mode"),
                lambda kind, mode: KINDS[kind].is_layer or mode not in REBUILT,
                "what is no layer has no configuration",
            ),
        ],
        "keras3": [
            NO_RESET_ONCE_EXPORTED,
            NO_STATE_OF_ONE_ROW_EXPORTED,
            NO_MASK_FROM_HDF5,
        ],
    }

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
