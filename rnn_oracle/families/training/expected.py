"""What the rules demand of a case of dropout."""

import functools
from contextlib import ExitStack, contextmanager

from ...reference.dropout import Masks, dropped
from ..case import CELLS
from ..outcome import Outcome
from ..stacks.observation import numbers_only
from ..stacks.problem import layer_units, problem
from ..stacks.reference import allow, answers, build, refused_width
from .problem import drawn

GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}


def expected(case, dialect, sizes, bounded):
    """Return the `Outcome` that the rules demand of a case, see `families.expected`."""
    return with_masks(case, dialect, sizes, bounded, masks_of_cell)


def with_masks(case, dialect, sizes, bounded, masks, apply=dropped):
    """Return the outcome with dropout masks of any kind.

    Parameters
    ----------
    masks : callable
        ``masks(case, call, sizes, features, units)`` returns the `Masks` of a cell in a call.
    apply : callable
        ``apply(layer, masks)`` is the context in which a layer uses the masks of its cells.
    """

    def during(call, layers):
        return _dropped(case, sizes, call, layers, masks, apply)

    refusal = refused_width(case, dialect)
    if refusal:
        return refusal
    given = problem(case, sizes)
    make = functools.partial(build, case, dialect, sizes)
    arrays, facts = numbers_only(*answers(case, make(), given, during=during))
    allowed = allow(case, make, given, arrays, during=during) if bounded else {}
    return Outcome(arrays, facts, allowed, batch_axis=case.batch_axis, precision=case.computes_in)


@contextmanager
def _dropped(case, sizes, call, layers, masks, apply):
    features = sizes.features
    with ExitStack() as stack:
        for layer, units in zip(layers, layer_units(case, sizes)):
            of_cells = []
            for size in units:
                of_cells.append(masks(case, call.name, sizes, features, size))
                features = size
            stack.enter_context(apply(layer, of_cells))
        yield


def masks_of_cell(case, call, sizes, features, units):
    """Return the `Masks` of a cell in a call, as the rules P1 to P3 demand them."""
    if not case.training:
        return Masks()
    count = gates(case) if case.gates_drop_apart else 1
    return Masks(
        several(case, call, case.dropout, (sizes.batch, features), count),
        several(case, call, case.recurrent_dropout, (sizes.batch, units), count),
    )


def several(case, call, rate, shape, count, first=0):
    """Return that many masks, beginning with the one of that index; None at rate 0."""
    if not rate:
        return None
    indices = range(first, first + count)
    return [drawn(call, rate, shape, index, case.computes_in) for index in indices]


def gates(case):
    """Return the number of gates of the case's cells."""
    return GATES[CELLS[case.cell][0]]
