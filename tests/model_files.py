"""Files of models that tests write by hand: whole ones in HDF5, and archives."""

import io
import json
import zipfile

import numpy as np
import pytest
from helpers import numbers

h5py = pytest.importorskip("h5py")

DENSE = {"class_name": "Dense", "config": {"name": "dense", "units": 2, "activation": "linear"}}
KERNEL, BIAS = numbers(3, 2), numbers(2)
X = numbers(4, 3)


def chain(*layers):
    return {"class_name": "Sequential", "config": {"name": "model", "layers": list(layers)}}


def layer(kind, **config):
    return {"class_name": kind, "config": dict(config, name=config.get("name", kind.lower()))}


def tensor(name):
    return [[[name, 0, 0, {}]]]


def graph(*layers, outputs=(("b", 0, 0),), inputs=(("x", 0, 0),)):
    """Return a functional model of layers that are given with what they are called with."""
    entries = [dict(layer("InputLayer", name="x", dtype="float32"), name="x", inbound_nodes=[])]
    for name, config, calls in layers:
        entries.append(dict(config, name=name, inbound_nodes=calls))
    config = {"name": "model", "layers": entries, "input_layers": list(map(list, inputs))}
    config["output_layers"] = list(map(list, outputs))
    return {"class_name": "Functional", "config": config}


def h5(folder, config, weights=None, version="2.10.0"):
    """Write a file of a whole model; return its path and leave it open for a change."""
    path = str(folder / "model.h5")
    with h5py.File(path, "w") as file:
        text = config if isinstance(config, str) else json.dumps(config)
        file.attrs["model_config"] = text
        if version is not None:
            file.attrs["keras_version"] = version
        for name, arrays in ({"dense": [KERNEL, BIAS]} if weights is None else weights).items():
            group = file.create_group("model_weights/" + name)
            names = ["kernel:0", "recurrent_kernel:0", "bias:0"]
            names = names if len(arrays) == 3 else [names[0], names[2]][: len(arrays)]
            group.attrs["weight_names"] = np.array([f"{name}/{n}".encode() for n in names])
            for each, array in zip(names, arrays):
                group[f"{name}/{each}"] = array
    return path


def archive(folder, members=()):
    """Write a .keras archive with some members changed; None leaves one out."""
    path = str(folder / "model.keras")
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        for index, array in enumerate([KERNEL, BIAS]):
            file[f"layers/dense/vars/{index}"] = array
    there = {
        "metadata.json": json.dumps({"keras_version": "3.9.0"}),
        "config.json": json.dumps(chain(DENSE)),
        "model.weights.h5": weights.getvalue(),
    }
    there.update(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in there.items():
            if data is not None:
                file.writestr(name, data)
    return path
