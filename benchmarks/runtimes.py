"""The runtimes: each makes of a setting a function that computes the last output once.

A runtime that is not installed, or that lacks what a setting asks for, raises `CannotRunError`.
"""

from __future__ import annotations

import contextlib
import importlib
from typing import Callable

import numpy as np

from rnn_oracle.targets.conversions import ONNX, TORCH, converted
from rnn_oracle.targets.layer_level import KINDS, Cell

from .settings import Arrays, Setting


class CannotRunError(Exception):
    """Why a runtime computes nothing in a setting."""


def needed(name: str):
    """Import a module, or raise `CannotRunError`."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise CannotRunError("not installed") from error


def floor(setting: Setting, given: Arrays) -> Callable[[], None]:
    """The bare products of a layer: one for the inputs of all steps, one for each state."""
    batch, _, features, units = setting.shape
    h = np.zeros((batch, units), setting.dtype)
    products = np.empty((batch, given.kernel.shape[1]), setting.dtype)

    def run() -> None:
        given.x.reshape((-1, features)) @ given.kernel
        for _ in range(setting.shape[1]):
            np.matmul(h, given.recurrent_kernel, out=products)

    return run


def reference(setting: Setting, given: Arrays) -> Callable[[], np.ndarray]:
    """The layer of rnn_oracle."""
    import rnn_oracle

    layer = getattr(rnn_oracle, setting.kind)(setting.shape[3], dtype=setting.dtype)
    layer.set_weights(given.weights)
    mask = given.mask(setting)
    return lambda: layer(given.x, mask=mask)


def textbook(setting: Setting, given: Arrays) -> Callable[[], np.ndarray]:
    """The loop over steps as a textbook has it in NumPy."""
    mask, (batch, steps, _, units) = given.mask(setting), setting.shape
    w, u, b = given.weights

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    def step(x, h, c):
        if setting.kind == "SimpleRNN":
            return np.tanh(x @ w + h @ u + b), c
        if setting.kind == "LSTM":
            i, f, g, o = np.split(x @ w + h @ u + b, 4, axis=1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            return sigmoid(o) * np.tanh(c), c
        xz, xr, xh = np.split(x @ w + b[0], 3, axis=1)
        hz, hr, hh = np.split(h @ u + b[1], 3, axis=1)
        z = sigmoid(xz + hz)
        return z * h + (1 - z) * np.tanh(xh + sigmoid(xr + hr) * hh), c

    def run():
        h = c = np.zeros((batch, units), setting.dtype)
        for t in range(steps):
            after = step(given.x[:, t], h, c)
            if mask is None:
                h, c = after
            else:
                h, c = (np.where(mask[:, t, None], *pair) for pair in zip(after, (h, c)))
        return h

    return run


def _keras_layer(keras, setting: Setting, given: Arrays):
    layer = getattr(keras.layers, setting.kind)(setting.shape[3], dtype=setting.dtype)
    layer.build(given.x.shape)
    layer.set_weights(given.weights)
    return layer


def _tf_keras(setting: Setting, given: Arrays):
    tf = needed("tensorflow")
    with contextlib.suppress(RuntimeError):  # it has begun, with as many threads
        tf.config.threading.set_intra_op_parallelism_threads(setting.threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    mask = given.mask(setting)
    call = {} if mask is None else {"mask": tf.constant(mask)}
    return tf, _keras_layer(tf.keras, setting, given), tf.constant(given.x), call


def keras_eager(setting: Setting, given: Arrays) -> Callable[[], np.ndarray]:
    """`tf.keras`, called eagerly."""
    _, layer, x, call = _tf_keras(setting, given)
    return lambda: layer(x, **call).numpy()


def keras_function(setting: Setting, given: Arrays) -> Callable[[], np.ndarray]:
    """`tf.keras` in a `tf.function`."""
    tf, layer, x, call = _tf_keras(setting, given)
    function = tf.function(lambda x: layer(x, **call))
    return lambda: function(x).numpy()


def keras_on_numpy(setting: Setting, given: Arrays) -> Callable[[], np.ndarray]:
    """Keras 3 on its NumPy backend; in a process where `KERAS_BACKEND` says so."""
    layer, mask = _keras_layer(needed("keras"), setting, given), given.mask(setting)
    return lambda: np.asarray(layer(given.x, mask=mask))


def keras_on_jax(setting: Setting, given: Arrays) -> Callable[[], np.ndarray]:
    """Keras 3 on JAX, compiled; in a process where `KERAS_BACKEND` says so."""
    jax = needed("jax")
    jax.config.update("jax_enable_x64", setting.dtype == "float64")
    layer, mask = _keras_layer(needed("keras"), setting, given), given.mask(setting)
    state = [
        [variable.value for variable in variables]
        for variables in (layer.trainable_variables, layer.non_trainable_variables)
    ]
    function = jax.jit(lambda x: layer.stateless_call(*state, x, mask=mask)[0])
    return lambda: np.asarray(function(given.x))


def _onnx_model(setting: Setting, given: Arrays):
    """Return an ONNX model of one layer, whose gates ONNX orders otherwise."""
    onnx = needed("onnx")
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    cell = _cell(setting, given)
    tensors = dict(zip(ONNX.weights, converted(cell, ONNX)))
    if setting.masked:
        tensors["lengths"] = given.lengths.astype("int32")
    attributes = {"linear_before_reset": 1} if setting.kind == "GRU" else {}
    node = helper.make_node(
        ONNX.kinds[cell.kind].into,
        ["x", *tensors],
        ["", "h"],
        hidden_size=setting.shape[3],
        **attributes,
    )
    element = helper.np_dtype_to_tensor_dtype(np.dtype(setting.dtype))
    graph = helper.make_graph(
        [node],
        "layer",
        [helper.make_tensor_value_info("x", element, list(given.x.swapaxes(0, 1).shape))],
        [helper.make_tensor_value_info("h", element, None)],
        [numpy_helper.from_array(array, name) for name, array in tensors.items()],
    )
    opset = [helper.make_opsetid("", 14)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


def onnx_runtime(setting: Setting, given: Arrays) -> Callable[[], np.ndarray]:
    """ONNX Runtime, on a processor."""
    ort = needed("onnxruntime")
    options = ort.SessionOptions()
    options.intra_op_num_threads = setting.threads
    options.log_severity_level = 4
    model = _onnx_model(setting, given).SerializeToString()
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    x = np.ascontiguousarray(given.x.swapaxes(0, 1))
    return lambda: session.run(["h"], {"x": x})[0][0]


def onnx_reference(setting: Setting, given: Arrays) -> Callable[[], np.ndarray]:
    """The `ReferenceEvaluator` of ONNX."""
    if setting.masked:
        raise CannotRunError("has no sequence lengths")
    evaluator = needed("onnx.reference").ReferenceEvaluator(_onnx_model(setting, given))
    x = np.ascontiguousarray(given.x.swapaxes(0, 1))
    return lambda: evaluator.run(["h"], {"x": x})[0][0]


def pytorch(setting: Setting, given: Arrays) -> Callable[[], np.ndarray]:
    """PyTorch's layer; masked sequences are packed."""
    torch = needed("torch")
    torch.set_num_threads(setting.threads)
    cell = _cell(setting, given)
    make = getattr(torch.nn, TORCH.kinds[cell.kind].into.partition(".")[2])
    layer = make(setting.shape[2], setting.shape[3], batch_first=True)
    layer = layer.to(getattr(torch, setting.dtype))
    for name, array in zip(TORCH.weights, converted(cell, TORCH)):
        getattr(layer, name.format(layer=0)).data = torch.from_numpy(array)
    x = torch.from_numpy(given.x)
    pack = torch.nn.utils.rnn.pack_padded_sequence

    @torch.no_grad()
    def run():
        lengths = torch.from_numpy(given.lengths)
        fed = pack(x, lengths, True, enforce_sorted=False) if setting.masked else x
        _, state = layer(fed)
        return (state[0] if setting.kind == "LSTM" else state)[0].numpy()

    return run


def _cell(setting: Setting, given: Arrays) -> Cell:
    kind, gates = KINDS[setting.kind], "" if setting.kind == "SimpleRNN" else "sigmoid"
    return Cell(kind, setting.shape[3], "tanh", gates, setting.kind == "GRU", given.weights)


FLOOR, ORACLE = "bare products", "rnn_oracle"
RUNTIMES = {
    FLOOR: floor,
    ORACLE: reference,
    "textbook loop": textbook,
    "tf.keras, eager": keras_eager,
    "tf.keras, tf.function": keras_function,
    "Keras on NumPy": keras_on_numpy,
    "Keras on JAX": keras_on_jax,
    "ONNX Runtime": onnx_runtime,
    "ONNX ReferenceEvaluator": onnx_reference,
    "PyTorch": pytorch,
}
BACKENDS = {"Keras on NumPy": "numpy", "Keras on JAX": "jax"}
"""Runtimes that need a process of their own, since Keras has one backend in each."""
