"""What the rules demand of a case of a cell of one's own."""

import functools
import types

import numpy as np

from ...arithmetic import nest
from ...reference import recurrent
from ...reference.cells import LSTMCell
from ..stacks.reference import demanded
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
    """Return the `Outcome` that the rules demand of a case, see `rnn_oracle.families.expected`."""
    make = functools.partial(build, case, dialect, sizes)
    return demanded(case, problem(case, sizes).in_calls, make, bounded)


def build(case, dialect, sizes, starts=True):
    """Return the case's layer in a list, with its weights.

    A cell with an initial state of its own begins with zeros unless it `starts`.
    """
    given, written = problem(case, sizes), KINDS[case.kind]
    own = (StartedOwn if starts and written.start else Own)(written, given.own)
    lstm = LSTMCell(LSTM_UNITS, dialect=dialect)
    cells = {"one": own, "below_lstm": [own, lstm], "above_lstm": [lstm, own]}
    options = {"time_major": True} if case.time_major else {}
    layer = recurrent.RNN(
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
    return [layer]
