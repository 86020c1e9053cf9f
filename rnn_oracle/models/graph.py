"""Reads the graph of a functional model: which layer is called with what."""

from __future__ import annotations

import inspect
from typing import Any, Callable

import numpy as np

from ..arithmetic import nest
from ..reference.attention import Attending
from ..reference.bidirectional import Bidirectional
from ..reference.conv_lstm import ConvLSTM
from ..reference.errors import OracleValueError
from ..reference.functional import Functional, Node
from ..reference.recurrent import RNN
from ..reference.surrounding import Sequential
from .attention_calls import gathered, options_of
from .origin import dialect_of


def model_of(model: Any, copy_of: Callable[[Any], Any]) -> Sequential | Functional:
    """Return the copy of a functional model: a `Sequential` if it is a chain of layers.

    Parameters
    ----------
    model : functional model of Keras
    copy_of : callable
        Returns the copy of a layer, or raises TypeError for one that the oracle does not know.

    Raises
    ------
    ValueError
        For a layer that is called with more than its input, its initial states and the mask that
        is attached to its input; for a result that does not come of the inputs, or that is one;
        for a stateful layer that is called twice.
    """
    inputs, outputs = _ends(model)
    names = {_key(tensor): _origin(tensor)[0].name for tensor in nest.flatten(inputs)}
    nodes: list[Node] = []
    copies: dict[int, Any] = {}

    def name_of(tensor: Any) -> str:
        key = _key(tensor)
        if key not in names:
            link, node, _ = _origin(tensor)
            if link is None or type(link).__name__ == "InputLayer":
                raise OracleValueError(f"{model.name} has a layer that takes none of its inputs")
            is_first = id(link) not in copies
            if is_first:
                copies[id(link)] = copy_of(link)
            copy = copies[id(link)]
            taken, options = _taken(model, link, node, copy)
            named = {key: nest.map_structure(name_of, tree) for key, tree in taken.items()}
            if not is_first and _keeps_states(copy):
                raise OracleValueError(f"{model.name} calls {link.name} twice, which is stateful")
            call = link.name if is_first else f"{link.name}, call {key[1] + 1}"
            gives = [f"{call}: {index}" for index, _ in enumerate(nest.flatten(_results(node)))]
            names.update({key[:2] + (index,): name for index, name in enumerate(gives)})
            nodes.append(Node(copy, gives=gives, options=options or None, **named))
        return names[key]

    found = nest.map_structure(name_of, outputs)
    given = nest.map_structure(name_of, inputs)
    if _is_chain(given, nodes, found):
        return Sequential([node.layer for node in nodes])
    if set(nest.flatten(found)) & set(nest.flatten(given)):
        raise OracleValueError(f"{model.name} returns one of its inputs as it is")
    return Functional(given, nodes, found, name=model.name)


def _ends(model: Any) -> tuple[Any, Any]:
    """Return the inputs and the outputs of a model, nested as those of its call."""
    if hasattr(model, "_nested_outputs"):
        return model._nested_inputs, model._nested_outputs
    inputs, outputs = model._inputs_struct, model._outputs_struct
    is_single = isinstance(outputs, (list, tuple)) and len(outputs) == 1
    return inputs, outputs[0] if is_single else outputs


def _is_chain(inputs: Any, nodes: list[Node], outputs: Any) -> bool:
    """Tell whether each layer takes what the one before returns, and that alone."""
    if isinstance(inputs, dict) or len(nest.flatten(inputs)) != 1:
        return False
    ends = nest.flatten(inputs) + [node.gives[0] for node in nodes]
    follows = [
        node.x == before and node.initial_state is None and len(node.gives) == 1
        for before, node in zip(ends, nodes)
    ]
    once = len({id(node.layer) for node in nodes}) == len(nodes)
    return all(follows) and once and outputs == ends[-1]


def _keeps_states(copy: Any) -> bool:
    return any(map(_keeps_states, getattr(copy, "layers", []))) or getattr(copy, "stateful", False)


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


def _key(tensor: Any) -> tuple[int, int, int]:
    """Return what tells a tensor of a model from all others."""
    layer, node, index = tensor._keras_history
    return id(layer), node, index


def _results(node: Any) -> Any:
    return node.outputs if hasattr(node, "outputs") else node.output_tensors


def _taken(model: Any, link: Any, node: Any, copy: Any) -> tuple[dict[str, Any], dict[str, bool]]:
    """Return what a layer is called with: the tensors as a `Node` names them, and the options."""
    given = _arguments(link, node)
    x = given.pop(next(iter(given)))
    taken, options = {}, {}
    if isinstance(copy, (RNN, Bidirectional, ConvLSTM)):
        taken["initial_state"] = given.pop("initial_state", None)
        if isinstance(x, list):  # as Keras 2 has it
            x, *taken["initial_state"] = x
    if isinstance(copy, Attending):
        x, options = gathered(x, given), options_of(given, link.name)
        taken["attention_mask"] = given.pop("attention_mask", None)
    more = [f"`{name}`" for name, value in given.items() if not _says_nothing(link, name, value, x)]
    more += [f"`{name}`" for name, tensors in taken.items() if not _in_model(tensors)]
    if nest.is_nested(x) and not _takes_several(copy):
        more.append("several inputs")
    if not _in_model(x):
        more.append("numbers")
    if more and not is_mean_over_time(link):
        names = " and ".join(more)
        raise OracleValueError(
            f"{model.name} cannot be copied: {link.name} is called with {names}, but beside its "
            "input there may only be an `initial_state` that comes of the model"
        )
    taken = {name: tensors for name, tensors in taken.items() if tensors is not None}
    return dict(taken, x=x), options


def _takes_several(copy: Any) -> bool:
    return isinstance(copy, Functional) or getattr(copy, "takes_several", False)


def _in_model(tensors: Any) -> bool:
    """Tell whether tensors are those of a model, as against numbers; None will do."""
    leaves = [] if tensors is None else nest.flatten(tensors)
    return all(hasattr(leaf, "_keras_history") for leaf in leaves)


def _says_nothing(link: Any, name: str, value: Any, x: Any) -> bool:
    """Tell whether an argument of a call on x does what leaving it out does."""
    if name == "mask":  # None takes the place of a mask that is attached in Keras 2 alone
        tensors = nest.flatten(x)
        if hasattr(link, "layers") and any(type(one).__name__ == "Tensor" for one in tensors):
            return False  # up to TensorFlow 2.3 a model attaches it to its input, in place of all
        of_keras3 = dialect_of(link) == "keras3"
        if value is None and of_keras3:
            return True
        attached = nest.map_structure(lambda tensor: getattr(tensor, "_keras_mask", None), x)
        # A model that is called in another has a mask for each of its inputs.
        return nest.same_structure(value, attached) and all(
            map(_same, nest.flatten(value), nest.flatten(attached))
        )
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
