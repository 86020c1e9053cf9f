"""`TimeDistributed` made of a configuration, and what it keeps of the layer that it is made of."""

import json

import numpy as np
import pytest
from helpers import assert_same, call, give_weights, tensors, within
from time_distributed import X, own_layer

import rnn_oracle
from rnn_oracle.arithmetic.error_bounds import bounds


def test_configuration(target):
    layers = target.keras.layers
    layer = layers.TimeDistributed(layers.Dense(4, name="inner", use_bias=False), name="outer")
    config = layer.get_config()
    given = json.loads(json.dumps(config))
    twin = layers.TimeDistributed.from_config(given)
    assert twin.get_config() == config and config["layer"]["class_name"] == "Dense"
    assert (twin.name, twin.layer.name, twin.layer.units) == ("outer", "inner", 4)
    # Keras 3 takes the layer out of the configuration that it is given, and so did early releases.
    assert ("layer" in given) == within(target, keras2=">=2.4")
    give_weights(layer, X.shape)
    give_weights(twin, X.shape)
    np.testing.assert_array_equal(call(target, twin, X), call(target, layer, X))


@pytest.mark.parametrize("kind", ["plain", "odd"])
def test_configuration_of_own_layer(target, kind):
    """Keras 2 writes a configuration that JSON cannot hold as older releases did."""
    base = target.keras.layers.Layer

    class Own(base):
        def get_config(self):
            return dict(base.get_config(self), odd=object()) if kind == "odd" else {"name": "own"}

        @classmethod
        def from_config(cls, config):
            return cls(name=config["name"])

    layer = target.keras.layers.TimeDistributed(Own(name="own"))
    if kind == "odd" and target.name == "keras3":
        with pytest.raises(TypeError, match="Cannot serialize object"):
            layer.get_config()
        return
    config = layer.get_config()
    assert config["layer"]["class_name"] == "Own"
    twin = type(layer).from_config(config, custom_objects={"Own": Own})
    assert type(twin.layer) is Own and twin.layer.name == "own"


def test_a_layer_that_is_built_keeps_its_weights(target):
    layers = target.keras.layers
    inner = give_weights(layers.Dense(4), (2, 3))
    copy = rnn_oracle.TimeDistributed(rnn_oracle.from_keras(inner))
    layer = layers.TimeDistributed(inner)
    assert_same(copy(X), call(target, layer, X), bounds(copy, X, "float32"))
    assert layer.built and inner.built and len(layer.get_weights()) == 2


def test_own_layer_is_built_once(target):
    """Before 2.4, TensorFlow built it twice, so that it had two sets of weights."""

    def build(self, input_shape):
        self.add_weight(shape=(input_shape[-1],), initializer="ones", name="own")

    layer = target.keras.layers.TimeDistributed(own_layer(target, lambda self, x: x, build=build))
    np.testing.assert_array_equal(call(target, layer, X), X)
    assert layer.layer.built
    assert len(layer.get_weights()) == (2 if within(target, keras2="<2.4") else 1)


def test_own_layer_of_two_inputs_is_built_for_tuples(target):
    if target.name == "keras3" or within(target, keras2="<2.13"):
        pytest.skip("the release takes one input")
    seen = []
    build = {"build": lambda self, shapes: seen.extend(shapes)}
    inner = own_layer(target, lambda self, inputs: inputs[0], **build)
    target.keras.layers.TimeDistributed(inner)(tensors(target, [X, X[..., None]]))
    assert seen == [(2, 3), (2, 3, 1)] and set(map(type, seen)) == {tuple}


def test_the_activity_regularizer_is_that_of_the_layer(target):
    """Keras 3 calls the layer's `call` and so loses its penalty."""
    layers = target.keras.layers
    inner = layers.Dense(4, activity_regularizer="l2")
    layer = layers.TimeDistributed(inner)
    layer(target.tf.constant(X))
    if target.name == "keras3":
        assert layer.activity_regularizer is None and not layer.losses
    else:
        assert layer.activity_regularizer is inner.activity_regularizer
        assert layer.losses


def test_wrapper_needs_a_layer(target):
    """It says so from TensorFlow 2.13 on, at the latest."""
    told = not within(target, keras2="<2.13")
    with pytest.raises(ValueError if told else AssertionError, match="supported layer type" * told):
        target.keras.layers.Wrapper("Dense")
    with pytest.raises(ValueError, match="Please initialize `TimeDistributed` layer with a"):
        target.keras.layers.TimeDistributed("Dense")
