"""`from_keras`: copy configuration and weights out of a live Keras object, of either generation."""

from __future__ import annotations

from typing import Any

from ..reference import bidirectional, cells, functional, recurrent, surrounding
from ..reference.dialects import DIALECTS
from ..reference.errors import OracleTypeError, OracleValueError
from . import building
from .arguments import FUNCTIONS, arguments_of, off
from .configuration import Entry
from .extended_classes import check_sizes, let_begin, weights_of
from .graph import is_mean_over_time, model_of
from .origin import dialect_of, keras_class
from .own_activations import activation_of

_DROPPED = ("name", "dtype")
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
    """Return the oracle's copy of a Keras cell, layer or model.

    Parameters
    ----------
    layer : object of `keras`, `tf_keras` or `tf.keras`
        A cell, a recurrent layer, `Bidirectional`, one of the layers around of SPEC.md, or a
        `Sequential` or functional model of them. A
        functional one may have several inputs and outputs, and wire states into the
        `initial_state` of a recurrent layer; layers may be called twice, and models be nested. It
        must have been built, so that there are weights to copy.
        A user's class that extends one of these is copied as what it extends, but begins with
        what its own `get_initial_state` returns (rule S3), which the copy calls each time.
    dtype : str, optional
        What the copy computes in: ``"float64"`` (the default) or ``"float32"``.

    Returns
    -------
    Module, Sequential or Functional
        `Functional` for a model that is not a chain. In the dialect of the generation that
        `layer` belongs to. A stateful layer's copy begins with no recorded state.

    Raises
    ------
    TypeError
        For an object that is none of these, also in a model; it names the class.
    ValueError
        For a layer that is not built yet, a model that calls a layer with something else than
        inputs, states and the masks that are attached to them, a cell whose class has
        another `state_size` or `output_size` than what it extends, or an option that changes the
        forward pass and that the oracle does not have.

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
    if name in building.PLAIN:
        return _weighted(_around(layer, name, dtype), layer)
    if name == "StackedRNNCells":
        return _stack(layer, dtype, {})
    if name == "RNN":
        return _rnn(layer, dtype)
    if name == "TimeDistributed":
        return _time_distributed(layer, dtype)
    if name == "Bidirectional":
        return _bidirectional(layer, dtype)
    if name == "Sequential":
        return surrounding.Sequential([_link(link, dtype) for link in layer.layers])
    if name == "Functional" or _is_early_functional(layer, name):
        return model_of(layer, lambda link: _link(link, dtype))
    known = sorted(building.PLAIN) + ["Bidirectional", "RNN", "StackedRNNCells", "TimeDistributed"]
    raise OracleTypeError(
        f"from_keras cannot copy {type(layer).__module__}.{type(layer).__name__}: it knows "
        f"{', '.join(known)}, and a user's own cell has to be written in NumPy and given to "
        "rnn_oracle.RNN"
    )


def _is_early_functional(layer: Any, name: str) -> bool:
    """Tell whether it is a functional model as up to TensorFlow 2.2, without a class of its own."""
    return name == "Model" and getattr(layer, "_is_graph_network", False)


def _plain(layer: Any, name: str, dtype: Any) -> Any:
    dialect = dialect_of(layer)
    # Without the functions: Keras writes down their names only, and fails at some.
    functions = ("activation", "recurrent_activation")
    holder = getattr(layer, "cell", layer)
    kept = {key: getattr(holder, key) for key in functions if hasattr(holder, key)}
    try:
        kind: Any = keras_class(layer)  # a user's own class may write down something else
        config = kind.get_config(layer)
        config = {k: v for k, v in config.items() if k not in _DROPPED + functions}
    except (TypeError, ValueError):
        own = getattr(_PLAIN[name], "cell_class", _PLAIN[name]).arguments
        options = [key for key in own + recurrent.RNN.options if hasattr(layer, key)]
        config = {key: getattr(layer, key) for key in options if key not in functions}
    config = {k: v for k, v in config.items() if k not in _ignored(layer, config)}
    config.update({key: activation_of(layer, function) for key, function in kept.items()})
    copy = _PLAIN[name](name=layer.name, dtype=dtype, dialect=dialect, **config)
    if holder is not layer:
        let_begin(copy.cell, holder)
    if hasattr(holder, "state_size"):
        check_sizes(getattr(copy, "cell", copy), holder)
        let_begin(copy, layer)
    return copy


def _around(layer: Any, name: str, dtype: Any) -> Any:
    """Return the copy of a layer that stands around recurrent ones, as a file of it would be."""
    original: Any = keras_class(layer)  # a user's own class may write down something else
    config = original.get_config(layer)
    if getattr(layer, "causal", False):  # which late releases of Keras 2 do not write down
        config["causal"] = True
    entry = Entry(name, layer.name, config, "from_keras")
    dialect, kind = DIALECTS[dialect_of(layer)], building.PLAIN[name]
    arguments = arguments_of(entry, kind, dialect, lambda value, _: value)
    for function in set(FUNCTIONS) & set(arguments):  # whose names alone are written down
        arguments[function] = activation_of(layer, getattr(layer, function))
    return kind(**arguments, name=layer.name, dtype=dtype, dialect=dialect)


def _ignored(layer: Any, config: dict[str, Any]) -> list[str]:
    """Name the settings that say nothing: absent features, at the value that turns them off."""
    settings = dict(off(DIALECTS[dialect_of(layer)]))
    settings["batch_input_shape"] = config.get("batch_input_shape")
    return [name for name in settings if name in config and config[name] == settings[name]]


def _weighted(copy: Any, layer: Any) -> Any:
    if hasattr(copy, "set_weights") and (copy.weight_shapes() or layer.weights):
        _check_built(layer)
        copy.set_weights(weights_of(copy, layer))
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
    given = {name: getattr(layer, name) for name in options}
    cell = from_keras(layer.cell, dtype)
    return let_begin(recurrent.RNN(cell, name=layer.name, dialect=dialect, **given), layer)


def _stack(stack: Any, dtype: Any, copies: dict[int, Any]) -> cells.StackedRNNCells:
    """Copy a stack, each cell once (rule C6); its states must be in the order of the cells.

    `copies` has those that there are, by the id of the cell.
    """
    if getattr(stack, "reverse_state_order", False):
        raise OracleValueError(f"{stack.name} has reverse_state_order=True (rule D8)")
    made = []
    for cell in stack.cells:
        if keras_class(cell).__name__ == "StackedRNNCells":
            made.append(_stack(cell, dtype, copies))
            continue
        if id(cell) not in copies:
            copies[id(cell)] = from_keras(cell, dtype)
        made.append(copies[id(cell)])
    return let_begin(cells.StackedRNNCells(made), stack)


def _time_distributed(layer: Any, dtype: Any) -> surrounding.TimeDistributed:
    inner = from_keras(layer.layer, dtype)
    if isinstance(inner, functional.Functional):
        raise OracleValueError(f"{layer.name} runs {inner.name}, a model that is not a chain")
    return surrounding.TimeDistributed(inner, name=layer.name)


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


def _link(link: Any, dtype: Any) -> Any:
    if is_mean_over_time(link):
        return surrounding.MeanOverTime(dtype=dtype, dialect=dialect_of(link))
    if type(link).__name__.endswith("OpLambda"):  # any operation of Keras 2
        raise OracleTypeError(f"from_keras cannot copy the operation {link.name}")
    return from_keras(link, dtype)
