"""The oracle's answer to a case: its layers run on the problem, with the error to allow."""

import numpy as np

from ..arithmetic import nest
from ..arithmetic.error_bounds import UNIT_ROUNDOFF, claim, exact
from ..reference import bidirectional, cells, recurrent
from ..reference.dialects import get_dialect
from ..reference.errors import OracleError
from .bidirectional import oracle as both_ways_oracle
from .cases import CELLS
from .cells import oracle as by_hand_oracle
from .forms import oracle as forms_oracle
from .options import oracle as options_oracle
from .outcome import Outcome, defaults, demanded_in, in_phases, observe
from .own_cells import oracle as own_cells_oracle
from .problems import SIZES, layer_units, nest_states, plain_layer, problem, sequences_of_layers
from .refusals import oracle as refusals_oracle
from .tf1 import oracle as tf1_oracle
from .training import oracle as training_oracle


def expected(case, dialect, sizes=None, bounded=True):
    """Return the `Outcome` that the rules demand of a case.

    Parameters
    ----------
    case : Case
    dialect : str or Dialect
    sizes : Sizes, optional
        Of the problem; by default those of the case.
    bounded : bool
        Whether to work out `allowed`, which takes longer than the values.

    Returns
    -------
    Outcome
        With values computed in float64, and `allowed` for the dtype of the case.
    """
    return _EXPECTED[case.family](case, dialect, sizes or case.sizes, bounded)


def _of_layers(case, dialect, sizes, bounded):
    given = problem(case, sizes)
    return in_phases(
        lambda: build(case, dialect, sizes),
        lambda layers: _outcome(case, layers, given, bounded),
        (OracleError,),
    )


def _of_defaults(case, dialect, sizes, bounded):
    """Return what a layer is without arguments, as facts; needs no sizes and has no bounds."""
    made = plain_layer(case, (cells, recurrent, bidirectional), dialect=dialect)
    return defaults(case, made.get_config().get)


_EXPECTED = {
    "layers": _of_layers,
    "defaults": _of_defaults,
    "bidirectional": both_ways_oracle.expected,
    "options": options_oracle.expected,
    "cells": by_hand_oracle.expected,
    "own_cells": own_cells_oracle.expected,
    "refusals": refusals_oracle.expected,
    "tf1": tf1_oracle.expected,
    "forms": forms_oracle.expected,
    "training": training_oracle.expected,
}


def build(case, dialect, sizes=SIZES, dtype=None):
    """Return the case's layers, from the bottom up, without weights."""
    dialect = get_dialect(dialect)
    name, arguments = CELLS[case.cell]
    cell_class = getattr(cells, name + "Cell")
    options = dict(return_state=case.return_state, go_backwards=case.go_backwards)
    if case.time_major:
        options["time_major"] = True
    layers = []
    for units, sequences in zip(layer_units(case, sizes), sequences_of_layers(case)):
        stack = [cell_class(u, dtype=dtype, dialect=dialect, **arguments) for u in units]
        cell = stack if case.stacking == "cells" else stack[0]
        layers.append(recurrent.RNN(cell, return_sequences=sequences, **options))
    return layers


def set_weights(layers, given):
    """Give each layer its weights of the problem."""
    for layer, weights in zip(layers, given.weights):
        layer.set_weights([w for cell in weights for w in cell])


def _outcome(case, layers, given, bounded):
    set_weights(layers, given)
    arrays, facts, allowed = {}, {}, {}
    for call, states in calls(given):
        more, words = call_stack(call, case, layers, given, states)
        arrays.update(more)
        facts.update(words)
        if bounded:
            allowed.update(allow(call, case, layers, given, states))
    facts["symbolic.shapes"] = symbolic_shapes(layers, given.x)
    return Outcome(arrays, facts, allowed, batch_axis=int(case.time_major))


def calls(given):
    """Return the two calls of a case by name, each with the initial states of all layers."""
    return ("default", None), ("given", given.states)


def _as_it_is(i, mask):
    return mask


def call_stack(call, case, layers, given, states, applied=_as_it_is):
    """Call layer upon layer; return the arrays and facts.

    Parameters
    ----------
    call : str
        The name of the call, see `rnn_oracle.families.outcome.observe`.
    states : list or None
        The initial states of each layer.
    applied : callable
        ``applied(i, mask)`` is the mask that layer i applies of the one that reaches it; by
        default that very mask.
    """
    results, masks = run_stack(case, layers, given.x, given.mask, states, applied)
    arrays, facts = observe(call, case, results, masks, np.asarray)
    return arrays, demanded_in(case.dtype, facts)


def allow(call, case, layers, given, states, applied=_as_it_is):
    """Return how far each number of a call may be off, by the name of its array."""
    unit = UNIT_ROUNDOFF[case.dtype]
    x, states = exact(given.x, unit), exact(states, unit)
    results, _ = run_stack(case, layers, x, given.mask, states, applied)
    allowed, _ = observe(call, case, results, [None], claim)
    return allowed


def run_stack(case, layers, x, mask, states, applied=_as_it_is):
    """Call layer upon layer, on arrays of any arithmetic.

    Returns
    -------
    results : list
        What each layer returned, from the bottom up.
    masks : list
        The masks that go on with each leaf of the top layer's result.
    """
    results = []
    for i, layer in enumerate(layers):
        state = {} if states is None else {"initial_state": nest_states(case, states[i])}
        results.append(layer(x, mask=applied(i, mask), **state))
        masks = _masks(layer, mask)
        x, mask = _output(layer, results[-1]), masks[0]
    return results, masks


def _output(layer, result):
    return result[0] if layer.return_state else result


def _masks(layer, mask):
    masks = layer.compute_mask(None, mask)
    if not nest.is_nested(masks):
        return [masks]
    return masks[:1] + [None] * len(nest.flatten(layer.state_size))


def symbolic_shapes(layers, x):
    """Write down the shapes for an unknown batch and number of steps, nested as the results."""
    words, shape = [], (None, None, x.shape[-1])
    for layer in layers:
        words.append(nest.describe(layer.output_spec(shape, leaf=str), str))
        shape = (None, None, layer.output_size)
    return "; ".join(words)
