"""What the oracle of TensorFlow 1 takes and refuses, and what TensorFlow does with the same."""

import numpy as np
import pytest
from helpers import numbers

from rnn_oracle.arithmetic import nest
from rnn_oracle.reference import cells as keras_cells
from rnn_oracle.reference import tf1

X = numbers(4, 6, 3, dtype="float64")
STEPS = [X[:, t] for t in range(6)]
ZEROS = np.zeros((4, 5))


def given_weights(cell, features=3):
    """Give a cell weights for that many features of input; return it."""
    weights, rows = [], features
    for part in getattr(cell, "cells", [cell]):
        for name, (first, *rest), _ in part.weight_shapes():
            if name.endswith("kernel") and first is None:
                first = rows + (0 if isinstance(part, keras_cells.Cell) else part.output_size)
            weights.append(numbers(first, *rest, seed=len(weights), dtype="float64"))
        rows = part.output_size
    cell.set_weights(weights)
    return cell


def lstm(**arguments):
    return given_weights(tf1.BasicLSTMCell(5, **arguments))


def stack(**arguments):
    return given_weights(tf1.MultiRNNCell([tf1.BasicRNNCell(5), tf1.BasicRNNCell(4)], **arguments))


def call(**arguments):
    arguments = dict(dict(cell=lstm(), inputs=X, dtype="float64"), **arguments)
    return tf1.dynamic_rnn(**arguments)


REFUSED = {
    "no dtype": (dict(dtype=None), ValueError, "give a `dtype`"),
    "another dtype": (dict(dtype="float32"), ValueError, "float32 is not that of"),
    "no cell": (dict(cell="lstm"), TypeError, "takes a cell"),
    "a cell of Keras 3": (dict(cell=keras_cells.LSTMCell(5)), TypeError, "of dialect keras2"),
    "no weights": (dict(cell=tf1.BasicLSTMCell(5)), ValueError, "no weights yet"),
    "two axes": (dict(inputs=X[:, 0]), ValueError, r"must be \(batch, steps, features\)"),
    "no steps": (dict(inputs=X[:, :0]), ValueError, "none of them 0"),
    "features": (dict(inputs=X[..., :2]), ValueError, r"takes \(batch, 3\)"),
    "whole numbers": (dict(inputs=X.astype(int)), TypeError, "must be floating-point"),
    "rank of lengths": (dict(sequence_length=[[1, 2, 3, 4]]), ValueError, r"shape \(4,\)"),
    "number of lengths": (dict(sequence_length=[1, 2, 3]), ValueError, r"shape \(4,\)"),
    "a long length": (dict(sequence_length=[1, 2, 3, 7]), ValueError, "between 0 and the 6"),
    "a negative length": (dict(sequence_length=[1, 2, 3, -1]), ValueError, "between 0 and"),
    "broken lengths": (dict(sequence_length=[1.0, 2, 3, 4]), TypeError, "whole numbers"),
    "an array for a pair": (dict(initial_state=ZEROS), TypeError, "must be nested LSTMState"),
    "a tuple for a pair": (dict(initial_state=(ZEROS, ZEROS)), TypeError, r"not \(\*, \*\)"),
    "one state of two": (dict(cell=stack(), initial_state=(ZEROS,)), TypeError, r"not \(\*,\)"),
    "a list of states": (dict(cell=stack(), initial_state=[ZEROS] * 2), TypeError, r"not \[\*"),
    "width of a state": (
        dict(initial_state=tf1.LSTMStateTuple(ZEROS[:, :1], ZEROS)),
        ValueError,
        r"needs \(4, 5\) = \(batch, size\)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    arguments, error, message = REFUSED[name]
    with pytest.raises(error, match=message):
        call(**arguments)


def test_static_rnn_refuses():
    with pytest.raises(TypeError, match="takes a list"):
        tf1.static_rnn(lstm(), X, dtype="float64")
    with pytest.raises(ValueError, match="at least one step"):
        tf1.static_rnn(lstm(), [], dtype="float64")
    with pytest.raises(ValueError, match="steps of one shape"):
        tf1.static_rnn(lstm(), [X[:, 0], X[:2, 1]], dtype="float64")
    with pytest.raises(TypeError, match="time_major"):
        tf1.static_rnn(lstm(), STEPS, dtype="float64", time_major=True)


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: tf1.BasicLSTMCell(0), ValueError, "num_units"),
        (lambda: tf1.BasicLSTMCell(5, activation="nope"), ValueError, "unknown activation"),
        (lambda: tf1.BasicLSTMCell(5, use_peepholes=True), TypeError, "does not know"),
        (lambda: tf1.GRUCell(5, reset_after=True), TypeError, "does not know"),
        (lambda: tf1.LSTMCell(5, num_unit_shards=2), TypeError, "does not know"),
        (lambda: tf1.LSTMCell(5, num_proj=0), ValueError, "num_proj"),
        (lambda: tf1.LSTMCell(5, cell_clip=-1), ValueError, "cell_clip"),
        (lambda: tf1.LSTMCell(5, proj_clip=-1), ValueError, "proj_clip"),
        (lambda: tf1.MultiRNNCell([]), ValueError, "at least one"),
        (lambda: tf1.MultiRNNCell(tf1.GRUCell(5)), TypeError, "a list of cells"),
        (lambda: tf1.MultiRNNCell([keras_cells.GRUCell(5)]), TypeError, "of rnn_oracle.tf1"),
        (lambda: tf1.MultiRNNCell([lstm()], state_is_tuple=False), ValueError, "nested"),
    ],
)
def test_a_cell_that_cannot_be(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_weights_are_checked():
    cell = tf1.LSTMCell(5, use_peepholes=True, num_proj=2)
    names = [name for name, _, _ in cell.weight_shapes()]
    assert names == ["kernel", "bias", "w_f_diag", "w_i_diag", "w_o_diag", "projection/kernel"]
    assert [name for name, _, _ in tf1.GRUCell(5).weight_shapes()] == [
        "gates/kernel",
        "gates/bias",
        "candidate/kernel",
        "candidate/bias",
    ]
    with pytest.raises(ValueError, match="has 6 weights"):
        cell.set_weights([ZEROS])
    two = stack()
    weights = two.get_weights()
    weights[2] = np.zeros((8, 4))
    with pytest.raises(ValueError, match=r"needs \(9, 4\)"):
        two.set_weights(weights)


def test_arguments_that_change_nothing_are_kept():
    cell = tf1.GRUCell(5, kernel_initializer="ones", name="gate", reuse=True, trainable=False)
    config = cell.get_config()
    assert cell.name == "gate" and config["kernel_initializer"] == "ones" and config["reuse"]
    wanted = call()
    got = call(parallel_iterations=1, swap_memory=True, scope="rnn")
    for want, found in zip(nest.flatten(wanted), nest.flatten(got)):
        np.testing.assert_array_equal(found, want)


def test_a_cell_that_stands_twice_in_a_stack_is_one():
    cell = tf1.BasicRNNCell(3)
    two = tf1.MultiRNNCell([cell, cell])
    assert len(two.weight_shapes()) == 2
    two.set_weights([numbers(6, 3, dtype="float64"), numbers(3, seed=1, dtype="float64")])
    outputs, (below, above) = tf1.dynamic_rnn(two, X, dtype="float64")
    first, last = tf1.dynamic_rnn(cell, X, dtype="float64")
    again, _ = tf1.dynamic_rnn(cell, first, dtype="float64")
    np.testing.assert_array_equal(outputs, again)
    np.testing.assert_array_equal(below, last)
    np.testing.assert_array_equal(above, outputs[:, -1])


@pytest.mark.parametrize("activation", [None, "", "tanh", np.tanh])
def test_no_activation_is_tanh(activation):
    for want, got in zip(
        nest.flatten(call()), nest.flatten(call(cell=lstm(activation=activation)))
    ):
        np.testing.assert_array_equal(got, want)
    assert np.abs(call(cell=lstm(activation="linear"))[0] - call()[0]).max() > 0.1


def test_what_lies_behind_the_length_is_not_looked_at():
    spoilt, lengths = X.copy(), [6, 3, 0, 5]
    for row, length in enumerate(lengths):
        spoilt[row, length:] = np.nan
    for function in (
        tf1.dynamic_rnn,
        lambda cell, x, **k: tf1.bidirectional_dynamic_rnn(cell, cell, x, **k),
    ):
        pair = [function(lstm(), x, sequence_length=lengths, dtype="float64") for x in (X, spoilt)]
        for want, got in zip(*map(nest.flatten, pair)):
            np.testing.assert_array_equal(got, want)


def plain(cells):
    return cells.BasicLSTMCell(5)


def theirs(target, name="dynamic_rnn", cell=plain, inputs=X, **arguments):
    """Carry one of TensorFlow's cells over the input, in a session of its own."""
    target.load()
    arguments = dict(dict(dtype="float32"), **arguments)
    v1 = target.tf.compat.v1
    with target.tf.Graph().as_default(), v1.Session() as session:
        x = v1.constant(inputs, "float32")
        steps = v1.unstack(x, axis=1) if name == "static_rnn" else x
        result = getattr(v1.nn, name)(cell(target.rnn_cell), steps, **arguments)
        session.run(v1.global_variables_initializer())
        return session.run(result)


@pytest.mark.parametrize(
    "arguments, error",
    [
        (dict(dtype=None), ValueError),
        (dict(cell=lambda cells: "lstm"), TypeError),
        (dict(inputs=X[:, 0]), ValueError),
        (dict(sequence_length=[[1, 2, 3, 4]]), ValueError),
        (dict(sequence_length=[1, 2, 3]), ValueError),
        (dict(initial_state=ZEROS.astype("float32")), TypeError),
        (dict(cell=lambda cells: cells.BasicLSTMCell(5, use_peepholes=True)), TypeError),
        (dict(cell=lambda cells: cells.MultiRNNCell([])), ValueError),
    ],
)
def test_tensorflow_refuses_too(tf1_target, arguments, error):
    with pytest.raises(error):
        theirs(tf1_target, **arguments)


def test_what_tensorflow_takes_and_the_oracle_refuses(tf1_target):
    assert theirs(tf1_target, inputs=X[:, :0])[0].shape == (4, 0, 5)
    long, negative = [theirs(tf1_target, sequence_length=[n] * 4)[0] for n in (9, -1)]
    assert np.abs(long).min() > 0 and not negative.any()


def test_no_activation_is_tanh_in_tensorflow(tf1_target):
    tf1_target.load()
    for name in ("BasicRNNCell", "GRUCell", "BasicLSTMCell", "LSTMCell"):
        cell = getattr(tf1_target.rnn_cell, name)
        for activation in (None, ""):
            assert cell(5, activation=activation)._activation.__name__ == "tanh"
        assert cell(5, activation="linear")._activation.__name__ == "linear"


@pytest.mark.parametrize("name", ["dynamic_rnn", "static_rnn"])
def test_nan_behind_the_length_does_not_get_through(tf1_target, name):
    spoilt = X.copy()
    spoilt[1, 3:] = np.nan
    result = theirs(tf1_target, name, inputs=spoilt, sequence_length=[6, 3, 0, 6])
    for array in nest.flatten(list(result)):
        assert not np.isnan(array).any()
