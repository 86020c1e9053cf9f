"""Activations of one's own: in place, of tensors alone, under Keras's names, and wrong ones."""

import threading

import numpy as np
import pytest
from helpers import call, give_weights, numbers

import rnn_oracle
from rnn_oracle import tf1
from rnn_oracle.reference.errors import OracleError

X = numbers(2, 5, 3)
KEPT = {}


def in_place(x):
    return np.tanh(x, out=x)


def in_one_buffer(x):
    return np.tanh(x, out=KEPT.setdefault(x.shape, np.empty(x.shape)))


def keras_layer(name, **options):
    layer = getattr(rnn_oracle, name)(4, **options)
    layer.set_weights([numbers(*(n or 3 for n in shape)) for _, shape, _ in layer.weight_shapes()])
    return layer


LAYERS = {
    "SimpleRNN": lambda **f: keras_layer("SimpleRNN", **f)(X),
    "LSTM": lambda **f: keras_layer("LSTM", **f, return_state=True)(X),
    "LSTM, gates": lambda activation: keras_layer(
        "LSTM", recurrent_activation=activation, return_state=True
    )(X),
    "GRU": lambda **f: keras_layer("GRU", **f)(X),
    "GRU, gates": lambda activation: keras_layer("GRU", recurrent_activation=activation)(X),
    "Dense": lambda **f: keras_layer("Dense", **f)(X),
}


def of_tensorflow1(activation):
    cell = tf1.LSTMCell(4, use_peepholes=True, activation=activation)
    cell.set_weights([numbers(7, 16), numbers(16), numbers(4), numbers(4), numbers(4)])
    output, state = tf1.dynamic_rnn(cell, X.astype("float64"), dtype="float64")
    return [output, *state]


LAYERS["tf1"] = of_tensorflow1


@pytest.mark.parametrize("own", [in_place, in_one_buffer])
@pytest.mark.parametrize("name", LAYERS)
def test_an_activation_may_work_in_place(name, own):
    got, want = LAYERS[name](activation=own), LAYERS[name](activation="tanh")
    for ours, right in zip(got, want):
        np.testing.assert_array_equal(ours, right)


WRONG = {
    "one column": (lambda x: x[:, :1], ValueError, r"given shape \(2, 4\) and returned \(2, 1\)"),
    "a number": (np.sum, ValueError, r"given shape \(2, 4\) and returned \(\)"),
    "more": (lambda x: np.tile(x, 2), ValueError, r"returned \(2, 8\)"),
    "complex": (lambda x: x + 1j, TypeError, "returns must be real numbers, .* is complex128"),
    "objects": (lambda x: x.astype(object), TypeError, "returns must be real numbers"),
    "none": (lambda x: None, TypeError, "returns must be real numbers"),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_what_an_activation_must_not_return(name, what):
    own, error, message = WRONG[what]
    with pytest.raises(error, match=message) as raised:
        keras_layer(name, activation=own)(X)
    assert isinstance(raised.value, OracleError)


# In a layer of Keras.


class Locked:
    """An object that cannot be copied."""

    def __init__(self, tf):
        self.tf, self.lock = tf, threading.Lock()

    def __call__(self, x):
        return self.tf.tanh(x)


OF_TENSORS = {
    "a constant": lambda tf: lambda x: tf.tanh(x) * tf.constant(0.5),
    "a product": lambda tf: lambda x: tf.matmul(x, tf.constant(np.eye(4, dtype="float32")[::-1])),
    "the shape": lambda tf: lambda x: tf.reshape(tf.tanh(x), x.get_shape()),
    "a dtype": lambda tf: lambda x: tf.tanh(tf.debugging.assert_type(x, tf.float32) or x),
    "a graph": lambda tf: tf.function(lambda x: 0.5 * tf.tanh(x)),
    "an object": Locked,
}


@pytest.mark.parametrize("what", OF_TENSORS)
def test_a_function_that_knows_tensors_alone(target, what, oracle_check):
    layer = target.keras.layers.LSTM(4, activation=OF_TENSORS[what](target.tf))
    for steps in (5, 20):
        oracle_check(give_weights(layer, (2, steps, 3)), numbers(2, steps, 3))


def test_a_function_that_fails_is_named(target, oracle_check):
    def own(x):
        raise KeyError("nothing")

    layer = give_weights(target.keras.layers.GRU(4, activation=own), (2, 5, 3))
    with pytest.raises(ValueError, match="the activation <function .*own.* cannot be applied to"):
        oracle_check(layer, X)


def test_glu_is_refused(target, oracle_check):
    glu = getattr(target.keras.activations, "glu", None)
    if glu is None:
        pytest.skip("this release has no glu")
    with pytest.raises(OracleError, match=r"given shape \(2, 4\) and returned \(2, 2\)"):
        oracle_check(give_weights(target.keras.layers.LSTM(4, activation=glu), (2, 5, 3)), X)


def of_keras2(target):
    return pytest.importorskip("tf_keras").activations.hard_sigmoid


NAMESAKES = {
    "gelu": lambda target: target.keras.ops.gelu,  # approximate, if not told
    "hard_sigmoid": of_keras2,
}


@pytest.mark.parametrize("name", NAMESAKES)
def test_a_namesake_of_an_activation(target, name):
    if target.name != "keras3":
        pytest.skip("Keras 2 has no such namesakes")
    function = NAMESAKES[name](target)
    layer = target.keras.layers.LSTM(4, activation=function, recurrent_activation=function)
    give_weights(layer, (2, 5, 3))
    ours = rnn_oracle.from_keras(layer)(X)
    np.testing.assert_allclose(call(target, layer, X), ours, rtol=1e-5, atol=1e-6)
