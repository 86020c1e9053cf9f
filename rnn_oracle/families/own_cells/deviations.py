"""What a release returns instead of what the rules demand of cells of one's own."""

import functools

from ..stacks.deviations import (
    FIRST_STATE,
    IMPLICIT,
    NOT_ZEROED,
    Stack,
    ending_masks,
    of_numbers,
    symbolic_call_refused,
)
from ..stacks.failures import of_states
from ..stacks.reference import demanded
from .expected import build
from .problem import problem


def _in_calls(case, sizes):
    return problem(case, sizes).in_calls


def begins_with_zeros(case, dialect, sizes, outcome):
    """The states are zeros to begin with, whatever the cell's `get_initial_state` returns."""
    if outcome.refusal:
        return outcome
    make = functools.partial(build, case, dialect, sizes, starts=False)
    return demanded(case, _in_calls(case, sizes), make, bounded=True)


STACK = Stack(build, _in_calls)
DEVIATIONS = dict(
    of_numbers([IMPLICIT, FIRST_STATE, NOT_ZEROED], STACK),
    symbolic_call_refused=symbolic_call_refused,
    **ending_masks(STACK),
    begins_with_zeros=begins_with_zeros,
    **of_states("call"),
)
