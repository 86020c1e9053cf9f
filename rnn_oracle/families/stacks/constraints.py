"""The constraints that several families of stacks have."""

from ..constraint import Constraint, unless
from .axes import LAYER_MODES, REBUILT

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
