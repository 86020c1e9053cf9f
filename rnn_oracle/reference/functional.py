"""`Functional`: a graph of layers, with several inputs and outputs, each tensor with its mask."""

from __future__ import annotations

from typing import Any, Callable, Iterable, NamedTuple

import numpy as np

from ..arithmetic import nest
from .aliases import ArrayLike
from .errors import OracleTypeError, OracleValueError
from .inputs import holds_arrays
from .recorded_states import put_back, put_back_on_error


class Node(NamedTuple):
    """One call of a layer in a graph, whose tensors have names.

    Attributes
    ----------
    layer : layer
        A layer may be called by several nodes.
    x : str, or nested str
        The tensor that the layer takes; nested, for a layer that takes several.
    gives : list of str
        The tensors that it returns, in order.
    initial_state : nested str, optional
        The tensors that a recurrent layer begins with, nested as in its call.
    mask : nested str, optional
        The tensor that is its mask, in the place of the one that `x` takes along; nested as `x`,
        None for a tensor without one.
    constants : list of str, optional
        The tensors that its cell gets at every step (rule C8).
    attention_mask : str, optional
        The tensor that tells which query looks at which step (rule L23).
    options : dict, optional
        Other arguments of the call, by name, which are no tensors.
    """

    layer: Any
    x: Any
    gives: Any
    initial_state: Any = None
    mask: Any = None
    constants: Any = None
    attention_mask: Any = None
    options: Any = None

    def takes(self) -> list[Any]:
        """Return the tensors that the call is given, in order."""
        more = nest.flatten([self.initial_state, self.mask, self.constants, self.attention_mask])
        return nest.flatten(self.x) + [tensor for tensor in more if tensor is not None]


class Functional:
    """A graph of layers; each tensor takes its mask along, as in a chain (rules L7, M6).

    Parameters
    ----------
    inputs : str, or nested str
        The names of the tensors that a call is given, nested as they are given there.
    nodes : list of Node
        In an order in which they can be computed.
    outputs : str, or nested str
        The names of the tensors that a call returns, nested as it returns them.
    name : str

    Attributes
    ----------
    layers : list of layers
        The layers of the nodes, each once, in order.

    Raises
    ------
    ValueError
        For a tensor that is taken before it is there, or that has the name of another.
    TypeError
        For a name that is no string, and nodes that are none.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle import GRU
    >>> from rnn_oracle.reference.functional import Functional, Node
    >>> encoder, decoder = GRU(2, return_state=True), GRU(2, return_sequences=True)
    >>> for layer in (encoder, decoder):
    ...     layer.set_weights([np.ones((3, 6)), np.ones((2, 6)), np.zeros((2, 6))])
    >>> nodes = [
    ...     Node(encoder, "question", ["summary", "state"]),
    ...     Node(decoder, "answer", ["sequence"], initial_state=["state"]),
    ... ]
    >>> model = Functional(["question", "answer"], nodes, "sequence")
    >>> model([np.ones((4, 5, 3)), np.ones((4, 6, 3))]).shape
    (4, 6, 2)
    """

    def __init__(
        self, inputs: Any, nodes: list[Node], outputs: Any, name: str = "Functional"
    ) -> None:
        if not isinstance(name, str):
            raise OracleTypeError(f"Functional: `name` must be a string, not {name!r}")
        if not isinstance(nodes, (list, tuple)):
            raise OracleTypeError(f"{name}: `nodes` must be a list of `Node`, not {nodes!r}")
        self.inputs, self.nodes, self.outputs, self.name = inputs, list(nodes), outputs, name
        there: set[str] = set()
        self._add(there, nest.flatten(inputs))
        for node in self.nodes:
            if not isinstance(node, Node):
                raise OracleTypeError(f"{name}: `nodes` must be a list of `Node`, not of {node!r}")
            self._find(there, node.takes())
            self._add(there, node.gives)
        self._find(there, outputs)

    def _add(self, there: set[str], names: Iterable[str]) -> None:
        for name in names:
            self._check_name(name)
            if name in there:
                raise OracleValueError(f"{self.name} has two tensors of the name {name}")
            there.add(name)

    def _find(self, there: set[str], names: Any) -> None:
        for name in nest.flatten(names):
            self._check_name(name)
            if name not in there:
                raise OracleValueError(f"{self.name} has no tensor {name} where it is taken")

    def _check_name(self, name: Any) -> None:
        if not isinstance(name, str):
            raise OracleTypeError(f"{self.name}: a tensor has a string for a name, not {name!r}")

    @property
    def layers(self) -> list[Any]:
        return list({id(node.layer): node.layer for node in self.nodes}.values())

    def __call__(self, x: ArrayLike | Any, mask: Any = None) -> Any:
        """Return the outputs.

        Parameters
        ----------
        x : array_like, or nested arrays
            Nested as `inputs`, where a list and a tuple are the same; or a dict of the inputs
            by their names. The only input may be given bare.
        mask : array_like of bool, or nested, optional
            The masks of the inputs, nested alike, None for an input without one.

        Returns
        -------
        array, or nested arrays
            Nested as `outputs`.

        Raises
        ------
        TypeError
            For another nesting.
        ValueError
            For another number of inputs, or other names. Whatever else a layer raises.
        """
        return self.run(x, mask)[0]

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return the masks that go with the outputs for the input `x`, nested as the outputs.

        No state is recorded.
        """
        with put_back(self):
            return self.run(x, mask)[1]

    def run(self, x: Any, mask: Any, follow: Callable[[Any], Any] = lambda tree: tree) -> Any:
        """Return the outputs and their masks, see `traced`."""
        arrays, masks = self.traced(x, mask, follow)
        return _picked(arrays, self.outputs), _picked(masks, self.outputs)

    def traced(
        self, x: Any, mask: Any = None, follow: Callable[[Any], Any] = lambda tree: tree
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return all tensors of the graph by name, and the masks of all, None without one.

        Those of a graph in the graph are there too: what it calls ``h`` is ``y/h`` where ``y`` is
        the first tensor that it gives.

        Parameters
        ----------
        x, mask
            As for a call.
        follow : callable
            Is applied to all that a layer takes and returns, see
            `rnn_oracle.arithmetic.tracked_arrays.followed`.
        """
        names = nest.flatten(self.inputs)
        arrays = dict(zip(names, _leaves(self.inputs, self.arranged(x))))
        masks = dict.fromkeys(names)
        if mask is not None:
            masks.update(zip(names, _leaves(self.inputs, self.arranged(mask, "masks"))))
        with put_back_on_error(self):
            for node in self.nodes:
                for found, new in zip((arrays, masks), _called(node, arrays, masks, follow)):
                    found.update(new)
        return arrays, masks

    def arranged(self, given: Any, what: str = "inputs") -> Any:
        """Return what a call is given in the nesting of `inputs`.

        Raises
        ------
        TypeError, ValueError
            As a call.
        """
        names = nest.flatten(self.inputs)
        if isinstance(given, dict) and not isinstance(self.inputs, dict):
            self._check_names(names, given, what)
            return nest.map_structure(lambda name: given[name], self.inputs)
        is_bare = not isinstance(given, dict) and not holds_arrays(given)
        if len(names) == 1 and is_bare:
            return nest.pack(self.inputs, [given])
        return self._arranged(self.inputs, given, what)

    def _arranged(self, names: Any, given: Any, what: str) -> Any:
        if isinstance(names, dict) and isinstance(given, dict):
            self._check_names(sorted(names), given, what)
            return {key: self._arranged(names[key], given[key], what) for key in names}
        needs = nest.describe(self.inputs, str)
        if not nest.is_nested(names):
            if holds_arrays(given):
                raise OracleTypeError(
                    f"{self.name} takes the {what} {needs}, but was given "
                    f"{nest.describe(given)} for {names}"
                )
            return given
        if isinstance(names, dict) or not isinstance(given, (list, tuple)):
            has = nest.describe(given) if holds_arrays(given) else "one array"
            raise OracleTypeError(
                f"{self.name} takes the {what} {needs}, nested like that, not {has}"
            )
        if len(given) != len(names):
            raise OracleValueError(
                f"{self.name} takes the {len(names)} {what} {needs}, but was given {len(given)}"
            )
        return [self._arranged(*pair, what) for pair in zip(names, given)]

    def _check_names(self, names: list[str], given: dict[str, Any], what: str) -> None:
        if set(names) != set(given):
            raise OracleValueError(
                f"{self.name} takes {what} of the names {', '.join(names)}, but was given "
                f"{', '.join(map(str, given)) or 'none'}"
            )


def _called(
    node: Node, arrays: dict[str, Any], masks: dict[str, Any], follow: Callable[[Any], Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the tensors that a call of a layer gives, and their masks, by name."""
    x, mask = _picked(arrays, node.x), _picked(masks, node.x)
    if node.mask is not None:
        mask = nest.map_structure(lambda name: _mask(arrays[name]) if name else None, node.mask)
    if isinstance(node.layer, Functional):
        inside = node.layer.traced(x, mask, follow)
        ends = [nest.flatten(_picked(each, node.layer.outputs)) for each in inside]
        results, its_masks = (
            {f"{node.gives[0]}/{name}": each[name] for name in each} for each in inside
        )
    else:
        named = ("initial_state", "constants", "attention_mask")
        given = {
            name: follow(_picked(arrays, getattr(node, name)))
            for name in named
            if getattr(node, name) is not None
        }
        given.update(node.options or {})
        result = follow(node.layer(follow(x), mask=mask, **given))
        ends = [nest.flatten(result), nest.flatten(node.layer.compute_mask(x, mask))]
        results, its_masks = {}, {}
    results.update(zip(node.gives, ends[0]))
    its_masks.update(dict.fromkeys(node.gives), **dict(zip(node.gives, ends[1])))
    return results, its_masks


def _mask(array: Any) -> Any:
    """Return a tensor that is a mask as booleans, of which nothing is uncertain."""
    return np.asarray(getattr(array, "value", array)) != 0


def _picked(by_name: dict[str, Any], names: Any) -> Any:
    return nest.map_structure(by_name.__getitem__, names)


def _leaves(names: Any, tree: Any) -> list[Any]:
    """Return what stands in the places of names: nested numbers, if that is what an input is."""
    if not nest.is_nested(names):
        return [tree]
    pairs = zip(nest.branches(names), nest.branches(tree))
    return [leaf for pair in pairs for leaf in _leaves(*pair)]
