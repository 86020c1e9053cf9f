"""What a release returns instead of what the rules demand in cases of all options."""

from ..stacks.broken import IMPRECISE
from ..stacks.deviations import (
    IMPLICIT,
    UNROLLED,
    not_passed_on,
    of_numbers,
    single_states_wrapped,
    symbolic_call_refused,
)
from ..stacks.problem import problem
from ..stacks.reference import build

DEVIATIONS = dict(
    of_numbers([IMPLICIT, UNROLLED, *IMPRECISE], build, problem),
    single_states_wrapped=single_states_wrapped,
    symbolic_call_refused=symbolic_call_refused,
    **not_passed_on(build, problem),
)
