"""How stateful layers fail in releases whose states have another dtype than they compute in."""

from ...reference.dialects import get_dialect
from ..case import EAGER
from ..outcome import Outcome
from .reference import refused_width


def states_of_float32(case, dialect, sizes, outcome):
    """The states are of float32, and the call fails where they meet numbers of another dtype."""
    refusal = refused_width(case, dialect)
    if refusal:  # before they meet
        return refusal
    if case.initial_state == "none":  # in the product with the recurrent kernel
        name = "InvalidArgumentError" if case.mode == EAGER else "TypeError"
    elif get_dialect(dialect).recorded_states_win and case.mode != EAGER:
        name = "TypeError"  # in choosing between them and the initial states
    else:
        name = "ValueError"  # in recording the final states
    return Outcome.of_verdict(f"{name} at call")


def of_states(phase):
    """Return the deviations of a family whose layers are built in a phase, by name."""

    def states_not_made(case, dialect, sizes, outcome):
        """The states cannot be made, as variables of float32 from zeros of another dtype."""
        return Outcome.of_verdict(f"ValueError at {phase}")

    return {"states_of_float32": states_of_float32, "states_not_made": states_not_made}
