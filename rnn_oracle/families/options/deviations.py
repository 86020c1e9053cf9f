"""What a release returns instead of what the rules demand in cases of all options."""

from ..stacks.broken import IMPRECISE
from ..stacks.deviations import IMPLICIT, UNROLLED, of_numbers, single_states_wrapped
from ..stacks.failures import of_states
from ..stacks.problem import problem
from ..stacks.reference import build

DEVIATIONS = dict(
    of_numbers([IMPLICIT, UNROLLED, *IMPRECISE], build, problem),
    single_states_wrapped=single_states_wrapped,
    **of_states("build"),
)
