"""The programs with which recurrent cells were first taught, in a session and in the oracle."""

import numpy as np
import pytest
from helpers import assert_same, numbers

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.arithmetic.error_bounds import UNIT_ROUNDOFF, exact
from rnn_oracle.reference import tf1

LETTERS = np.eye(4, dtype="float32")
HELLO = LETTERS[np.array([[0, 1, 2, 2, 3]])]
WORDS = LETTERS[np.array([[0, 1, 2, 2, 3], [1, 0, 2, 2, 3], [1, 2, 2, 1, 1]])]
PROGRAMS = {
    "hello": ("SimpleRNNCell", HELLO, None, [(4, 2), (2, 2), (2,)], "(*, *)"),
    "hello-length": ("SimpleRNNCell", HELLO, [3], [(4, 2), (2, 2), (2,)], "(*, *)"),
    "words": ("BasicLSTMCell", WORDS, None, [(6, 8), (8,)], "(*, LSTMStateTuple(c=*, h=*))"),
    "words-lengths": (
        "BasicLSTMCell",
        WORDS,
        [5, 4, 3],
        [(6, 8), (8,)],
        "(*, LSTMStateTuple(c=*, h=*))",
    ),
}


def weights_of(shapes):
    return [0.5 * numbers(*shape, seed=i) for i, shape in enumerate(shapes)]


def in_the_oracle(name, x=None):
    """Run a program in the oracle, in arrays of any arithmetic."""
    kind, inputs, lengths, shapes, _ = PROGRAMS[name]
    if kind == "SimpleRNNCell":
        cell = rnn_oracle.SimpleRNNCell(2, dialect="keras2")
    else:
        cell = tf1.BasicLSTMCell(2)
    cell.set_weights(weights_of(shapes))
    x = inputs.astype("float64") if x is None else x
    return tf1.dynamic_rnn(cell, x, sequence_length=lengths, dtype="float64")


@pytest.mark.parametrize("name", PROGRAMS)
def test_without_tensorflow(name):
    kind, inputs, lengths, shapes, nesting = PROGRAMS[name]
    outputs, state = result = in_the_oracle(name)
    assert nest.describe(result) == nesting
    assert outputs.shape == inputs.shape[:2] + (2,)
    last = state if kind == "SimpleRNNCell" else state.h
    assert last.shape == (len(inputs), 2)
    for row, length in enumerate(lengths or [5] * len(inputs)):
        np.testing.assert_array_equal(outputs[row, length - 1], last[row])
        assert not outputs[row, length:].any() and outputs[row, :length].all()


@pytest.mark.parametrize("name", PROGRAMS)
def test_in_a_session(tf1_target, name):
    kind, inputs, lengths, shapes, nesting = PROGRAMS[name]
    tf1_target.load()
    v1 = tf1_target.tf.compat.v1
    with tf1_target.tf.Graph().as_default(), v1.Session() as session:
        home = tf1_target.keras.layers if kind == "SimpleRNNCell" else tf1_target.rnn_cell
        cell = getattr(home, kind)(2)
        x = v1.constant(inputs)
        result = v1.nn.dynamic_rnn(cell, x, sequence_length=lengths, dtype="float32")
        assert nest.describe(result) == nesting
        session.run(v1.global_variables_initializer())
        for variable, weight in zip(cell.weights, weights_of(shapes)):
            variable.load(weight, session)
        got = session.run(result)
    unit = UNIT_ROUNDOFF["float32"]
    bounds = exact(in_the_oracle(name, exact(inputs.astype("float64"), unit)), unit)
    assert_same(in_the_oracle(name), got, nest.map_structure(lambda leaf: leaf.error, bounds))
