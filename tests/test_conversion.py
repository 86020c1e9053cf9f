"""`from_keras` on live objects of the installed Keras."""

import functools

import numpy as np
import pytest
from helpers import assert_agrees, call, give_weights, knows, numbers, within

import rnn_oracle

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, False]])


@pytest.mark.parametrize("name", ["SimpleRNNCell", "LSTMCell", "GRUCell"])
def test_a_cell_called_by_hand(target, name):
    cell = give_weights(getattr(target.keras.layers, name)(4), (2, 3))
    copy = rnn_oracle.from_keras(cell)
    states = [numbers(2, 4, seed=i) for i in range(2 if name == "LSTMCell" else 1)]
    tensors = [target.tf.constant(s) for s in states]
    for given, real in ((states, tensors), (states[0], tensors[0])):
        if name == "LSTMCell" and given is states[0]:
            continue
        output, after = copy(X[:, 0], given)
        bare = given is not states
        if bare and within(target, keras2="<2.2"):
            with pytest.raises(target.tf.errors.InvalidArgumentError):  # it takes the first row
                cell(target.tf.constant(X[:, 0]), real)
            continue
        real_output, real_after = cell(target.tf.constant(X[:, 0]), real)
        if bare and within(target, keras2=">=2.2,<2.3"):
            (real_after,) = real_after
        assert isinstance(after, list) == isinstance(real_after, list)
        np.testing.assert_allclose(np.asarray(real_output), output, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(np.asarray(real_after), np.asarray(after), rtol=1e-5, atol=1e-6)


def test_stacked_cells_called_by_hand(target):
    layers = target.keras.layers
    stack = layers.StackedRNNCells([layers.LSTMCell(4), layers.LSTMCell(6)])
    copy = rnn_oracle.from_keras(give_weights(stack, (2, 3)))
    states = [[numbers(2, u, seed=i) for i in range(2)] for u in (4, 6)]
    output, after = copy(X[:, 0], states)
    real_output, real_after = stack(
        target.tf.constant(X[:, 0]), [[target.tf.constant(s) for s in c] for c in states]
    )
    np.testing.assert_allclose(np.asarray(real_output), output, rtol=1e-5, atol=1e-6)
    for ours, real in zip(after, real_after):
        np.testing.assert_allclose(np.asarray(real), np.asarray(ours), rtol=1e-5, atol=1e-6)
    assert type(after) is type(real_after)
    assert copy.output_size == stack.output_size == 6
    assert list(copy.state_size) == [list(s) for s in stack.state_size]


@pytest.mark.parametrize("dtype", [None, "float32"])
def test_configuration_and_dtype(target, dtype):
    layer = target.keras.layers.LSTM(
        4,
        activation="relu",
        recurrent_activation="hard_sigmoid",
        return_sequences=True,
        return_state=True,
        go_backwards=True,
        zero_output_for_mask=True,
        name="mine",
    )
    copy = rnn_oracle.from_keras(give_weights(layer, (2, 5, 3)), dtype=dtype)
    config = copy.get_config()
    assert copy.name == config["name"] == "mine" and copy.dialect.name == target.dialect
    assert config["recurrent_activation"] == "hard_sigmoid" and config["activation"] == "relu"
    assert config["return_sequences"] and config["return_state"] and config["go_backwards"]
    assert copy(X)[0].dtype == np.dtype(dtype or "float64")
    assert_agrees(target, layer, X, mask=MASK)


def test_a_rnn_over_a_mix_of_cells(target):
    layers = target.keras.layers
    layer = layers.RNN([layers.GRUCell(4), layers.LSTMCell(6)], return_sequences=True)
    assert_agrees(target, give_weights(layer, (2, 5, 3)), X, mask=MASK)


def test_a_sequential_model(target):
    keras = target.keras
    model = keras.Sequential(
        [
            keras.Input((5, 3)),
            keras.layers.Masking(),
            keras.layers.GRU(4, return_sequences=True),
            keras.layers.Bidirectional(keras.layers.LSTM(6)),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    x = X * MASK[..., None]
    assert_agrees(target, give_weights(model, (None, 5, 3)), x)


def test_a_functional_chain(target):
    keras = target.keras
    inputs = x = keras.Input((5, 3))
    for layer in (keras.layers.SimpleRNN(4, return_sequences=True), keras.layers.Flatten()):
        x = layer(x)
    assert_agrees(target, keras.Model(inputs, x), X)


def relu(x):
    """A user's own function under the name of one of Keras's."""
    return 0.5 * x


@pytest.mark.parametrize(
    "function", [relu, functools.partial(np.multiply, 0.5)], ids=["namesake", "partial"]
)
def test_an_activation_of_ones_own(target, function):
    if isinstance(function, functools.partial):
        function = functools.partial(target.tf.multiply, 0.5)
    layer = give_weights(target.keras.layers.SimpleRNN(4, activation=function), (2, 5, 3))
    copy = rnn_oracle.from_keras(layer)
    np.testing.assert_allclose(call(target, layer, X), copy(X), rtol=1e-5, atol=1e-6)


def test_a_constant_initial_state_in_a_model(target):
    keras = target.keras
    inputs = keras.Input((5, 3), batch_size=2)
    state = [target.tf.ones((2, 4))]
    model = keras.Model(inputs, keras.layers.GRU(4)(inputs, initial_state=state))
    with pytest.raises(ValueError, match="is called with `initial_state`, but"):
        rnn_oracle.from_keras(model)


def test_stacks_of_stacks(target):
    layers = target.keras.layers
    inner = layers.StackedRNNCells([layers.GRUCell(4), layers.LSTMCell(5)])
    layer = layers.RNN(layers.StackedRNNCells([inner, layers.GRUCell(6)]))
    if within(target, keras2="<2.7"):
        with pytest.raises(TypeError):  # it takes the sizes of the inner stack for a shape
            layer.build((2, 5, 3))
        return
    give_weights(layer, (2, 5, 3))
    copy = rnn_oracle.from_keras(layer)
    assert len(copy.get_weights()) == len(layer.get_weights()) == 9


def test_a_layer_that_is_not_built(target):
    layers = target.keras.layers
    for layer in (layers.GRU(4), layers.RNN(layers.GRUCell(4)), layers.Dense(3)):
        with pytest.raises(ValueError, match="has no weights yet"):
            rnn_oracle.from_keras(layer)


def test_what_cannot_be_copied(target):
    with pytest.raises(TypeError, match="cannot copy .*Conv2D: it knows .*GRU"):
        rnn_oracle.from_keras(target.keras.layers.Conv2D(2, 3))


def test_a_class_of_ones_own_is_copied_as_what_it_extends(target):
    layers = target.keras.layers
    own = type("Own", (layers.LSTM,), {})(4, return_state=True)
    copy = rnn_oracle.from_keras(give_weights(own, (2, 5, 3)))
    assert type(copy) is rnn_oracle.LSTM and copy.return_state
    for kind in (layers.Conv2D, layers.Conv3D):
        with pytest.raises(TypeError, match="cannot copy .*Own: it knows"):
            rnn_oracle.from_keras(type("Own", (kind,), {})(2, 3))


def test_what_is_not_keras():
    with pytest.raises(TypeError, match="cannot copy builtins.int"):
        rnn_oracle.from_keras(3)


def test_an_option_that_the_oracle_lacks(target):
    pooling = target.keras.layers.GlobalAveragePooling1D
    if not knows(pooling, keepdims=True):
        pytest.skip("GlobalAveragePooling1D of this release has no keepdims")
    layer = pooling(keepdims=True)
    with pytest.raises((TypeError, ValueError), match="does not know the argument keepdims"):
        rnn_oracle.from_keras(layer)


def test_pooling_and_masks(target):
    pool = target.keras.layers.GlobalAveragePooling1D()
    mask = np.array([[True, True, False, True, False], [False] * 5])
    got = call(target, pool, X, mask=mask)
    want = rnn_oracle.from_keras(pool)(X, mask=mask)
    np.testing.assert_allclose(got, want, rtol=1e-6)
    assert np.isnan(want[1]).all()
