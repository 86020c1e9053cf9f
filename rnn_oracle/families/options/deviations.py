"""What a release returns instead of what the rules demand in cases of all options."""

from ..stacks.broken import IMPRECISE
from ..stacks.deviations import (
    FIRST_STATE,
    IMPLICIT,
    NOT_ZEROED,
    UNROLLED,
    Stack,
    ending_masks,
    of_numbers,
    single_states_wrapped,
    symbolic_call_refused,
)
from ..stacks.failures import of_states
from ..stacks.problem import problem
from ..stacks.reference import build

STACK = Stack(build, problem)
DEVIATIONS = dict(
    of_numbers([IMPLICIT, FIRST_STATE, NOT_ZEROED, UNROLLED, *IMPRECISE], STACK),
    single_states_wrapped=single_states_wrapped,
    symbolic_call_refused=symbolic_call_refused,
    **ending_masks(STACK),
    **of_states("build"),
)
