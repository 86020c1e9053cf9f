"""`from_keras`: copy configuration and weights out of a live Keras object, of either generation."""

from __future__ import annotations

import functools
import sys
from typing import Any

import numpy as np

from ..arithmetic.tracked_arrays import applied
from ..reference import bidirectional, cells, recurrent, surrounding
from ..reference.dialects import DIALECTS
from ..reference.errors import OracleTypeError, OracleValueError

_DROPPED = ("name", "dtype")
_PACKAGES = ("keras", "tf_keras", "tensorflow", "tensorflow_core")
"""Where Keras lives; the last in TensorFlow 1.15 and 2.1."""
_PLAIN = {
    name: getattr(module, name)
    for module, names in (
        (cells, ("SimpleRNNCell", "LSTMCell", "GRUCell")),
        (recurrent, ("SimpleRNN", "LSTM", "GRU")),
        (surrounding, ("Embedding", "Masking", "Dense", "Flatten", "GlobalAveragePooling1D")),
    )
    for name in names
}


def from_keras(layer: Any, dtype: Any = None) -> Any:
    """Return the oracle's copy of a Keras cell, layer or chain.

    Parameters
    ----------
    layer : object of `keras`, `tf_keras` or `tf.keras`
        A cell, a recurrent layer, `Bidirectional`, one of the layers of
        `rnn_oracle.reference.surrounding`, or a `Sequential` or functional model
        that is a plain chain of them. It must have been built, so that there are weights to copy.
        A user's class that extends one of these is copied as what it extends.
    dtype : str, optional
        What the copy computes in: ``"float64"`` (the default) or ``"float32"``.

    Returns
    -------
    Module or Sequential
        In the dialect of the generation that `layer` belongs to. A stateful layer's copy
        begins with no recorded state.

    Raises
    ------
    TypeError
        For an object that is none of these; it names the class.
    ValueError
        For a layer that is not built yet, a model that is no chain, or an option that
        changes the forward pass and that the oracle does not have.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle import from_keras
    >>> x = np.ones((4, 5, 3), "float32")
    >>> layer = keras.layers.LSTM(2)  # of keras, tf_keras or tf.keras
    >>> y = np.asarray(layer(x))
    >>> np.allclose(from_keras(layer)(x), y, rtol=1e-5)
    True
    """
    name = keras_class(layer).__name__
    if name in _PLAIN:
        return _weighted(_plain(layer, name, dtype), layer)
    if name == "StackedRNNCells":
        return cells.StackedRNNCells([from_keras(cell, dtype) for cell in _inner(layer)])
    if name == "RNN":
        return _rnn(layer, dtype)
    if name == "TimeDistributed":
        return surrounding.TimeDistributed(from_keras(layer.layer, dtype), name=layer.name)
    if name == "Bidirectional":
        return _bidirectional(layer, dtype)
    if name in ("Sequential", "Functional") or _is_early_functional(layer, name):
        return surrounding.Sequential([_link(link, dtype) for link in _chain(layer)])
    known = sorted(_PLAIN) + ["Bidirectional", "RNN", "StackedRNNCells", "TimeDistributed"]
    raise OracleTypeError(
        f"from_keras cannot copy {type(layer).__module__}.{type(layer).__name__}: it knows "
        f"{', '.join(known)}, and a user's own cell has to be written in NumPy and given to "
        "rnn_oracle.RNN"
    )


def _is_early_functional(layer: Any, name: str) -> bool:
    """Tell whether it is a functional model as up to TensorFlow 2.2, without a class of its own."""
    return name == "Model" and getattr(layer, "_is_graph_network", False)


def keras_class(layer: Any) -> type:
    """Return the class of an object, or the first that it extends and that is Keras's own."""
    own = [kind for kind in type(layer).__mro__ if _package(kind) in _PACKAGES]
    return own[0] if own else type(layer)


def _package(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def dialect_of(layer: Any) -> str:
    """Return the name of the dialect of the Keras generation that an object belongs to."""
    package = _package(keras_class(layer))
    if package == "keras":
        version = getattr(sys.modules.get("keras"), "__version__", "2")
        return "keras3" if int(version.partition(".")[0]) >= 3 else "keras2"
    if package in _PACKAGES:
        release = getattr(sys.modules.get("tensorflow"), "__version__", "2")
        return "keras2_v1" if release.startswith("1.") else "keras2"
    raise OracleTypeError(f"{type(layer).__name__} is not a Keras object")


def _plain(layer: Any, name: str, dtype: Any) -> Any:
    dialect = dialect_of(layer)
    # Without the functions: Keras writes down their names only, and fails at some.
    functions = ("activation", "recurrent_activation")
    holder = getattr(layer, "cell", layer)
    kept = {key: getattr(holder, key) for key in functions if hasattr(holder, key)}
    try:
        config = {k: v for k, v in layer.get_config().items() if k not in _DROPPED + functions}
    except (TypeError, ValueError):
        own = getattr(_PLAIN[name], "cell_class", _PLAIN[name]).arguments
        options = [key for key in own + recurrent.RNN.options if hasattr(layer, key)]
        config = {key: getattr(layer, key) for key in options if key not in functions}
    config = {k: v for k, v in config.items() if k not in _ignored(layer, config)}
    config.update({key: _activation(function, dialect) for key, function in kept.items()})
    return _PLAIN[name](name=layer.name, dtype=dtype, dialect=dialect, **config)


def _ignored(layer: Any, config: dict[str, Any]) -> list[str]:
    """Name the settings that say nothing: absent features, at the value that turns them off."""
    off = {
        "time_major": False,
        "ragged": False,
        "keepdims": False,
        "data_format": "channels_last",
        "lora_rank": None,
        "lora_alpha": None,
        "quantization_config": None,
        "num_constants": 0,
        "input_length": None,
        "batch_input_shape": config.get("batch_input_shape"),
    }
    if DIALECTS[dialect_of(layer)].time_major:
        del off["time_major"]
    return [name for name, value in off.items() if name in config and config[name] == value]


def _activation(function: Any, dialect: str) -> Any:
    """Return the name of one of Keras's own activations, else the function, fed with arrays."""
    name = getattr(function, "__name__", None)
    name = "log_softmax" if name == "log_softmax_v2" else name  # so called up to TensorFlow 2.12
    package = getattr(function, "__module__", "").partition(".")[0]
    if package in _PACKAGES and name in DIALECTS[dialect].activations:
        return name
    return functools.partial(applied, function)


def _weighted(copy: Any, layer: Any) -> Any:
    if hasattr(copy, "set_weights"):
        _check_built(layer)
        copy.set_weights(layer.get_weights())
    return copy


def _check_built(layer: Any) -> None:
    if not layer.built or not layer.weights:
        raise OracleValueError(
            f"{layer.name} has no weights yet: call it once, or build it, before from_keras"
        )


def _rnn(layer: Any, dtype: Any) -> recurrent.RNN:
    _check_built(layer)
    dialect = dialect_of(layer)
    options = recurrent.RNN.options + (("time_major",) if DIALECTS[dialect].time_major else ())
    inner = layer.cell
    stacked = keras_class(inner).__name__ == "StackedRNNCells"
    cell = [from_keras(c, dtype) for c in _inner(inner)] if stacked else from_keras(inner, dtype)
    given = {name: getattr(layer, name) for name in options}
    return recurrent.RNN(cell, name=layer.name, dialect=dialect, **given)


def _inner(stack: Any) -> list[Any]:
    """Return the cells of a stack, the states of which must be in the order of the cells."""
    if getattr(stack, "reverse_state_order", False):
        raise OracleValueError(f"{stack.name} has reverse_state_order=True (rule D8)")
    return stack.cells


def _bidirectional(layer: Any, dtype: Any) -> bidirectional.Bidirectional:
    forward, backward = (
        from_keras(layer.forward_layer, dtype),
        from_keras(layer.backward_layer, dtype),
    )
    copy = bidirectional.Bidirectional(
        forward, merge_mode=layer.merge_mode, backward_layer=backward, name=layer.name
    )
    copy.set_weights(forward.get_weights() + backward.get_weights())
    return copy


def _chain(model: Any) -> list[Any]:
    """Return the layers of a model in order, or raise ValueError where it is no chain."""
    if keras_class(model).__name__ == "Sequential":
        return model.layers
    nodes = getattr(model, "operations", model.layers)
    chain = [node for node in nodes if type(node).__name__ != "InputLayer"]
    output = model.inputs[0] if len(model.inputs) == 1 else None
    for node in chain:
        alone = output is not None and len(node._inbound_nodes) == 1
        if not alone or node.input is not output or "initial_state" in _arguments(node):
            raise OracleValueError(
                f"{model.name} is not a chain: {node.name} does not take the output of the "
                "layer before it, and nothing else"
            )
        output = node.output
    if len(model.outputs) != 1 or model.outputs[0] is not output:
        raise OracleValueError(f"{model.name} is not a chain: it has other outputs")
    return chain


def _arguments(node: Any) -> dict[str, Any]:
    """Return the arguments that an operation of a functional model was called with, by name."""
    (call,) = node._inbound_nodes
    if hasattr(call, "call_kwargs"):
        args, named = call.call_args, call.call_kwargs
    elif hasattr(call.arguments, "kwargs"):
        args, named = call.arguments.args, call.arguments.kwargs
    else:  # up to TensorFlow 2.2
        args, named = (call.input_tensors,), call.arguments or {}
    named = {name: value for name, value in named.items() if value is not None}
    return dict(zip(("input", "axis"), args), **named)


def _link(link: Any, dtype: Any) -> Any:
    if _is_mean_over_time(link):
        return surrounding.MeanOverTime(dtype=dtype, dialect=dialect_of(link))
    return from_keras(link, dtype)


def _is_mean_over_time(link: Any) -> bool:
    over_time = (1, -2, [1], (1,), [-2], (-2,))
    if type(link).__name__ == "Mean":
        return link.axis in over_time and not link.keepdims
    if type(link).__name__ == "TFOpLambda" and link.get_config()["function"] == "math.reduce_mean":
        call = _arguments(link)
        return call.get("axis") in over_time and not call.get("keepdims")
    if type(link).__name__ == "TensorFlowOpLayer":  # up to TensorFlow 2.3
        config = link.get_config()
        node, axis = config["node_def"], np.ravel(config["constants"].get(1)).tolist()
        return node["op"] == "Mean" and axis in over_time and not node["attr"]["keep_dims"]["b"]
    return False
