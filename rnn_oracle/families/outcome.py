"""What one side says about a case: values, that it does not support it, or an error."""

from __future__ import annotations

from typing import NamedTuple

from ..reference.errors import OracleError
from .facts import AttachedMasks, Dtypes, Raised

VALUES = "values"
"""The verdict of an outcome that is no refusal."""


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
    facts : dict of str to fact
        What must be equal, such as ``"default.nesting"``: those of `rnn_oracle.families.facts`,
        and whole numbers.
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
    precision : str
        The oracle's alone: the dtype in which a target computes that may be off by `allowed`.
    told : tuple of str, optional
        A target's alone that tells the numbers of some calls, and neither facts nor masks: the
        names of these calls.
    lacks : tuple of str
        A target's alone: what of a case it says that it cannot do; empty where it promised to.
    is_by_xla : bool
        A target's alone: whether XLA may have computed a number twice (rule T2).
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
        precision="float32",
        told=None,
        lacks=(),
        is_by_xla=False,
    ):
        self.told, self.lacks, self.is_by_xla = told, tuple(lacks), is_by_xla
        self.batch_axis, self.deviations, self.precision = batch_axis, deviations, precision
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
            precision=self.precision,
        )

    def numbers_of(self, calls):
        """Return an outcome of the numbers of some calls alone; a refusal stays."""
        if self.refusal:
            return self
        those = {
            name: array
            for name, array in without_masks(self.arrays).items()
            if name.partition(".")[0] in calls
        }
        allowed = {name: array for name, array in self.allowed.items() if name in those}
        return Outcome(those, {}, allowed, batch_axis=self.batch_axis, precision=self.precision)

    @property
    def raised(self):
        """The error of a refusal, by type and phase, as `Raised`; None of other outcomes."""
        return Raised(self.refusal.type, self.refusal.phase) if self.refusal else None

    @property
    def verdict(self):
        """Which of the three holds, in short: ``"values"``, ``"ValueError at call"``."""
        return "unsupported" if self.unsupported else str(self.raised or VALUES)

    @classmethod
    def of_verdict(cls, verdict):
        """Return an outcome of that verdict without numbers: ``"ValueError at call"``, "values"."""
        if verdict == VALUES:
            return cls()
        raised = Raised.parse(verdict)
        return cls(refusal=Refusal(raised.phase, raised.type, verdict))

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

    The oracle computes in float64, whatever the dtype of the layer; whole numbers stay as they are.
    """
    return {
        name: fact.replaced(dtype) if isinstance(fact, Dtypes) else fact
        for name, fact in facts.items()
    }


def without_attached_masks(facts):
    """Return facts by name with no mask attached to any result."""
    return {
        name: fact.detached() if isinstance(fact, AttachedMasks) else fact
        for name, fact in facts.items()
    }


def without_masks(arrays):
    """Return the arrays of an outcome, by name, that are no masks."""
    return {name: array for name, array in arrays.items() if not name.endswith(".mask")}
