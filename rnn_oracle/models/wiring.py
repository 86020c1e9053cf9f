"""Puts the layers of a saved model together: a chain, or the graph that its configuration tells."""

from __future__ import annotations

import collections
from typing import Any, Iterable

from ..arithmetic import nest
from ..reference.attention import Attending
from ..reference.bidirectional import Bidirectional
from ..reference.conv_lstm import ConvLSTM
from ..reference.errors import OracleError
from ..reference.functional import Functional, Node
from ..reference.recurrent import RNN
from .attention_calls import PLACES, gathered, options_of
from .configuration import MODELS, Call, Entry, Tensor, calls_of, ends_of
from .operations import Operation

_BY_PLACE = {
    True: ("initial_state", "mask", "training"),
    False: ("mask", "training", "initial_state", "constants"),
}
"""The arguments of a recurrent layer's call after its input: in Keras 3, and before."""
_FIRST = ("inputs", "sequences", "query")


def wired(entry: Entry, parts: list[Any], of_keras3: bool) -> Functional:
    """Return the model of the layers of a configuration.

    Parameters
    ----------
    entry : Entry
        That of the model.
    parts : list of rnn_oracle.models.building.Part
        Those of its layers but the inputs, in order.
    of_keras3 : bool
        Which generation has written the configuration.

    Raises
    ------
    ModelFileError
        For what names a layer or a call that is not there, for a cycle, and for a layer that is
        called with what the reference does not know.
    """
    try:
        if entry.kind == "Sequential":
            return _chain(entry, parts)
        return _Graph(entry, parts, of_keras3).model()
    except OracleError as error:
        raise error if error.args[0].startswith(entry.where) else entry.wrong(f"{error}") from error


def _chain(entry: Entry, parts: list[Any]) -> Functional:
    inputs = [inner.name for inner in entry.all_inner("layers") if inner.kind == "InputLayer"]
    if not parts:
        raise entry.wrong("has no layers")
    begins = ends = inputs[0] if inputs else "input"
    nodes = []
    for part in parts:
        if results_of(part.layer) != 1:
            raise part.entry.wrong("returns more than one array, which no chain passes on")
        nodes.append(Node(part.layer, ends, [f"{part.entry.name}: 0"]))
        ends = nodes[-1].gives[0]
    return Functional([begins], nodes, ends, name=entry.name)


def results_of(layer: Any, options: Any = None) -> int:
    """Return how many arrays a layer returns in a call with these options."""
    if options and options.get("return_attention_scores"):
        return 2
    if isinstance(layer, Functional):
        return len(nest.flatten(layer.outputs))
    sides = layer.parts() if isinstance(layer, Bidirectional) else [layer]
    outputs = 2 if getattr(layer, "merge_mode", "concat") is None else 1
    if not getattr(layer, "return_state", False):
        return outputs
    return outputs + sum(len(nest.flatten(side.state_size)) for side in sides)


class _Graph:
    """Turns the calls of a configuration into nodes, each after those that it takes tensors of."""

    def __init__(self, entry: Entry, parts: list[Any], of_keras3: bool) -> None:
        self.entry, self.of_keras3 = entry, of_keras3
        self.parts = {part.entry.name: part for part in parts}
        if len(self.parts) != len(parts):
            raise entry.wrong("has two layers of one name")
        inner = entry.all_inner("layers")
        self.inputs = {each.name for each in inner if each.kind == "InputLayer"}
        self.calls = {name: calls_of(part.entry) for name, part in self.parts.items()}
        self.outputs = ends_of(entry, "output_layers")
        taken = [t for calls in self.calls.values() for call in calls for t in _tensors(call)]
        self._first_inside = self._first_calls(taken, is_output=False)
        self._first_outside = self._first_calls(nest.flatten(self.outputs), is_output=True)

    def _first_calls(self, tensors: Iterable[Tensor], is_output: bool) -> dict[str, int]:
        """Return by which number the first call of each layer goes.

        A model in the model has a call of its own in Keras, from when it was made, which counts
        in Keras 2; in Keras 3 it counts where a functional one gives an output of the outer one.
        """
        numbers = collections.defaultdict(set)
        for tensor in tensors:
            numbers[tensor.layer].add(tensor.call)
        first = {}
        for name, found in numbers.items():
            kind = self.parts[name].entry.kind if name in self.parts else ""
            counts = not self.of_keras3 or is_output and kind != "Sequential"
            last = max(found) == len(self.calls.get(name, ()))
            first[name] = int(kind in MODELS and (last or counts and 0 not in found))
        return first

    def model(self) -> Functional:
        """Return the model."""
        given = nest.map_structure(self._input, ends_of(self.entry, "input_layers"))
        nodes = self._in_order()
        found = nest.map_structure(lambda t: self._name(t, self._first_outside), self.outputs)
        return Functional(given, nodes, found, name=self.entry.name)

    def _input(self, tensor: Tensor) -> str:
        if tensor.layer not in self.inputs:
            raise self.entry.wrong(f"has no input {tensor.layer[:80]}")
        return tensor.layer

    def _in_order(self) -> list[Node]:
        """Return the nodes in an order in which they can be computed."""
        waits: dict[tuple[str, int], int] = {}
        waiting = collections.defaultdict(list)
        for name, calls in self.calls.items():
            for number, call in enumerate(calls):
                producers = {self._call(t) for t in _tensors(call) if t.layer not in self.inputs}
                waits[name, number] = len(producers)
                for producer in producers:
                    waiting[producer].append((name, number))
        ready = collections.deque(key for key, count in waits.items() if not count)
        nodes = []
        while ready:
            key = ready.popleft()
            nodes.append(self._node(*key))
            for follower in waiting[key]:
                waits[follower] -= 1
                if not waits[follower]:
                    ready.append(follower)
        if len(nodes) < len(waits):
            stuck = next(name for (name, _), count in waits.items() if count)
            raise self.entry.wrong(f"calls {stuck} with what comes of it: the layers form a cycle")
        return nodes

    def _call(self, tensor: Tensor) -> tuple[str, int]:
        """Return the layer and the call that give a tensor."""
        number = tensor.call - self._first_inside.get(tensor.layer, 0)
        if not 0 <= number < len(self.calls.get(tensor.layer, ())):
            raise self.entry.wrong(
                f"takes a tensor of {tensor.layer[:80]}, call {tensor.call}, which is not there"
            )
        return tensor.layer, number

    def _name(self, tensor: Tensor, first: dict[str, int]) -> str:
        if tensor.layer in self.inputs:
            return tensor.layer
        return f"{_label(tensor.layer, tensor.call - first[tensor.layer])}: {tensor.result}"

    def _named(self, tree: Any) -> Any:
        """Return the names of tensors, nested alike; None stays."""
        return nest.map_structure(
            lambda leaf: None if leaf is None else self._name(leaf, self._first_inside), tree
        )

    def _node(self, name: str, number: int) -> Node:
        part, call = self.parts[name], self.calls[name][number]
        layer = part.layer
        if isinstance(layer, Operation):
            layer = layer.layer(call)
            call = Call(call.args[:1], {})
        x, named, options = self._arguments(part.entry, layer, call)
        results = results_of(layer, options)
        gives = [f"{_label(name, number)}: {index}" for index in range(results)]
        more = {key: self._named(tree) for key, tree in named.items() if tree is not None}
        return Node(layer, self._named(x), gives, options=options or None, **more)

    def _arguments(
        self, entry: Entry, layer: Any, call: Call
    ) -> tuple[Any, dict[str, Any], dict[str, bool]]:
        """Return the input of a call, and what else it is given that changes what is computed.

        Those are the tensors by the name of the argument, and the options.
        """
        is_recurrent = isinstance(layer, (RNN, Bidirectional, ConvLSTM))
        places = _BY_PLACE[self.of_keras3] if is_recurrent else ("mask", "training")
        places = PLACES.get((type(layer).__name__, self.of_keras3), places)
        named = dict(call.kwargs, **dict(zip(places, call.args[1:])))
        first = call.args[:1] or [named.pop(key) for key in _FIRST if key in named]
        if len(first) != 1 or len(call.args) > 1 + len(places):
            raise entry.wrong("is called with more than the reference knows")
        if named.pop("training", None):
            raise entry.wrong("is called with training=True")
        x, options = first[0], {}
        if isinstance(layer, Attending):
            x, options = gathered(x, named), options_of(named, entry.name)
        found = {key: named.pop(key, None) for key in ("mask", "attention_mask")}
        if is_recurrent:
            found.update((key, named.pop(key, None)) for key in ("initial_state", "constants"))
            if isinstance(x, list):  # as Keras 2 has it
                x, found["initial_state"], found["constants"] = _parted(entry, x)
        left = sorted(key for key, value in named.items() if value is not None)
        if left:
            raise entry.wrong(f"is called with {', '.join(left)[:200]}, which is not known")
        for key, tree in dict(found, x=x).items():
            leaves = [leaf for leaf in nest.flatten(tree) if leaf is not None or key == "x"]
            if not all(isinstance(leaf, Tensor) for leaf in leaves):
                what = "its input" if key == "x" else f"`{key}`"
                raise entry.wrong(f"is called with something else than tensors as {what}")
        return x, found, options


def _parted(entry: Entry, given: list[Any]) -> tuple[Any, Any, Any]:
    """Return the input, the states and the constants of a list of them (rules I6, C8)."""
    count = entry.config.get("num_constants") or 0
    if type(count) is not int or not 0 <= count < len(given):
        raise entry.wrong("must have a number of constants as `num_constants`")
    states, constants = given[1 : len(given) - count], given[len(given) - count :]
    return given[0], states or None, constants or None


def _label(name: str, number: int) -> str:
    return name if number == 0 else f"{name}, call {number + 1}"


def _tensors(call: Call) -> list[Tensor]:
    """Return the tensors that a call is given."""
    leaves = nest.flatten([call.args, call.kwargs])
    return [leaf for leaf in leaves if isinstance(leaf, Tensor)]
