"""The oracle's answer to a case of a cell of one's own, with the error to allow."""

import types

import numpy as np

from ...arithmetic import nest
from ...arithmetic.error_bounds import UNIT_ROUNDOFF, claim, converted
from ...reference import recurrent
from ...reference.cells import LSTMCell
from ...reference.surrounding import Masking
from ..options.outcome import seen_in_mode
from ..outcome import Outcome, demanded_in, observe, without_masks
from .case import LSTM_UNITS
from .kinds import KINDS, call_of
from .problem import problem


class Own:
    """A cell of one's own in NumPy, of some kind and with its weights."""

    def __init__(self, kind, weights):
        self.kind, self.own = kind, weights
        self.state_size = kind.state_size
        if kind.output_size is not None:
            self.output_size = kind.output_size
        self.call = types.MethodType(call_of(kind), self)


class StartedOwn(Own):
    """One with an initial state of its own."""

    def get_initial_state(self, batch_size):
        return nest.map_structure(
            lambda size, value: np.full((batch_size, size), value), self.state_size, self.kind.start
        )


def expected(case, dialect, sizes, bounded):
    """Return the `Outcome` that the rules demand of a case, see `families.expected`."""
    given = problem(case, sizes)
    arrays, facts = answers(case, build(case, dialect, given), given)
    allowed = allow(case, build(case, dialect, given), given) if bounded else {}
    return Outcome(
        arrays, demanded_in(case.computes_in, facts), allowed, batch_axis=case.batch_axis
    )


def build(case, dialect, given, kind=recurrent.RNN):
    """Return the case's layer of that class, with its weights."""
    written = KINDS[case.kind]
    own = (Own if written.start is None else StartedOwn)(written, given.own)
    lstm = LSTMCell(LSTM_UNITS, dialect=dialect)
    cells = {"one": own, "below_lstm": [own, lstm], "above_lstm": [lstm, own]}
    options = {"time_major": True} if case.time_major else {}
    layer = kind(
        cells[case.stacking],
        return_sequences=case.return_sequences,
        return_state=case.return_state,
        go_backwards=case.go_backwards,
        stateful=case.stateful != "no",
        unroll=case.unroll,
        zero_output_for_mask=case.zero_output_for_mask,
        dialect=dialect,
        **options,
    )
    if case.stacking != "one":
        layer.set_weights(given.lstm)
    return layer


def answers(case, layer, given, observed=np.asarray):
    """Run all calls of a case; return arrays and facts."""
    arrays, facts = {}, {}
    for index, (call, x) in enumerate(zip(case.calls, given.calls)):
        if case.stateful == "reset_between" and index == 2:
            layer.reset_states()
        mask = given.mask
        if case.mask_from == "masking":
            first, *others = nest.flatten(x)
            mask = Masking().compute_mask(first)
            x = nest.pack(x, [Masking()(first)] + others)
        states = None if case.initial_state == "none" else given.states
        result = layer(x, mask, states, given.constants)
        masks = layer.compute_mask(None, mask)
        masks = masks if nest.is_nested(masks) else [masks]
        masks = masks[:1] + [None] * (len(nest.flatten(result)) - 1)
        more, words = seen_in_mode(case, *observe(call, case, [result], masks, observed))
        arrays.update(more)
        facts.update(words)
    return arrays, facts


def allow(case, layer, given):
    """Return how far each number may be off, by the name of its array."""
    unit = UNIT_ROUNDOFF[case.computes_in]
    rounded = given._replace(
        **{name: converted(getattr(given, name), unit) for name in ("calls", "states", "constants")}
    )
    return without_masks(answers(case, layer, rounded, claim)[0])
