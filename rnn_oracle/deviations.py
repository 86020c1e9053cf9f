"""What a release returns instead: one function for each way to deviate that the ledger names.

Each takes the outcome that the rules demand and returns the outcome that the entry claims, so
that a known divergence is judged as strictly as agreement.
"""

import functools
from contextlib import contextmanager

from .cells import weighted_cells
from .dropout import Masks, dropped
from .options.case import GRAPH, XLA
from .oracle import allow, build, call_stack, calls, set_weights
from .outcome import Outcome, Refusal
from .problems import problem
from .training import oracle as training


def single_states_wrapped(case, dialect, sizes, outcome):
    """In a call without initial state, each single state of stacked cells comes in a list."""
    nesting = outcome.facts["default.nesting"].replace(", *", ", [*]")
    return outcome.changed(facts=dict(outcome.facts, **{"default.nesting": nesting}))


def symbolic_call_refused(case, dialect, sizes, outcome):
    """A symbolic call raises ValueError; others do what they should."""
    facts = dict(outcome.facts, **{"symbolic.shapes": "ValueError at call"})
    return outcome.changed(facts=facts)


def implicit_mask_dropped(case, dialect, sizes, outcome):
    """With an initial state, a mask that is attached to the input is passed on, but not applied."""
    return _masks_of_arguments_only(case, dialect, sizes, outcome, ["given"])


def mask_argument_not_passed_on(case, dialect, sizes, outcome):
    """A mask that comes as an argument is applied, but is not attached to the output."""
    if case.stacking in ("two", "three"):
        outcome = _masks_of_arguments_only(case, dialect, sizes, outcome, ["default", "given"])
    arrays = {name: a for name, a in outcome.arrays.items() if not name.endswith(".mask")}
    facts = {
        name: fact.replace("mask", "None") if name.endswith(".masks") else fact
        for name, fact in outcome.facts.items()
    }
    return outcome.changed(arrays, facts)


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


def fails_at_call(case, dialect, sizes, outcome):
    """The call fails inside TensorFlow, which has one error for graphs and one for all else."""
    name = "ValueError" if case.mode in (GRAPH, XLA) else "InvalidArgumentError"
    return Outcome(refusal=Refusal("call", name, "a fault inside TensorFlow"))


def inputs_dropped_step_by_step(case, dialect, sizes, outcome):
    """Each step of the input has a dropout mask of its own, which is that of all gates."""

    def masks(case, call, sizes, features, units):
        axes = (sizes.steps, sizes.batch) if case.time_major else (sizes.batch, sizes.steps)
        (mask,) = training.several(call, case.dropout, axes + (features,), 1)
        mask = mask if case.time_major else mask.swapaxes(0, 1)
        return Masks([mask[::-1] if case.go_backwards else mask])

    return training.with_masks(case, dialect, sizes, True, masks)


def one_mask_for_all_gates(case, dialect, sizes, outcome):
    """The gates share one mask of the input and one of the state."""

    return training.with_masks(case, dialect, sizes, True, _first_masks)


def _first_masks(*cell):
    return Masks(*[masks and masks[:1] for masks in training.masks_of_cell(*cell)])


def state_itself_dropped(case, dialect, sizes, outcome):
    """All gates share one mask, and the state of which it drops is also the one carried over."""

    return training.with_masks(case, dialect, sizes, True, _first_masks, _states_dropped)


def recurrent_dropout_at_the_other_rate(case, dialect, sizes, outcome):
    """The state is dropped at the rate of `dropout`, and by one mask, which GRU applies itself."""

    def masks(case, call, sizes, features, units):
        # The cell below has drawn one of that shape for its state.
        inputs_before = int(features != sizes.features)
        return Masks(
            training.several(call, case.dropout, (sizes.batch, features), 1, inputs_before),
            training.several(call, case.dropout, (sizes.batch, units), 1),
        )

    apply = _states_dropped if case.layer == "GRU" else dropped
    return training.with_masks(case, dialect, sizes, True, masks, apply)


@contextmanager
def _states_dropped(layer, masks):
    cells = weighted_cells(layer.cell)
    for cell, (_, recurrent) in zip(cells, masks):
        if recurrent:
            cell.step = functools.partial(_step_from_dropped, cell.step, *recurrent)
    with dropped(layer, [Masks(inputs) for inputs, _ in masks]):
        yield
    for cell in cells:
        vars(cell).pop("step", None)


def _step_from_dropped(step, mask, zx, states):
    return step(zx, [state * mask for state in states])


def masks_drawn_again_in_the_loop(case, dialect, sizes, outcome):
    """The steps have other dropout masks than those that were drawn before the loop."""

    def masks(case, call, sizes, features, units):
        first = training.gates(case)

        def drawn(rate, width):
            count = first if case.gates_drop_apart else 1
            return training.several(call, rate, (sizes.batch, width), count, first)

        return Masks(drawn(case.dropout, features), drawn(case.recurrent_dropout, units))

    return training.with_masks(case, dialect, sizes, True, masks)


DEVIATIONS = {
    function.__name__: function
    for function in (
        single_states_wrapped,
        symbolic_call_refused,
        implicit_mask_dropped,
        mask_argument_not_passed_on,
        fails_at_call,
        inputs_dropped_step_by_step,
        one_mask_for_all_gates,
        state_itself_dropped,
        recurrent_dropout_at_the_other_rate,
        masks_drawn_again_in_the_loop,
    )
}
