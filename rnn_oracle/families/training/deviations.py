"""What a release returns instead in cases of dropout, see `rnn_oracle.verdict.deviations`."""

import functools
from contextlib import contextmanager

from ...reference.cells import weighted_cells
from ...reference.dropout import Masks, dropped
from ..case import GRAPH, XLA
from ..outcome import Outcome, Refusal
from ..stacks.failures import of_states
from .expected import gates, masks_of_cell, several, with_masks


def fails_at_call(case, dialect, sizes, outcome):
    """The call fails inside TensorFlow, which has one error for graphs and one for all else."""
    name = "ValueError" if case.mode in (GRAPH, XLA) else "InvalidArgumentError"
    return Outcome(refusal=Refusal("call", name, "a fault inside TensorFlow"))


def inputs_dropped_step_by_step(case, dialect, sizes, outcome):
    """Each step of the input has a dropout mask of its own, which is that of all gates."""

    def masks(case, call, sizes, features, units):
        axes = (sizes.steps, sizes.batch) if case.time_major else (sizes.batch, sizes.steps)
        (mask,) = several(case, call, case.dropout, axes + (features,), 1)
        mask = mask if case.time_major else mask.swapaxes(0, 1)
        return Masks([mask[::-1] if case.go_backwards else mask])

    return with_masks(case, dialect, sizes, True, masks, _steps_dropped)


@contextmanager
def _steps_dropped(layer, masks):
    cells = weighted_cells(layer.cell)
    for cell, ((mask,), _) in zip(cells, masks):
        cell.project = functools.partial(_project_dropped, cell.project, mask)
    yield
    for cell in cells:
        vars(cell).pop("project", None)


def _project_dropped(project, mask, x):
    return project((x.reshape(mask.shape) * mask).reshape(x.shape))


def one_mask_for_all_gates(case, dialect, sizes, outcome):
    """The gates share one mask of the input and one of the state."""

    return with_masks(case, dialect, sizes, True, _first_masks)


def _first_masks(*cell):
    return Masks(*[masks and masks[:1] for masks in masks_of_cell(*cell)])


def nothing_dropped(case, dialect, sizes, outcome):
    """Nothing is dropped, as if the call did not train."""

    return with_masks(case, dialect, sizes, True, lambda *cell: Masks())


def state_itself_dropped(case, dialect, sizes, outcome):
    """All gates share one mask, and the state of which it drops is also the one carried over."""

    return with_masks(case, dialect, sizes, True, _first_masks, _states_dropped)


def recurrent_dropout_at_the_other_rate(case, dialect, sizes, outcome):
    """The state is dropped at the rate of `dropout`, and by one mask, which GRU applies itself."""

    def masks(case, call, sizes, features, units):
        # The cell below has drawn one of that shape for its state.
        inputs_before = int(features != sizes.features)
        return Masks(
            several(case, call, case.dropout, (sizes.batch, features), 1, inputs_before),
            several(case, call, case.dropout, (sizes.batch, units), 1),
        )

    apply = _states_dropped if case.layer == "GRU" else dropped
    return with_masks(case, dialect, sizes, True, masks, apply)


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
        first = gates(case)

        def drawn(rate, width):
            count = first if case.gates_drop_apart else 1
            return several(case, call, rate, (sizes.batch, width), count, first)

        return Masks(drawn(case.dropout, features), drawn(case.recurrent_dropout, units))

    return with_masks(case, dialect, sizes, True, masks)


DEVIATIONS = of_states("build")
DEVIATIONS.update(
    (function.__name__, function)
    for function in (
        fails_at_call,
        inputs_dropped_step_by_step,
        one_mask_for_all_gates,
        nothing_dropped,
        state_itself_dropped,
        recurrent_dropout_at_the_other_rate,
        masks_drawn_again_in_the_loop,
    )
)
