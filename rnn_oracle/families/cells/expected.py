"""What the rules demand of cells called by hand."""

import numpy as np

from ...arithmetic.claims import with_replicas
from ...arithmetic.error_bounds import UNIT_ROUNDOFF, claim, converted
from ...reference import cells
from ...reference.dialects import get_dialect
from ..case import CELLS
from ..outcome import Outcome, demanded_in
from .outcome import first_states, observe
from .problem import problem


def expected(case, dialect, sizes, bounded):
    """Return the `Outcome` that the rules demand of a case, see `families.expected`."""
    given = problem(case, sizes)
    cell = build(case, dialect, sizes)
    cell.set_weights([array for arrays in given.weights for array in arrays])
    arrays, facts = answer(case, cell, given, np.asarray)
    facts = demanded_in(case.computes_in, facts)
    allowed = _allow(case, cell, given, arrays) if bounded else {}
    return Outcome(arrays, facts, allowed, batch_axis=case.batch_axis, precision=case.computes_in)


def _allow(case, cell, given, numbers):
    """Return how far each number may be off, by the name of its array."""
    unit = UNIT_ROUNDOFF[case.computes_in]

    def followed(follow, as_array=lambda leaf: leaf):
        moved = given._replace(steps=follow(given.steps), states=follow(given.states))
        return answer(case, cell, moved, as_array)[0]

    bounds = followed(lambda arrays: converted(arrays, unit), claim)
    return with_replicas(bounds, numbers, case.computes_in, 0, followed)


def build(case, dialect, sizes):
    """Return the case's cell, or its stack of cells, without weights."""
    dialect, made = get_dialect(dialect), []
    for part, units in zip(case.parts, sizes.units):
        name, arguments = CELLS[part.cell]
        arguments = dict(arguments, activation=case.activation, use_bias=case.use_bias)
        arguments.update(dropout=case.dropout, recurrent_dropout=case.recurrent_dropout)
        if name != "SimpleRNN":
            arguments["recurrent_activation"] = case.recurrent_activation
        made.append(getattr(cells, name + "Cell")(units, dialect=dialect, **arguments))
    return made[0] if case.stacking == "one" else cells.StackedRNNCells(made)


def answer(case, cell, given, as_array):
    """Call the cell for all steps; return the arrays and facts."""
    initial, results = None, []
    states = first_states(case, given.states)
    if case.initial_state == "get_initial_state":
        states = initial = cell.get_initial_state(len(given.steps[0]))
    for x in given.steps:
        with np.errstate(over="ignore", invalid="ignore"):
            results.append(cell(x, states))
        states = results[-1][1]
    return observe(case, initial, results, as_array)
