"""`TimeDistributed` on the installed Keras: a layer applied to each step in turn (rule L8)."""

import numpy as np
import pytest
from helpers import call, give_weights, numbers, within
from time_distributed import (
    CASES,
    DEEP,
    DEEP_MASK,
    GRAPHS,
    INNER,
    X,
    assert_near,
    assert_same_mask,
    comes_through,
    distributed,
)
from unknown_axes import KNOWN, computed, partly_known, run, traced

import rnn_oracle
from rnn_oracle.targets.runtime import plain_shape


def assert_shape(target, copy, x, how, shape):
    """Compare a shape in a graph; before 2.4, TensorFlow mostly forgot the batch."""
    forgotten = 1 if within(target, keras2="<2.4") else 0
    assert shape[forgotten:] == copy.compute_output_shape(partly_known(x.shape, how))[forgotten:]


@pytest.mark.parametrize("name, mask", CASES)
def test_call(target, name, mask):
    layer, copy, x = distributed(target, name, mask)
    assert_near(copy, x, call(target, layer, x, mask=mask), mask)


@pytest.mark.parametrize("how", GRAPHS)
@pytest.mark.parametrize("name, mask", CASES)
def test_in_a_graph(target, name, mask, how):
    assert_agrees_in_a_graph(target, how, mask, *distributed(target, name, mask))


def assert_agrees_in_a_graph(target, how, mask, layer, copy, x):
    """Compare numbers and shape; tell whether the release runs such a graph."""
    shape, got = run(target, layer, how, x, mask)
    if got is None:
        return False
    cut = computed(target, how, len(x))
    assert_near(copy, x, got, mask, cut)
    if cut.stop is None:
        assert_shape(target, copy, x, how, shape)
    return True


@pytest.mark.parametrize("how", ["inner_unknown", "all_unknown"])
@pytest.mark.parametrize("mask", [None, DEEP_MASK], ids=["nomask", "3"])
@pytest.mark.parametrize("name", ["gru", "lstm", "dense_deep"])
def test_steps_inside_a_step_of_unknown_number(target, name, mask, how):
    layer, copy, x = distributed(target, name, mask)
    runs = assert_agrees_in_a_graph(target, how, mask, layer, copy, x)
    if runs and mask is not None and not comes_through(target):
        function = traced(target, layer.compute_mask, how, x, mask)
        goes_on = function(target.tf.constant(x), target.tf.constant(mask))
        assert_same_mask(copy.compute_mask(x, mask), goes_on)


def test_two_axes_inside_a_step_of_unknown_number(target):
    layer = target.keras.layers.TimeDistributed(target.keras.layers.Dense(4))
    x = numbers(2, 3, 4, 6, 5)
    copy = rnn_oracle.from_keras(give_weights(layer, x.shape))
    got = run(target, layer, "four_unknown", x)[1]
    if got is not None:
        assert_near(copy, x, got, cut=computed(target, "four_unknown", 2))


def test_a_built_layer_takes_other_lengths(target):
    layer, copy, x = distributed(target, "dense")
    longer = numbers(3, 7, 3)
    assert_near(copy, longer, call(target, layer, longer))


def test_a_built_layer_takes_no_other_features(target):
    """Keras 3 asks the layer inside alone, which may not mind, and so did early releases."""
    layer, _, _ = distributed(target, "flatten")
    if not within(target, keras2=">=2.4"):
        assert call(target, layer, numbers(2, 3, 4, 6)).shape == (2, 3, 24)
    else:
        with pytest.raises(ValueError, match="incompatible"):
            call(target, layer, numbers(2, 3, 4, 6))


def test_more_sequences_than_steps_of_unknown_number(target):
    layer, copy, _ = distributed(target, "dense")
    x = X.swapaxes(0, 1)
    if computed(target, "both_unknown", 5).stop is not None:
        with pytest.raises(Exception):  # noqa: B017 (TensorFlow's errors have many types)
            run(target, layer, "both_unknown", x)
        return
    got = run(target, layer, "both_unknown", x)[1]
    if got is not None:
        assert_near(copy, x, got)


@pytest.mark.parametrize("how", GRAPHS)
@pytest.mark.parametrize("name", ["dense", "gru"])
def test_in_a_model(target, name, how):
    keras = target.keras
    layer, copy, x = distributed(target, name)
    shape = partly_known(x.shape, how)
    inputs = keras.Input(batch_shape=shape)
    model = keras.Model(inputs, layer(inputs))
    assert_shape(target, copy, x, how, plain_shape(model.outputs[0].shape))
    assert_near(copy, x, model(target.tf.constant(x)))
    assert_near(copy, x, model.predict(x, verbose=0, batch_size=2))


def test_predict_of_one_length_after_another(target):
    """Where Keras meets another length, it makes a graph that knows none, see `computed`."""
    keras = target.keras
    layer, copy, _ = distributed(target, "dense")
    inputs = keras.Input((None, 3))
    model = keras.Model(inputs, layer(inputs))
    for steps, how in ((5, "batch_unknown"), (7, "both_unknown"), (9, "both_unknown")):
        x = numbers(2, steps, 3, seed=steps)
        if within(target, keras3="<3.4") and steps > 5:
            with pytest.raises(ValueError):
                model.predict(x, verbose=0)
        else:
            got = model.predict(x, verbose=0)
            assert_near(copy, x, got, cut=computed(target, how, 2))


@pytest.mark.parametrize("how", KNOWN)
@pytest.mark.parametrize("name", INNER)
def test_compute_output_shape(target, name, how):
    layer, copy, x = distributed(target, name)
    for shape in (partly_known(x.shape, how), partly_known(x.shape[:2] + (9, 5), how)):
        if name == "dense" and len(shape) > 3:
            continue
        assert plain_shape(layer.compute_output_shape(shape)) == copy.compute_output_shape(shape)


def test_no_sequences(target):
    layer, copy, x = distributed(target, "dense")
    assert layer.supports_masking
    assert_near(copy, x[:0], call(target, layer, x[:0]))


def test_time_distributed_time_distributed(target):
    layers = target.keras.layers
    layer = layers.TimeDistributed(layers.TimeDistributed(layers.Dense(2)))
    copy = rnn_oracle.from_keras(give_weights(layer, DEEP.shape))
    assert_near(copy, DEEP, call(target, layer, DEEP))
    assert copy.compute_output_shape((None, 3, None, 5)) == (None, 3, None, 2)


@pytest.mark.parametrize("how", KNOWN)
@pytest.mark.parametrize("training", [None, False, True])
def test_training_reaches_the_layer(target, training, how):
    layer = target.keras.layers.TimeDistributed(target.keras.layers.Dropout(0.5))
    x = np.tile(X, (1, 1, 7))
    got = run(target, layer, how, x, training=training)[1]
    if got is None:
        return
    x = x[:, computed(target, how, 2)]
    dropped = got == 0
    assert dropped.any() == (not dropped.all() and bool(training))
    np.testing.assert_array_equal(got[~dropped], x[~dropped] * (2 if training else 1))


def test_steps_are_dropped_each_on_its_own(target):
    layer = target.keras.layers.TimeDistributed(target.keras.layers.Dropout(0.5))
    got = np.asarray(layer(target.tf.ones((2, 5, 21)), training=True))
    assert len({step.tobytes() for step in got.swapaxes(0, 1)}) == 5
