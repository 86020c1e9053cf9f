"""The configuration of a saved model, checked: which layers there are, and what calls what."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, NamedTuple

from ..arithmetic import nest
from .errors import ModelFileError

MODELS = ("Sequential", "Functional", "Model")
"""Classes that hold layers; up to TensorFlow 2.2 a functional model is a ``Model``."""
DEEPEST = 32
"""How many layers may be in one another."""
MOST_LAYERS = 10_000


class Entry(NamedTuple):
    """What a configuration says of a layer.

    Attributes
    ----------
    kind : str
        The name of its class.
    name : str
    config : dict
        The arguments of its constructor.
    where : str
        Names the file and the layers that it is in.
    registered : str or None
        The name under which a class of the user's own was registered.
    calls : list
        What it is called with in a functional model, as it is written there.
    is_operation : bool
        Whether it is a bare operation, and no layer.
    """

    kind: str
    name: str
    config: dict[str, Any]
    where: str
    registered: str | None = None
    calls: Any = ()
    is_operation: bool = False

    def wrong(self, what: str) -> ModelFileError:
        """Return the error that says what is wrong with the layer, and where it stands."""
        return ModelFileError(f"{self.where}: {self.name} ({self.kind}) {what}")

    @property
    def inside(self) -> str:
        """What names the layers in it."""
        return f"{self.where}: {self.name}"

    def inner(self, key: str) -> Entry:
        """Return what the argument of that name, which is a layer or a cell, says."""
        return self.inner_value(self.config.get(key), f"`{key}`")

    def all_inner(self, key: str) -> list[Entry]:
        """Return what the argument of that name, a list of layers or cells, says."""
        found = self.config.get(key)
        if not isinstance(found, list):
            raise self.wrong(f"must have a list of layers as `{key}`, not {_short(found)}")
        if len(found) > MOST_LAYERS:
            raise self.wrong(f"has {len(found)} layers, more than {MOST_LAYERS}")
        return [self.inner_value(each, f"each of `{key}`") for each in found]

    def inner_value(self, given: Any, what: str) -> Entry:
        """Return what the configuration of a layer that is in this one says."""
        if self.where.count(": ") >= DEEPEST:
            raise self.wrong(f"has layers in one another more than {DEEPEST} deep")
        try:
            return entry_of(given, self.inside)
        except ModelFileError as error:
            raise self.wrong(f"has no layer in {what}: {error}") from error


def entry_of(given: Any, where: str) -> Entry:
    """Return what the configuration of a layer says.

    Raises
    ------
    ModelFileError
        For what is no configuration of a layer.
    """
    if not isinstance(given, dict) or not isinstance(given.get("class_name"), str):
        raise ModelFileError(f"{where}: a layer must have a `class_name`, unlike {_short(given)}")
    kind, config = given["class_name"], given.get("config")
    if kind == "Sequential" and isinstance(config, list):  # up to Keras 2.2.2
        config = {"layers": config}
    if not isinstance(config, dict):
        raise ModelFileError(f"{where}: {kind} must have a `config` of arguments")
    name = given.get("name", config.get("name", kind.lower()))
    if not isinstance(name, str) or not 0 < len(name) <= 1000:
        raise ModelFileError(f"{where}: {kind} must have a `name` that is a string")
    module, registered = given.get("module"), given.get("registered_name")
    return Entry(
        kind.rpartition(">")[2],
        name,
        config,
        where,
        registered if isinstance(registered, str) else kind,
        given.get("inbound_nodes", ()),
        isinstance(module, str) and ".ops" in module,
    )


@dataclasses.dataclass(frozen=True)
class Tensor:
    """What a call gives: by the name of the layer, the number of its call, and of the result."""

    layer: str
    call: int
    result: int


class Call(NamedTuple):
    """What a layer is called with: `Tensor` and other values, nested; the input is the first."""

    args: list[Any]
    kwargs: dict[str, Any]


def calls_of(entry: Entry) -> list[Call]:
    """Return the calls of a layer in a functional model.

    Raises
    ------
    ModelFileError
        For what neither generation of Keras writes down.
    """
    if not isinstance(entry.calls, (list, tuple)) or len(entry.calls) > MOST_LAYERS:
        raise entry.wrong("must have a list of calls as `inbound_nodes`")
    return [_call(call, entry) for call in entry.calls]


def _call(call: Any, entry: Entry) -> Call:
    if isinstance(call, dict) and isinstance(call.get("args"), list):
        args = [_of_keras3(value) for value in call["args"]]
        named = call.get("kwargs", {})
        return Call(args, {name: _of_keras3(value) for name, value in named.items()})
    named = {}

    def tensor(tree: Any) -> Any:
        if _is_tensor(tree):
            if len(tree) == 4 and isinstance(tree[3], dict):
                named.update(tree[3])
            return Tensor(*tree[:3])
        if isinstance(tree, dict):
            return {key: tensor(tree[key]) for key in tree}
        if not isinstance(tree, list):
            raise entry.wrong(f"is called with {_short(tree)}, which names no tensor")
        return [tensor(branch) for branch in tree]

    x = tensor(call)
    if isinstance(x, list) and len(x) == 1:
        x = x[0]
    return Call([x], {name: _of_keras2(value) for name, value in named.items()})


def _is_tensor(tree: Any) -> bool:
    """Tell whether it is ``[layer, call, result]``, with what else the call is given or without."""
    return (
        isinstance(tree, list)
        and len(tree) in (3, 4)
        and isinstance(tree[0], str)
        and all(type(number) is int and number >= 0 for number in tree[1:3])
    )


def _of_keras2(value: Any) -> Any:
    if _is_tensor(value):
        return Tensor(*value[:3])
    if isinstance(value, list):
        return [_of_keras2(branch) for branch in value]
    return value


def _of_keras3(value: Any) -> Any:
    if isinstance(value, dict):
        config = value.get("config")
        if value.get("class_name") == "__keras_tensor__" and isinstance(config, dict):
            history: Any = config.get("keras_history")
            return Tensor(*history[:3]) if _is_tensor(history) else value
        if value.get("class_name") == "__tuple__":
            return tuple(map(_of_keras3, value.get("items", ())))
        return {key: _of_keras3(value[key]) for key in value}
    return [_of_keras3(branch) for branch in value] if isinstance(value, list) else value


def ends_of(entry: Entry, key: str) -> Any:
    """Return the tensors that are a functional model's `input_layers` or `output_layers`, nested.

    A list of one output is that one.
    """
    found = _of_keras2(entry.config.get(key))
    if isinstance(found, dict):
        found = {name: _of_keras2(found[name]) for name in found}
    leaves = nest.flatten(found)
    if not leaves or not all(isinstance(leaf, Tensor) for leaf in leaves):
        raise entry.wrong(f"must name tensors as `{key}`, not {_short(entry.config.get(key))}")
    alone = isinstance(found, list) and len(found) == 1 and key == "output_layers"
    return found[0] if alone else found


def _short(value: Any) -> str:
    return re.sub(r"\s+", " ", repr(value))[:80]
