"""The cases of TensorFlow 1: frozen data with ids that never change, and their matrix."""

from __future__ import annotations

from itertools import product

from ..axis import axis
from ..case import CELLS as KERAS_CELLS
from ..case import NamedByPosition, Sizes, case

CELLS = {
    "basic_rnn": ("BasicRNNCell", {}),
    "gru": ("GRUCell", {}),
    "basic_lstm": ("BasicLSTMCell", {}),
    "basic_lstm_no_forget_bias": ("BasicLSTMCell", {"forget_bias": 0.0}),
    "lstm": ("LSTMCell", {}),
    "lstm_peephole": ("LSTMCell", {"use_peepholes": True}),
    "lstm_clipped": ("LSTMCell", {"cell_clip": 0.5}),
    "lstm_projected": ("LSTMCell", {"num_proj": True}),
    "lstm_all": (
        "LSTMCell",
        {
            "use_peepholes": True,
            "cell_clip": 0.25,
            "num_proj": True,
            "proj_clip": 0.0625,
            "forget_bias": -0.5,
            "activation": "softsign",
        },
    ),
}
"""The class of each kind of cell and the arguments that make it; `num_proj` depends on the
units, see `Tf1Case.arguments`."""

KERAS = {
    "keras_" + name: KERAS_CELLS[name] for name in ("simple_rnn", "lstm", "gru", "gru_reset_before")
}
"""The Keras cells, likewise; their classes end in Cell."""

_RULES = dict(
    dict.fromkeys(CELLS, "V3 V7"),
    basic_rnn="V1 V7",
    gru="V2 V7",
    lstm_peephole="V3 V5 V7",
    lstm_clipped="V3 V6 V7",
    lstm_projected="V3 V6 V7",
    lstm_all="V3 V5 V6 V7",
    keras_simple_rnn="C1 V16",
    keras_lstm="C2 V16",
    keras_gru="C4 V16",
    keras_gru_reset_before="C5 V16",
)
PLAIN = ("basic_rnn", "gru", "basic_lstm", "lstm")
"""The cells that are made with no more than their number of units."""


@case
class Tf1Case(NamedByPosition):
    """One combination of options of TensorFlow 1.

    `stacking` is one cell, or a `MultiRNNCell` over two, with a tuple of states or with one array.
    `state_is_tuple` is that of the cells and False for LSTM cells only. The lengths are not given,
    differ from nothing to all steps, or all end before the last step. `dtype` is that of the input.
    """

    cell: str = axis(*CELLS, *KERAS, rules=_RULES)
    driver: str = axis(
        *("dynamic", "static", "bidirectional"),
        rules={"dynamic": "V13", "static": "V14", "bidirectional": "V15"},
    )
    stacking: str = axis(
        *("one", "two", "two_concatenated"), rules={"two": "V8", "two_concatenated": "V8 V9"}
    )
    state_is_tuple: bool = axis(
        True, False, rules={False: "V4"}, words={True: "tuple", False: "array"}
    )
    lengths: str = axis(
        *("none", "mixed", "short"),
        rules={"mixed": "V10 V11", "short": "V10 V11"},
        words={"none": "nolengths"},
    )
    time_major: bool = axis(False, True, words={False: "batch_major", True: "time_major"})
    dtype: str = "float32"

    family, always = "tf1", "V12"
    sizes = Sizes(batch=4, steps=6, features=3, units=(8, 11))

    def __post_init__(self):
        super().__post_init__()
        reason = impossible(
            self.cell, self.driver, self.stacking, self.state_is_tuple, self.time_major
        )
        if reason:
            raise ValueError(reason)

    @property
    def id(self):
        """A readable name for ever the same: letters, digits, dots and underscores."""
        return f"{self.family}.{super().id}"

    @property
    def is_keras(self):
        """Whether the cell is one of Keras."""
        return self.cell in KERAS

    @property
    def is_lstm(self):
        """Whether the cell is an LSTM cell of TensorFlow 1."""
        return CELLS.get(self.cell, ("",))[0].endswith("LSTMCell")

    @property
    def refused(self):
        """Whether the cells' tuples are to be concatenated, which must fail."""
        return self.is_lstm and self.state_is_tuple and self.stacking == "two_concatenated"

    @property
    def depth(self):
        """The number of cells that are stacked."""
        return 1 if self.stacking == "one" else 2

    @property
    def directions(self):
        """The names of the directions, empty for a single one."""
        return ("fw", "bw") if self.driver == "bidirectional" else ("",)

    def arguments(self, units):
        """Return the name of the cell's class and the arguments that make it."""
        if self.is_keras:
            name, arguments = KERAS[self.cell]
            return name + "Cell", dict(arguments, units=units)
        name, arguments = CELLS[self.cell]
        arguments = dict(arguments, num_units=units)
        if "num_proj" in arguments:
            arguments["num_proj"] = projected(units)
        if self.is_lstm:
            arguments["state_is_tuple"] = self.state_is_tuple
        return name, arguments

    @property
    def state_names(self):
        """The names of the arrays of a final state in order, such as ``c1 h1 c2 h2``."""
        if self.stacking == "two_concatenated":
            return ["states"]
        letters = {"keras_lstm": ["h", "c"]}.get(self.cell, ["c", "h"] if self.is_lstm else ["h"])
        if not self.state_is_tuple:
            letters = ["".join(letters)]
        return [letter + str(i + 1) for i in range(self.depth) for letter in letters]

    @property
    def features(self):
        """What a runtime must be able to do to run this case, as words to select by."""
        found = ["tf1", self.cell, self.driver]
        if self.depth > 1:
            found.append("stacked_cells")
        if not self.state_is_tuple or self.stacking == "two_concatenated":
            found.append("concatenated_state")
        if self.lengths != "none":
            found.append("sequence_length")
        if self.time_major:
            found.append("time_major")
        if self.refused:
            found.append("refusal")
        return found


def projected(units):
    """Return the size of the projection of that many units, another number than theirs."""
    return max(1, units * 2 // 3)


def impossible(cell, driver, stacking, state_is_tuple, time_major):
    """Return why TensorFlow has no such combination, or None if it has."""
    if time_major and driver == "static":
        return "static_rnn takes a list of steps and has no time_major"
    if cell in KERAS and stacking != "one":
        return "a Keras cell is not stacked by MultiRNNCell"
    if not state_is_tuple and not CELLS.get(cell, ("",))[0].endswith("LSTMCell"):
        return f"{cell} has no state_is_tuple"
    return None


def matrix():
    """Return all cases in a fixed order: the whole product of the axes for the plain cells.

    The variants of the LSTM cell meet a stack and an array as state, but not both; they go
    backwards in batch-major order only, and are no stack in `static_rnn`. Keras cells go
    forwards. What fails when the cell is made is there once for each cell.
    """
    order = ("cell", "stacking", "state_is_tuple", "driver", "time_major", "lengths")
    values = [Tf1Case.axes[axis] for axis in order]
    options = [dict(zip(order, combination)) for combination in product(*values)]
    cases = [
        Tf1Case(**chosen)
        for chosen in options
        if not impossible(**{name: chosen[name] for name in chosen if name != "lengths"})
    ]
    return [case for case in cases if _belongs(case)]


def _belongs(case):
    if case.refused:
        once = case.driver == "dynamic" and case.lengths == "none" and not case.time_major
        return once and case.cell in PLAIN
    if case.is_keras:
        return case.driver != "bidirectional"
    if case.cell in PLAIN:
        return True
    if case.depth > 1 and (not case.state_is_tuple or case.driver == "static"):
        return False
    return case.stacking != "two_concatenated" and not (
        case.driver == "bidirectional" and case.time_major
    )
