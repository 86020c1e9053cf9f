"""The layers around a recurrent one, on the installed Keras where they compute."""

import json

import numpy as np
import pytest
from helpers import assert_agrees, call, give_weights, knows, numbers, within

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


@pytest.mark.parametrize("mask_value", [0.0, -1.0, 0.1, np.float32(2)], ids=str)
def test_masking(target, mask_value):
    x = np.where(MASK[..., None], X, np.float32(mask_value))
    x[0, 2, 1] = 7.0  # partly equal to the value does not mask
    layer = target.keras.layers.Masking(mask_value=mask_value)
    copy = assert_agrees(target, layer, x)
    real = layer(target.tf.constant(x))._keras_mask
    np.testing.assert_array_equal(copy.compute_mask(x), np.asarray(real))
    np.testing.assert_array_equal(layer.compute_mask(target.tf.constant(x)), np.asarray(real))
    assert copy.compute_mask(x)[0, 2] and not copy.compute_mask(x)[0, 4]
    assert copy.compute_output_shape((None, 5, 3)) == (None, 5, 3)


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (1, 3, 2), (2, 1, 3), (1, 1, 1), (4, 3)], ids=str)
def test_masking_of_other_axes(target, shape):
    mask = np.arange(np.prod(shape[:-1])).reshape(shape[:-1] + (1,)) % 3 > 0
    x = numbers(*shape) * mask
    layer = target.keras.layers.Masking()
    copy = assert_agrees(target, layer, x)
    real = layer(target.tf.constant(x))._keras_mask
    np.testing.assert_array_equal(np.asarray(real), copy.compute_mask(x))
    assert copy.compute_mask(x).shape == shape[:-1]


def test_masking_of_infinity(target):
    """Keras multiplied it by zero up to 3.14, which is NaN."""
    x = np.where(MASK[..., None], X, np.float32(np.inf))
    got = call(target, target.keras.layers.Masking(np.inf), x)
    masked = 0.0 if within(target, keras3=">=3.15") else np.nan
    np.testing.assert_array_equal(got, np.where(MASK[..., None], X, masked))
    np.testing.assert_array_equal(rnn_oracle.Masking(np.inf)(x), X * MASK[..., None])


def test_masking_of_whole_numbers_keeps_the_fraction_of_its_value():
    layer = rnn_oracle.Masking(0.5)
    assert layer.compute_mask(np.array([[[0], [1]]])).tolist() == [[True, True]]


def test_masking_is_built_at_once(target):
    if not within(target, keras3=">=3.15"):
        pytest.skip("measured there alone")
    assert target.keras.layers.Masking().built


def test_the_configuration_of_masking(target):
    layer = target.keras.layers.Masking(mask_value=0.5, name="mine")
    twin = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
    assert (twin.name, twin.mask_value, twin.supports_masking) == ("mine", 0.5, True)
    assert target.keras.layers.Masking().mask_value == 0


def test_a_tensor_of_mask_values_that_was_written_down(target):
    """Keras reads it from 3.9 on, and takes it for the value before."""
    values = np.array([1.0, 0.5, 2.0], "float32")
    config = {"value": values.tolist(), "dtype": "float32"}
    written = {"class_name": "__tensor__", "config": config}
    layer = target.keras.layers.Masking(mask_value=written)
    if within(target, keras3=">=3.9"):
        x = np.where(MASK[..., None], X, values)
        np.testing.assert_array_equal(call(target, layer, x), X * MASK[..., None])
    else:
        assert layer.mask_value == written


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


IDS = np.array([[0, 1, 6, 2], [3, 0, 0, 5]])


def embedding(target, **options):
    """Return a layer with weights, and its copy."""
    layer = give_weights(target.keras.layers.Embedding(7, 3, **options), IDS.shape)
    ours = rnn_oracle.Embedding(7, 3, mask_zero=options.get("mask_zero", False))
    ours.set_weights(layer.get_weights())
    return layer, ours


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "float32", "float64"])
def test_embedding(target, dtype):
    layer, copy = embedding(target, mask_zero=True)
    ids = IDS.astype(dtype)
    given = target.tf.constant(ids)
    np.testing.assert_array_equal(np.asarray(layer(given)), copy(ids).astype("float32"))
    np.testing.assert_array_equal(np.asarray(layer.compute_mask(given)), copy.compute_mask(ids))
    assert copy.compute_output_shape((None, 4)) == (None, 4, 3)


def test_embedding_without_a_mask(target):
    layer, copy = embedding(target)
    assert layer.compute_mask(target.tf.constant(IDS)) is copy.compute_mask(IDS) is None
    assert getattr(layer(target.tf.constant(IDS)), "_keras_mask", None) is None


def test_large_ids_keep_all_their_bits(target):
    """So they are outside the table, which CPUs refuse. (Keras 3 cut them off at first.)"""
    layer, _ = embedding(target)
    ids = IDS + 2**32
    if within(target, keras3="<3.3"):
        assert layer(target.tf.constant(ids)).shape == IDS.shape + (3,)
        return
    with pytest.raises(Exception):  # noqa: B017 (TensorFlow's errors have many types)
        layer(target.tf.constant(ids))


def test_embedding_of_mixed_precision(target):
    if not knows(target.keras.layers.Embedding, 7, 3, dtype="mixed_float16"):
        pytest.skip("the release takes no policy by name")
    layer, copy = embedding(target, dtype="mixed_float16")
    got = np.asarray(layer(target.tf.constant(IDS)))
    assert got.dtype == np.float16
    np.testing.assert_array_equal(got, copy(IDS).astype("float16"))
    at_each_step = target.keras.layers.TimeDistributed(layer)
    assert at_each_step(target.tf.constant(IDS[..., None])).dtype == "float16"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_embedding_by_a_product(target, dtype):
    """Keras 2 can multiply by ones and zeros, which it does not document."""
    if not knows(target.keras.layers.Embedding, 7, 3, use_one_hot_matmul=True):
        pytest.skip("there is no such argument here")
    layer, copy = embedding(target, use_one_hot_matmul=True, dtype=dtype)
    got = np.asarray(layer(target.tf.constant(IDS)))
    np.testing.assert_array_equal(got, copy(IDS).astype(dtype))


@pytest.mark.parametrize("given", ["dense", "sparse"])
@pytest.mark.parametrize("sparse", [False, True], ids=["to_dense", "to_sparse"])
def test_embedding_of_sparse_ids(target, sparse, given):
    """What a sparse tensor leaves out is 0, unless the result is sparse too and leaves it out."""
    tf, options = target.tf, {"sparse": True} if sparse else {}
    if not knows(target.keras.layers.Embedding, 7, 3, **options):
        pytest.skip("there is no sparse embedding here")
    layer, copy = embedding(target, **options)
    ids = tf.constant(IDS)
    if given == "sparse" and not sparse and within(target, keras2="<2.13"):
        pytest.skip("the release takes no sparse ids")
    got = layer(tf.sparse.from_dense(ids) if given == "sparse" else ids)
    assert isinstance(got, tf.SparseTensor) == sparse
    want = copy(IDS) * (IDS != 0)[..., None] if sparse and given == "sparse" else copy(IDS)
    got = tf.sparse.to_dense(got) if sparse else got
    np.testing.assert_array_equal(np.asarray(got), want.astype("float32"))


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
