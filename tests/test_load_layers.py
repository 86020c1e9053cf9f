"""The layers around recurrent ones that a saved model may have: numbers and masks (L9 to L24)."""

import numpy as np
import pytest
from helpers import knows, numbers, within
from test_load_graphs import assert_loads

import rnn_oracle

X, OTHER = numbers(3, 6, 4), numbers(3, 6, 4, seed=1)
X[0, 4:], X[2, :1], OTHER[1, 1], OTHER[2, 5] = 0, 0, 0, 0

ONE = {
    # of one input: by name, what makes it
    "Dropout": lambda of: of.Dropout(0.5),
    "AlphaDropout": lambda of: of.AlphaDropout(0.5),
    "GaussianDropout": lambda of: of.GaussianDropout(0.5),
    "GaussianNoise": lambda of: of.GaussianNoise(0.5),
    "SpatialDropout1D": lambda of: of.SpatialDropout1D(0.5),
    "ActivityRegularization": lambda of: of.ActivityRegularization(0.1, 0.2),
    "Identity": lambda of: of.Identity(),
    "Activation": lambda of: of.Activation("tanh"),
    "ReLU": lambda of: of.ReLU(max_value=0.9, negative_slope=0.25, threshold=0.5),
    "LeakyReLU": lambda of: of.LeakyReLU(0.2),
    "LeakyReLU default": lambda of: of.LeakyReLU(),
    "PReLU": lambda of: of.PReLU(),
    "PReLU shared": lambda of: of.PReLU(shared_axes=[1]),
    "ELU": lambda of: of.ELU(0.7),
    "ThresholdedReLU": lambda of: of.ThresholdedReLU(0.5),
    "Reshape": lambda of: of.Reshape((3, -1)),
    "Permute": lambda of: of.Permute((2, 1)),
    "Flatten": lambda of: of.Flatten(),
    "UpSampling1D": lambda of: of.UpSampling1D(3),
    "ZeroPadding1D": lambda of: of.ZeroPadding1D((1, 2)),
    "Cropping1D": lambda of: of.Cropping1D((1, 2)),
    "LayerNormalization": lambda of: of.LayerNormalization(),
    "LayerNormalization of two axes": lambda of: of.LayerNormalization([1, 2], epsilon=0.1),
    "LayerNormalization bare": lambda of: of.LayerNormalization(center=False, scale=False),
    "BatchNormalization": lambda of: of.BatchNormalization(),
    "BatchNormalization of steps": lambda of: of.BatchNormalization(1, scale=False),
    "Normalization": lambda of: of.Normalization(),
    "Normalization of two axes": lambda of: of.Normalization((1, 2)),
    "Normalization given": lambda of: of.Normalization(
        mean=[0.1, -0.2, 0.3, 0.4], variance=[0.5, 2.0, 0.25, 3.0]
    ),
    "Normalization of all": lambda of: of.Normalization(None, mean=0.5, variance=2.0),
    "Normalization inverted": lambda of: of.Normalization(-1, None, None, True),
    "Rescaling": lambda of: of.Rescaling(0.5, offset=0.25),
    "Conv1D": lambda of: of.Conv1D(3, 2, activation="relu"),
    "Conv1D same": lambda of: of.Conv1D(3, 4, strides=2, padding="same", use_bias=False),
    "Conv1D causal": lambda of: of.Conv1D(2, 3, padding="causal", dilation_rate=2),
    "Conv1D groups": lambda of: of.Conv1D(4, 2, groups=2),
    "DepthwiseConv1D": lambda of: of.DepthwiseConv1D(3, depth_multiplier=2, activation="tanh"),
    "DepthwiseConv1D same": lambda of: of.DepthwiseConv1D(
        4, strides=2, padding="same", use_bias=False
    ),
    "DepthwiseConv1D far": lambda of: of.DepthwiseConv1D(2, dilation_rate=3),
    "SeparableConv1D": lambda of: of.SeparableConv1D(
        3, 2, depth_multiplier=2, padding="same", dilation_rate=2, activation="relu"
    ),
    "SeparableConv1D strides": lambda of: of.SeparableConv1D(2, 3, strides=2, use_bias=False),
    "MaxPooling1D": lambda of: of.MaxPooling1D(2),
    "MaxPooling1D same": lambda of: of.MaxPooling1D(4, strides=3, padding="same"),
    "AveragePooling1D": lambda of: of.AveragePooling1D(3, strides=2),
    "AveragePooling1D same": lambda of: of.AveragePooling1D(4, strides=3, padding="same"),
    "GlobalMaxPooling1D": lambda of: of.GlobalMaxPooling1D(),
    "GlobalAveragePooling1D": lambda of: of.GlobalAveragePooling1D(),
    "TimeDistributed": lambda of: of.TimeDistributed(of.LayerNormalization()),
}
SEVERAL = {
    "Add": lambda of: of.Add(),
    "Subtract": lambda of: of.Subtract(),
    "Multiply": lambda of: of.Multiply(),
    "Average": lambda of: of.Average(),
    "Maximum": lambda of: of.Maximum(),
    "Minimum": lambda of: of.Minimum(),
    "Concatenate": lambda of: of.Concatenate(),
    "Concatenate of steps": lambda of: of.Concatenate(1),
    "Dot": lambda of: of.Dot(1),
    "Dot of lengths": lambda of: of.Dot((2, 2), normalize=True),
}


def there(target, table):
    """Return the layers of a table that the installed Keras has."""
    of, found = target.keras.layers, {}
    for name, make in table.items():
        if name == "Conv1D groups" and within(target, keras2="<2.12"):
            continue  # which no CPU can compute there, or has no such argument
        kind = name.partition(" ")[0]
        there = hasattr(of, kind)
        if name == "Normalization inverted" and there and not knows(of.Normalization, invert=True):
            continue
        if there:
            found[name] = make(of)
    return found


def masked(target, x):
    return target.keras.layers.Masking()(x)


def live_mask(layer, x):
    """Return the mask that a layer of Keras attaches to its output."""
    mask = getattr(layer(x), "_keras_mask", None)
    return None if mask is None else np.asarray(mask)


def assert_masks(loaded, x, layers, inputs):
    """Compare the masks that loaded layers pass on with those that live ones attach."""
    found = loaded.layer_outputs(x)
    for layer in layers.values():
        want = live_mask(layer, inputs)
        assert (found[layer.name].mask is None) == (want is None), layer.name
        if want is not None:
            np.testing.assert_array_equal(found[layer.name].mask, want, layer.name)


def assert_copied(model, x, loaded):
    """Compare the copy of a live model, number by number, with what was loaded of its file."""
    for got, want in zip(rnn_oracle.from_keras(model)(x), loaded(x)):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("format", ["h5", "keras"])
def test_layers_of_one_input(target, format, tmp_path):
    layers = there(target, ONE)
    x = target.keras.Input((6, 4))
    y = masked(target, x)
    model = target.keras.Model(x, [layer(y) for layer in layers.values()])
    loaded = assert_loads(target, model, X, format, tmp_path)
    if within(target, keras2="<2.5"):
        del layers["ReLU"]  # at which a mask ends, see L10
    assert_masks(loaded, X, layers, masked(target, target.tf.constant(X)))
    if format == "h5":
        assert_copied(model, X, loaded)


@pytest.mark.parametrize("both", [True, False], ids=["two_masks", "one_mask"])
def test_layers_of_several_inputs(target, both, tmp_path):
    layers = there(target, SEVERAL)
    for name in ("Multiply", "Maximum", "Minimum") if within(target, keras3="<3.4") else ():
        del layers[name]  # which do not leave out what is masked, see L13
    if not both and target.name == "keras2":
        del layers["Concatenate of steps"]  # in the call of which it fails
    x = [target.keras.Input((6, 4)) for _ in range(2)]
    y = [masked(target, x[0]), masked(target, x[1]) if both else x[1]]
    model = target.keras.Model(x, [layer(y) for layer in layers.values()])
    loaded = assert_loads(target, model, [X, OTHER], "h5", tmp_path)
    if within(target, keras3="<3.4"):
        return  # which passes on the steps that count in all arrays, see L12
    first, second = map(target.tf.constant, (X, OTHER))
    live = [masked(target, first), masked(target, second) if both else second]
    assert_masks(loaded, [X, OTHER], layers, live)


def test_vectors(target, tmp_path):
    """Layers of two axes, of inputs of other ranks, and a softmax along other axes."""
    keras, of = target.keras, target.keras.layers
    x, y = keras.Input((6, 4)), keras.Input((4,))
    ends = [
        of.RepeatVector(3)(y),
        of.Add()([x, y]),
        of.Dot((2, 1))([x, y]),
        of.Dot(1)([y, y]),
        of.Softmax()(x),
        of.Softmax(axis=1)(x),
        of.BatchNormalization()(y),
        of.Multiply()([x, of.Reshape((1, 4))(y)]),
        of.Concatenate()([y, of.Dense(2, activation=of.LeakyReLU(0.1))(y), y]),
    ]
    if not knows(of.Dense, 2, activation=of.LeakyReLU(0.1)):
        del ends[-1]
    model = keras.Model([x, y], ends)
    assert_loads(target, model, [X, OTHER[:, 0]], "h5", tmp_path)


@pytest.mark.parametrize("format", ["h5", "keras"])
def test_a_model_at_each_step(target, format, tmp_path):
    """As those who tag pictures have it: a small convolutional net in front of an LSTM."""
    if within(target, keras3="<3.4"):
        pytest.skip("there a Sequential model cannot tell its output shape")
    keras, of = target.keras, target.keras.layers
    inner = keras.Sequential(
        [
            keras.Input((6, 4)),
            of.Conv1D(3, 2, activation="relu"),
            of.BatchNormalization(),
            of.MaxPooling1D(2),
            of.Flatten(),
        ]
    )
    x = keras.Input((5, 6, 4))
    model = keras.Model(x, of.LSTM(3)(of.TimeDistributed(inner)(x)))
    assert_loads(target, model, numbers(2, 5, 6, 4), format, tmp_path)


def test_a_frozen_layer_goes_last_in_a_file_of_a_nested_model(target, tmp_path):
    keras, of = target.keras, target.keras.layers
    inner = keras.Sequential(
        [
            keras.Input((6, 4)),
            of.BatchNormalization(),
            of.Dense(4, trainable=False),
            of.BatchNormalization(trainable=False),
            of.Dense(4),
        ]
    )
    x = keras.Input((6, 4))
    model = keras.Model(x, of.GRU(2)(inner(x)))
    assert_loads(target, model, X, "h5", tmp_path)
