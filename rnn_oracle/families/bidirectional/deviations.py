"""What a release returns instead of what the rules demand of `Bidirectional`."""

from dataclasses import replace

from ..facts import LIST, Container, Raised, Structures, leaves_in_lists
from ..outcome import Outcome
from ..stacks.axes import LAYER_MODES
from ..stacks.deviations import (
    FIRST_STATE,
    IMPLICIT,
    NOT_ZEROED,
    ROUNDED,
    UNROLLED,
    Stack,
    ending_masks,
    of_numbers,
)
from ..stacks.failures import of_states
from .case import BOTH
from .expected import build
from .outcome import MASK, SHAPES, facts_of_layers
from .problem import problem


def single_states_wrapped(case, dialect, sizes, outcome):
    """Each single state of stacked cells comes in a list of one."""
    nestings = outcome.facts["first.nesting"].results
    for i, kind in enumerate(case.stack):
        if kind == BOTH:
            count = len(case.outputs) if i == len(case.stack) - 1 else 1
            nestings[i] = leaves_in_lists(nestings[i], count)
    facts = dict(outcome.facts, **{"first.nesting": Structures.of(*nestings)})
    return outcome.changed(facts=facts)


def shape_of_two_forward_layers(case, dialect, sizes, outcome):
    """`compute_output_shape` takes the backward layer to have as many units as the forward one."""
    layers = build(case, dialect, sizes)
    for kind, layer in zip(case.stack, layers):
        if kind == BOTH:
            layer.backward_layer = layer.forward_layer
    facts = facts_of_layers(case, layers, problem(case, sizes))
    return outcome.changed(facts=dict(outcome.facts, **facts))


def shapes_of_states_refused(case, dialect, sizes, outcome):
    """`compute_output_shape` raises TypeError."""
    return _refused(SHAPES, outcome)


def masks_of_states_refused(case, dialect, sizes, outcome):
    """`compute_mask` raises TypeError."""
    return _refused(MASK, outcome)


def _refused(method, outcome):
    refused = {name: Raised("TypeError") for name in outcome.facts if name.endswith(method)}
    return outcome.changed(facts=dict(outcome.facts, **refused))


def shapes_joined_as_lists(case, dialect, sizes, outcome):
    """With `return_state`, `compute_output_shape` raises TypeError, as each symbolic call; without,
    two shapes come in a list."""
    if case.return_state and case.mode not in LAYER_MODES:
        return Outcome.of_verdict("TypeError at call")
    facts = {
        name: Raised("TypeError") if case.return_state else fact.map(_in_a_list)
        for name, fact in outcome.facts.items()
        if name.endswith("." + SHAPES)
    }
    return outcome.changed(facts=dict(outcome.facts, **facts))


def _in_a_list(shapes):
    return replace(shapes, kind=LIST) if isinstance(shapes, Container) else shapes


STACK = Stack(build, problem)
DEVIATIONS = dict(
    of_numbers([IMPLICIT, FIRST_STATE, NOT_ZEROED, UNROLLED, ROUNDED], STACK),
    single_states_wrapped=single_states_wrapped,
    shape_of_two_forward_layers=shape_of_two_forward_layers,
    shapes_of_states_refused=shapes_of_states_refused,
    masks_of_states_refused=masks_of_states_refused,
    **of_states("build"),
    shapes_joined_as_lists=shapes_joined_as_lists,
    **ending_masks(STACK),
)
