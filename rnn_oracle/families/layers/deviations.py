"""What a release returns instead of what the rules demand of a case of the core matrix."""

from ..facts import Raised
from ..stacks.deviations import (
    FIRST_STATE,
    IMPLICIT,
    Stack,
    ending_masks,
    of_numbers,
    single_states_wrapped,
)
from ..stacks.reference import build
from .problem import problem


def _in_calls(case, sizes):
    return problem(case, sizes).in_calls(case)


def symbolic_call_refused(case, dialect, sizes, outcome):
    """A symbolic call raises ValueError; others do what they should."""
    facts = dict(outcome.facts, **{"symbolic.shapes": Raised("ValueError", "call")})
    return outcome.changed(facts=facts)


STACK = Stack(build, _in_calls)
DEVIATIONS = dict(
    of_numbers([IMPLICIT, FIRST_STATE], STACK),
    single_states_wrapped=single_states_wrapped,
    symbolic_call_refused=symbolic_call_refused,
    **ending_masks(STACK),
)
