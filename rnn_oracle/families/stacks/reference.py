"""The engine of all families of stacks: calls layer upon layer of the reference."""

from contextlib import nullcontext

import numpy as np

from ...arithmetic import nest
from ...arithmetic.claims import with_replicas
from ...arithmetic.error_bounds import UNIT_ROUNDOFF, claim, converted
from ...reference import cells, recurrent
from ...reference.dialects import get_dialect
from ...reference.errors import OracleError
from ...reference.surrounding import Masking
from ..outcome import Outcome, demanded_in, in_phases, without_masks
from .axes import FROM_A_LAYER
from .case import MASK_VALUE
from .observation import observe, seen_in_mode
from .problem import layer_units, sequences_of_layers


def demanded(case, given, make, bounded, more=lambda layers: {}):
    """Return the `Outcome` that the rules demand of a stack of layers.

    Parameters
    ----------
    case : StackCase
    given : Problem
    make : callable
        Returns the layers, from the bottom up, without weights.
    bounded : bool
        Whether to work out `allowed`, which takes longer than the values.
    more : callable, optional
        ``more(layers)`` returns facts besides those of the calls.
    """

    def call(layers):
        facts = more(layers)
        arrays, facts_of_calls = answers(case, layers, given)
        allowed = allow(case, make, given, arrays) if bounded else {}
        facts = dict(facts_of_calls, **facts)
        return Outcome(
            arrays, facts, allowed, batch_axis=case.batch_axis, precision=case.computes_in
        )

    return in_phases(make, call, (OracleError,))


def refused_width(case, dialect):
    """Return the refusal of an input that a dialect does not cast (rule I4), None without."""
    if get_dialect(dialect).floats_are_cast or case.input_dtype == case.computes_in:
        return None
    return Outcome.of_verdict("TypeError at call")


def build(case, dialect, sizes=None, dtype=None):
    """Return the case's recurrent layers, from the bottom up, without weights."""
    dialect = get_dialect(dialect)
    cell_class = getattr(cells, case.layer + "Cell")
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
    for units, sequences in zip(layer_units(case, sizes or case.sizes), sequences_of_layers(case)):
        stack = [cell_class(u, dtype=dtype, dialect=dialect, **case.cell_arguments) for u in units]
        cell = stack if case.stacking == "cells" else stack[0]
        layers.append(recurrent.RNN(cell, return_sequences=sequences, **options))
    return layers


def set_weights(layers, given):
    """Give each layer its weights of the problem."""
    for layer, weights in zip(layers, given.weights):
        layer.set_weights([w for cell in weights for w in cell])


def _as_it_is(call, layers):
    return nullcontext()


def answers(case, layers, given, observed=np.asarray, applied=None, during=_as_it_is):
    """Run all calls of a case; return arrays and facts.

    Parameters
    ----------
    case : StackCase
    layers : list of layers
        Without weights; they keep the states of the last call if they are stateful.
    given : Problem
    observed : callable
        Turns a leaf of the result into the array to keep.
    applied : callable, optional
        ``applied(call, i, mask)`` is the mask that layer i applies in a call, of the one that
        reaches it; by default that very mask.
    during : callable, optional
        ``during(call, layers)`` is the context in which the layers run a call.
    """
    set_weights(layers, given)
    arrays, facts = {}, {}
    for index, call in enumerate(given.calls):
        if case.stateful == "reset_between" and index == 2:
            for layer in layers:
                layer.reset_states()
        with during(call, layers):
            results, masks = _run(case, layers, given, call, applied)
        more, facts_of_call = seen_in_mode(
            case, *observe(call.name, case, results, masks, observed)
        )
        arrays.update(more)
        facts.update(demanded_in(case.computes_in, facts_of_call))
    return arrays, facts


def allow(case, make, given, numbers, applied=None, during=_as_it_is):
    """Return how far each number may be off, by the name of its array.

    Parameters
    ----------
    case, given, applied, during
        As for `answers`.
    make : callable
        Returns the layers, without weights.
    numbers : dict of str to array
        What is demanded.
    """
    unit = UNIT_ROUNDOFF[case.computes_in]

    def followed(follow, observed=lambda leaf: leaf):
        with np.errstate(invalid="ignore", over="ignore"):  # a bound may be infinite
            arrays, _ = answers(case, make(), given.map(follow), observed, applied, during)
        return without_masks(arrays)

    bounds = followed(lambda arrays: converted(arrays, unit), claim)
    return with_replicas(bounds, numbers, case.computes_in, int(case.time_major), followed)


def _run(case, layers, given, call, applied):
    """Call layer upon layer; return the results, and the masks of the top layer's leaves."""
    x, mask, results, masks = call.x, given.mask, [], None
    if given.table is not None:
        x, mask = given.table[x], x != 0  # rule L1
    elif case.mask_from in FROM_A_LAYER:
        front = Masking(0.0 if case.mask_from == "masking" else MASK_VALUE)
        first, *others = nest.flatten(x)
        x, mask = nest.pack(x, [front(first)] + others), front.compute_mask(first)
    more = {} if call.constants is None else {"constants": call.constants}
    for i, layer in enumerate(layers):
        if call.states is not None:
            more["initial_state"] = call.states[i]
        seen = mask if applied is None else applied(call, i, mask)
        results.append(layer(x, mask=seen, **more))
        masks = layer.compute_mask(None, mask)
        masks = masks if nest.is_nested(masks) else [masks]
        x, mask = results[-1][0] if case.return_state else results[-1], masks[0]
    count = len(case.outputs)
    return results, list(masks[:count]) + [None] * (len(nest.flatten(results[-1])) - count)
