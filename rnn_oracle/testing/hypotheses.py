"""What may have gone wrong in a layer: small changes to the oracle, each with its text.

A change is worth telling only where the changed oracle returns all that the layer did.
"""

from __future__ import annotations

import copy
import functools
import itertools
from typing import Callable, NamedTuple

import numpy as np

from ..arithmetic import nest
from ..families.facts import leaves_in_lists
from ..reference import activations
from ..reference.cells import GRUCell, LSTMCell, weighted_cells
from .layer_call import MASK_OF, recurrent_layers


class Hypothesis(NamedTuple):
    """One thing that may have gone wrong.

    Attributes
    ----------
    text : str
        Goes on after "as if".
    outcome : callable
        Returns the `Outcome` that would then be returned.
    instead : str or None
        The function in `rnn_oracle.verdict.deviations` that says the same of cases.
    """

    text: str
    outcome: Callable
    instead: str | None


GATES = {LSTMCell: "ifgo", GRUCell: "zrh"}
"""The letters of the gates (rules C2, C4) in the order of their blocks."""

MASK, IGNORED = "the mask", " were ignored"


def hypotheses(layer_call):
    """Yield each `Hypothesis` about a call that fits its layer and its arguments.

    Parameters
    ----------
    layer_call : LayerCall
        The call as it should be.
    """
    yield from _of_the_call(layer_call)
    yield from _of_the_result(layer_call)
    yield from _of_the_layers(layer_call)


# What is said of a call.


def _of_the_call(layer_call):
    if layer_call.mask is not None:
        mask = MASK + " that is attached to the input" if layer_call.attached else MASK
        at_risk = layer_call.attached and layer_call.initial_state is not None
        lost = "implicit_mask_dropped" if at_risk else None
        yield Hypothesis(mask + IGNORED, functools.partial(_without_applying, layer_call), lost)
        inverted = layer_call._replace(mask=~layer_call.mask)
        yield Hypothesis(mask + " were True where a step is left out", inverted.outcome, None)
    if layer_call.initial_state is not None:
        fresh = layer_call._replace(initial_state=None)
        yield Hypothesis("the initial_state were ignored", fresh.outcome, None)
        if _is_lstm(layer_call.layer):
            other = layer_call._replace(initial_state=layer_call.initial_state[::-1])
            yield Hypothesis("h and c of the initial_state were swapped", other.outcome, None)


def _without_applying(layer_call):
    """Return the outcome if the mask goes on with the output, but changes no number."""
    attached = {n: a for n, a in layer_call.outcome().arrays.items() if n.startswith(MASK_OF)}
    outcome = layer_call._replace(mask=None).outcome()
    return outcome.changed(arrays=dict(outcome.arrays, **attached))


def _is_lstm(layer):
    return [type(cell) for cell in weighted_cells(getattr(layer, "cell", None))] == [LSTMCell]


# What is said of a result.


def _of_the_result(layer_call):
    def without_masks():
        outcome = layer_call.outcome()
        arrays = {n: a for n, a in outcome.arrays.items() if not n.startswith(MASK_OF)}
        return outcome.changed(arrays=arrays)

    def swapped():
        outcome = layer_call.outcome()
        pair = ("state h", "state c")
        both = [
            dict(kind, **{name: kind[other] for name, other in (pair, pair[::-1])})
            for kind in (outcome.arrays, outcome.allowed)
        ]
        return outcome.changed(arrays=both[0], allowed=both[1])

    def wrapped():
        outcome = layer_call.outcome()
        nesting = outcome.facts["nesting"].map(leaves_in_lists)
        return outcome.changed(facts=dict(outcome.facts, nesting=nesting))

    if layer_call.mask is not None:
        further = None if layer_call.attached else "mask_argument_not_passed_on"
        yield Hypothesis("the mask did not go on with the output", without_masks, further)
    if getattr(layer_call.layer, "return_state", False):
        if _is_lstm(layer_call.layer):
            yield Hypothesis("the final states h and c were swapped", swapped, None)
        given = nest.as_list(layer_call.initial_state)
        so = layer_call.initial_state is None or any(map(nest.is_nested, given))
        alone = "single_states_wrapped" if so else None
        yield Hypothesis("each state came in a list of its own", wrapped, alone)


# What is said of the layers.


def _of_the_layers(layer_call):
    """Yield what may be wrong with all layers over cells that it fits, and with each of several."""
    fitting = [set(changes(layer)) for layer in recurrent_layers(layer_call.layer)]
    for text in sorted(set().union(*fitting)):
        owners = [i for i, known in enumerate(fitting) if text in known]
        said_of_the_call = text == MASK + IGNORED and layer_call.mask is not None
        if (len(owners) > 1 or len(fitting) == 1) and not said_of_the_call:
            yield Hypothesis(text, functools.partial(_changed, layer_call, owners, text), None)
        if len(fitting) > 1:
            for i in owners:
                changed = functools.partial(_changed, layer_call, [i], text)
                yield Hypothesis(f"{text} in {_name(layer_call.layer, i)}", changed, None)


def _name(layer, i):
    """Name one of the recurrent layers of a layer."""
    names = [part.name for part in recurrent_layers(layer)]
    if names.count(names[i]) == 1:
        return names[i]
    return f"{names[i]}, number {i + 1} of the recurrent layers"


def _changed(layer_call, chosen, text):
    layer = copy.deepcopy(layer_call.layer)
    for i, part in enumerate(recurrent_layers(layer)):
        if i in chosen:
            changes(part)[text]()
    return layer_call._replace(layer=layer).outcome()


def changes(layer):
    """Return what can be changed in a layer over cells: by the text, functions that do it."""
    found = {MASK + IGNORED: functools.partial(_unmask, layer)}
    for option in ("go_backwards", "zero_output_for_mask"):
        other = {option: not getattr(layer, option)}
        text = f"{option} were {other[option]}"
        found[text] = functools.partial(layer.configure, **other)
    cells = weighted_cells(layer.cell)
    each = [_changes_of_cell(cell) for cell in cells]
    for text in {text for of_cell in each for text in of_cell}:
        found[text] = functools.partial(
            _all_of, [of_cell[text] for of_cell in each if text in of_cell]
        )
    return found


def _all_of(functions):
    for function in functions:
        function()


def _unmask(layer):
    forward = layer.forward
    layer.forward = lambda x, mask, *others: forward(x, None, *others)


def _changes_of_cell(cell):
    found = {"the recurrent kernel were transposed": functools.partial(_transpose, cell)}
    gates = GATES.get(type(cell), "")
    for first, second in itertools.combinations(range(len(gates)), 2):
        text = f"gates {gates[first]} and {gates[second]} were swapped"
        found[text] = functools.partial(_swap, cell, first, second)
    if gates:
        found.update(_other_gate_functions(cell))
    if isinstance(cell, LSTMCell) and cell.use_bias:
        text = "1 were added to the bias of gate f"
        found[text] = functools.partial(_add_to_forget_bias, cell)
    if isinstance(cell, GRUCell):
        text = f"reset_after were {not cell.reset_after}"
        found[text] = functools.partial(_flip_reset, cell)
        if cell.use_bias and cell.reset_after:
            kernel, recurrent, bias = cell.weights
            found["the two rows of the bias were swapped"] = functools.partial(
                cell.set_weights, [kernel, recurrent, bias[::-1]]
            )
    return found


def _other_gate_functions(cell):
    functions = {"sigmoid": activations.sigmoid}
    for name, known in (("keras2", activations.KERAS2), ("keras3", activations.KERAS3)):
        functions["hard_sigmoid of " + name] = known["hard_sigmoid"]
    return {
        "recurrent_activation were " + name: functools.partial(
            setattr, cell, "recurrent_activation", function
        )
        for name, function in functions.items()
        if function is not cell.recurrent_activation
    }


def _blocks(cell, weight):
    return np.split(weight, cell.gates, axis=-1)


def _transpose(cell):
    kernel, recurrent, *bias = cell.weights
    turned = [block.T for block in _blocks(cell, recurrent)]
    cell.set_weights([kernel, np.concatenate(turned, axis=-1)] + bias)


def _swap(cell, first, second):
    each = [_blocks(cell, weight) for weight in cell.weights]
    for blocks in each:
        blocks[first], blocks[second] = blocks[second], blocks[first]
    cell.set_weights([np.concatenate(blocks, axis=-1) for blocks in each])


def _add_to_forget_bias(cell):
    kernel, recurrent, bias = cell.weights
    blocks = _blocks(cell, bias)
    blocks[1] = blocks[1] + 1
    cell.set_weights([kernel, recurrent, np.concatenate(blocks)])


def _flip_reset(cell):
    """Let the reset gate scale the state in the other place; the biases make the best of it."""
    kernel, recurrent, *bias = cell.weights
    if bias:
        bias = [bias[0].sum(axis=0) if cell.reset_after else np.stack([bias[0], 0 * bias[0]])]
    cell.reset_after = not cell.reset_after
    cell.set_weights([kernel, recurrent] + bias)
