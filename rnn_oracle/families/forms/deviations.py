"""What a release returns instead of what the rules demand in cases of forms."""

from ..stacks.deviations import Stack, ending_masks
from ..stacks.reference import build
from .outcome import refused
from .problem import problem


def form_refused(case, dialect, sizes, outcome):
    """An argument is refused in the form in which it comes, with whatever error."""
    return refused("a form that is not taken")


STACK = Stack(build, problem)
DEVIATIONS = dict(ending_masks(STACK), form_refused=form_refused)
