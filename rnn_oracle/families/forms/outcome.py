"""What of a case of forms is compared, on either side."""

from ..facts import Structures, structure
from ..outcome import Outcome, Refusal


def refused(reason):
    """Return the outcome of a refusal, whatever its type."""
    return Outcome(refusal=Refusal("call", "error", reason))


def row_lengths(lengths):
    """Return the fact that tells the lengths of ragged sequences, given as an array."""
    return Structures.of(structure(lengths.tolist(), leaf=int))
