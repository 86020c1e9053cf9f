"""Unusual input: NaN, whole numbers, other widths; test_refusals.py has what is refused."""

import numpy as np
import pytest
from helpers import assert_agrees, call, give_weights, numbers, within

import rnn_oracle

LAYERS = ("SimpleRNN", "LSTM", "GRU")
X = numbers(2, 5, 3)


def built(target, name, **arguments):
    return give_weights(getattr(target.keras.layers, name)(4, **arguments), (2, 5, 3))


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf], ids=str)
@pytest.mark.parametrize("zero_output_for_mask", [False, True])
def test_what_is_masked_is_not_looked_at(target, name, value, zero_output_for_mask):
    layer = built(
        target,
        name,
        return_sequences=True,
        return_state=True,
        zero_output_for_mask=zero_output_for_mask,
    )
    mask = np.array([[False, True, False, True, True], [True] * 5])
    x = np.where(mask[..., None], X, np.float32(value))
    assert_agrees(target, layer, x, mask=mask)
    assert np.isfinite(rnn_oracle.from_keras(layer)(x, mask=mask)[0]).all()


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("masked", [False, True])
def test_nan_stays_in_its_sequence_and_behind_a_mask(target, name, masked):
    layer = built(target, name, return_sequences=True)
    x = X.copy()
    x[0, 2, 1] = np.nan
    mask = np.ones((2, 5), bool)
    mask[0, 2] = not masked
    got, want = call(target, layer, x, mask=mask), rnn_oracle.from_keras(layer)(x, mask=mask)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    assert np.isnan(want[0, 2:]).all() == (not masked)
    assert not np.isnan(want[1]).any() and not np.isnan(want[0, :2]).any()


@pytest.mark.parametrize("name", LAYERS)
def test_a_single_sequence_of_rows_is_no_sequence(target, name):
    """Unrolled, a cell would take its steps, which have two axes."""
    with pytest.raises(ValueError, match="ndim=3|ndim=4"):
        getattr(target.keras.layers, name)(4, unroll=True)(target.tf.ones((1, 5, 1, 3)))


@pytest.mark.parametrize("activation", ["tanh", "softsign"])  # with a kernel of its own, or not
@pytest.mark.parametrize("name", LAYERS)
def test_no_steps_in_a_graph_that_does_not_know_how_many(target, name, activation):
    """The oracle wants one (rule I1); Keras puts out zeros, and leaves the states as they were."""
    if within(target, keras2="<2.10"):
        pytest.skip("the release looks for a last output")
    tf, layer = target.tf, built(target, name, activation=activation, return_state=True)
    given = [tf.constant(numbers(2, 4, seed=i)) for i in range(2 if name == "LSTM" else 1)]
    signature = [tf.TensorSpec((2, None, 3))]
    graph = tf.function(lambda x: layer(x, initial_state=given), input_signature=signature)
    output, *states = graph(tf.constant(X[:, :0]))
    np.testing.assert_array_equal(output, np.zeros((2, 4)))
    np.testing.assert_array_equal(states, given)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_floats_of_another_width_are_cast(target, dtype):
    layer = built(target, "GRU")
    if target.dialect == "keras2_v1":
        with pytest.raises(target.tf.errors.InvalidArgumentError):  # it casts no input
            call(target, layer, X.astype(dtype))
        return
    got = call(target, layer, X.astype(dtype))
    want = rnn_oracle.from_keras(layer, dtype="float32")(X.astype(dtype))
    assert got.dtype == want.dtype == np.float32
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", ["float16"])
def test_dtypes_that_are_not_computed(dtype):
    with pytest.raises(ValueError, match="in float32 or float64, not in " + dtype):
        rnn_oracle.LSTM(4, dtype=dtype)


def test_a_dialect_that_is_not_there():
    with pytest.raises(ValueError, match="unknown dialect 'keras1'"):
        rnn_oracle.LSTM(4, dialect="keras1")


@pytest.mark.parametrize(
    "dialect, error", [("keras3", ValueError), ("keras2", TypeError)], ids=["keras3", "keras2"]
)
def test_unknown_arguments(dialect, error):
    with pytest.raises(error, match=r"LSTM\(\) of dialect .* does not know the argument bogus"):
        rnn_oracle.LSTM(4, bogus=1, dialect=dialect)
    with pytest.raises(error, match=r"does not know the arguments also, bogus"):
        rnn_oracle.LSTMCell(4, bogus=1, also=2, dialect=dialect)


def test_too_many_positional_arguments():
    with pytest.raises(TypeError, match="positional arguments"):
        rnn_oracle.SimpleRNN(4, "tanh", True, "zeros")


@pytest.mark.parametrize("name", LAYERS + ("RNN",))
def test_of_masks_in_a_list_the_first_counts(target, name):
    layers = target.keras.layers
    layer = layers.RNN(layers.GRUCell(4)) if name == "RNN" else built(target, name)
    give_weights(layer, X.shape)
    mask = target.tf.constant([[True, True, False, True, False], [False, True, True, False, True]])
    if target.name == "keras3" and name in ("SimpleRNN", "RNN"):
        with pytest.raises(AttributeError, match="has no attribute 'dtype'"):
            layer(target.tf.constant(X), mask=[mask])
        return
    want = call(target, layer, X, mask=mask)
    for masks in ([mask], [mask, ~mask]):
        np.testing.assert_array_equal(layer(target.tf.constant(X), mask=masks), want)
    assert np.abs(want - call(target, layer, X)).max() > 1e-3


@pytest.mark.parametrize("name", LAYERS)
def test_masks_of_numpy(target, name):
    layer = built(target, name)
    mask = np.array([[True, True, False, True, False], [False, True, True, False, True]])
    x = target.tf.constant(X)
    if within(target, keras2="<2.7"):
        with pytest.raises(TypeError):
            layer(x, mask=mask)
        return
    np.testing.assert_array_equal(layer(x, mask=mask), call(target, layer, X, mask=mask))
