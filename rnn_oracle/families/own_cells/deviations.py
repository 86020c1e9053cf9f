"""What a release returns instead of what the rules demand of cells of one's own."""

from ..stacks.deviations import (
    IMPLICIT,
    Stack,
    ending_masks,
    of_numbers,
    symbolic_call_refused,
)
from .expected import build
from .problem import problem


def _in_calls(case, sizes):
    return problem(case, sizes).in_calls


STACK = Stack(build, _in_calls)
DEVIATIONS = dict(
    of_numbers([IMPLICIT], STACK),
    symbolic_call_refused=symbolic_call_refused,
    **ending_masks(STACK),
)
