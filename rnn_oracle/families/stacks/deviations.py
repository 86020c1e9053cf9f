"""What a release returns instead of what the rules demand of a stack, in any family of stacks."""

from __future__ import annotations

import functools
from typing import Callable, NamedTuple

from ...reference.bidirectional import Bidirectional
from ..facts import leaves_in_lists
from ..outcome import Outcome, without_attached_masks, without_masks
from .axes import LAYER_MODES
from .broken import (
    EXCHANGED,
    SPARSEMAX,
    exchange_activation,
    ignore_zeroing,
    misplace_zeros,
    repeat_first_state,
    round_input,
)
from .reference import allow, answers, set_weights

IMPLICIT, ARGUMENT = "implicit_mask_dropped", "mask_argument_not_passed_on"
NOT_PASSED_ON = "mask_not_passed_on"
_ENDING = (ARGUMENT, NOT_PASSED_ON)
UNROLLED, ROUNDED = "unrolled_zeros_misplaced", "stacked_input_rounded"
FIRST_STATE, NOT_ZEROED = "first_state_repeated", "unrolled_not_zeroed"
SAYS = {
    IMPLICIT: "With an initial state, a mask that is attached to the input is passed on, but not "
    "applied.",
    ARGUMENT: "A mask that comes as an argument is applied, but is not attached to the output.",
    NOT_PASSED_ON: "No mask is attached to the output, wherever it comes from.",
    UNROLLED: "The mask is not turned round for zeroing the outputs of an unrolled layer that goes "
    "backwards.",
    FIRST_STATE: "A masked step puts out the first state, not the output of the step before.",
    NOT_ZEROED: "An unrolled layer puts out no zeros at masked steps, but the output before.",
    ROUNDED: "A list of cells rounds its input to float32, whatever its dtype.",
    "leaky_slope_of_float32": "The slope of leaky_relu, 0.2, has the precision of float32.",
    "gelu_factor_of_float32": "In gelu, one over the root of 2, by which is multiplied, has the "
    "precision of float32.",
    "gelu_root_of_float32": "In gelu, the root of 2, by which is divided, has the precision of "
    "float32.",
    SPARSEMAX: "`sparsemax` adds up the sums of the largest numbers where it needs the last sum "
    "alone.",
}
"""What each deviation is that gives other numbers, or ends a mask."""


class Stack(NamedTuple):
    """How a family makes the layers and the arrays of its cases.

    Attributes
    ----------
    build : callable
        ``build(case, dialect, sizes)`` makes the layers of a case, without weights.
    problem : callable
        ``problem(case, sizes)`` returns the `rnn_oracle.families.stacks.problem.Problem`.
    """

    build: Callable
    problem: Callable


def of_numbers(names, stack):
    """Return the deviations that give other numbers in a family, by name.

    Parameters
    ----------
    names : list of str
        Of those in `SAYS`.
    stack : Stack
    """
    return _documented({name: functools.partial(_answered_again, name, stack) for name in names})


def _documented(deviations):
    for name, deviation in deviations.items():
        deviation.__doc__ = SAYS[name]
    return deviations


def _answered_again(name, stack, case, dialect, sizes, outcome):
    """Return the outcome with the numbers that deviate so too, beside what deviated before."""
    together = outcome.deviations + (name,)
    given = stack.problem(case, sizes)
    make = functools.partial(_made, stack, case, dialect, sizes, together)
    applied = functools.partial(_explicit, case, together)
    arrays, _ = answers(case, make(), given, applied=applied)
    if set(_ENDING) & set(together):
        arrays = without_masks(arrays)
    allowed = allow(case, make, given, arrays, applied)
    return outcome.changed(arrays=arrays, allowed=allowed, deviations=together)


def _made(stack, case, dialect, sizes, together):
    layers = stack.build(case, dialect, sizes)
    for layer in layers:
        _break(layer, together)
    return layers


def of_changed_layers(stack, change, case, dialect, sizes, outcome, bounded):
    """Return the outcome of other layers than the case's, beside what deviates already.

    Parameters
    ----------
    stack : Stack
    change : callable
        ``change(layers)`` returns the other layers, of the case's with their weights.
    case, dialect, sizes
    outcome : Outcome
    bounded : bool
        Whether to work out `allowed`, which takes longer than the values.
    """
    given = stack.problem(case, sizes)
    applied = functools.partial(_explicit, case, outcome.deviations)

    def make():
        layers = _made(stack, case, dialect, sizes, outcome.deviations)
        set_weights(layers, given)
        return layers

    def make_others():
        return change(make())

    others = given._replace(
        weights=[[make_others()[i].weights] for i, _ in enumerate(given.weights)]
    )
    before, facts_before = answers(case, make(), given, applied=applied)
    after, facts_after = answers(case, make_others(), others, applied=applied)
    arrays = {name: a for name, a in outcome.arrays.items() if name not in before or name in after}
    arrays.update((name, array) for name, array in after.items() if name not in before)
    arrays.update((name, after[name]) for name in arrays if name in after)
    moved = {name: fact for name, fact in facts_after.items() if fact != facts_before[name]}
    allowed = allow(case, make_others, others, after, applied) if bounded else {}
    return outcome.changed(arrays, dict(outcome.facts, **moved), allowed)


def _explicit(case, together, call, i, mask):
    """Return the mask that a layer applies where none counts that is attached to its input."""
    if i > 0 and NOT_PASSED_ON in together:
        return None
    ignored = ARGUMENT in together or (IMPLICIT in together and call.states is not None)
    given = i == 0 and case.mask_from == "argument"
    return mask if given or not ignored else None


def ending_masks(stack):
    """Return the deviations by which masks go no further in a family, by name."""
    return _documented({name: functools.partial(_without_mask, name, stack) for name in _ENDING})


def _without_mask(name, stack, case, dialect, sizes, outcome):
    if outcome.refusal:
        return outcome
    if len(stack.build(case, dialect, sizes)) > 1:
        outcome = _answered_again(name, stack, case, dialect, sizes, outcome)
    facts = without_attached_masks(outcome.facts)
    together = tuple(dict.fromkeys(outcome.deviations + (name,)))
    return outcome.changed(without_masks(outcome.arrays), facts, deviations=together)


def single_states_wrapped(case, dialect, sizes, outcome):
    """In a call without initial state, each single state of stacked cells comes in a list."""
    facts = dict(outcome.facts)
    for call in case.calls_without_states:
        nesting = f"{call}.nesting"
        if nesting in facts:
            facts[nesting] = facts[nesting].map(leaves_in_lists)
    return outcome.changed(facts=facts)


def symbolic_call_refused(case, dialect, sizes, outcome):
    """A symbolic call raises ValueError; others do what they should."""
    return outcome if case.mode in LAYER_MODES else Outcome.of_verdict("ValueError at call")


def _break(layer, together):
    """Let a layer of the reference deviate."""
    both = isinstance(layer, Bidirectional)
    for side in layer.parts() if both else [layer]:
        if UNROLLED in together:
            misplace_zeros(side)
        if FIRST_STATE in together:
            repeat_first_state(side)
        if NOT_ZEROED in together:
            ignore_zeroing(side)
        if ROUNDED in together and both:
            round_input(side)
        for cell in side.parts():
            for name in filter(EXCHANGED.__contains__, together):
                exchange_activation(cell, name)
