"""How the outcome of a case of forms is told."""

from ..outcome import Outcome, Refusal


def refused(reason):
    """Return the outcome of a refusal, whatever its type."""
    return Outcome(refusal=Refusal("call", "error", reason))
