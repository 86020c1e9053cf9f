"""A case of all options: stacked recurrent layers, called once or several times, in one mode."""

from dataclasses import dataclass

from ...reference import activations
from ...reference.dialects import get_dialect
from ..cases import SIZES, OfKerasCell, Sizes
from ..crossed import EAGER, GRAPH, XLA, Constraint, Crossed, default_first, unless

LAYER_MODES = (EAGER, GRAPH, XLA)
"""The ways to run in which the layers themselves are called; in all others, a functional model."""

SAVED = ("keras", "h5", "saved_model")
REBUILT = SAVED + ("config",)

# Sorting is nothing that the rounding model follows; tests/test_arguments.py has it.
_FUNCTIONS = sorted(set(activations.KERAS3) - {"sparsemax"})

DTYPES = ("float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16")

AXES = {
    "cell": ("simple_rnn", "lstm", "gru", "gru_reset_before"),
    "stacking": ("one", "two", "cells"),
    "mode": LAYER_MODES + ("model", "predict") + REBUILT,
    "return_sequences": (False, True),
    "return_state": (False, True),
    "time_major": (False, True),
    "go_backwards": (False, True),
    "mask": ("none", "all_true", "right", "left", "holes", "first", "row"),
    "mask_from": (None, "argument", "masking", "masking_value", "embedding"),
    "initial_state": ("none", "argument", "inputs", "symbolic"),
    "stateful": ("no", "two_calls", "three_calls", "reset_between"),
    "unroll": (False, True),
    "zero_output_for_mask": (False, True),
    "use_bias": (True, False),
    "unit_forget_bias": (True, False),
    "implementation": (2, 1),
    "activation": default_first("tanh", _FUNCTIONS),
    "recurrent_activation": default_first("sigmoid", _FUNCTIONS),
    "dtype": DTYPES,
    "given_as": ("tensor", "array", "non_contiguous", "read_only", "wide", "narrow"),
    "batch": (4, 0, 1),
    "steps": (6, 1, 2),
    "units": (5, 1),
}
"""The axes and their values; the first is the default.

`mode` is the way to run, see `rnn_oracle.targets.keras.modes`. `initial_state` comes as the
argument of that name, in a list with the input, or as symbolic inputs of a model; in a model, those
of an argument are constants. `stateful` tells how often a stateful layer is called, and whether its
states are reset before the last call; each call has numbers of its own, initial states included.
`masking_value` is a `Masking` layer whose value is not zero. `given_as` is how the input comes: as
a tensor, as an array of NumPy, or in another width than the layer's.
"""

TRIPLES = (
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
MASK_VALUE = 0.5
_UNITS = {5: (5, 7), 1: (1, 2)}


class StackCase(Crossed, OfKerasCell):
    """A case of stacked recurrent layers.

    The options that a family does not cross it has from here: the defaults of `AXES`.
    """

    stacking, mask, mask_from = "one", "none", None
    return_sequences = return_state = time_major = go_backwards = unroll = False
    initial_state, zero_output_for_mask = "none", False
    use_bias, unit_forget_bias, implementation = True, True, 2
    activation, recurrent_activation = "tanh", "sigmoid"
    given_as, batch, steps, units = "tensor", 4, 6, 5

    @property
    def sizes(self):
        """The sizes of its arrays."""
        return Sizes(self.batch, self.steps, SIZES.features, _UNITS[self.units])

    @property
    def depth(self):
        """The number of cells that are stacked, as layers or in one."""
        return 1 if self.stacking in ("one", "rnn") else 2

    @property
    def states_are_constants(self):
        """Whether the initial states are constants of a model, the same in each call."""
        return self.initial_state == "argument" and self.mode not in LAYER_MODES


@dataclass(frozen=True)
class OptionCase(StackCase):
    """One combination of all options; see `AXES` for the values."""

    cell: str = "simple_rnn"
    stacking: str = "one"
    mode: str = EAGER
    return_sequences: bool = False
    return_state: bool = False
    time_major: bool = False
    go_backwards: bool = False
    mask: str = "none"
    mask_from: str = None
    initial_state: str = "none"
    stateful: str = "no"
    unroll: bool = False
    zero_output_for_mask: bool = False
    use_bias: bool = True
    unit_forget_bias: bool = True
    implementation: int = 2
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    dtype: str = "float32"
    given_as: str = "tensor"
    batch: int = 4
    steps: int = 6
    units: int = 5

    family, axes, triples = "options", AXES, TRIPLES

    @staticmethod
    def constraints_of(dialect):
        return _EVERYWHERE + _OF_GENERATION[get_dialect(dialect).generation]

    @property
    def rules(self):
        """Ids of the rules in SPEC.md that decide what this case returns."""
        rules = {"simple_rnn": "C1", "lstm": "C2", "gru": "C4", "gru_reset_before": "C5"}
        cited = [rules[self.cell], "A1", "D1", "D6", "R1", "R2", "S1", "S3", "I4"]
        told = {
            "C6": self.stacking == "cells",
            "C3": self.layer == "LSTM" and not self.unit_forget_bias,
            "D3": self.time_major,
            "G1": self.go_backwards,
            "G2": self.go_backwards and self.mask != "none",
            "L1": self.mask_from == "embedding",
            "L2": self.mask_from in ("masking", "masking_value"),
            "M1": self.mask != "none",
            "M2": self.mask != "none" and not self.zero_output_for_mask,
            "M3": self.zero_output_for_mask,
            "M6": self.mask_from not in (None, "argument"),
            "R3": self.unroll or self.implementation == 1,
            "R5": self.mode in REBUILT,
            "R6": self.mode != EAGER,
            "S4": self.stateful != "no",
            "S5": self.stateful != "no" and self.initial_state != "none",
        }
        return cited + [rule for rule, holds in told.items() if holds]


# Those that other families have too.
MASK_FROM_SOMEWHERE = Constraint(
    ("mask", "mask_from"),
    lambda mask, by: (mask == "none") == (by is None),
    "a mask comes from somewhere, and no mask from nowhere",
)
ZEROS_NEED_A_MASK = Constraint(
    ("zero_output_for_mask", "mask"),
    lambda zero, mask: not zero or mask != "none",
    "zero_output_for_mask needs a mask",
)
UNROLLED_ZEROS_IN_OPTIONS = unless(
    lambda unroll, zero: unroll and zero,
    ("unroll", "zero_output_for_mask"),
    "unrolled zeros are the matter of the family options",
)
NO_GATES_OF_SIMPLE_RNN = Constraint(
    ("cell", "recurrent_activation"),
    lambda cell, name: name == "sigmoid" or cell != "simple_rnn",
    "SimpleRNN has no gates",
)
NO_IMPLEMENTATION_OF_SIMPLE_RNN = Constraint(
    ("cell", "implementation"),
    lambda cell, number: number == 2 or cell != "simple_rnn",
    "SimpleRNN has no gates to compute apart",
)
IDS_HAVE_NO_WIDTH = Constraint(
    ("mask_from", "given_as"),
    lambda by, form: by != "embedding" or form not in ("wide", "narrow"),
    "ids have no width",
)
MODELS_HAVE_A_DTYPE = unless(
    lambda mode, form: mode not in LAYER_MODES and form in ("wide", "narrow"),
    ("mode", "given_as"),
    "the inputs of a model have a dtype of their own",
)
SYMBOLIC_STATES_IN_A_MODEL = Constraint(
    ("mode", "initial_state"),
    lambda mode, state: state != "symbolic" or mode not in LAYER_MODES,
    "symbolic states are inputs of a model",
)
NO_CONSTANT_ROW_IN_PREDICT = unless(
    lambda mode, state, batch: mode == "predict" and state == "argument" and batch == 1,
    ("mode", "initial_state", "batch"),
    "predict leaves the batch open, which a constant of one row does not",
)
NO_TIME_MAJOR = Constraint(
    ("time_major",), lambda major: not major, "time_major exists in keras2 only"
)
NO_STATES_IN_A_LIST = unless(
    lambda state: state == "inputs",
    ("initial_state",),
    "a list with input and states is refused in keras3",
)
NO_MASK_FROM_HDF5 = unless(
    lambda mode, by: mode == "h5" and by not in (None, "argument"),
    ("mode", "mask_from"),
    "keras3 cannot load a mask from HDF5",
)
NO_RESET_ONCE_EXPORTED = unless(
    lambda mode, stateful: mode == "saved_model" and stateful == "reset_between",
    ("mode", "stateful"),
    "an exported model has no layers to reset",
)
NO_STATE_OF_ONE_ROW_EXPORTED = unless(
    lambda mode, stateful, batch: mode == "saved_model" and stateful != "no" and batch == 1,
    ("mode", "stateful", "batch"),
    "an exported model leaves the batch open, which a state of one row does not",
)
NO_CONSTANT_EXPORTED = unless(
    lambda mode, state: mode == "saved_model" and state == "argument",
    ("mode", "initial_state"),
    "an exported model leaves the batch open, which a constant does not",
)
NO_CONSTANT_IN_A_CONFIGURATION = unless(
    lambda mode, state: mode in REBUILT and state == "argument",
    ("mode", "initial_state"),
    "a constant cannot be kept in a configuration of keras2",
)

_EVERYWHERE = [
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
        lambda mode, major, state: mode == "predict" and major and state in ("inputs", "symbolic"),
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
]

_OF_GENERATION = {
    "keras3": [
        NO_TIME_MAJOR,
        NO_STATES_IN_A_LIST,
        NO_IMPLEMENTATION_OF_SIMPLE_RNN,
        NO_RESET_ONCE_EXPORTED,
        NO_CONSTANT_EXPORTED,
        NO_STATE_OF_ONE_ROW_EXPORTED,
    ],
    "keras2": [
        Constraint(
            ("activation",),
            lambda name: name in activations.KERAS2,
            "keras2 does not know the activation",
        ),
        Constraint(
            ("recurrent_activation",),
            lambda name: name in activations.KERAS2,
            "keras2 does not know the activation",
        ),
        NO_CONSTANT_IN_A_CONFIGURATION,
    ],
}
