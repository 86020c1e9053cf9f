"""What the rules demand of a case of `Bidirectional`."""

import functools

from ...reference import cells, recurrent
from ...reference.bidirectional import Bidirectional
from ...reference.dialects import get_dialect
from ..stacks.reference import demanded, refused_width
from .case import BOTH, OWN_ACTIVATION
from .outcome import facts_of_layers
from .problem import problem


def expected(case, dialect, sizes, bounded):
    """Return the `Outcome` that the rules demand of a case, see `rnn_oracle.families.expected`."""
    given = problem(case, sizes)
    make = functools.partial(build, case, dialect, sizes)
    return refused_width(case, dialect) or demanded(
        case, given, make, bounded, lambda layers: facts_of_layers(case, layers, given)
    )


def build(case, dialect, sizes):
    """Return the case's layers, without weights."""
    make = functools.partial(_recurrent, case, get_dialect(dialect))
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


def _recurrent(case, dialect, side, sequences, activation=None, **options):
    cell_class = getattr(cells, case.layer + "Cell")
    arguments = dict(case.cell_arguments, dialect=dialect)
    if activation is not None:
        arguments["activation"] = activation
    stack = [cell_class(units, **arguments) for _, units in side]
    if case.time_major:
        options["time_major"] = True
    return recurrent.RNN(
        stack if len(stack) > 1 else stack[0],
        return_sequences=sequences,
        return_state=case.return_state,
        stateful=case.stateful != "no",
        unroll=case.unroll,
        **options,
    )
