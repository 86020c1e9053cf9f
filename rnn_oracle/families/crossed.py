"""What families of cases share whose axes are crossed by covering arrays, not in full."""

from __future__ import annotations

import re
from typing import Callable, NamedTuple

from .cases import Optioned, check_axes

EAGER, GRAPH, XLA = "eager", "function", "xla"


class Constraint(NamedTuple):
    """What may not be crossed.

    Attributes
    ----------
    axes : tuple of str
        The axes that it speaks of.
    allows : callable
        Takes a value of each, in that order; tells whether they may stand in one case.
    reason : str
        Why others may not.
    """

    axes: tuple[str, ...]
    allows: Callable
    reason: str


def unless(condition, axes, reason):
    """Return a rule that forbids what fulfils the condition."""
    return Constraint(axes, lambda *values: not condition(*values), reason)


def default_first(default, values):
    """Return the values of an axis as a tuple that begins with the default."""
    return (default,) + tuple(value for value in values if value != default)


class Crossed(Optioned):
    """A case of which each option is an axis; a frozen dataclass derives from it.

    Attributes
    ----------
    family : str
        The name of the family, with which each id begins.
    axes : dict of str to tuple
        The values of each axis, in the order of the fields; the first is the default.
    triples : tuple of str
        The axes of which all legal triples of values occur; of all others, all legal pairs.
    presets : tuple of dict
        Options that must stand together in a case, wherever they may.
    outputs : tuple of str
        What the outputs of the top layer are called.
    mode : str
        How it is run; an axis wherever that is not always the same.
    time_major : bool
        Whether the first axis of the sequences is the steps.
    stateful : str
        How often a stateful layer is called, ``"no"`` if it is not stateful.
    dtype : str
        The dtype of the layers, or the name of a policy.
    """

    family, axes, triples, presets, outputs = "", {}, (), (), ("output",)
    mode, time_major, stateful, dtype = EAGER, False, "no", "float32"

    def __post_init__(self):
        check_axes(self)

    @staticmethod
    def constraints_of(dialect):
        """Return the list of `Constraint` that hold in a dialect."""
        raise NotImplementedError

    @property
    def id(self):
        """A readable name for ever the same: the first axis, and what is not the default."""
        first = next(iter(self.axes))
        words = [self.family, _word(getattr(self, first))]
        for axis, values in self.axes.items():
            value = getattr(self, axis)
            if axis != first and value != values[0]:
                words.append(axis if value is True else f"{axis}-{_word(value)}")
        return ".".join(words)

    @property
    def features(self):
        """What a runtime must be able to do to run this case, as words to select by."""
        return [self.family] + [
            f"{axis}={getattr(self, axis)}"
            for axis, values in self.axes.items()
            if getattr(self, axis) != values[0]
        ]

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

    def forbidden(self, dialect):
        """Return the reason why this case may not be in a dialect, None if it may."""
        for rule in self.constraints_of(dialect):
            if not rule.allows(*[getattr(self, axis) for axis in rule.axes]):
                return rule.reason
        return None


def _word(value):
    return re.sub("[^a-z0-9_]", "_", str(value).lower())
