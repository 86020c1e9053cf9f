"""What a release returns instead of what the rules demand of cells of one's own."""

from ..stacks.deviations import IMPLICIT, Stack, ending_masks, of_numbers
from .expected import build
from .problem import problem


def _in_calls(case, sizes):
    return problem(case, sizes).in_calls


STACK = Stack(build, _in_calls)
DEVIATIONS = dict(of_numbers([IMPLICIT], STACK), **ending_masks(STACK))
