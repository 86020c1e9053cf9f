"""What a release returns instead of what the rules demand in cases of forms."""

import dataclasses

from ..stacks.deviations import Stack, ending_masks
from ..stacks.reference import build
from .expected import expected
from .outcome import refused
from .problem import problem


def form_refused(case, dialect, sizes, outcome):
    """An argument is refused in the form in which it comes, with whatever error."""
    return refused("a form that is not taken")


def ragged_cut_at_the_end(case, dialect, sizes, outcome):
    """The outputs of a ragged sequence lose their last steps, where the first ones are padding."""
    wrong = expected(case, dialect, sizes, bounded=True, turned=False)
    return outcome.changed(wrong.arrays, allowed=wrong.allowed)


def zeros_not_put_out(case, dialect, sizes, outcome):
    """Masked steps repeat the output before, although `zero_output_for_mask` is set."""
    repeating = dataclasses.replace(case, zero_output_for_mask=False)
    other = expected(repeating, dialect, sizes, bounded=True)
    return outcome.changed(other.arrays, allowed=other.allowed)


STACK = Stack(build, problem)
DEVIATIONS = dict(
    ending_masks(STACK),
    form_refused=form_refused,
    ragged_cut_at_the_end=ragged_cut_at_the_end,
    zeros_not_put_out=zeros_not_put_out,
)
