"""What one side says about a case: values, that it does not support it, or an error."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import nest
from ..reference.errors import OracleError
from .cases import DEFAULTS


class Refusal(NamedTuple):
    """An error.

    Attributes
    ----------
    phase : str
        ``"build"`` or ``"call"``.
    type : str
        The name of its type.
    message : str
    """

    phase: str
    type: str
    message: str


class Outcome:
    """The answer of the oracle, or of a target, to a case.

    Exactly one of the three holds: `arrays` and `facts` are there, or `unsupported`, or
    `refusal`.

    Parameters
    ----------
    arrays : dict of str to array
        What is compared as numbers, such as ``"given.output"`` or ``"default.h1"``.
    facts : dict of str to str
        What is compared to the letter, such as ``"default.nesting"``.
    allowed : dict of str to array, optional
        The oracle's alone: how far each number may be off, zero where it is exact.
    unsupported : str, optional
        Why a target cannot run the case.
    refusal : Refusal, optional
        How the case was refused.
    batch_axis : int or None
        The oracle's alone: which axis of the arrays with steps is the batch; of others, the first.
        None where copies need not have the same bits (rule T2).
    deviations : tuple of str
        The oracle's alone: those of `rnn_oracle.verdict.deviations` that its numbers already show.
    """

    def __init__(
        self,
        arrays=None,
        facts=None,
        allowed=None,
        unsupported=None,
        refusal=None,
        batch_axis=0,
        deviations=(),
    ):
        self.batch_axis, self.deviations = batch_axis, deviations
        self.arrays = arrays or {}
        self.facts = facts or {}
        self.allowed = allowed or {}
        self.unsupported = unsupported
        self.refusal = refusal

    def changed(self, arrays=None, facts=None, allowed=None, deviations=()):
        """Return an outcome with values where some of this one's are others; a refusal stays."""
        if self.refusal:
            return self
        return Outcome(
            arrays or self.arrays,
            facts or self.facts,
            allowed or self.allowed,
            batch_axis=self.batch_axis,
            deviations=deviations or self.deviations,
        )

    @property
    def verdict(self):
        """Which of the three holds, in short: ``"values"``, ``"ValueError at call"``."""
        if self.unsupported:
            return "unsupported"
        return f"{self.refusal.type} at {self.refusal.phase}" if self.refusal else "values"

    @classmethod
    def of_verdict(cls, verdict):
        """Return an outcome of that verdict without numbers: ``"ValueError at call"``, "values"."""
        if verdict == "values":
            return cls()
        name, phase = verdict.split(" at ")
        return cls(refusal=Refusal(phase, name, verdict))

    @classmethod
    def refused(cls, phase, error):
        """Return the outcome of an exception in that phase."""
        name = error.builtin if isinstance(error, OracleError) else type(error).__name__
        return cls(refusal=Refusal(phase, name, str(error)))


def in_phases(build, call, errors=(Exception,)):
    """Build something and call it; return the `Outcome`, or how it was refused, and when.

    Parameters
    ----------
    build : callable
        Returns what is called.
    call : callable
        ``call(built)`` returns the `Outcome`.
    errors : tuple of type
        What counts as a refusal: of a runtime whatever it raises, for that is the finding.
    """
    try:
        built = build()
    except errors as error:
        return Outcome.refused("build", error)
    try:
        return call(built)
    except errors as error:
        return Outcome.refused("call", error)


def demanded_in(dtype, facts):
    """Return the facts of results in the dtype that is demanded of them (rule D6).

    The oracle computes in float64, whatever the dtype of the layer.
    """
    return {
        name: " ".join([dtype] * len(fact.split())) if name.endswith(".dtype") else fact
        for name, fact in facts.items()
    }


def without_masks(arrays):
    """Return the arrays of an outcome, by name, that are no masks."""
    return {name: array for name, array in arrays.items() if not name.endswith(".mask")}


def state_names(case):
    """Return the names of the final states in order, ``h1 c1 h2 c2`` for two layers of LSTM."""
    letters = case.states_of_a_cell
    return [f"{letter}{i + 1}" for i in range(case.depth) for letter in letters]


def defaults(case, find):
    """Return the `Outcome` of a layer that was given no more arguments than it must be.

    Parameters
    ----------
    case : Defaults
    find : callable
        ``find(name, otherwise)`` is the value of an argument, or `otherwise` if it has none.
    """
    told = {name: find(name, "no argument") for name in DEFAULTS[case.layer]}
    return Outcome(facts={"defaults." + name: str(value) for name, value in told.items()})


def observe(call, case, results, masks, as_array):
    """Name what one call of a stack of layers returned.

    Parameters
    ----------
    call : str
        ``"default"``, or ``"given"`` for a call with an initial state.
    results : list
        What each layer returned, from the bottom up.
    masks : list
        The masks that go on with each leaf of the top layer's result, None where none does.
    as_array : callable
        Turns a leaf into a NumPy array.

    Returns
    -------
    arrays, facts : dict
        For `Outcome`.
    """
    outputs, states = results[-1:], []
    if case.return_state or len(case.outputs) > 1:
        outputs = list(results[-1][: len(case.outputs)])
    if case.return_state:
        each = [result[1:] for result in results[:-1]] + [results[-1][len(case.outputs) :]]
        states = [leaf for own in each for leaf in nest.flatten(list(own))]
    leaves = [as_array(leaf) for leaf in outputs + states]
    names = list(case.outputs) + (state_names(case) if case.return_state else [])
    arrays = dict(zip(names, leaves))
    facts = {
        "nesting": "; ".join(nest.describe(result) for result in results),
        "dtype": " ".join(leaf.dtype.name for leaf in leaves),
        "states": str(len(states)),
        "masks": " ".join("None" if mask is None else "mask" for mask in masks),
    }
    if masks[0] is not None:
        arrays["mask"] = as_array(masks[0])
    return (
        {call + "." + name: array for name, array in arrays.items()},
        {call + "." + name: fact for name, fact in facts.items()},
    )
