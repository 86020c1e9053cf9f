"""The oracle's answer to a case of all options, with the error to allow."""

from contextlib import nullcontext

import numpy as np

from ...arithmetic import nest
from ...arithmetic.error_bounds import UNIT_ROUNDOFF, claim, converted
from ...reference import cells, recurrent
from ...reference.dialects import get_dialect
from ...reference.errors import OracleError
from ...reference.surrounding import Masking
from ..cases import CELLS
from ..outcome import Outcome, demanded_in, in_phases, observe, without_masks
from ..problems import layer_units, sequences_of_layers
from .case import MASK_VALUE
from .outcome import seen_in_mode
from .problem import problem


def expected(case, dialect, sizes, bounded):
    """Return the `Outcome` that the rules demand of a case, see `families.expected`."""
    given = problem(case, sizes)

    def call(layers):
        facts = {"new.biases": _new_biases(case)} if case.layer == "LSTM" and case.use_bias else {}
        arrays, words = answers(case, layers, given)
        allowed = allow(case, build(case, dialect, sizes), given) if bounded else {}
        return Outcome(arrays, dict(facts, **words), allowed, batch_axis=case.batch_axis)

    return in_phases(lambda: build(case, dialect, sizes), call, (OracleError,))


def _new_biases(case):
    """Tell the biases of a new LSTM, gate by gate (rule C3)."""
    return f"0 {int(case.unit_forget_bias)} 0 0"


def build(case, dialect, sizes, kind=recurrent.RNN):
    """Return the case's recurrent layers of that class, from the bottom up, without weights."""
    cell_class, arguments = cell_of(case, get_dialect(dialect))
    options = dict(
        return_state=case.return_state,
        go_backwards=case.go_backwards,
        stateful=case.stateful != "no",
        unroll=case.unroll,
        zero_output_for_mask=case.zero_output_for_mask,
    )
    if case.time_major:
        options["time_major"] = True
    layers = []
    for units, sequences in zip(layer_units(case, sizes), sequences_of_layers(case)):
        stack = [cell_class(u, **arguments) for u in units]
        cell = stack if case.stacking == "cells" else stack[0]
        layers.append(kind(cell, return_sequences=sequences, **options))
    return layers


def cell_of(case, dialect):
    """Return the class of the case's cells, and their arguments but for the units."""
    name, made = CELLS[case.cell]
    arguments = dict(made, activation=case.activation, use_bias=case.use_bias, dialect=dialect)
    if case.layer != "SimpleRNN":
        arguments["recurrent_activation"] = case.recurrent_activation
    return getattr(cells, name + "Cell"), arguments


def _as_it_is(call, layers):
    return nullcontext()


def answers(case, layers, given, observed=np.asarray, applied=None, during=_as_it_is):
    """Run all calls of a case; return arrays and facts.

    Parameters
    ----------
    case : OptionCase
    layers : list of layers
        Without weights; they keep the states of the last call if they are stateful.
    given : Problem
    observed : callable
        Turns a leaf of the result into the array to keep.
    applied : callable, optional
        ``applied(name, i, mask)`` is the mask that layer i applies, in the call of that name, of
        the one that reaches it; by default that very mask.
    during : callable, optional
        ``during(call, layers)`` is the context in which the layers run a call.
    """
    for layer, weights in zip(layers, given.weights):
        layer.set_weights([w for cell in weights for w in cell])
    arrays, facts = {}, {}
    for index, call in enumerate(given.calls):
        if case.stateful == "reset_between" and index == 2:
            for layer in layers:
                layer.reset_states()
        with during(call, layers):
            results, masks = _run(case, layers, given, call, applied)
        more, words = seen_in_mode(case, *observe(call.name, case, results, masks, observed))
        arrays.update(more)
        facts.update(demanded_in(case.computes_in, words))
    return arrays, facts


def allow(case, layers, given, applied=None, during=_as_it_is):
    """Return how far each number may be off, by the name of its array."""
    unit = UNIT_ROUNDOFF[case.computes_in]
    calls = [
        call._replace(x=converted(call.x, unit), states=converted(call.states, unit))
        for call in given.calls
    ]
    rounded = given._replace(calls=calls, table=converted(given.table, unit))
    with np.errstate(invalid="ignore"):  # infinite bounds
        arrays, _ = answers(case, layers, rounded, claim, applied, during)
    return without_masks(arrays)


def _run(case, layers, given, call, applied):
    x, mask, results, masks = call.x, given.mask, [], None
    if given.table is not None:
        x, mask = given.table[x], x != 0  # rule L1
    elif case.mask_from in ("masking", "masking_value"):
        front = Masking(0.0 if case.mask_from == "masking" else MASK_VALUE)
        x, mask = front(x), front.compute_mask(x)
    for i, layer in enumerate(layers):
        state = {}
        if call.states is not None:
            state["initial_state"] = call.states[i]
        seen = mask if applied is None else applied(call.name, i, mask)
        results.append(layer(x, mask=seen, **state))
        masks = layer.compute_mask(None, mask)
        masks = masks if nest.is_nested(masks) else [masks]
        x, mask = results[-1][0] if case.return_state else results[-1], masks[0]
    count = len(case.outputs)
    return results, list(masks[:count]) + [None] * (len(nest.flatten(results[-1])) - count)
