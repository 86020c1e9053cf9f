"""A case: one combination of options, as frozen data with an id that never changes."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from ..reference.dialects import get_dialect
from .constraint import of_generation

EAGER, GRAPH, XLA = "eager", "function", "xla"


class Sizes(NamedTuple):
    """The sizes of the arrays of a case."""

    batch: int
    steps: int
    features: int
    units: tuple


SIZES = Sizes(batch=4, steps=6, features=3, units=(5, 7, 8))
"""Of the arrays of a case, unless it is made smaller."""

CELLS = {
    "simple_rnn": ("SimpleRNN", {}),
    "lstm": ("LSTM", {"recurrent_activation": "sigmoid"}),
    "gru": ("GRU", {"recurrent_activation": "sigmoid", "reset_after": True}),
    "gru_reset_before": ("GRU", {"recurrent_activation": "sigmoid", "reset_after": False}),
    "lstm_hard_sigmoid": ("LSTM", {"recurrent_activation": "hard_sigmoid"}),
    "gru_hard_sigmoid": ("GRU", {"recurrent_activation": "hard_sigmoid", "reset_after": True}),
}
"""What Keras calls each cell: the layer's name (the cell's ends in Cell), and the arguments that
make it, among them all whose default was ever another. The last two stand beside the matrix."""


def case(kind):
    """Make a frozen dataclass of a class whose fields are made by `rnn_oracle.families.axis.axis`.

    It gets `axes`, `about` and `after`, see `Case`.
    """
    kind = dataclasses.dataclass(frozen=True)(kind)
    kind.about = {
        field.name: field.metadata["axis"]
        for field in dataclasses.fields(kind)
        if "axis" in field.metadata
    }
    kind.axes = {name: about.values for name, about in kind.about.items()}
    kind.after = {name: [] for name in kind.axes}
    for combination in kind.combinations:
        concerned = [name for name in kind.axes if name in combination.where]
        if kind.axes:
            kind.after[(concerned or list(kind.axes))[-1]].append(combination)
    return kind


class Case:
    """What the cases of all families have; a class that `case` decorates derives from it.

    Attributes
    ----------
    family : str
        The id of the family.
    axes : dict of str to tuple
        The values of each axis, in the order of the fields; the first is the default.
    about : dict of str to Values
        All that is said of each axis.
    always : str
        Ids of the rules that decide every case of the family, with blanks between.
    combinations : tuple of Combination
        The rules that several options bring in together.
    after : dict of str to list of Combination
        Those of them that end with an axis, by its name.
    sizes : Sizes
        Of the arrays.
    dtype : str
        The dtype of the layers, or the name of a policy.
    """

    family, axes, about, always, combinations, after = "", {}, {}, "", (), {}
    sizes, dtype = SIZES, "float32"

    def __post_init__(self):
        for axis, values in self.axes.items():
            value = getattr(self, axis)
            if value not in values:
                raise ValueError(f"{axis}={value!r} is not one of {values}")

    @property
    def options(self):
        """The fields as a dict of plain values."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @property
    def id(self):
        """A readable name for ever the same."""
        raise NotImplementedError

    @property
    def rules(self):
        """Ids of the rules in SPEC.md that decide what this case returns, each once.

        Those of the first axis come first, then those of every case, then those of the other axes
        in order; what several axes bring in together follows the last of them.
        """
        cited, names = [], list(self.axes)
        for name in names:
            cited += self.about[name].rules.get(getattr(self, name), ())
            if name == names[0]:
                cited += self.always.split()
            for combination in self.after[name]:
                if combination.holds(self):
                    cited += combination.rules
        return list(dict.fromkeys(cited))

    @property
    def features(self):
        """What a runtime must be able to do to run this case, as words to select by."""
        return [self.family] + [
            f"{axis}={getattr(self, axis)}"
            for axis, values in self.axes.items()
            if getattr(self, axis) != values[0]
        ]


class NamedByPosition(Case):
    """A case whose id has a word for each axis, in their order, and for a dtype of its own."""

    @property
    def id(self):
        """A readable name for ever the same: letters, digits, dots and underscores."""
        words = [about.word(getattr(self, name)) for name, about in self.about.items()]
        if self.dtype != "float32":
            words.append(self.dtype)
        return ".".join(filter(None, words))


class OfKerasCell:
    """A case with an axis `cell`, one of `CELLS`."""

    @property
    def layer(self):
        """Keras's name of the layer, such as ``"GRU"``."""
        return CELLS[self.cell][0]

    @property
    def states_of_a_cell(self):
        """The letters of a cell's states, in order."""
        return "hc" if self.layer == "LSTM" else "h"


class Called(Case):
    """A case of something that is called once or several times, in one way.

    Attributes
    ----------
    outputs : tuple of str
        What the outputs of the top layer are called.
    mode : str
        How it is run; an axis wherever that is not always the same.
    time_major : bool
        Whether the first axis of the sequences is the steps.
    stateful : str
        How often a stateful layer is called, ``"no"`` if it is not stateful.
    """

    outputs, mode, time_major, stateful = ("output",), EAGER, False, "no"

    @property
    def batch_axis(self):
        """Which axis of the results is the batch, see `rnn_oracle.families.outcome.Outcome`."""
        # XLA may compute a number twice, each time rounded in a way of its own (rule T2).
        return None if self.mode == XLA else int(self.time_major)

    @property
    def calls(self):
        """The names of the calls, in order."""
        count = {"no": 1, "two_calls": 2}.get(self.stateful, 3)
        return ("first", "second", "third")[:count]

    @property
    def computes_in(self):
        """The dtype of the computation, which is that of the results."""
        return self.dtype.replace("mixed_", "")


class Crossed(Called):
    """A case whose axes are crossed by a covering array.

    Attributes
    ----------
    triples : tuple of str
        The axes of which all legal triples of values occur; of all others, all legal pairs.
    presets : tuple of dict
        Options that must stand together in a case, wherever they may.
    constraints : dict of str to list of Constraint
        What may not be crossed: under ``"all"``, and under the name of a generation. What follows
        from values that one generation alone has need not be written down.
    """

    triples, presets, constraints = (), (), {}

    @classmethod
    def constraints_of(cls, dialect):
        """Return the list of `Constraint` that hold in a dialect."""
        generation = get_dialect(dialect).generation
        return (
            cls.constraints.get("all", [])
            + cls.constraints.get(generation, [])
            + of_generation(cls.about, generation)
        )

    @property
    def id(self):
        """A readable name for ever the same: the first axis, and what is not the default."""
        words, first = [self.family], next(iter(self.axes))
        for axis, values in self.axes.items():
            value = getattr(self, axis)
            word = self.about[axis].word(value)
            if axis == first:
                words.append(word)
            elif value != values[0]:
                words.append(axis if value is True else f"{axis}-{word}")
        return ".".join(words)

    def forbidden(self, dialect):
        """Return the reason why this case may not be in a dialect, None if it may."""
        for constraint in self.constraints_of(dialect):
            if not constraint.allows(*[getattr(self, axis) for axis in constraint.axes]):
                return constraint.reason
        return None
