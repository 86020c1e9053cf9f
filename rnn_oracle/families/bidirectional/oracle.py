"""The oracle's answer to a case of `Bidirectional`, with the error to allow."""

import functools

from ...reference import recurrent
from ...reference.bidirectional import Bidirectional
from ...reference.dialects import get_dialect
from ...reference.errors import OracleError
from ..options.oracle import allow, answers, cell_of
from ..outcome import Outcome, in_phases
from .case import BOTH, OWN_ACTIVATION
from .outcome import told
from .problem import problem


def expected(case, dialect, sizes, bounded):
    """Return the `Outcome` that the rules demand of a case, see `families.expected`."""
    given = problem(case, sizes)

    def call(layers):
        facts = told(case, layers, given)
        arrays, words = answers(case, layers, given)
        allowed = allow(case, build(case, dialect, sizes), given) if bounded else {}
        return Outcome(arrays, dict(facts, **words), allowed, batch_axis=case.batch_axis)

    return in_phases(lambda: build(case, dialect, sizes), call, (OracleError,))


def build(case, dialect, sizes, kind=recurrent.RNN):
    """Return the case's layers, made of recurrent ones of that class, without weights."""
    make = functools.partial(_recurrent, case, get_dialect(dialect), kind)
    layers = []
    for i, (place, sides) in enumerate(zip(case.stack, case.sides(sizes))):
        if place == BOTH:
            layers.append(_both(case, make, sides, case.sequences(i)))
        else:
            layers.append(make(sides[0], case.sequences(i)))
    return layers


def _both(case, make, sides, sequences):
    own = dict(zero_output_for_mask=case.zero_output_for_mask)
    layer = make(sides[0], sequences, go_backwards=case.go_backwards, **own)
    backward = None
    if case.backward_layer != "default":
        own.update(go_backwards=not case.go_backwards, activation=OWN_ACTIVATION)
        backward = make(sides[1], sequences, **own)
    return Bidirectional(layer, case.merge_mode, backward_layer=backward)


def _recurrent(case, dialect, kind, side, sequences, activation=None, **options):
    cell_class, arguments = cell_of(case, dialect)
    if activation is not None:
        arguments["activation"] = activation
    stack = [cell_class(units, **arguments) for _, units in side]
    if case.time_major:
        options["time_major"] = True
    return kind(
        stack if len(stack) > 1 else stack[0],
        return_sequences=sequences,
        return_state=case.return_state,
        stateful=case.stateful != "no",
        unroll=case.unroll,
        **options,
    )
