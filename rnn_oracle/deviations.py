"""What a release returns instead: one function for each way to deviate that the ledger names.

Each takes the outcome that the rules demand and returns the outcome that the entry claims, so
that a known divergence is judged as strictly as agreement.
"""

from .oracle import allow, build, call_stack, set_weights
from .outcome import Outcome
from .problems import problem


def single_states_wrapped(case, dialect, sizes, outcome):
    """In a call without initial state, each single state of stacked cells comes in a list."""
    nesting = outcome.facts["default.nesting"].replace(", *", ", [*]")
    return Outcome(
        outcome.arrays, dict(outcome.facts, **{"default.nesting": nesting}), outcome.allowed
    )


def implicit_mask_dropped(case, dialect, sizes, outcome):
    """With an initial state, a mask that is attached to the input is passed on, but not applied."""
    given = problem(case, sizes)
    layers = build(case, dialect, sizes)
    set_weights(layers, given)

    def applied(i, mask):
        return mask if i == 0 and case.mask_from == "argument" else None

    call = "given", case, layers, given, given.states, applied
    arrays, _ = call_stack(*call)
    allowed = allow(*call)
    return Outcome(dict(outcome.arrays, **arrays), outcome.facts, dict(outcome.allowed, **allowed))


DEVIATIONS = {
    function.__name__: function for function in (single_states_wrapped, implicit_mask_dropped)
}
