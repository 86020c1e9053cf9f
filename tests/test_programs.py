"""The programs with which these layers are taught, on the installed Keras and in the oracle."""

import numpy as np
import pytest
from helpers import assert_agrees, call, give_weights, numbers

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.targets.runtime import plain_shape

pytestmark = pytest.mark.itself

LAYERS = ("SimpleRNN", "LSTM", "GRU")
IDS = np.array([[3, 1, 4, 1, 5, 0], [2, 6, 0, 5, 0, 0], [1, 2, 3, 4, 5, 6]], "int32")
HELLO = np.eye(4, dtype="float32")[[0, 1, 2, 2, 3]]


@pytest.mark.parametrize("return_sequences, shape", [(True, (3, 5, 4)), (False, (3, 4))])
def test_rnn_over_a_cell_with_its_initial_state(target, return_sequences, shape):
    layers = target.keras.layers
    layer = layers.RNN(layers.LSTMCell(4), return_sequences=return_sequences)
    x = numbers(3, 5, 7)
    give_weights(layer, (3, 5, 7))
    argument = {"keras3": 3, "keras2": target.tf.constant(x)}[target.name]
    state = layer.get_initial_state(argument)
    got = np.asarray(layer(target.tf.constant(x), initial_state=state))
    copy = assert_agrees(target, layer, x)
    ours = copy.get_initial_state(3)
    assert nest.describe(ours) == nest.describe(list(state)) == "[*, *]"
    assert got.shape == copy(x, initial_state=ours).shape == shape
    np.testing.assert_array_equal(got, call(target, layer, x))


@pytest.mark.parametrize("letters", [1, 5], ids=["h", "hello"])
def test_a_cell_under_rnn_is_the_layer(target, letters):
    layers = target.keras.layers
    x = HELLO[None, :letters]
    arguments = dict(return_sequences=True, return_state=True)
    one = give_weights(layers.SimpleRNN(2, **arguments), x.shape)
    other = give_weights(layers.RNN(layers.SimpleRNNCell(2), **arguments), x.shape)
    outputs, state = call(target, one, x)
    assert outputs.shape == (1, letters, 2) and state.shape == (1, 2)
    np.testing.assert_array_equal(outputs[:, -1], state)
    for mine, theirs in zip(call(target, other, x), (outputs, state)):
        np.testing.assert_array_equal(mine, theirs)
    assert_agrees(target, one, x)
    assert_agrees(target, other, x)


def test_symbolic_shapes(target):
    keras = target.keras
    x = keras.Input((None, 5))
    lstm = keras.layers.LSTMCell
    for cell, ours, shape in (
        (lstm(4), rnn_oracle.LSTMCell(4), (None, 4)),
        ([lstm(32), lstm(64)], [rnn_oracle.LSTMCell(32), rnn_oracle.LSTMCell(64)], (None, 64)),
    ):
        layer = keras.layers.RNN(cell)
        assert plain_shape(layer(x).shape) == shape
        assert rnn_oracle.RNN(ours).compute_output_shape((None, None, 5)) == shape


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("return_sequences", [False, True])
def test_the_mask_of_an_embedding_arrives(target, name, return_sequences):
    layers = target.keras.layers
    embedding = give_weights(layers.Embedding(7, 3, mask_zero=True), (3, 6))
    layer = getattr(layers, name)(4, return_sequences=return_sequences)
    give_weights(layer, (3, 6, 3))
    got = layer(embedding(target.tf.constant(IDS)))
    ours = rnn_oracle.from_keras(embedding)
    copy = rnn_oracle.from_keras(layer)
    mask = ours.compute_mask(IDS)
    np.testing.assert_array_equal(mask, IDS != 0)
    want = copy(ours(IDS), mask=mask)
    np.testing.assert_allclose(np.asarray(got), want, rtol=1e-5, atol=1e-6)
    assert np.abs(want - copy(ours(IDS))).max() > 1e-3
    assert (getattr(got, "_keras_mask", None) is not None) == return_sequences


def sequential(keras, middle, return_sequences):
    layers = keras.layers
    recurrent = layers.SimpleRNN(32, return_sequences=return_sequences)
    head = [layers.Dense(16, activation="tanh"), layers.Dense(2, activation="softmax")]
    return keras.Sequential(
        [keras.Input((6,), dtype="int32"), layers.Embedding(7, 8), recurrent] + middle + head
    )


def functional(keras, mean):
    inputs = keras.Input((6,), dtype="int32")
    x = keras.layers.Embedding(7, 8)(inputs)
    x = mean(keras.layers.SimpleRNN(32, return_sequences=True)(x))
    x = keras.layers.Dense(16, activation="tanh")(x)
    return keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(x))


CLASSIFIERS = {
    "last": lambda keras, mean: sequential(keras, [], False),
    "flatten": lambda keras, mean: sequential(keras, [keras.layers.Flatten()], True),
    "pooling": lambda keras, mean: functional(keras, keras.layers.GlobalAveragePooling1D()),
    "mean": functional,
}


@pytest.mark.parametrize("kind", CLASSIFIERS)
def test_a_text_classifier(target, kind):
    if target.dialect == "keras3":
        mean = lambda x: target.keras.ops.mean(x, axis=1)  # noqa: E731
    else:
        mean = lambda x: target.tf.reduce_mean(x, axis=1)  # noqa: E731
    model = CLASSIFIERS[kind](target.keras, mean)
    model.set_weights([0.3 * numbers(*w.shape, seed=i) for i, w in enumerate(model.get_weights())])
    copy = assert_agrees(target, model, IDS)
    output = copy(IDS)
    assert output.shape == copy.compute_output_shape((3, 6)) == (3, 2)
    np.testing.assert_allclose(output.sum(axis=-1), 1)


@pytest.mark.parametrize("name", LAYERS)
def test_two_layers_stacked(target, name):
    keras, kind = target.keras, getattr(target.keras.layers, name)
    model = keras.Sequential([keras.Input((5, 3)), kind(4, return_sequences=True), kind(6)])
    model.set_weights([0.5 * numbers(*w.shape, seed=i) for i, w in enumerate(model.get_weights())])
    assert_agrees(target, model, numbers(2, 5, 3))


@pytest.mark.parametrize("name", LAYERS)
def test_two_layers_stacked_without_sequences_are_refused(target, name):
    keras, kind = target.keras, getattr(target.keras.layers, name)
    with pytest.raises(ValueError, match="expected ndim=3, found ndim=2"):
        keras.Sequential([keras.Input((5, 3)), kind(4), kind(6)])
    below, above = (getattr(rnn_oracle, name)(u, dialect=target.dialect) for u in (4, 6))
    for layer, features in ((below, 3), (above, 4)):
        shapes = [shape for _, shape, _ in layer.weight_shapes()]
        layer.set_weights([numbers(*(n or features for n in shape)) for shape in shapes])
    with pytest.raises(ValueError, match="return_sequences=True"):
        rnn_oracle.Sequential([below, above])(numbers(2, 5, 3))
