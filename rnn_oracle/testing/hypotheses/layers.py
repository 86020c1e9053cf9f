"""What can be changed in a layer over cells: its mask, its states, its direction, its output."""

from __future__ import annotations

import functools
from contextlib import contextmanager

import numpy as np

from ...arithmetic import nest
from ...families.stacks.broken import misplace_zeros, round_input, rounded
from ...families.stacks.deviations import IMPLICIT, ROUNDED, UNROLLED
from ...reference.cells import GRUCell, LSTMCell, StackedRNNCells, weighted_cells
from ...reference.scan import scan
from .cells import changes_of_cell
from .change import Change, redirect
from .directions import bidirectional_layers

WRAPPED, ZEROS = "single_states_wrapped", "zeros_not_put_out"


def changes_of_layer(layer, layer_call):
    """Return what can be changed in a layer over cells of a call: each `Change` by its text."""
    found = _changes_of_states(layer, layer_call)
    found.update(_changes_of_output(layer, layer_call))
    if has_mask(layer_call):
        found.update(_changes_of_mask(layer, layer_call))
        found.update(_changes_of_masked_steps(layer, layer_call))
    found.update(_changes_of_cells(layer, layer_call))
    return found


def _changes_of_cells(layer, layer_call):
    """Return what can be changed in all cells that it fits, and in each of several."""
    found, cells = {}, weighted_cells(layer.cell)
    each = [changes_of_cell(cell, layer_call) for cell in cells]
    for text in set().union(*each):
        owners = [i for i, of_cell in enumerate(each) if text in of_cell]
        changes = [each[i][text] for i in owners]
        if len(owners) > 1 or len(cells) == 1:
            apply = functools.partial(_all_of, changes)
            found[text] = Change(apply, changes[0].instead)
        for i, change in zip(owners, changes) if len(cells) > 1 else []:
            known = change.instead if len(owners) == 1 else None
            found[f"{text} in cell {i + 1}"] = change._replace(instead=known)
    return found


def has_mask(layer_call):
    """Tell whether a layer of a call may have a mask: that of the call, or one made in a model."""
    return layer_call.mask is not None or hasattr(layer_call.layer, "layers")


def _all_of(changes):
    for change in changes:
        change.apply()


@contextmanager
def _stepping(cell, step):
    """Let ``step(right, input, states)`` take the steps of a cell, `right` being its own."""
    right = cell.step
    cell.step = functools.partial(step, right)
    yield
    cell.step = right


# The mask.


def _changes_of_mask(layer, layer_call):
    over_steps = dict(axis=0 if layer.time_major else 1)
    mask = "the mask that is attached to the input" if layer_call.attached else "the mask"
    seen = {
        f"{mask} were ignored": _nothing,
        f"{mask} were True where a step is left out": np.logical_not,
        f"{mask} were reversed in time": functools.partial(np.flip, **over_steps),
        "each step had the mask of the step before": functools.partial(
            np.roll, shift=1, **over_steps
        ),
        "each step had the mask of the step after": functools.partial(
            np.roll, shift=-1, **over_steps
        ),
    }
    found = {text: redirect(layer, "forward", _seeing, change) for text, change in seen.items()}
    if layer_call.attached and layer_call.begins_with_states(layer):
        ignored = f"{mask} were ignored"
        found[ignored] = found[ignored]._replace(instead=IMPLICIT)
    return found


def _nothing(mask):
    return None


def _seeing(change, forward, x, mask, *others):
    return forward(x, None if mask is None else change(mask), *others)


def _changes_of_masked_steps(layer, layer_call):
    zeros = layer.zero_output_for_mask
    configure = functools.partial(layer.configure, zero_output_for_mask=not zeros)
    on_cudnn = isinstance(layer.cell, (LSTMCell, GRUCell)) and not layer.unroll
    found = {
        f"zero_output_for_mask were {not zeros}": Change(
            configure, ZEROS if zeros and on_cudnn else None
        ),
        "masked steps changed the states": redirect(layer, "forward", _not_holding, layer),
    }
    if not zeros:
        text = "the output of a masked step were what the cell makes of it"
        found[text] = redirect(layer, "forward", _not_repeating, layer)
        if layer_call.begins_with_states(layer):
            text = "masked steps at the beginning put out the initial state"
            found[text] = redirect(layer, "forward", _beginning_with_state, layer)
    elif layer.go_backwards and layer.return_sequences:
        text = "outputs were zeroed by the mask as it is before it is reversed in time"
        known = UNROLLED if layer.unroll else None
        found[text] = Change(functools.partial(misplace_zeros, layer), known)
    return found


def _recorded(layer, forward, *arguments):
    """Return what the cell puts out at each step, masked or not, and the final states."""
    outputs = []

    def step(right, *now, **constants):
        output, states = right(*now, **constants)
        outputs.append(output)
        return output, states

    with _stepping(layer.cell, step):
        _, states = forward(*arguments)
    return outputs, states


def _not_repeating(layer, forward, *arguments):
    outputs, states = _recorded(layer, forward, *arguments)
    return layer.joined(outputs), states


def _not_holding(layer, forward, x, mask, *others):
    if mask is None:
        return forward(x, mask, *others)
    outputs, states = _recorded(layer, forward, x, None, *others)
    return layer.joined(_repeated(outputs, layer.in_order(mask), layer)), states


def _beginning_with_state(layer, forward, x, mask, states, *others):
    if mask is None:
        return forward(x, mask, states, *others)
    outputs, after = _recorded(layer, forward, x, mask, states, *others)
    mask = layer.in_order(mask)
    top = nest.flatten(weighted_cells(layer.cell)[-1].state_size)
    before = nest.flatten(states)[-len(top)]
    known = np.concatenate([np.ones_like(mask[:1]), mask])
    return layer.joined(_repeated([before] + outputs, known, layer)[1:]), after


def _ending_at_first(layer, forward, x, mask, *others):
    outputs, after = _recorded(layer, forward, x, mask, *others)
    if mask is not None:
        outputs = _repeated(outputs, layer.in_order(mask), layer)
    return layer.joined(outputs[:1]), after


def _repeated(outputs, mask, layer):
    """Return the outputs of all steps with those of masked steps as the rules have them."""

    def step(output, states):
        return output, states

    return scan(step, outputs, [], mask, layer.zero_output_for_mask)[0]


# The states.


def _changes_of_states(layer, layer_call):
    lstm, started = isinstance(layer.cell, LSTMCell), layer_call.begins_with_states(layer)
    found = {"every step began with zeros": redirect(layer, "forward", _restarting, layer, _zeros)}
    if started:
        found["every step began with the initial_state"] = redirect(
            layer, "forward", _restarting, layer, list
        )
        found["the initial_state were ignored"] = redirect(layer, "forward", _starting, _zeros)
        if lstm:
            text = "h and c of the initial_state were swapped"
            found[text] = redirect(layer, "forward", _starting, _swapped)
    if layer.return_state:
        wrapping = redirect(layer, "result", _returning, _wrapped)
        given = nest.as_list(layer_call.initial_state)
        known = not started or any(map(nest.is_nested, given))
        found["each state came in a list of its own"] = wrapping._replace(
            instead=WRAPPED if known else None
        )
        if lstm:
            text = "the final states h and c were swapped"
            found[text] = redirect(layer, "result", _returning, _swapped)
    return found


def _zeros(states):
    return nest.map_structure(lambda state: np.zeros(state.shape), states)


def _swapped(states):
    return states[::-1]


def _wrapped(states):
    return [state if nest.is_nested(state) else [state] for state in states]


def _restarting(layer, first, forward, x, mask, states, *others):
    def step(right, x, _, **constants):
        return right(x, first(states), **constants)

    with _stepping(layer.cell, step):
        return forward(x, mask, states, *others)


def _starting(change, forward, x, mask, states, *others):
    return forward(x, mask, change(states), *others)


def _returning(change, result, output, states):
    return result(output, change(states))


# The input and the output.


def _changes_of_output(layer, layer_call):
    other = not layer.go_backwards
    configure = functools.partial(layer.configure, go_backwards=other)
    found = {
        f"go_backwards were {other}": Change(configure),
        "the output were zero": redirect(layer, "joined", _joining, _of_zeros),
    }
    if layer.return_state:
        found["the output and the final states were zero"] = redirect(layer, "forward", _to_zeros)
    if not layer.return_sequences:
        text = "the output were that of the first step"
        found[text] = redirect(layer, "forward", _ending_at_first, layer)
    elif not any(layer in both.parts() for both in bidirectional_layers(layer_call.layer)):
        text = "the output were reversed in time"
        found[text] = redirect(layer, "joined", _joining, _reversed)
    if isinstance(layer.cell, StackedRNNCells) and layer_call.dtype == "float64":
        text = "the list of cells rounded its input to float32"
        found[text] = Change(functools.partial(round_input, layer), ROUNDED)
        text = "the list of cells rounded its input and its states to float32"
        found[text] = redirect(layer.cell, "step", _stepping_rounded)
    return found


def _stepping_rounded(step, *arguments, **constants):
    return step(*nest.map_structure(rounded, arguments), **constants)


def _joining(change, joined, outputs):
    return joined(change(outputs))


def _of_zeros(outputs):
    return [np.zeros(output.shape) for output in outputs]


def _reversed(outputs):
    return outputs[::-1]


def _to_zeros(forward, *arguments):
    output, states = forward(*arguments)
    return np.zeros(output.shape), _zeros(states)
