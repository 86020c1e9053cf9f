"""What a model does with its recurrent layers: weights, states, files."""

import os

import numpy as np
import pytest
from helpers import call, give_weights, numbers, skip_known, within

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.arithmetic.error_bounds import bounds

X = numbers(2, 5, 3)
AGAIN = numbers(2, 5, 3, seed=1)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, False]])
STATES = {"SimpleRNN": 1, "LSTM": 2, "GRU": 1}


def stateful_model(target, name="GRU"):
    """Return a model of one stateful layer."""
    keras = target.keras
    inputs = keras.Input(batch_shape=(2, 5, 3))
    layer = getattr(keras.layers, name)(4, stateful=True)
    model = keras.Model(inputs, layer(inputs))
    give_weights(layer, (2, 5, 3))
    return model, layer


def run(target, model, x):
    return np.asarray(model(target.tf.constant(x)))


def reset(model):
    """Set all states to zero as each generation has it (rule S6)."""
    if hasattr(model, "reset_states"):
        model.reset_states()
        return
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_state()


def value(target, variable):
    return np.asarray(target.tf.convert_to_tensor(variable))


def same(want, got):
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-6)


# Weights.


@pytest.mark.parametrize("name", STATES)
def test_weights_in_the_constructor(target, name):
    given = [0.5 * w for w in give_weights(getattr(target.keras.layers, name)(4), X.shape).weights]
    given = [np.asarray(w) for w in given]
    ours = getattr(rnn_oracle, name)
    if target.name == "keras3":
        for make in (getattr(target.keras.layers, name), ours):
            with pytest.raises(ValueError, match="weights"):
                make(4, weights=given)
        return
    layer = getattr(target.keras.layers, name)(4, weights=given)
    copy = ours(4, weights=given, dialect=target.dialect)
    got = call(target, layer, X)
    np.testing.assert_array_less(np.abs(copy(X) - got), bounds(copy, X, "float32"))
    assert "weights" not in copy.get_config()


def test_weights_in_the_constructor_are_not_those_of_a_copy():
    cell = rnn_oracle.GRUCell(4, dialect="keras2", weights=[numbers(3, 12)] * 3)
    layer = rnn_oracle.LSTM(
        4, dialect="keras2", weights=[numbers(3, 16), numbers(4, 16), numbers(16)]
    )
    with pytest.raises(ValueError, match=r"recurrent_kernel has shape \(3, 12\), but needs"):
        rnn_oracle.RNN(cell).get_weights()
    assert layer.get_weights()[0].shape == (3, 16)
    with pytest.raises(ValueError, match="has no weights yet"):
        rnn_oracle.Bidirectional(layer).get_weights()


def stack(target):
    keras = target.keras
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((5, 3)),
            layers.RNN([layers.LSTMCell(4), layers.GRUCell(6)], return_sequences=True),
            layers.Bidirectional(layers.SimpleRNN(2), merge_mode="sum"),
            layers.Dense(7),
        ]
    )


def telling_weights(model):
    return [numbers(*w.shape, seed=i) for i, w in enumerate(model.get_weights())]


def give_weights_to(model):
    model.set_weights(telling_weights(model))
    return model


def assert_arrays_equal(got, want):
    assert len(got) == len(want)
    for mine, theirs in zip(got, want):
        np.testing.assert_array_equal(mine, theirs)


def test_a_model_has_the_weights_of_its_layers_in_order(target):
    model = give_weights_to(stack(target))
    weights = telling_weights(model)
    copy = rnn_oracle.from_keras(model)
    ours = [weight for layer in copy.layers for weight in layer.get_weights()]
    assert [w.shape for w in ours] == [w.shape for w in weights]
    assert_arrays_equal(ours, weights)
    assert_arrays_equal(model.get_weights(), weights)
    assert model.count_params() == sum(weight.size for weight in ours)
    for layer, mine in zip(model.layers, copy.layers):
        assert layer.count_params() == sum(weight.size for weight in mine.get_weights())


WEIGHT_FILES = {
    "model.weights.h5": {"keras3": ">=3.0", "keras2": ">=2.0"},
    "model.h5": {"keras2": ">=1.13"},
    "checkpoint": {"keras2": ">=1.13"},
}
"""The forms in which a model writes its weights alone, and where."""


@pytest.mark.parametrize("form", WEIGHT_FILES)
def test_weights_go_through_a_file(target, tmp_path, form):
    if not within(target, **WEIGHT_FILES[form]):
        pytest.skip("the release does not write this")
    if form != "checkpoint" and within(target, keras2="<2.4"):
        pytest.skip("see https://github.com/tensorflow/tensorflow/issues/35731")
    model, other = give_weights_to(stack(target)), stack(target)
    path = os.path.join(str(tmp_path), form)
    model.save_weights(path)
    other.load_weights(path)
    assert_arrays_equal(other.get_weights(), model.get_weights())
    same(rnn_oracle.from_keras(model)(X), run(target, other, X))


@pytest.mark.parametrize("cells", [1, 2])
def test_weights_go_through_a_checkpoint_of_tensorflow(target, tmp_path, cells):
    """In Keras 3 those of a list of cells do not, and nothing tells (rule R5)."""
    if within(target, keras2="<2.0"):
        pytest.skip("it restores in a session")
    keras, train = target.keras, target.tf.train

    def made():
        listed = [keras.layers.LSTMCell(4) for _ in range(cells)]
        layer = keras.layers.RNN(listed if cells > 1 else listed[0])
        return keras.Sequential([keras.Input((5, 3)), layer, keras.layers.Dense(2)])

    model, other = give_weights_to(made()), made()
    path = train.Checkpoint(model=model).save(os.path.join(str(tmp_path), "checkpoint"))
    train.Checkpoint(model=other).restore(path).assert_existing_objects_matched()
    kept = cells == 1 or target.name == "keras2"
    want = rnn_oracle.from_keras(model)(X)
    assert np.allclose(run(target, other, X), want, rtol=1e-4, atol=1e-6) == kept


def test_a_model_is_exported(target, tmp_path):
    model = give_weights_to(stack(target))
    if not hasattr(model, "export"):
        pytest.skip("the release exports no models")
    model.export(str(tmp_path))
    loaded = target.tf.saved_model.load(str(tmp_path))
    got = loaded.serve(target.tf.constant(X))
    same(rnn_oracle.from_keras(model)(X), np.asarray(got))


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_two_layers_of_a_kind_are_not_mixed_up_in_a_graph(target, name):
    keras, kind = target.keras, getattr(target.keras.layers, name)
    layers = [kind(4, return_state=True), kind(3, go_backwards=True), kind(3)]
    inputs = keras.Input((5, 3))
    outputs = [layer(inputs) for layer in layers]
    model = keras.Model(inputs, list(outputs[0]) + outputs[1:])
    want = [rnn_oracle.from_keras(layer)(X) for layer in layers]
    for got, each in zip(model.predict(X, verbose=0), list(want[0]) + want[1:]):
        np.testing.assert_allclose(got, each, rtol=1e-4, atol=1e-5)


def test_an_unrolled_model_is_saved(target, tmp_path):
    if target.name == "keras3":
        pytest.skip("the format of TensorFlow exists in keras2")
    skip_known(target, "keras2-unrolled-not-in-saved-model")
    keras = target.keras
    model = keras.Sequential([keras.Input((5, 3)), keras.layers.GRU(4, unroll=True)])
    model.save(str(tmp_path), save_format="tf")
    got = target.tf.saved_model.load(str(tmp_path))(target.tf.constant(X))
    np.testing.assert_array_equal(got, model(target.tf.constant(X)))


def test_a_layer_that_is_not_built_has_no_parameters_to_count(target):
    with pytest.raises(ValueError, match="count_params"):
        target.keras.layers.GRU(4).count_params()


def test_a_layer_called_twice_has_one_set_of_weights(target):
    keras = target.keras
    inputs = keras.Input((5, 3))
    layer = keras.layers.GRU(3, return_sequences=True)
    model = keras.Model(inputs, layer(layer(inputs)))
    give_weights(layer, X.shape)
    copy = rnn_oracle.from_keras(layer)
    assert len(model.get_weights()) == 3
    same(copy(copy(X)), run(target, model, X))


@pytest.mark.parametrize("name", STATES)
def test_two_models_share_a_layer_with_its_state(target, name):
    model, layer = stateful_model(target, name)
    inputs = target.keras.Input(batch_shape=(2, 5, 3))
    other = target.keras.Model(inputs, layer(inputs))
    copy = rnn_oracle.from_keras(layer)
    reset(model)
    for x, each in ((X, model), (AGAIN, other), (X, model)):
        same(copy(x), run(target, each, x))
    reset(other)
    copy.reset_states()
    same(copy(AGAIN), run(target, model, AGAIN))


# States.


def test_only_keras2_resets_the_states_of_a_model(target):
    model, layer = stateful_model(target)
    assert hasattr(model, "reset_states") == (target.name == "keras2")
    copy = rnn_oracle.from_keras(layer)
    reset(model)
    first = run(target, model, X)
    assert np.abs(run(target, model, X) - first).max() > 1e-3
    reset(model)
    same(copy(X), run(target, model, X))


def test_a_model_resets_a_bidirectional_layer(target):
    if target.name == "keras3":
        pytest.skip("Keras 3 resets no model (rule S6)")
    keras = target.keras
    inputs = keras.Input(batch_shape=(2, 5, 3))
    layer = keras.layers.Bidirectional(keras.layers.GRU(4, stateful=True))
    model = keras.Model(inputs, layer(inputs))
    give_weights(layer, (2, 5, 3))
    layer.reset_states()
    first, second = (run(target, model, X) for _ in range(2))
    model.reset_states()
    is_reset = np.allclose(run(target, model, X), first)
    assert is_reset == (not within(target, keras2="<2.2")) and not np.allclose(first, second)


@pytest.mark.parametrize("name", STATES)
def test_the_states_that_a_layer_tells(target, name):
    model, layer = stateful_model(target, name)
    copy = rnn_oracle.from_keras(layer)
    assert copy.states is None
    reset(model)
    run(target, model, X)
    copy(X)
    assert len(layer.states) == len(copy.states) == STATES[name]
    for ours, real in zip(copy.states, layer.states):
        same(ours, value(target, real))


def test_setting_weights_leaves_the_state(target):
    model, layer = stateful_model(target)
    reset(model)
    run(target, model, X)
    before = value(target, layer.states[0])
    model.set_weights(model.get_weights())
    np.testing.assert_array_equal(value(target, layer.states[0]), before)


def continued(target, tmp_path, form):
    """Save a model after a call, load it, and return its next output, and what it may be."""
    model, layer = stateful_model(target)
    copy = rnn_oracle.from_keras(layer)
    reset(model)
    run(target, model, X)
    copy(X)
    path = os.path.join(str(tmp_path), form)
    if form == "saved_model" and target.name == "keras3":
        model.export(path)
        loaded = target.tf.saved_model.load(path)
        got = np.asarray(loaded.serve(target.tf.constant(AGAIN)))
    else:
        model.save(path)
        got = run(target, target.keras.models.load_model(path), AGAIN)
    kept = copy(AGAIN)
    copy.reset_states()
    return got, kept, copy(AGAIN)


@pytest.mark.parametrize("form", ["model.keras", "model.h5", "saved_model"])
def test_a_file_may_keep_the_state(target, tmp_path, form):
    if form == "saved_model" and within(target, keras2="<2.4"):
        pytest.skip("TensorFlow 2.1 cannot write a stateful layer in this format")
    if form == "saved_model" and within(target, keras3=">=3.12,<3.14"):
        pytest.skip("a stateful model cannot be exported here, see the ledger")
    got, kept, lost = continued(target, tmp_path, form)
    assert np.abs(kept - lost).max() > 1e-3
    same(kept if form == "saved_model" else lost, got)


def test_a_clone_has_neither_weights_nor_state(target):
    model, layer = stateful_model(target)
    run(target, model, X)
    clone = target.keras.models.clone_model(model)
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])
    clone.set_weights(model.get_weights())
    same(rnn_oracle.from_keras(layer)(X), run(target, clone, X))


# Attributes.


@pytest.mark.parametrize("name", STATES)
def test_attributes(target, name):
    layer = give_weights(getattr(target.keras.layers, name)(4), X.shape)
    copy = rnn_oracle.from_keras(layer)
    sizes = list(nest.flatten(list_of(layer.cell.state_size)))
    assert sizes == copy.state_size == [4] * STATES[name]
    assert layer.cell.output_size == copy.output_size == layer.units == copy.cell.units == 4
    if target.name == "keras3":
        assert list_of(layer.state_size) == copy.state_size
    argument = {"keras3": 2, "keras2": target.tf.constant(X)}[target.name]
    for ours, real in zip(copy.get_initial_state(2), layer.get_initial_state(argument)):
        assert not np.any(ours) and not np.any(np.asarray(real))
        assert ours.shape == tuple(real.shape) == (2, 4)


def list_of(sizes):
    return list(sizes) if isinstance(sizes, (list, tuple)) else [sizes]
