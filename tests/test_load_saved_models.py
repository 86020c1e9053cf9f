"""`rnn_oracle.load` on SavedModels, and on files of weights with a configuration; no TensorFlow."""

import contextlib
import json
import os
import zipfile

import numpy as np
import pytest
from helpers import numbers
from model_files import BIAS, DENSE, KERNEL, X, chain, h5, h5py

import rnn_oracle
from rnn_oracle.families.files.releases import path as fixture
from rnn_oracle.models.bundle import Bundle, _place
from rnn_oracle.models.errors import ModelFileError
from rnn_oracle.models.protobuf import MalformedError, fields, message, number, varint

INDEX = "variables/variables.index"


@pytest.fixture
def saved(tmp_path):
    """Return a function that unpacks a SavedModel, with some of its files changed."""

    def unpacked(release, model="lstm", changes=()):
        with zipfile.ZipFile(fixture(release, "saved_model", model)) as archive:
            archive.extractall(str(tmp_path))
        for name, change in dict(changes).items():
            file = tmp_path / name
            file.write_bytes(change(file.read_bytes()))
        return str(tmp_path)

    return unpacked


@pytest.mark.parametrize("release", ["tf2.8", "tf2.10", "tf2.13", "tf2.15", "tf2.21-legacy"])
@pytest.mark.parametrize("model", ["lstm", "stateful"])
def test_a_saved_model_is_what_its_h5_file_is(saved, release, model):
    loaded = rnn_oracle.load(saved(release, model))
    other = rnn_oracle.load(fixture(release, "h5", model))
    assert (loaded.saved_by, loaded.dialect) == (other.saved_by, other.dialect)
    for layer, same in zip(loaded.layers, other.layers):
        for got, want in zip(layer.get_weights(), same.get_weights()):
            np.testing.assert_array_equal(got, want)
    x = numbers(2, 4, 3)
    np.testing.assert_array_equal(loaded(x), other(x))


def test_one_without_metadata(saved):
    path = saved("tf2.10")
    os.remove(os.path.join(path, "keras_metadata.pb"))
    with pytest.raises(ModelFileError, match="a folder without keras_metadata.pb.*save it as .ker"):
        rnn_oracle.load(path)


DAMAGES = {
    "an end": ({INDEX: lambda data: data[:-1]}, "does not end as a table does|there are no"),
    "nothing": ({INDEX: lambda data: b""}, "is no checkpoint to be read"),
    "data": (
        {"variables/variables.data-00000-of-00001": lambda data: data[:100]},
        "variables.data-00000-of-00001 has no",
    ),
    "metadata": ({"keras_metadata.pb": lambda data: data[:50]}, "is no metadata of Keras: there"),
    "root": ({"keras_metadata.pb": lambda data: b""}, "must tell of one root, not of 0"),
    "class": (
        {"keras_metadata.pb": lambda data: data.replace(b'"layers"', b'"lagers"')},
        "has no configuration of the model, whose class is Sequential",
    ),
    "compressed": ({INDEX: lambda data: data.replace(b"\0" * 4, b"\1" * 4)}, "is no checkpoint to"),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_what_is_damaged(saved, what):
    changes, message = DAMAGES[what]
    with pytest.raises(ModelFileError, match=message):
        rnn_oracle.load(saved("tf2.10", changes=changes))


def test_any_byte_may_be_wrong(saved):
    """What is read is right, or is refused; nothing else is raised."""
    path = saved("tf2.10")
    file = os.path.join(path, INDEX)
    with open(file, "rb") as opened:
        whole = opened.read()
    random = np.random.RandomState(0)
    for _ in range(400):
        damaged = bytearray(whole)
        for place in random.randint(len(whole), size=random.randint(1, 4)):
            damaged[place] = random.randint(256)
        with open(file, "wb") as opened:
            opened.write(bytes(damaged))
        with contextlib.suppress(ModelFileError):
            rnn_oracle.load(path)


@pytest.mark.parametrize("data", [b"\xff" * 11, b"\x0a\x05abc", b"\x0b", b"\x08"], ids=repr)
def test_messages_that_are_none(data):
    with pytest.raises(MalformedError):
        list(fields(data))
    with pytest.raises(MalformedError):
        varint(b"\x80" * 20, 0)


def test_a_text_where_a_number_has_to_be():
    found = message(b"\x0a\x01a\x10\x02")
    assert number(found, 2) == 2 and number(found, 3) == 0
    with pytest.raises(MalformedError, match="1 bytes stand where a number has to be"):
        number(found, 1)


def test_places_that_are_no_numbers():
    """Where the bytes of an array begin and end is looked at before they are read."""
    for field in (1, 3, 4, 5):
        with pytest.raises(MalformedError):
            _place(bytes([field << 3 | 2, 1, 0]))


def test_what_a_checkpoint_lacks_is_named(saved):
    bundle = Bundle(os.path.join(saved("tf2.10"), "variables"))
    with pytest.raises(ModelFileError, match="has no gate or port among"):
        bundle.child(0, "gate", "port")
    with pytest.raises(ModelFileError, match="has no numbers of the variable"):
        bundle.key(0)


# Weights alone.


def weights_file(folder, legacy):
    """Write the weights of a Dense layer as `save_weights` of a generation does."""
    path = str(folder / "model.weights.h5")
    with h5py.File(path, "w") as file:
        if not legacy:
            for index, array in enumerate([KERNEL, BIAS]):
                file[f"layers/dense/vars/{index}"] = array
            return path
        file.attrs["layer_names"], file.attrs["keras_version"] = [b"dense"], b"2.10.0"
        file["dense/dense/kernel:0"], file["dense/dense/bias:0"] = KERNEL, BIAS
        file["dense"].attrs["weight_names"] = [b"dense/kernel:0", b"dense/bias:0"]
    return path


OF_KERAS3 = dict(chain(DENSE), module="keras")


@pytest.mark.parametrize("legacy", [False, True], ids=["weights.h5", "h5"])
@pytest.mark.parametrize("config", [OF_KERAS3, json.dumps(OF_KERAS3)], ids=["dict", "json"])
def test_weights_with_a_configuration(tmp_path, legacy, config):
    model = rnn_oracle.load(weights_file(tmp_path, legacy), config=config)
    np.testing.assert_allclose(model(X), X.astype("float64") @ KERNEL + BIAS, rtol=1e-12)
    assert model.dialect.name == ("keras2" if legacy else "keras3")


def test_configurations_that_do_not_go_with_a_file(tmp_path):
    weights = weights_file(tmp_path, legacy=False)
    with pytest.raises(ModelFileError, match="holds weights alone: give the configuration"):
        rnn_oracle.load(weights)
    with pytest.raises(ModelFileError, match="does not tell which Keras saved it"):
        rnn_oracle.load(weights, config=chain(DENSE))
    assert rnn_oracle.load(weights, "keras2", config=chain(DENSE)).dialect.name == "keras2"
    with pytest.raises(ModelFileError, match="`config` is no JSON"):
        rnn_oracle.load(weights, config="{")
    with pytest.raises(TypeError, match="must be JSON or a dict, not 3"):
        rnn_oracle.load(weights, config=3)
    with pytest.raises(TypeError, match="cannot be written as JSON"):
        rnn_oracle.load(weights, config={"class_name": np})
    for path in (h5(tmp_path, chain(DENSE)), fixture("keras3.9", "keras", "lstm")):
        with pytest.raises(ModelFileError, match="has a configuration of its own"):
            rnn_oracle.load(path, config=chain(DENSE))
