"""`rnn_oracle.load` on files that are damaged, hostile or old."""

import subprocess
import sys

import numpy as np
import pytest
from helpers import cut_off
from model_files import BIAS, DENSE, KERNEL, X, archive, chain, graph, h5, h5py, layer, tensor

import rnn_oracle
from rnn_oracle.families.files.releases import path as fixture
from rnn_oracle.models.errors import ModelFileError


def changed(folder, change, name="dense/kernel:0"):
    """Write the file of a Dense layer and let `change(group, name)` replace its kernel."""
    path = h5(folder, chain(DENSE))
    with h5py.File(path, "r+") as file:
        group = file["model_weights/dense"]
        del group[name]
        change(group, name)
    return path


def test_the_files_that_are_made_here_are_right_unless_changed(tmp_path):
    want = X.astype("float64") @ KERNEL + BIAS
    for path in (h5(tmp_path, chain(DENSE)), archive(tmp_path)):
        np.testing.assert_allclose(rnn_oracle.load(path)(X), want, rtol=1e-12)


# Weights.


def external_link(group, name):
    group[name] = h5py.ExternalLink("elsewhere.h5", "/kernel")


def soft_link(group, name):
    group[name] = h5py.SoftLink("/model_weights/dense/dense/bias:0")


def cycle(group, name):
    group[name] = group.file["/"]


def virtual(group, name):
    layout = h5py.VirtualLayout((3, 2), "f4")
    layout[:] = h5py.VirtualSource("elsewhere.h5", "kernel", (3, 2))
    group.create_virtual_dataset(name, layout)


def external_storage(group, name):
    group.create_dataset(name, (3, 2), "f4", external=[("elsewhere.bin", 0, 24)])


def bomb(group, name):
    group.create_dataset(name, (3, 10**12), "f4", chunks=(3, 1000))


def compressed_bomb(group, name):
    group.create_dataset(name, data=np.zeros((3, 2**22), "f4"), compression="gzip")


def texts(group, name):
    group[name] = np.array([[b"a", b"b"]] * 3)


def no_numbers(group, name):
    group.create_dataset(name, dtype="f4", data=h5py.Empty("f4"))


def too_large(group, name):
    group[name] = np.zeros((3, 5), "f4")


def too_flat(group, name):
    group[name] = np.zeros(6, "f4")


def complex_numbers(group, name):
    group[name] = KERNEL.astype("complex64")


def nothing(group, name):
    pass


HOSTILE = {
    external_link: "dense/kernel:0 is a link to elsewhere, which is not followed",
    soft_link: "is a link to elsewhere, which is not followed",
    cycle: "is no dataset",
    virtual: "lies in other files, which are not read",
    external_storage: "lies in other files, which are not read",
    bomb: "would have 12000000000000 bytes, but only 0 are stored",
    compressed_bomb: r"would have \d+ bytes, but only \d+ are stored",
    texts: "must be real numbers, not",
    complex_numbers: "must be real numbers, not complex64",
    no_numbers: "must be real numbers, not|is no dataset",
    too_large: r"dense \(Dense\) needs the weight kernel of shape \(any, 2\), but .* \(3, 5\)",
    too_flat: r"needs the weight kernel of shape \(any, 2\), but the file has \(6,\)",
    nothing: "dense/kernel:0 is missing|cannot be read",
}


@pytest.mark.parametrize("change", HOSTILE, ids=lambda change: change.__name__)
def test_weights_that_are_none(change, tmp_path):
    path = changed(tmp_path, change)
    with pytest.raises(ModelFileError, match=HOSTILE[change]) as raised:
        rnn_oracle.load(path)
    assert str(raised.value).startswith(path)


@pytest.mark.parametrize(
    "weights, message",
    [
        ({}, "/model_weights is missing|cannot be read"),
        ({"other": [KERNEL, BIAS]}, "/model_weights/dense is missing|cannot be read"),
        ({"dense": [KERNEL]}, r"has 2 weights \(kernel, bias\), but the file has 1 of them"),
        ({"dense": [KERNEL, KERNEL, BIAS]}, "but the file has 3 of them"),
    ],
)
def test_weights_of_another_number(weights, message, tmp_path):
    with pytest.raises(ModelFileError, match=message):
        rnn_oracle.load(h5(tmp_path, chain(DENSE), weights))


def test_weights_in_another_order(tmp_path):
    path = h5(tmp_path, chain(DENSE))
    with h5py.File(path, "r+") as file:
        file["model_weights/dense"].attrs["weight_names"] = [b"dense/bias:0", b"dense/kernel:0"]
    with pytest.raises(ModelFileError, match="has the weight kernel where the file has .*bias:0"):
        rnn_oracle.load(path)


def test_names_of_weights_in_parts(tmp_path):
    path = h5(tmp_path, chain(DENSE))
    with h5py.File(path, "r+") as file:
        attributes = file["model_weights/dense"].attrs
        for index, name in enumerate(attributes["weight_names"]):
            attributes[f"weight_names{index}"] = [name]
        del attributes["weight_names"]
    assert rnn_oracle.load(path)(X).shape == (4, 2)


# Containers.


def test_a_file_that_is_cut_off(tmp_path):
    for name in ("h5", "keras"):
        path = tmp_path / f"cut.{name}"
        with open(fixture("keras3.9", name, "lstm"), "rb") as file:
            whole = file.read()
        for length in (3, 100, len(whole) // 2):
            path.write_bytes(whole[:length])
            with pytest.raises(ModelFileError, match="cut"):
                rnn_oracle.load(str(path))
        path.write_bytes(whole)
        cut_off(path)
        with pytest.raises(ModelFileError, match="cut"):
            rnn_oracle.load(str(path))


ARCHIVES = {
    # what is wrong: the member, what makes it, and what is said
    "no config": ("config.json", lambda: None, "must hold one config.json, not 0; it holds metad"),
    "no json": ("config.json", lambda: "{", "config.json is no JSON"),
    "a list": ("config.json", lambda: "[1]", "config.json must be an object, not list"),
    "deep": ("config.json", lambda: "[" * 100_000, "config.json is no JSON|nested too deeply"),
    "long": ("config.json", lambda: " " * (2**26 + 1), "config.json has more than 67108864 bytes"),
    "a bomb": ("config.json", lambda: " " * 2**22, "would have 4194304 bytes, but only"),
    "a bomb of weights": ("model.weights.h5", lambda: b"\0" * 2**22, "would have 4194304 bytes"),
    "no weights": ("model.weights.h5", lambda: b"none", "model.weights.h5 is no HDF5 file"),
    "no version": ("metadata.json", lambda: "{}", "does not tell which Keras saved it"),
    "Keras 1": (
        "metadata.json",
        lambda: '{"keras_version": "1.2.2"}',
        "does not tell which Keras saved it, but '1.2.2'",
    ),
}


@pytest.mark.parametrize("wrong", ARCHIVES)
def test_archives_that_are_none(wrong, tmp_path):
    member, make, message = ARCHIVES[wrong]
    with pytest.raises(ModelFileError, match=message):
        rnn_oracle.load(archive(tmp_path, {member: make()}))


def test_other_files(tmp_path):
    with pytest.raises(ModelFileError, match="is a folder without keras_metadata.pb"):
        rnn_oracle.load(str(tmp_path))
    (tmp_path / "pickle.h5").write_bytes(b"\x80\x04N.")
    with pytest.raises(ModelFileError, match="begins neither as an HDF5 file nor as a .keras"):
        rnn_oracle.load(str(tmp_path / "pickle.h5"))
    with pytest.raises(ModelFileError, match="must hold one metadata.json"):
        rnn_oracle.load(fixture("tf2.10", "saved_model", "lstm"))
    with pytest.raises(FileNotFoundError):
        rnn_oracle.load(str(tmp_path / "nowhere.h5"))
    with h5py.File(str(tmp_path / "weights.h5"), "w") as file:
        file["layers/dense/vars/0"] = KERNEL
    with pytest.raises(ModelFileError, match="holds weights alone"):
        rnn_oracle.load(str(tmp_path / "weights.h5"))


def test_without_h5py_it_says_what_to_install():
    program = (
        "import sys; sys.modules['h5py'] = None\nimport rnn_oracle\n"
        f"rnn_oracle.load({fixture('tf2.10', 'h5', 'lstm')!r})"
    )
    done = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
    assert (
        "ImportError: rnn_oracle.load needs h5py: pip install 'rnn-oracle[models]'" in done.stderr
    )


# Configurations.

DEEP = DENSE
for _ in range(40):
    DEEP = layer("TimeDistributed", layer=DEEP)

CONFIGURATIONS = {
    "no name": ({"class_name": 3}, "a layer must have a `class_name`"),
    "no config": ({"class_name": "Sequential", "config": 3}, "must have a `config`"),
    "a class of one's own": (layer("Mine"), "is no Sequential or functional model"),
    "no layers": (chain(), "has no layers"),
    "no list": (
        {"class_name": "Sequential", "config": {"name": "m", "layers": {}}},
        "must have a list of layers",
    ),
    "many": (chain(*[DENSE] * 20_000), "has 20000 layers, more than 10000"),
    "deep": (chain(DEEP), "has layers in one another more than 32 deep"),
    "an option": (chain(layer("LSTM", units=2, peephole=True)), r"\(LSTM\) has peephole=True"),
    "units": (chain(layer("Dense", units="2")), r"dense \(Dense\) cannot be made: .*`units`"),
    "activation": (chain(layer("Dense", units=2, activation="mine")), "has the activation 'mine'"),
    "a cycle": (
        graph(("a", DENSE, tensor("b")), ("b", DENSE, tensor("a"))),
        "calls a with what comes of it: the layers form a cycle",
    ),
    "nowhere": (graph(("b", DENSE, tensor("c"))), "takes a tensor of c, call 0, which is not"),
    "no such call": (
        graph(("b", DENSE, tensor("x")), outputs=[("b", 7, 0)]),
        "has no tensor b, call 8: 0|which is not there",
    ),
    "no such result": (
        graph(("b", DENSE, tensor("x")), outputs=[("b", 0, 3)]),
        "has no tensor b: 3",
    ),
    "no input": (graph(("b", DENSE, tensor("x")), inputs=[("y", 0, 0)]), "has no input y"),
    "no outputs": (graph(("b", DENSE, tensor("x")), outputs=[]), "must name tensors as `output_l"),
    "alike": (
        graph(("b", DENSE, tensor("x")), ("b", DENSE, tensor("x"))),
        "has two layers of one name",
    ),
    "training": (
        graph(("b", DENSE, [[["x", 0, 0, {"training": True}]]])),
        "is called with training=True",
    ),
    "numbers": (graph(("b", DENSE, [[1.5]])), "is called with 1.5, which names no tensor"),
    "code": (
        chain(layer("Lambda", function=["4wEAAAAAAA==", None, None], function_type="lambda")),
        r"does not have lambda \(Lambda\) in .*custom_layers=",
    ),
}


@pytest.mark.parametrize("what", CONFIGURATIONS)
def test_configurations_that_are_none(what, tmp_path):
    config, message = CONFIGURATIONS[what]
    path = h5(tmp_path, config)
    with pytest.raises(ModelFileError, match=message) as raised:
        rnn_oracle.load(path)
    assert path in str(raised.value)


def test_a_file_that_does_not_tell_its_keras(tmp_path):
    path = h5(tmp_path, chain(DENSE), version=None)
    with pytest.raises(ModelFileError, match="which Keras saved it, but None: give `dialect`"):
        rnn_oracle.load(path)
    assert rnn_oracle.load(path, dialect="keras2").dialect.name == "keras2"


def test_layers_of_a_list_alone(tmp_path):
    """As up to Keras 2.2.2."""
    config = {"class_name": "Sequential", "config": [DENSE]}
    model = rnn_oracle.load(h5(tmp_path, config, version="2.1.6"))
    assert model(X).shape == (4, 2) and model.dialect.name == "keras2_v1"
