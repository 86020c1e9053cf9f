"""What a release returns instead of what the rules demand of a stack, in any family of stacks."""

import functools

from ...reference.bidirectional import Bidirectional
from ..facts import leaves_in_lists
from ..outcome import Outcome, without_attached_masks, without_masks
from .axes import LAYER_MODES
from .broken import EXCHANGED, SPARSEMAX, exchange_activation, misplace_zeros, round_input
from .reference import allow, answers

IMPLICIT, ARGUMENT = "implicit_mask_dropped", "mask_argument_not_passed_on"
UNROLLED, ROUNDED = "unrolled_zeros_misplaced", "stacked_input_rounded"
SAYS = {
    IMPLICIT: "With an initial state, a mask that is attached to the input is passed on, but not "
    "applied.",
    UNROLLED: "The mask is not turned round for zeroing the outputs of an unrolled layer that goes "
    "backwards.",
    ROUNDED: "A list of cells rounds its input to float32, whatever its dtype.",
    "leaky_slope_of_float32": "The slope of leaky_relu, 0.2, has the precision of float32.",
    "gelu_factor_of_float32": "In gelu, one over the root of 2, by which is multiplied, has the "
    "precision of float32.",
    "gelu_root_of_float32": "In gelu, the root of 2, by which is divided, has the precision of "
    "float32.",
    SPARSEMAX: "`sparsemax` adds up the sums of the largest numbers where it needs the last sum "
    "alone.",
}
"""What each deviation is that gives other numbers."""


def of_numbers(names, build, problem):
    """Return the deviations that give other numbers in a family, by name.

    Parameters
    ----------
    names : list of str
        Of those in `SAYS`.
    build : callable
        ``build(case, dialect, sizes)`` makes the layers of a case, without weights.
    problem : callable
        ``problem(case, sizes)`` returns the `rnn_oracle.families.stacks.problem.Problem`.
    """

    def deviation(name, case, dialect, sizes, outcome):
        make = functools.partial(build, case, dialect, sizes)
        return answered_again(name, case, problem(case, sizes), make, outcome)

    found = {}
    for name in names:
        found[name] = functools.partial(deviation, name)
        found[name].__doc__ = SAYS[name]
    return found


def answered_again(name, case, given, make, outcome):
    """Return the outcome with the numbers that deviate so too, beside what deviated before."""
    together = outcome.deviations + (name,)

    def layers():
        made = make()
        for layer in made:
            _break(layer, together)
        return made

    applied = functools.partial(_explicit, case, together)
    arrays, _ = answers(case, layers(), given, applied=applied)
    if ARGUMENT in together:
        arrays = without_masks(arrays)
    allowed = allow(case, layers, given, arrays, applied)
    return outcome.changed(arrays=arrays, allowed=allowed, deviations=together)


def _explicit(case, together, call, i, mask):
    """Return the mask that a layer applies where none counts that is attached to its input."""
    ignored = ARGUMENT in together or (IMPLICIT in together and call.states is not None)
    given = i == 0 and case.mask_from == "argument"
    return mask if given or not ignored else None


def mask_argument_not_passed_on(build, problem, case, dialect, sizes, outcome):
    """A mask that comes as an argument is applied, but is not attached to the output."""
    make = functools.partial(build, case, dialect, sizes)
    if len(make()) > 1:
        outcome = answered_again(ARGUMENT, case, problem(case, sizes), make, outcome)
    together = tuple(dict.fromkeys(outcome.deviations + (ARGUMENT,)))
    facts = without_attached_masks(outcome.facts)
    return outcome.changed(without_masks(outcome.arrays), facts, deviations=together)


def not_passed_on(build, problem):
    """Return the deviation `mask_argument_not_passed_on` of a family, by its name."""
    deviation = functools.partial(mask_argument_not_passed_on, build, problem)
    deviation.__doc__ = mask_argument_not_passed_on.__doc__
    return {ARGUMENT: deviation}


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
        if ROUNDED in together and both:
            round_input(side)
        for cell in side.parts():
            for name in filter(EXCHANGED.__contains__, together):
                exchange_activation(cell, name)
