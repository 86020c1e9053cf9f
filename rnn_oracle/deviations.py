"""What a release returns instead: one function for each way to deviate that the ledger names.

Each takes the outcome that the rules demand and returns the outcome that the entry claims, so
that a known divergence is judged as strictly as agreement.
"""

import functools

from .both_ways import deviations as of_both_ways
from .by_hand import deviations as of_cells
from .forms.outcome import refused
from .options import deviations as of_options
from .oracle import allow, build, call_stack, calls, set_weights
from .outcome import Outcome, without_masks
from .own_cells import deviations as of_own_cells
from .problems import problem
from .refusals import table
from .training import deviations as of_training

_NUMBERS = {
    "bidirectional": of_both_ways,
    "cells": of_cells,
    "options": of_options,
    "own_cells": of_own_cells,
}
"""Where the families of crossed cases keep what gives them other numbers."""


def single_states_wrapped(case, dialect, sizes, outcome):
    """In a call without initial state, each single state of stacked cells comes in a list."""
    if case.family == "options":
        return of_options.single_states_wrapped(outcome)
    if case.family == "bidirectional":
        return of_both_ways.single_states_wrapped(case, outcome)
    nesting = outcome.facts["default.nesting"].replace(", *", ", [*]")
    return outcome.changed(facts=dict(outcome.facts, **{"default.nesting": nesting}))


def symbolic_call_refused(case, dialect, sizes, outcome):
    """A symbolic call raises ValueError; others do what they should."""
    facts = dict(outcome.facts, **{"symbolic.shapes": "ValueError at call"})
    return outcome.changed(facts=facts)


def implicit_mask_dropped(case, dialect, sizes, outcome):
    """With an initial state, a mask that is attached to the input is passed on, but not applied."""
    if case.family in _NUMBERS:
        return _NUMBERS[case.family].implicit_mask_dropped(case, dialect, sizes, outcome)
    return _masks_of_arguments_only(case, dialect, sizes, outcome, ["given"])


def mask_argument_not_passed_on(case, dialect, sizes, outcome):
    """A mask that comes as an argument is applied, but is not attached to the output."""
    if case.stacking in ("two", "three"):
        outcome = _masks_of_arguments_only(case, dialect, sizes, outcome, ["default", "given"])
    facts = {
        name: fact.replace("mask", "None") if name.endswith(".masks") else fact
        for name, fact in outcome.facts.items()
    }
    return outcome.changed(without_masks(outcome.arrays), facts)


def _masks_of_arguments_only(case, dialect, sizes, outcome, names):
    """Return the outcome if, in the calls named, no layer looks at a mask attached to its input."""
    given = problem(case, sizes)
    layers = build(case, dialect, sizes)
    set_weights(layers, given)

    def applied(i, mask):
        return mask if i == 0 and case.mask_from == "argument" else None

    arrays, allowed = dict(outcome.arrays), dict(outcome.allowed)
    for name, states in calls(given):
        if name in names:
            call = name, case, layers, given, states, applied
            arrays.update(call_stack(*call)[0])
            allowed.update(allow(*call))
    return outcome.changed(arrays, allowed=allowed)


def form_refused(case, dialect, sizes, outcome):
    """An argument is refused in the form in which it comes, with whatever error."""
    return refused("a form that is not taken")


def _of_family(function):
    """Return a deviation that each family works out with a function of that name."""

    @functools.wraps(function)
    def deviation(case, dialect, sizes, outcome):
        own = getattr(_NUMBERS[case.family], function.__name__)
        return own(case, dialect, sizes, outcome)

    return deviation


def answered(answer, case, dialect, sizes, outcome):
    """Something is refused otherwise, or let pass; `answer` is the verdict of an `Outcome`."""
    return Outcome.of_verdict(answer)


DEVIATIONS = {
    function.__name__: function
    for function in (
        single_states_wrapped,
        symbolic_call_refused,
        implicit_mask_dropped,
        mask_argument_not_passed_on,
        of_both_ways.shape_of_two_forward_layers,
        of_both_ways.stacked_input_rounded,
        _of_family(of_options.unrolled_zeros_misplaced),
        _of_family(of_options.leaky_slope_of_float32),
        _of_family(of_options.gelu_factor_of_float32),
        _of_family(of_options.gelu_root_of_float32),
        of_cells.sums_of_sums_in_sparsemax,
        of_cells.initial_states_wrapped,
        form_refused,
        of_training.fails_at_call,
        of_training.inputs_dropped_step_by_step,
        of_training.one_mask_for_all_gates,
        of_training.state_itself_dropped,
        of_training.recurrent_dropout_at_the_other_rate,
        of_training.masks_drawn_again_in_the_loop,
    )
}
ANSWERS = table.answers() + ["OperatorNotAllowedInGraphError at call"]
DEVIATIONS.update({answer: functools.partial(answered, answer) for answer in ANSWERS})
