"""Reads the graph of a functional model: which layer is called with what, where it is a chain."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from ..arithmetic import nest
from ..reference.errors import OracleValueError
from .origin import dialect_of


def chain(model: Any) -> list[Any]:
    """Return the layers of a functional model in the order in which they are called.

    Raises
    ------
    ValueError
        For a model that is no chain of layers, each called once in it, with the output of the
        one before and the mask that is attached to that, and with nothing else.
    """
    if len(model.outputs) != 1:
        raise OracleValueError(f"{model.name} is not a chain: it has other outputs")
    found: list[Any] = []
    tensor, inputs = model.outputs[0], model.inputs
    while len(inputs) != 1 or tensor is not inputs[0]:
        link, node, index = _origin(tensor)
        if link is None or type(link).__name__ == "InputLayer":
            raise OracleValueError(f"{model.name} is not a chain: it has other inputs")
        if link in found or index:
            more = "is called twice" if link in found else "returns more than its output"
            raise OracleValueError(f"{model.name} is not a chain: {link.name} {more}")
        found.append(link)
        tensor = _only_input(model, link, node)
    return found[::-1]


def is_mean_over_time(link: Any) -> bool:
    """Tell whether an operation is the mean over the second of three axes, and keeps none."""
    over_time = (1, -2, [1], (1,), [-2], (-2,))
    if type(link).__name__ == "Mean":
        return link.axis in over_time and not link.keepdims
    if type(link).__name__ == "TFOpLambda" and link.get_config()["function"] == "math.reduce_mean":
        call = _arguments(link, link._inbound_nodes[0])
        return call.get("axis") in over_time and not call.get("keepdims")
    if type(link).__name__ == "TensorFlowOpLayer":  # up to TensorFlow 2.3
        config = link.get_config()
        node, axis = config["node_def"], np.ravel(config["constants"].get(1)).tolist()
        return node["op"] == "Mean" and axis in over_time and not node["attr"]["keep_dims"]["b"]
    return False


def _origin(tensor: Any) -> tuple[Any, Any, int]:
    """Return the layer that made a tensor, the call that did, and which of its results it is."""
    layer, node, index = getattr(tensor, "_keras_history", (None, None, 0))
    return layer, layer and layer._inbound_nodes[node], index


def _only_input(model: Any, link: Any, node: Any) -> Any:
    """Return the one tensor that a layer is called with."""
    given = _arguments(link, node)
    x = given.pop(next(iter(given)))
    attached = getattr(x, "_keras_mask", None)
    more = [name for name, value in given.items() if not _says_nothing(link, name, value, attached)]
    if not is_mean_over_time(link) and (more or not hasattr(x, "_keras_history")):
        names = " and ".join(f"`{name}`" for name in more) or "other inputs"
        raise OracleValueError(
            f"{model.name} is not a chain: {link.name} is called with {names} beside the output "
            "of the layer before it"
        )
    return x


def _says_nothing(link: Any, name: str, value: Any, attached: Any) -> bool:
    """Tell whether an argument of a call does what leaving it out does."""
    if name == "mask":  # None takes the place of a mask that is attached in Keras 2 alone
        of_keras3 = dialect_of(link) == "keras3"
        return value is None and of_keras3 or _same(value, attached)
    return value is None or name == "training" and value is False


def _arguments(link: Any, node: Any) -> dict[str, Any]:
    """Return what a layer was called with in a functional model, by name, the input first."""
    if hasattr(node, "call_kwargs"):
        args, named = node.call_args, node.call_kwargs
    elif hasattr(node.arguments, "kwargs"):
        args, named = node.arguments.args, node.arguments.kwargs
    else:  # up to TensorFlow 2.2
        tensors = nest.as_list(node.input_tensors)
        args, named = (tensors[0] if len(tensors) == 1 else tensors,), node.arguments or {}
    names = list(inspect.signature(link.call).parameters)
    if type(link).__name__ == "TFOpLambda":
        names = ["input_tensor", "axis", "keepdims"]
    names += [f"argument {i}" for i in range(len(names), len(args))]
    return dict(zip(names, args), **dict(sorted(named.items(), key=lambda n: n[0] != names[0])))


def _same(tensor: Any, other: Any) -> bool:
    """Tell whether two masks are the same, or come of the same operations on the same input.

    A model of Keras 3 that is loaded or cloned makes the mask of `Masking` and `Embedding` twice.
    """
    if tensor is other or isinstance(tensor, (int, float)) and tensor == other:
        return True
    (operation, node, _), (its, its_node, _) = _origin(tensor), _origin(other)
    if type(operation).__name__ not in ("Any", "NotEqual") or type(operation) is not type(its):
        return False
    if getattr(operation, "axis", None) != getattr(its, "axis", None):
        return False
    return all(map(_same, node.arguments.args, its_node.arguments.args))
