"""Any argument of a constructor is taken as documented, or refused by an error of the oracle's."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from wrong_arguments import ANYTHING, CLASSES, answer, arguments

import rnn_oracle
from rnn_oracle.reference.errors import OracleError


def test_every_class_is_tried():
    classes = {name for name in rnn_oracle.__all__ if inspect.isclass(getattr(rnn_oracle, name))}
    assert set(CLASSES) == classes


@pytest.mark.parametrize("argument", list(arguments()))
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(value=ANYTHING)
def test_an_argument_is_taken_as_documented_or_refused(argument, value):
    assert answer(argument, value)


@pytest.mark.parametrize("value", [True, False, np.True_, np.False_, 1, 0, np.int64(1)])
def test_what_is_true_or_false(value):
    layer = rnn_oracle.GRU(2, return_state=value, use_bias=value)
    layer.set_weights([np.ones((3, 6)), np.ones((2, 6)), np.ones((2, 6))][: 3 if value else 2])
    assert isinstance(layer(np.ones((1, 4, 3))), tuple) == bool(value)


@pytest.mark.parametrize("value", ["False", "", None, 2, -1, 0.0, 1.0, [], [True], np.ones(1)])
@pytest.mark.parametrize("flag", ["return_sequences", "use_bias", "stateful", "unroll"])
def test_what_is_neither_true_nor_false(flag, value):
    with pytest.raises(TypeError, match=f"GRU.*: `{flag}` must be True or False, not") as raised:
        rnn_oracle.GRU(2, **{flag: value})
    assert isinstance(raised.value, OracleError)


def test_a_dtype_of_numpy_is_taken():
    cell = rnn_oracle.GRUCell(2, dtype=np.dtype("float32"))
    for layer in (
        rnn_oracle.RNN([cell], dtype=np.dtype("float32")),
        rnn_oracle.StackedRNNCells([cell], dtype=np.float32),
        rnn_oracle.TimeDistributed(rnn_oracle.Dense(2, dtype=np.float32), dtype=np.float32),
    ):
        assert layer.dtype == np.float32
