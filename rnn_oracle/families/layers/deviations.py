"""What a release returns instead of what the rules demand of a case of the core matrix."""

import numpy as np

from ..facts import Raised
from ..stacks.deviations import (
    FIRST_STATE,
    IMPLICIT,
    Stack,
    ending_masks,
    of_numbers,
    single_states_wrapped,
)
from ..stacks.observation import state_names
from ..stacks.reference import build
from .problem import problem


def _in_calls(case, sizes):
    return problem(case, sizes).in_calls(case)


def symbolic_call_refused(case, dialect, sizes, outcome):
    """A symbolic call raises ValueError; others do what they should."""
    facts = dict(outcome.facts, **{"symbolic.shapes": Raised("ValueError", "call")})
    return outcome.changed(facts=facts)


def zeros_end_empty_sequences(case, dialect, sizes, outcome):
    """The final states of a sequence of which no step counts are zero, whatever they began with."""
    empty, arrays = ~problem(case, sizes).mask.any(axis=1), dict(outcome.arrays)
    for call in case.calls:
        for name in [f"{call}.{state}" for state in state_names(case)]:
            if name in arrays:
                arrays[name] = np.where(empty[:, None], 0.0, arrays[name])
    return outcome.changed(arrays=arrays)


STACK = Stack(build, _in_calls)
DEVIATIONS = dict(
    of_numbers([IMPLICIT, FIRST_STATE], STACK),
    single_states_wrapped=single_states_wrapped,
    symbolic_call_refused=symbolic_call_refused,
    zeros_end_empty_sequences=zeros_end_empty_sequences,
    **ending_masks(STACK),
)
