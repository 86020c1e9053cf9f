"""Forms beside those of the family `forms`, and the modules through which layers can be had."""

import importlib

import numpy as np
import pytest
from helpers import assert_agrees, call, give_weights, numbers

import rnn_oracle

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, False]])
LAYERS = ("SimpleRNN", "LSTM", "GRU", "RNN", "Bidirectional", "TimeDistributed")


def v1_layers(target):
    """Return the layers of `tf.compat.v1.keras`, if they are of the target's generation."""
    if target.module == "tf_keras":  # which is only there if TF_USE_LEGACY_KERAS is set
        return importlib.import_module("tf_keras.api._v1.keras.layers")
    layers = target.tf.compat.v1.keras.layers
    kinds = [layers.SimpleRNN, target.keras.layers.SimpleRNN]
    if kinds[0] is not kinds[1]:
        pytest.skip("tf.compat.v1.keras is of another generation here")
    return layers


def test_tf_keras_is_keras(target):
    """`tf.keras` has the classes of the package that it is made of."""
    package = pytest.importorskip(type(target.keras.layers.GRU(1)).__module__.partition(".")[0])
    if not hasattr(getattr(package, "layers", None), "RNN"):
        pytest.skip("there is no package of its own")
    for name in LAYERS:
        assert getattr(package.layers, name) is getattr(target.keras.layers, name)


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_compat_v1_has_classes_of_its_own_in_keras2(target, name):
    kind = getattr(v1_layers(target), name)
    own = target.name == "keras2" and target.dialect != "keras2_v1"
    assert (kind is not getattr(target.keras.layers, name)) == own
    config = kind(4).get_config()
    dialect = "keras2_v1" if target.name == "keras2" else "keras3"
    ours = getattr(rnn_oracle, name)(4, dialect=dialect).get_config()
    for option in ("activation", "recurrent_activation", "implementation", "reset_after"):
        if option in ours:
            assert config[option] == ours[option]


def of_v1(layers, name, wrapper, **options):
    """Make a layer: of that name, of a cell or a list of cells of that name, or both ways."""
    if wrapper == "cells":
        cell = getattr(layers, name + "Cell")
        return layers.RNN([cell(4), cell(3)], **options)
    if wrapper == "RNN":
        return layers.RNN(getattr(layers, name + "Cell")(4), **options)
    layer = getattr(layers, name)(4, **options)
    return layer if wrapper == "none" else layers.Bidirectional(layer)


@pytest.mark.parametrize("wrapper", ["none", "RNN", "cells", "Bidirectional"])
@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_a_layer_through_compat_v1(target, name, wrapper):
    layer = of_v1(v1_layers(target), name, wrapper, return_sequences=True)
    assert_agrees(target, give_weights(layer, X.shape), X, mask=MASK)


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_a_stateful_layer_through_compat_v1(target, name):
    """There a recorded state wins over one that is given in Keras 2 too (rule S5)."""
    layer = getattr(v1_layers(target), name)(4, stateful=True)
    give_weights(layer, X.shape)
    copy = rnn_oracle.from_keras(layer)
    states = [numbers(2, 4, seed=i) for i in range(2 if name == "LSTM" else 1)]
    call(target, layer, X)
    recorded, given = call(target, layer, X, initial_state=states), copy(X, initial_state=states)
    copy.reset_states()
    copy(X)
    wins = target.name == "keras2" and target.dialect != "keras2_v1"
    want = copy(X) if wins else given
    np.testing.assert_allclose(recorded, want, rtol=1e-4, atol=1e-6)


def test_ragged_sequences_take_no_mask(target):
    layer = give_weights(target.keras.layers.GRU(4), X.shape)
    ragged = target.tf.RaggedTensor.from_tensor(target.tf.constant(X), lengths=[5, 2])
    with pytest.raises(Exception):  # noqa: B017 (TensorFlow's errors have many types)
        layer(ragged, mask=target.tf.constant(MASK))


def test_a_list_of_inputs_takes_no_states_beside_it(target):
    layer = give_weights(target.keras.layers.GRU(4), X.shape)
    with pytest.raises(Exception):  # noqa: B017 (TensorFlow's errors have many types)
        layer([target.tf.constant(X)], initial_state=[target.tf.zeros((2, 4))])
