"""A handful of the wrong changes to Keras: the case that showed each one before still does.

``python tests/meta/mutate.py keras3`` makes many, and keeps which test shows what.
"""

import sys

import pytest

if sys.version_info < (3, 9):
    pytest.skip("the tool needs ast.unparse", allow_module_level=True)

from mutants import results
from mutants.live import Living
from mutants.sources import mutants
from mutants.worker import Worker, answer

from rnn_oracle.families.registry import families
from rnn_oracle.targets import installed
from rnn_oracle.verdict.judge import DIVERGES, judge
from rnn_oracle.verdict.ledger import load

HANDFUL = [
    "keras3:backend/tensorflow/rnn.py:rnn:condition-false:20",
    "keras3:layers/rnn/bidirectional.py:Bidirectional.call:name:13",
    "keras3:layers/rnn/gru.py:GRUCell.call:operand-dropped:42",
    "keras3:layers/rnn/gru.py:GRUCell.call:targets-swapped:2",
    "keras3:layers/rnn/lstm.py:LSTM.call:keyword-dropped:2",
    "keras3:layers/rnn/lstm.py:LSTMCell.__init__:default-string:1",
    "keras3:layers/rnn/rnn.py:RNN.inner_loop:targets-swapped:1",
    "keras3:layers/rnn/simple_rnn.py:SimpleRNNCell.call:comparison-negated:2",
    "keras2:backend.py:rnn:targets-swapped:11",
    "keras2:layers/rnn/base_rnn.py:RNN.call:keyword-dropped:4",
    "keras2:layers/rnn/bidirectional.py:Bidirectional.reset_states:statement-dropped:2",
    "keras2:layers/rnn/gru.py:GRUCell.call:operand-dropped:66",
    "keras2:layers/rnn/gru.py:standard_gru:arithmetic:6",
    "keras2:layers/rnn/lstm.py:LSTMCell.call:name:8",
    "keras2:layers/rnn/lstm.py:standard_lstm:arithmetic:4",
    "keras2:layers/rnn/simple_rnn.py:SimpleRNNCell.call:statement-dropped:3",
]
"""Changes that a case of its own shows by a wrong number; the names begin with the target's."""

_GRU, _LSTM, _SIMPLE = (
    f"keras3:layers/rnn/{name}.py:{kind}Cell.call:"
    for name, kind in (("gru", "GRU"), ("lstm", "LSTM"), ("simple_rnn", "SimpleRNN"))
)
_MASKS = "keras2:layers/rnn/dropout_rnn_cell_mixin.py:_generate_dropout_mask:"
DROPS_AT_INFERENCE = {
    _GRU + "default-constant:1": "cells.gru.dropout-0_25",
    _GRU + "operand-dropped:1": "options.gru.implementation-1.dropout-0_25",
    _GRU + "operand-dropped:17": "options.gru.recurrent_dropout-0_5",
    _GRU + "operand-dropped:47": "options.gru.dropout-0_25",
    _LSTM + "default-constant:1": "cells.lstm.dropout-0_25",
    _LSTM + "operand-dropped:1": "options.lstm.implementation-1.dropout-0_25",
    _LSTM + "operand-dropped:11": "options.lstm.recurrent_dropout-0_5",
    _LSTM + "operand-dropped:21": "options.lstm.dropout-0_25",
    _SIMPLE + "default-constant:1": "cells.simple_rnn.dropout-0_25",
    _SIMPLE + "operand-dropped:1": "options.simple_rnn.dropout-0_25",
    _SIMPLE + "operand-dropped:5": "options.simple_rnn.recurrent_dropout-0_5",
    _MASKS + "arguments-swapped:2": "options.gru.dropout-0_25",
    _MASKS + "arguments-swapped:3": "options.simple_rnn.dropout-0_25",
}
"""Changes that let a cell drop where nobody trains, one for each place where it does in training:
with the case that shows each."""


class Keras:
    """Judges cases on one Keras, with a mutant or without."""

    def __init__(self, name):
        self._target, self._mutants = installed()[name], mutants(name)
        self._target.load()
        self._living, self._ledger = Living(), load()
        found = [family.cases(self._target.dialect) for family in families()]
        self._cases = {case.id: case for cases in found for case in cases}

    def diverges(self, case):
        self._target.forget()
        return judge(self._target, self._cases[case], self._ledger).verdict == DIVERGES

    def diverges_when_broken(self, case, mutant):
        with self._living.broken([self._mutants[mutant]]):
            return self.diverges(case)


def serve(pipe, name):
    answer(pipe, Keras(name))


@pytest.fixture(scope="module")
def keras():
    """Return a function that gives the Keras of a target, in a process that may be broken."""
    workers = {}
    yield lambda name: workers.setdefault(name, Worker(serve, name))
    for worker in workers.values():
        worker.end()


def kept_of(mutant):
    """Return the target of a mutant and what is kept of it, where that very Keras is there."""
    name = mutant.partition(":")[0]
    kept = results.read(results.path_of(name))
    target = installed().get(name)
    if target is None or target.version != kept.version:
        pytest.skip(f"the changes were made to {name} {kept.version}")
    return name, kept


@pytest.mark.parametrize("mutant", HANDFUL)
def test_a_broken_keras_shows(keras, mutant):
    name, kept = kept_of(mutant)
    test = kept.found[mutant].test
    case = test.split(f"[{name}-")[1][:-1]
    assert keras(name).ask("diverges_when_broken", case, mutant)
    assert not keras(name).ask("diverges", case)


@pytest.mark.parametrize("mutant", DROPS_AT_INFERENCE)
def test_a_keras_that_drops_at_inference_shows(keras, mutant):
    name, _ = kept_of(mutant)
    case = DROPS_AT_INFERENCE[mutant]
    assert keras(name).ask("diverges_when_broken", case, mutant)
    assert not keras(name).ask("diverges", case)
