"""The layers around a recurrent one, on the installed Keras where they compute."""

import numpy as np
import pytest
from helpers import assert_agrees, call, give_weights, numbers

import rnn_oracle

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, False]])


@pytest.mark.parametrize("activation", [None, "relu", "softmax"])
@pytest.mark.parametrize("use_bias", [False, True])
@pytest.mark.parametrize("shape", [(2, 3), (2, 5, 3)], ids=str)
def test_dense(target, activation, use_bias, shape):
    layer = target.keras.layers.Dense(4, activation=activation, use_bias=use_bias)
    copy = assert_agrees(target, give_weights(layer, shape), numbers(*shape))
    assert copy.compute_mask(X, MASK) is MASK
    assert copy.compute_output_shape((None,) + shape[1:]) == (None,) + shape[1:-1] + (4,)


@pytest.mark.parametrize("mask_value", [0.0, -1.0, 0.1])
def test_masking(target, mask_value):
    x = np.where(MASK[..., None], X, np.float32(mask_value))
    x[0, 2, 1] = 7.0  # partly equal to the value does not mask
    layer = target.keras.layers.Masking(mask_value=mask_value)
    copy = assert_agrees(target, layer, x)
    real = layer(target.tf.constant(x))._keras_mask
    np.testing.assert_array_equal(copy.compute_mask(x), np.asarray(real))
    assert copy.compute_mask(x)[0, 2] and not copy.compute_mask(x)[0, 4]
    assert copy.compute_output_shape((None, 5, 3)) == (None, 5, 3)


def test_a_mask_value_that_no_binary_number_is_reaches_the_layer_above(target):
    keras = target.keras
    model = keras.Sequential([keras.Input((5, 3)), keras.layers.Masking(0.1), keras.layers.GRU(4)])
    x = np.where(MASK[..., None], X, np.float32(0.1))
    copy = assert_agrees(target, give_weights(model, (None, 5, 3)), x)
    assert np.abs(copy(x) - copy(X)).max() > 1e-3


def test_dense_takes_whole_numbers(target):
    layer = give_weights(target.keras.layers.Dense(4), (2, 3))
    ids = np.arange(6, dtype="int64").reshape(2, 3)
    got = np.asarray(layer(target.tf.constant(ids)))
    np.testing.assert_allclose(got, rnn_oracle.from_keras(layer)(ids), rtol=1e-5)


@pytest.mark.parametrize("shape", [(2, 5, 3), (2, 3), (0, 5, 3)], ids=str)
def test_flatten(target, shape):
    x = numbers(*shape)
    copy = rnn_oracle.from_keras(target.keras.layers.Flatten())
    got = call(target, target.keras.layers.Flatten(), x)
    np.testing.assert_array_equal(got, copy(x))
    assert got.shape == copy(x).shape
    assert copy.compute_mask(x, MASK) is None
    assert copy.compute_output_shape((None, None, 3)) == (None, None)


def test_embedding(target):
    layer = give_weights(target.keras.layers.Embedding(7, 3, mask_zero=True), (2, 4))
    ids = np.array([[0, 1, 6, 2], [3, 0, 0, 5]])
    copy = rnn_oracle.from_keras(layer)
    np.testing.assert_array_equal(np.asarray(layer(ids)), copy(ids).astype("float32"))
    np.testing.assert_array_equal(np.asarray(layer.compute_mask(ids)), copy.compute_mask(ids))
    assert rnn_oracle.Embedding(7, 3).compute_mask(ids) is None
    assert copy.compute_output_shape((None, 4)) == (None, 4, 3)


@pytest.mark.parametrize("ids", [[[7]], [[-1]], [[0.5]]], ids=str)
def test_ids_outside_the_table(ids):
    layer = rnn_oracle.Embedding(7, 3)
    layer.set_weights([numbers(7, 3)])
    with pytest.raises(ValueError, match="takes whole ids from 0 to 6, but was given"):
        layer(ids)


def test_a_chain_tells_its_mask():
    chain = rnn_oracle.Sequential(
        [rnn_oracle.Masking(), rnn_oracle.GRU(4, return_sequences=True), rnn_oracle.Dense(2)]
    )
    for layer, features in zip(chain.layers[1:], (3, 4)):
        shapes = [shape for _, shape, _ in layer.weight_shapes()]
        layer.set_weights([numbers(*(n or features for n in shape)) for shape in shapes])
    x = X * MASK[..., None]
    np.testing.assert_array_equal(chain.compute_mask(x), MASK)
