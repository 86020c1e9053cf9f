"""The cases of TensorFlow 1: frozen data with ids that never change, and their matrix."""

from dataclasses import dataclass
from itertools import product

from ..cases import CELLS as KERAS_CELLS
from ..cases import Optioned, Sizes, check_axes

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

AXES = {
    "cell": tuple(CELLS) + tuple(KERAS),
    "driver": ("dynamic", "static", "bidirectional"),
    "stacking": ("one", "two", "two_concatenated"),
    "state_is_tuple": (True, False),
    "lengths": ("none", "mixed", "short"),
    "time_major": (False, True),
}
"""The axes and their values, in the order of the id.

`stacking` is one cell, or a `MultiRNNCell` over two, with a tuple of states or with one array.
`state_is_tuple` is that of the cells and False for LSTM cells only. The lengths are not given,
differ from nothing to all steps, or all end before the last step.
"""

_WORDS = {
    "state_is_tuple": {True: "tuple", False: "array"},
    "lengths": {"none": "nolengths", "mixed": "mixed", "short": "short"},
    "time_major": {True: "time_major", False: "batch_major"},
}
_RULES = {"BasicRNNCell": ["V1"], "GRUCell": ["V2"], "BasicLSTMCell": ["V3"], "LSTMCell": ["V3"]}
PLAIN = ("basic_rnn", "gru", "basic_lstm", "lstm")
"""The cells that are made with no more than their number of units."""


@dataclass(frozen=True)
class Tf1Case(Optioned):
    """One combination of options; see `AXES` for the values.

    Attributes
    ----------
    cell, driver, stacking, lengths : str
    state_is_tuple, time_major : bool
    dtype : str
        The dtype of the input.
    """

    cell: str
    driver: str = "dynamic"
    stacking: str = "one"
    state_is_tuple: bool = True
    lengths: str = "none"
    time_major: bool = False
    dtype: str = "float32"

    family, axes = "tf1", AXES
    sizes = Sizes(batch=4, steps=6, features=3, units=(8, 11))

    def __post_init__(self):
        check_axes(self)
        reason = impossible(
            self.cell, self.driver, self.stacking, self.state_is_tuple, self.time_major
        )
        if reason:
            raise ValueError(reason)

    @property
    def id(self):
        """A readable name of letters, digits, dots and underscores, for ever the same."""
        words = ["tf1", self.cell, self.driver, self.stacking]
        words += [told[getattr(self, axis)] for axis, told in _WORDS.items()]
        if self.dtype != "float32":
            words.append(self.dtype)
        return ".".join(words)

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
    def rules(self):
        """Ids of the rules in SPEC.md that decide what this case returns."""
        if self.is_keras:
            rules = {"keras_simple_rnn": "C1", "keras_lstm": "C2", "keras_gru": "C4"}
            cited = [rules.get(self.cell, "C5"), "V16"]
        else:
            cited = _RULES[CELLS[self.cell][0]] + ["V7"]
        if not self.state_is_tuple:
            cited.append("V4")
        if self.cell in ("lstm_peephole", "lstm_all"):
            cited.append("V5")
        if self.cell in ("lstm_clipped", "lstm_projected", "lstm_all"):
            cited.append("V6")
        if self.depth > 1:
            cited += ["V8", "V9"] if self.stacking == "two_concatenated" else ["V8"]
        cited += [{"dynamic": "V13", "static": "V14", "bidirectional": "V15"}[self.driver], "V12"]
        if self.lengths != "none":
            cited += ["V10", "V11"]
        return cited

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
    options = [dict(zip(order, values)) for values in product(*(AXES[axis] for axis in order))]
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
