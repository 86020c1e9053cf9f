"""A case of forms: one layer, called with input, mask and states in forms that people pass."""

from __future__ import annotations

from ..axis import axis
from ..case import GRAPH, XLA, Crossed, case
from ..constraint import Constraint, unless
from ..stacks import axes
from ..stacks.axes import LAYER_MODES
from ..stacks.case import StackCase
from ..stacks.constraints import UNROLLED_ZEROS_IN_OPTIONS

PRESETS = tuple(
    {"cell": cell, "stacking": "one", "mask_as": form, "mode": mode, "unroll": False}
    for cell, form, mode in (
        ("lstm", "int32", GRAPH),
        ("lstm", "third_axis", XLA),
        ("gru", "float32", XLA),
        ("gru", "third_axis", GRAPH),
    )
) + tuple(
    {
        "cell": cell,
        "stacking": "one",
        "x_as": "ragged",
        "go_backwards": True,
        "return_sequences": True,
    }
    for cell in ("lstm", "gru", "simple_rnn")
)
"""What pairs alone might miss, such as what Keras has been seen to get wrong."""

_NOTHING = ("nothing", "none")

REFUSED = {
    "keras3": {
        "x_as": {"list", "in_list", "in_tuple", "ragged", "sparse"},
        "mask_as": {"list"},
        "states_as": {"numbers", "flat", "list_with_input", "tuple_with_input"},
    },
    "keras2": {
        "x_as": {"list", "in_tuple", "sparse"},
        "x_dtype": {"int32", "int64", "bool"},
        "mask_as": {"list"},
        "states_as": {
            "arrays",
            "numbers",
            "float16",
            "float64",
            "int32",
            "flat",
            "tuple_with_input",
        },
    },
}
"""The forms that each generation refuses, by axis (rules I3, I4 and I6 to I8)."""


_MASKS = ("tensor", "array", "int32", "float32", "third_axis", "list")
_STATES = (
    *("list", "tuple", "variables", "bare", "arrays", "numbers", "float16", "float64", "int32"),
    *("flat", "list_with_input", "tuple_with_input"),
)


@case
class FormsCase(StackCase, Crossed):
    """One combination of forms.

    An argument can be left away (``"nothing"``) or be None. `x_as` in a list or tuple is that of
    the input alone, as if for several inputs; ``"list"`` is nested lists of numbers, as is
    ``"numbers"`` for the states. A mask named by a dtype is a tensor of it. States are tensors in a
    list, unless the name says otherwise; ``"flat"`` are those of a list of cells without the
    nesting, and those ``"with_input"`` follow the input in one list.
    """

    cell: str = axes.CELL.of("lstm", "simple_rnn", "gru")
    stacking: str = axes.STACKING.of("one", "cells")
    x_as: str = axis(
        *("tensor", "array", "variable", "list", "in_list", "in_tuple", "ragged", "sparse"),
        rules=dict(dict.fromkeys(("list", "in_list", "in_tuple", "sparse"), "I6"), ragged="I8"),
    )
    x_dtype: str = axis("float32", "float16", "float64", "int32", "int64", "bool")
    mask_as: str = axis(*("nothing", "none") + _MASKS, rules=dict.fromkeys(_MASKS, "I2 I6"))
    states_as: str = axis(
        *("nothing", "none") + _STATES,
        rules=dict(
            dict.fromkeys(_STATES, "I3 I7"), list_with_input="I3 I6", tuple_with_input="I3 I6"
        ),
    )
    mode: str = axes.MODE.of(*LAYER_MODES)
    return_sequences: bool = axes.RETURN_SEQUENCES.of(True, False)
    return_state: bool = axes.RETURN_STATE.of(False, True)
    go_backwards: bool = axes.GO_BACKWARDS.of(False, True)
    time_major: bool = axes.TIME_MAJOR.of(False, True)
    unroll: bool = axes.UNROLL.of(False, True)
    zero_output_for_mask: bool = axes.ZERO_OUTPUT_FOR_MASK.of(False, True)

    family, presets, always = "forms", PRESETS, StackCase.always + " I6"
    triples = ("x_as", "stacking", "return_sequences", "return_state", "go_backwards")
    constraints = {
        "all": [
            Constraint(
                ("cell", "stacking", "states_as"),
                lambda cell, stacking, form: (
                    form != "bare" or (cell, stacking) in [("simple_rnn", "one"), ("gru", "one")]
                ),
                "only a single state can be bare",
            ),
            Constraint(
                ("cell", "stacking", "states_as"),
                lambda cell, stacking, form: (
                    form != "flat" or (cell, stacking) == ("lstm", "cells")
                ),
                "only nested states can be flattened",
            ),
            unless(
                lambda stacking, state, states: (
                    stacking == "cells" and state and states in _NOTHING
                ),
                ("stacking", "return_state", "states_as"),
                "how the states of such a call are nested is the matter of the core matrix",
            ),
            unless(
                lambda x, states: x in ("in_list", "in_tuple") and states not in _NOTHING,
                ("x_as", "states_as"),
                "in a list with the input there is no place for states beside it",
            ),
            unless(
                lambda x, mask: x == "ragged" and mask not in _NOTHING,
                ("x_as", "mask_as"),
                "ragged sequences take no mask",
            ),
            unless(
                lambda x, unroll, major: x == "ragged" and (unroll or major),
                ("x_as", "unroll", "time_major"),
                "ragged sequences are batch-major and not unrolled",
            ),
            unless(
                lambda x, mode: x == "ragged" and mode == XLA,
                ("x_as", "mode"),
                "XLA compiles no ragged tensors",
            ),
            unless(
                lambda zero, x, mask: zero and x != "ragged" and mask in _NOTHING,
                ("zero_output_for_mask", "x_as", "mask_as"),
                "zero_output_for_mask needs a mask",
            ),
            UNROLLED_ZEROS_IN_OPTIONS,
        ]
    }

    @classmethod
    def constraints_of(cls, dialect):
        return super().constraints_of(dialect) + [
            unless(
                lambda form, value, forms=forms, default=cls.axes[other][0]: (
                    form in forms and value != default
                ),
                (name, other),
                "a refusal hides all else",
            )
            for name, forms in REFUSED[dialect].items()
            for other in cls.axes
            if other not in (name, "cell", "stacking")
        ]

    @property
    def input_dtype(self):
        """The dtype in which the input is given."""
        return self.x_dtype

    @property
    def masked(self):
        """Whether a mask is given as an argument."""
        return self.mask_as not in _NOTHING

    @property
    def mask(self):
        """The kind of mask that applies; the lengths of ragged sequences are one."""
        return "right" if self.x_as == "ragged" else "holes" if self.masked else "none"

    @property
    def mask_from(self):
        """How the mask comes."""
        return None if self.mask == "none" else "argument"

    @property
    def initial_state(self):
        """How the initial states come."""
        return "none" if self.states_as in _NOTHING else "argument"

    @property
    def batch_axis(self):
        """Which axis of the results is the batch, see `rnn_oracle.families.outcome.Outcome`."""
        # Steps that are laid end to end do not tell to which sequence they belong.
        return None if self.x_as == "ragged" else super().batch_axis

    def refused(self, dialect):
        """Tell whether the rules have a dialect refuse the case.

        No rule says with which error: it is that of the operation on which Keras stumbles.
        """
        return any(getattr(self, axis) in forms for axis, forms in REFUSED[dialect].items())
