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


class Keras:
    """Judges cases on one Keras, with a mutant or without."""

    def __init__(self, name):
        self._target, self._mutants = installed()[name], mutants(name)
        self._target.load()
        self._living, self._ledger = Living(), load()
        found = [family.cases(self._target.dialect) for family in families()]
        self._cases = {case.id: case for cases in found for case in cases}

    def diverges(self, case):
        return judge(self._target, self._cases[case], self._ledger).verdict == DIVERGES

    def diverges_when_broken(self, case, mutant):
        with self._living.broken(self._mutants[mutant]):
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


@pytest.mark.parametrize("mutant", HANDFUL)
def test_a_broken_keras_shows(keras, mutant):
    name = mutant.partition(":")[0]
    kept = results.read(results.path_of(name))
    target = installed().get(name)
    if target is None or target.version != kept.version:
        pytest.skip(f"the changes were made to {name} {kept.version}")
    test = kept.found[mutant].test
    case = test.split(f"[{name}-")[1][:-1]
    assert keras(name).ask("diverges_when_broken", case, mutant)
    assert not keras(name).ask("diverges", case)
