"""`ConvLSTM1D` to `ConvLSTM3D`, on the installed Keras and in its files (rule L25)."""

import numpy as np
import pytest
from helpers import assert_agrees, give_weights, numbers, within
from test_load_graphs import assert_loads

import rnn_oracle
from rnn_oracle.reference.conv_lstm import ConvLSTM1D, ConvLSTM2D

X = numbers(2, 3, 5, 4, 2)
MASK = np.array([[False, True, True], [True, False, False]])
LAYERS = {
    "last": ("ConvLSTM2D", {"kernel_size": (2, 3), "activation": "relu"}),
    "all": (
        "ConvLSTM2D",
        {"kernel_size": 2, "padding": "same", "strides": 2, "return_sequences": True},
    ),
    "backwards": (
        "ConvLSTM2D",
        {"kernel_size": 2, "go_backwards": True, "return_sequences": True, "dilation_rate": (1, 2)},
    ),
    "no bias": ("ConvLSTM2D", {"kernel_size": 2, "use_bias": False, "return_state": True}),
    "one": ("ConvLSTM1D", {"kernel_size": 3, "padding": "same", "return_sequences": True}),
    "three": ("ConvLSTM3D", {"kernel_size": 2, "recurrent_activation": "hard_sigmoid"}),
}


def input_of(kind):
    """Return steps of as many dimensions as the class has."""
    cube = X[:, :, :, :, None] + X[:, :, :, None]
    return {"ConvLSTM1D": X[..., 0, :], "ConvLSTM2D": X, "ConvLSTM3D": cube}[kind]


@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
@pytest.mark.parametrize("what", LAYERS)
def test_layers(target, what, masked):
    kind, options = LAYERS[what]
    if not hasattr(target.keras.layers, kind):
        pytest.skip("the release has no such layer")
    x = input_of(kind)
    layer = give_weights(getattr(target.keras.layers, kind)(3, **options), (None, *x.shape[1:]))
    copy = assert_agrees(target, layer, x, **({"mask": MASK} if masked else {}))
    passed = copy.compute_mask(x, MASK)
    assert (passed is MASK) == ("return_sequences" in options)


@pytest.mark.parametrize("format", ["h5", "keras"])
def test_an_encoder_and_a_decoder(target, format, tmp_path):
    if within(target, keras2="<2.3"):
        pytest.skip("the release takes no states of a model here")
    keras, of = target.keras, target.keras.layers
    x, y = (keras.Input((3, 5, 4, 2), name=name) for name in "xy")
    options = {"kernel_size": 2, "padding": "same"}
    _, *states = of.ConvLSTM2D(3, return_state=True, **options)(x)
    model = keras.Model([x, y], of.ConvLSTM2D(3, **options)(y, initial_state=states))
    loaded = assert_loads(target, model, [X, X[::-1].copy()], format, tmp_path)
    if format == "h5":
        copy = rnn_oracle.from_keras(model)
        np.testing.assert_array_equal(copy([X, X[::-1]]), loaded([X, X[::-1]]))


def layer_of(**options):
    layer = ConvLSTM2D(3, 2, **options)
    layer.set_weights([numbers(2, 2, 2, 12), numbers(2, 2, 3, 12), numbers(12)])
    return layer


def test_features_first():
    """No CPU computes it in most releases."""
    last, first = (
        layer_of(data_format=name, return_sequences=True, return_state=True)
        for name in ("channels_last", "channels_first")
    )
    want, got = last(X), first(np.moveaxis(X, -1, 2))
    for each, other, axis in zip(want, got, (2, 1, 1)):
        np.testing.assert_array_equal(np.moveaxis(each, -1, axis), other)
    assert first.compute_output_shape((None, 3, 2, 5, 4))[0] == (None, 3, 3, 4, 3)
    want, got = (
        layer(x, initial_state=list(states))[0]
        for layer, x, (_, *states) in ((last, X, want), (first, np.moveaxis(X, -1, 2), got))
    )
    np.testing.assert_array_equal(np.moveaxis(want, -1, 2), got)


def test_zeros_for_what_is_masked():
    layer = layer_of(return_sequences=True, zero_output_for_mask=True)
    assert not layer(X, mask=MASK)[~MASK].any() and layer(X, mask=MASK)[MASK].any()


@pytest.mark.parametrize(
    "options, message",
    [
        ({"stateful": True}, "has stateful=True, which the oracle lacks here"),
        ({"padding": "causal"}, "is neither valid nor same"),
        ({"strides": 2, "dilation_rate": 2}, "those of one must be 1"),
        ({"data_format": "last"}, "is neither 'channels_last' nor"),
        ({"strides": (1, 2, 1)}, "must be 2 numbers or one"),
        ({"units": 2}, "does not know the argument units"),
    ],
)
def test_what_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ConvLSTM2D(3, 2, **options)


@pytest.mark.parametrize(
    "x, more, message",
    [
        (X[0], {}, "takes 5 axes here"),
        (X[..., :1], {}, "at least one step of 2 features"),
        (X[:, :, :1], {}, "needs at least 2 numbers along each axis"),
        (X, {"initial_state": [X, X]}, "takes 4 axes here"),
        (X, {"initial_state": [X[:, 0], X[:, 0]]}, "a state has shape"),
        (X, {"initial_state": [X[:, 0]]}, "has 2 states"),
    ],
)
def test_calls_that_are_wrong(x, more, message):
    with pytest.raises(ValueError, match=message):
        layer_of()(x, **more)


def test_the_older_default():
    assert ConvLSTM1D(3, 2, dialect="keras2").get_config()["recurrent_activation"] == "hard_sigmoid"
    with pytest.raises(TypeError, match="makes nothing of zero_output_for_mask"):
        ConvLSTM1D(3, 2, zero_output_for_mask=True, dialect="keras2")
