"""Copies of `Bidirectional`, its arguments, configuration and states; for its options see the
crossed cases."""

import copy
import json

import numpy as np
import pytest
from helpers import (
    assert_agrees,
    call,
    flat_shapes,
    give_weights,
    numbers,
    skip_known,
    tensors,
    within,
)

import rnn_oracle
from rnn_oracle.arithmetic import nest

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, True]])


@pytest.mark.parametrize("merge_mode", ["concat", None])
def test_a_backward_layer_of_its_own(target, merge_mode):
    layers = target.keras.layers
    both = layers.Bidirectional(
        layers.LSTM(4, return_sequences=True),
        merge_mode,
        backward_layer=layers.LSTM(6, "relu", return_sequences=True, go_backwards=True),
    )
    copy = assert_agrees(target, give_weights(both, (2, 5, 3)), X, mask=MASK)
    if merge_mode:
        assert copy.compute_output_shape((2, 5, 3)) == copy(X).shape == (2, 5, 10)


def test_over_a_list_of_cells(target):
    layers = target.keras.layers
    both = layers.Bidirectional(layers.RNN([layers.LSTMCell(4), layers.LSTMCell(6)]))
    assert_agrees(target, give_weights(both, (2, 5, 3)), X, mask=MASK)


def test_over_a_list_of_cells_that_are_not_registered(target):
    if target.name == "keras3":
        pytest.skip("there they have to be")

    class Sum(target.keras.layers.Layer):
        state_size = 3

        def call(self, inputs, states):
            return inputs + states[0], [inputs + states[0]]

    layers = target.keras.layers
    got = call(target, layers.Bidirectional(layers.RNN([Sum()])), X)
    np.testing.assert_allclose(got, np.concatenate([X.sum(axis=1)] * 2, axis=1), rtol=1e-4)


def test_the_layers_share_no_weights():
    inner = rnn_oracle.GRU(2)
    weights = [numbers(*(n or 3 for n in shape)) for _, shape, _ in inner.weight_shapes()]
    inner.set_weights(weights)
    layer = rnn_oracle.Bidirectional(inner)
    with pytest.raises(ValueError, match="no weights yet"):
        layer(X)
    layer.set_weights(weights + [2 * w for w in weights])
    np.testing.assert_array_equal(inner.get_weights()[0], weights[0])


# Arguments.


@pytest.mark.parametrize("name", ["GRU", "LSTM"])
def test_weights_in_the_constructor_are_ignored(target, name):
    layers = target.keras.layers
    given = give_weights(layers.Bidirectional(getattr(layers, name)(4)), X.shape).get_weights()
    layer = layers.Bidirectional(getattr(layers, name)(4), weights=given)
    call(target, layer, X)
    assert [w.shape for w in layer.get_weights()] == [w.shape for w in given]
    taken = [np.array_equal(mine, theirs) for mine, theirs in zip(layer.get_weights(), given)]
    assert not any(taken)
    for attribute in ("forward_layer", "backward_layer"):
        # Nothing reads what it puts here.
        half = getattr(layer, attribute).initial_weights
        assert len(half) == 3 and half[0] is given[0 if attribute == "forward_layer" else 3]


@pytest.mark.parametrize("backward", ["gru", "Dense"])
def test_a_backward_layer_that_is_none(target, backward):
    layers = target.keras.layers
    wrong = layers.Dense(4) if backward == "Dense" else backward
    error = AttributeError if backward == "Dense" else ValueError
    with pytest.raises(error, match="go_backwards" if backward == "Dense" else "backward_layer"):
        layers.Bidirectional(layers.GRU(4), backward_layer=wrong)
    with pytest.raises(ValueError, match="`backward_layer` must be a recurrent layer, not "):
        rnn_oracle.Bidirectional(rnn_oracle.GRU(4), backward_layer=backward)


def test_a_merge_mode_that_is_changed_to_none_there_is(target):
    layers = target.keras.layers
    layer = layers.Bidirectional(layers.GRU(4))
    layer.merge_mode = "max"
    with pytest.raises(ValueError, match="merge_mode"):
        layer(target.tf.constant(X))


@pytest.mark.parametrize("trainable", [True, False])
def test_what_is_around_a_frozen_layer_says_so(target, trainable):
    if target.name == "keras3":
        pytest.skip("there it has a flag of its own")
    if not trainable and within(target, keras2="<2.12"):
        pytest.skip("there it does not ask the layer")
    layers = target.keras.layers
    layer = layers.Bidirectional(layers.GRU(4, trainable=trainable))
    assert layer.trainable == layer.get_config()["trainable"] == trainable


def test_a_layer_that_is_built_has_no_part_in_its_copies(target):
    if within(target, keras3="<3.3"):
        pytest.skip("there it has")
    layers = target.keras.layers
    layer = layers.Bidirectional(give_weights(layers.GRU(4), X.shape))
    layer.build(X.shape)
    assert len(layer.weights) == 6


@pytest.mark.parametrize("frozen", ["inside", "outside"])
def test_frozen(target, frozen):
    layers = target.keras.layers
    off = {"trainable": False}
    inner = layers.GRU(4, **(off if frozen == "inside" else {}))
    layer = layers.Bidirectional(inner, **(off if frozen == "outside" else {}))
    layer.build(X.shape)
    ignored = {"inside": dict(keras3="<3.2"), "outside": dict(keras2=">=2.4,<2.12")}[frozen]
    trained = 6 if within(target, **ignored) else 0
    assert len(layer.trainable_weights) == trained
    assert len(layer.non_trainable_weights) == 6 - trained


@pytest.mark.parametrize(
    "options",
    [{}, dict(return_sequences=True, return_state=True, stateful=True)],
    ids=["default", "set"],
)
def test_it_has_the_options_of_its_layers(target, options):
    layers = target.keras.layers
    layer = layers.Bidirectional(layers.GRU(4, **options))
    sides = (layer.forward_layer, layer.backward_layer)
    # TensorFlow up to 2.1 does not set two of these where they are its layers'.
    for each in sides if within(target, keras2="<2.4") else sides + (layer,):
        for name in ("return_sequences", "return_state", "stateful"):
            assert getattr(each, name) == options.get(name, False)
        assert each.supports_masking
    assert layer.forward_layer.go_backwards != layer.backward_layer.go_backwards


@pytest.mark.parametrize("use_cudnn", ["auto", False, True], ids=str)
def test_use_cudnn_goes_on_to_both(target, use_cudnn):
    layers = target.keras.layers
    if target.name != "keras3" or within(target, keras3="<3.2"):
        pytest.skip("use_cudnn is an argument of Keras 3.2")
    if use_cudnn != "auto" and within(target, keras3="<3.12"):
        pytest.skip("there it is no part of the configuration from which the two are made")
    layer = layers.Bidirectional(layers.GRU(4, use_cudnn=use_cudnn))
    sides = (layer.forward_layer, layer.backward_layer)
    assert [side.use_cudnn for side in sides] == [use_cudnn] * 2
    if use_cudnn is True:
        with pytest.raises(ValueError, match="cuDNN"):
            layer(target.tf.constant(X))
    else:
        assert_agrees(target, give_weights(layer, X.shape), X)


def test_what_is_refused_builds_nothing(target):
    layer = like(target.keras.layers, "concat")
    with pytest.raises(ValueError, match="expected ndim=3"):
        layer(target.tf.constant(X[:, 0]))
    assert_agrees(target, give_weights(layer, X.shape), X)


def test_zero_output_for_mask_that_is_neither_true_nor_false(target):
    """Keras 3 leaves it as it is, where else there are zeros (rule B3)."""
    layers = target.keras.layers
    inner = layers.SimpleRNN(4, return_sequences=True, zero_output_for_mask=None)
    got = call(target, give_weights(layers.Bidirectional(inner), X.shape), X, mask=MASK)
    assert np.all(got[~MASK] == 0) == (target.name == "keras2")


def test_the_results_have_the_dtype_of_the_wrapper(target):
    if target.name == "keras2":
        pytest.skip("they have that of the layers within")
    layers = target.keras.layers
    layer = layers.Bidirectional(layers.GRU(4, dtype="float32"), None, dtype="float64")
    assert [array.dtype for array in call(target, layer, X)] == ["float64", "float64"]


# Configuration.


def of_its_own(layers, merge_mode="sum", **options):
    """Return a layer whose backward layer differs from the forward one."""
    return layers.Bidirectional(
        layers.GRU(4, return_sequences=True, **options),
        merge_mode,
        backward_layer=layers.GRU(
            4, "relu", return_sequences=True, go_backwards=True, use_bias=False, name="back"
        ),
        name="mine",
    )


def like(layers, merge_mode="sum", **options):
    return layers.Bidirectional(layers.GRU(4, **options), merge_mode, name="mine")


@pytest.mark.parametrize("make", [of_its_own, like])
@pytest.mark.parametrize("merge_mode", ["mul", None], ids=str)
def test_a_layer_made_of_a_configuration(target, make, merge_mode):
    layer = give_weights(make(target.keras.layers, merge_mode, activation="sigmoid"), X.shape)
    # In Keras 2, what is a dict may be wrapped.
    config = json.loads(json.dumps(layer.get_config(), default=dict))
    before = copy.deepcopy(config)
    remade = give_weights(type(layer).from_config(config), X.shape)
    assert config == before == json.loads(json.dumps(remade.get_config(), default=dict))
    assert remade.name == "mine" and remade.merge_mode == merge_mode
    for side in ("forward_layer", "backward_layer"):
        mine, theirs = (getattr(each, side) for each in (remade, layer))
        assert mine.name == theirs.name and mine.get_config() == theirs.get_config()
    if within(target, keras3="<3.3"):
        # The layer that the forward one was copied from is still there, and counted first.
        assert len(layer.weights) < len(remade.weights)
        return
    want, got = (nest.flatten(call(target, each, X, mask=MASK)) for each in (layer, remade))
    for mine, theirs in zip(got, want):
        np.testing.assert_array_equal(mine, theirs)


def test_names(target):
    layer = like(target.keras.layers)
    inner = layer.forward_layer.name
    assert inner.startswith("forward_")
    assert layer.backward_layer.name == inner.replace("forward_", "backward_", 1)
    layer.build(X.shape)
    assert len({getattr(weight, "path", weight.name) for weight in layer.weights}) == 6
    layer = of_its_own(target.keras.layers)
    back = "back" if target.name == "keras3" else "backward_back"
    assert layer.backward_layer.name == back
    assert layer.forward_layer.name.startswith("forward_gru")


# States.

GIVEN = [numbers(2, 4, seed=7), numbers(2, 4, seed=8)]


def reset(layer, *states):
    (layer.reset_state if hasattr(layer, "reset_state") else layer.reset_states)(*states)


@pytest.mark.parametrize("name", ["GRU", "LSTM"])
def test_states_stay_until_they_are_reset(target, name):
    layers = target.keras.layers
    layer = layers.Bidirectional(getattr(layers, name)(4, stateful=True), "concat")
    give_weights(layer, X.shape)
    ours = rnn_oracle.from_keras(layer)
    if target.name == "keras3":
        assert len(layer.states) == 2 * len(layer.forward_layer.states)
    first = call(target, layer, X)
    np.testing.assert_allclose(first, ours(X), rtol=1e-4, atol=1e-5)
    second = call(target, layer, X)
    np.testing.assert_allclose(second, ours(X), rtol=1e-4, atol=1e-5)
    assert np.abs(second - first)[:, :4].max() > 1e-3 and np.abs(second - first)[:, 4:].max() > 1e-3
    real = [s for side in (layer.forward_layer, layer.backward_layer) for s in side.states]
    want = ours.forward_layer.states + ours.backward_layer.states
    for mine, theirs in zip(want, real):
        np.testing.assert_allclose(value(target, theirs), mine, rtol=1e-4, atol=1e-5)
    if target.name == "keras3":
        for mine, theirs in zip(layer.states, real):
            assert mine is theirs
    for each in (layer, ours):
        reset(each)
    np.testing.assert_array_equal(call(target, layer, X), first)
    layer.reset_states()
    np.testing.assert_array_equal(call(target, layer, X), first)


def value(target, variable):
    return np.asarray(target.tf.convert_to_tensor(variable))


def test_what_is_built_is_not_built_again(target):
    if target.name == "keras2" or within(target, keras3="<3.3"):
        pytest.skip("it is, which resets its states")
    layers = target.keras.layers
    backward = layers.GRU(4, go_backwards=True, stateful=True)
    call(target, backward, X)
    layer = layers.Bidirectional(layers.GRU(4, stateful=True), backward_layer=backward)
    assert layer.states is None
    layer.build(X.shape)
    assert len(layer.forward_layer.weights) == 3
    assert np.all(value(target, backward.states[0]) != 0)
    call(target, layer, X)
    layer.build(X.shape)
    assert isinstance(layer.states, tuple) and len(layer.states) == 2
    for state in layer.states:
        assert np.all(value(target, state) != 0)


def test_a_layer_that_is_not_stateful_is_not_reset(target):
    layer = give_weights(like(target.keras.layers), X.shape)
    for each in (layer, rnn_oracle.from_keras(layer)):
        with pytest.raises(AttributeError, match="stateful"):
            each.reset_states()
    assert getattr(layer, "states", None) is None


@pytest.mark.parametrize("container", [list, tuple])
@pytest.mark.parametrize("name", ["GRU", "LSTM"])
def test_reset_to_states(target, name, container):
    layers = target.keras.layers
    layer = give_weights(layers.Bidirectional(getattr(layers, name)(4, stateful=True)), X.shape)
    given = [numbers(2, 4, seed=seed) for seed in range({"GRU": 2, "LSTM": 4}[name])]
    ours = rnn_oracle.from_keras(layer)
    call(target, layer, X)
    ours(X)
    if target.name == "keras3" or within(target, keras2="<2.13"):
        with pytest.raises(TypeError):
            layer.reset_states(given)
        return
    for each in (layer, ours):
        each.reset_states(container(given))
    np.testing.assert_allclose(call(target, layer, X), ours(X), rtol=1e-4, atol=1e-5)
    for wrong in (given[:1], given + given, given[0]):
        with pytest.raises(ValueError, match="states"):
            layer.reset_states(wrong)


@pytest.mark.parametrize("form", ["list", "tuple", "after_the_input"])
def test_initial_states(target, form):
    layer = give_weights(like(target.keras.layers, "concat", return_state=True), X.shape)
    given = tensors(target, GIVEN)
    want = call(target, layer, X, initial_state=GIVEN)
    if form == "after_the_input":
        if target.name == "keras3":
            pytest.skip("keras3 takes no states after the input (rule I6)")
        got = layer([target.tf.constant(X)] + given)
    else:
        form = {"list": list, "tuple": tuple}[form]
        got = layer(target.tf.constant(X), initial_state=form(given))
    for mine, theirs in zip(got, want):
        np.testing.assert_array_equal(np.asarray(mine), theirs)
    assert_agrees(target, layer, X, initial_state=GIVEN)


# Masks, told without a call.


@pytest.mark.parametrize("merge_mode", ["concat", None], ids=str)
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("return_state", [False, True])
def test_compute_mask(target, merge_mode, return_sequences, return_state):
    options = dict(return_sequences=return_sequences, return_state=return_state)
    layer = like(target.keras.layers, merge_mode, **options)
    twin = rnn_oracle.GRU(4, dialect=target.dialect, **options)
    want = rnn_oracle.Bidirectional(twin, merge_mode).compute_mask(X, MASK)
    for given in (MASK, [MASK, None]):
        got = layer.compute_mask(X, given)
        assert nest.describe(got) == nest.describe(want)
        for mine, theirs in zip(nest.flatten(got), nest.flatten(want)):
            assert mine is theirs


# Shapes, told without a call.


@pytest.mark.parametrize("merge_mode", ["concat", "sum", None], ids=str)
@pytest.mark.parametrize("return_state", [False, True])
def test_compute_output_shape(target, merge_mode, return_state):
    if target.name == "keras2":
        pytest.skip("it nests shapes in another way, and TensorFlow 1.15 fails with states")
    if within(target, keras3="<3.2") and (return_state or merge_mode is None):
        pytest.skip("there they come in a list, or fail")
    layer = like(target.keras.layers, merge_mode, return_state=return_state)
    merged = ((2, 4), (2, 4)) if merge_mode is None else ((2, 8 if merge_mode == "concat" else 4),)
    want = merged + ((2, 4), (2, 4)) if return_state else merged
    assert layer.compute_output_shape(X.shape) == (want if len(want) > 1 else want[0])


@pytest.mark.parametrize("merge_mode", ["concat", "sum", None], ids=str)
@pytest.mark.parametrize("return_state", [False, True])
def test_compute_output_shape_in_whatever_nest(target, merge_mode, return_state):
    known = "keras2-bidirectional-shapes-of-states", "keras3-bidirectional-shapes-joined-as-lists"
    if return_state:
        skip_known(target, *known)
    layer = like(target.keras.layers, merge_mode, return_state=return_state)
    merged = [(2, 4), (2, 4)] if merge_mode is None else [(2, 8 if merge_mode == "concat" else 4)]
    want = merged + [(2, 4), (2, 4)] if return_state else merged
    assert flat_shapes(layer.compute_output_shape(X.shape)) == want
