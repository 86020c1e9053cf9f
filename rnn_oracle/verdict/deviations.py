"""What a release returns instead: one function for each way to deviate that the ledger names.

Each takes the outcome that the rules demand and returns the outcome that the entry claims, so
that a known divergence is judged as strictly as agreement.
"""

import functools

from ..families.bidirectional import deviations as of_both_ways
from ..families.cells import deviations as of_cells
from ..families.expected import allow, build, call_stack, calls, set_weights
from ..families.forms.outcome import refused
from ..families.options import deviations as of_options
from ..families.outcome import Outcome, without_masks
from ..families.own_cells import deviations as of_own_cells
from ..families.problems import problem
from ..families.training import deviations as of_training
from . import refusal_table as table

_MODULES = {
    "bidirectional": of_both_ways,
    "cells": of_cells,
    "options": of_options,
    "own_cells": of_own_cells,
}
"""By family of crossed cases: the module that works out its numbers if its layers deviate."""
_WORKED_OUT = {
    "unrolled_zeros_misplaced": "The mask is not turned round for zeroing the outputs of an "
    "unrolled layer that goes backwards.",
    "leaky_slope_of_float32": "The slope of leaky_relu, 0.2, has the precision of float32.",
    "gelu_factor_of_float32": "In gelu, one over the root of 2, by which is multiplied, has the "
    "precision of float32.",
    "gelu_root_of_float32": "In gelu, the root of 2, by which is divided, has the precision of "
    "float32.",
    "stacked_input_rounded": "A list of cells rounds its input to float32, whatever its dtype.",
    "sums_of_sums_in_sparsemax": "`sparsemax` adds up the sums of the largest numbers where it "
    "needs the last sum alone.",
}
"""By deviation that one of these modules works out: what it is."""


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
    if case.family in _MODULES:
        return _with_numbers("implicit_mask_dropped", case, dialect, sizes, outcome)
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


def _with_numbers(deviation, case, dialect, sizes, outcome):
    """Return the outcome with the numbers of layers that deviate so, in the family of the case."""
    return _MODULES[case.family].answered_by(deviation, case, dialect, sizes, outcome)


def _answered(answer, case, dialect, sizes, outcome):
    return Outcome.of_verdict(answer)


def _told(function, first, says):
    """Return a deviation with its first argument given, and what it does in a line."""
    deviation = functools.partial(function, first)
    deviation.__doc__ = says
    return deviation


DEVIATIONS = {
    function.__name__: function
    for function in (
        single_states_wrapped,
        symbolic_call_refused,
        implicit_mask_dropped,
        mask_argument_not_passed_on,
        of_both_ways.shape_of_two_forward_layers,
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
"""By name, as an entry's `instead` has it."""
DEVIATIONS.update({name: _told(_with_numbers, name, says) for name, says in _WORKED_OUT.items()})
ANSWERS = table.answers() + ["OperatorNotAllowedInGraphError at call"]
DEVIATIONS.update({answer: _told(_answered, answer, answer + ".") for answer in ANSWERS})
