"""`rnn_oracle.load` of layers that a person supplies, and of those that are cuDNN's."""

import numpy as np
import pytest
from helpers import numbers
from model_files import DENSE, X, chain, h5, h5py, layer

import rnn_oracle
from rnn_oracle.models.errors import ModelFileError


class Scaled:
    """A layer with a weight, which passes the mask on."""

    def __init__(self, units, name):
        self.units, self.name = units, name

    def set_weights(self, weights):
        self.kernel, self.bias = weights

    def __call__(self, x, mask=None):
        assert mask is None or mask.shape == x.shape[:-1]
        return x @ self.kernel + self.bias

    def compute_mask(self, x, mask):
        return mask


def own(kind="Mine", **config):
    return dict(layer(kind, **config), registered_name=f"package>{kind}")


@pytest.mark.parametrize("name", ["Mine", "dense", "package>Mine"])
def test_a_function_supplies_a_layer(name, tmp_path):
    path = h5(tmp_path, chain(own(units=2, name="dense")))
    with pytest.raises(ModelFileError, match=r"does not have dense \(Mine\) in .*: model\. It has"):
        rnn_oracle.load(path)
    model = rnn_oracle.load(path, custom_layers={name: lambda x, kernel, bias: x @ kernel + bias})
    want = rnn_oracle.load(h5(tmp_path, chain(DENSE)))(X)
    np.testing.assert_allclose(model(X), want, rtol=1e-6)


def test_a_class_supplies_a_layer(tmp_path):
    config = chain(layer("Masking"), own(units=2, name="dense"))
    model = rnn_oracle.load(h5(tmp_path, config), custom_layers={"Mine": Scaled})
    found = model.layer_outputs(X[None])["dense"]
    assert found.mask.shape == (1, 4) and found.output.shape == (1, 4, 2)
    with pytest.raises(ModelFileError, match=r"dense \(Mine\) could not be made of what was sup"):
        rnn_oracle.load(h5(tmp_path, chain(own(name="dense"))), custom_layers={"Mine": Scaled})


def test_a_function_supplies_code(tmp_path):
    config = chain(layer("Lambda", function="os.system"), DENSE)
    path = h5(tmp_path, config)
    doubled = rnn_oracle.load(path, custom_layers={"Lambda": lambda x: 2 * x})
    want = rnn_oracle.load(h5(tmp_path, chain(DENSE)))(2 * X)
    np.testing.assert_allclose(doubled(X), want, rtol=1e-6)


def test_a_function_supplies_an_activation(tmp_path):
    config = chain(layer("Dense", units=2, activation="mine"))
    model = rnn_oracle.load(h5(tmp_path, config), custom_layers={"mine": lambda x: x * 0.0 + 1.0})
    np.testing.assert_array_equal(model(X), np.ones((4, 2)))


def test_all_unknown_layers_are_named_at_once(tmp_path):
    inner = dict(chain(layer("Lambda", name="deep")), name="inner")
    config = chain(layer("Mine"), layer("Bidirectional", layer=layer("MyRNN")), inner)
    with pytest.raises(ModelFileError) as raised:
        rnn_oracle.load(h5(tmp_path, config))
    for words in ("mine (Mine)", "myrnn (MyRNN) in", "deep (Lambda) in"):
        assert words in str(raised.value)


@pytest.mark.parametrize("wrong", [3, {"Mine": 3}, ["Mine"]])
def test_what_supplies_no_layers(wrong, tmp_path):
    with pytest.raises(TypeError, match="`custom_layers` must be functions or classes by name"):
        rnn_oracle.load(h5(tmp_path, chain(DENSE)), custom_layers=wrong)


# Layers for cuDNN.


@pytest.mark.parametrize("kind", ["CuDNNLSTM", "CuDNNGRU"])
def test_weights_of_a_layer_for_cudnn(target, kind, tmp_path):
    """Keras 2 knows how to read them into the layer that computes the same."""
    if target.name != "keras2":
        pytest.skip("Keras 3 has no such layers")
    gates = 4 if kind == "CuDNNLSTM" else 3
    weights = [numbers(3, gates * 2), numbers(2, gates * 2, seed=1), numbers(2 * gates * 2, seed=2)]
    path = h5(tmp_path, chain(layer(kind, units=2, name="cu")), {"cu": weights}, "2.2.4-tf")
    with h5py.File(path, "r+") as file:
        file["model_weights"].attrs["layer_names"] = [b"cu"]
        file["model_weights"].attrs["backend"] = b"tensorflow"
        file["model_weights"].attrs["keras_version"] = b"2.2.4-tf"
    keras = target.keras
    plain = getattr(keras.layers, kind[len("CuDNN") :])
    options = {"reset_after": True} if gates == 3 else {}
    live = plain(2, recurrent_activation="sigmoid", name="cu", **options)
    model = keras.Sequential([keras.Input((5, 3)), live])
    model.load_weights(path)
    x = numbers(4, 5, 3)
    np.testing.assert_allclose(rnn_oracle.load(path)(x), np.asarray(model(x)), rtol=1e-4, atol=1e-6)
