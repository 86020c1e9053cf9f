"""`Model`: a saved model as a graph of the reference's layers, and what it computes on the way."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

import numpy as np

from ..arithmetic import nest
from ..reference.aliases import ArrayLike
from ..reference.dialects import Dialect
from ..reference.errors import OracleValueError
from ..reference.functional import Functional, Node
from ..reference.inputs import as_array, is_whole


class LayerOutput(NamedTuple):
    """What a layer returned in a call.

    Attributes
    ----------
    layer : layer of the reference
    output : array, or list of arrays
        A list if there are several.
    mask : array of bool, or None, or a list
        The mask that goes on with each output.
    """

    layer: Any
    output: Any
    mask: Any


class Model(Functional):
    """A saved model, computed by the reference; see `rnn_oracle.load`.

    Parameters
    ----------
    graph : Functional
    dialect : Dialect
        Whose rules it follows.
    saved_by : str
        Which Keras has written the file: ``"Keras 2.10.0"``.
    dtypes : dict of str to str
        The dtypes of the inputs by name, where they are known.

    Attributes
    ----------
    layers : list of layers
    """

    def __init__(
        self, graph: Functional, dialect: Dialect, saved_by: str, dtypes: dict[str, str]
    ) -> None:
        super().__init__(graph.inputs, graph.nodes, graph.outputs, graph.name)
        self.dialect, self.saved_by, self.dtypes = dialect, saved_by, dtypes

    def arranged(self, given: Any, what: str = "inputs") -> Any:
        """Return inputs nested as `inputs`, rounded to the dtypes of their own (rule I4)."""
        found = super().arranged(given, what)
        if what != "inputs":
            return found
        leaves = [self._rounded(*pair) for pair in self._pairs(self.inputs, found)]
        return nest.pack(self.inputs, leaves)

    def _pairs(self, names: Any, given: Any) -> list[tuple[str, Any]]:
        if not nest.is_nested(names):
            return [(names, given)]
        pairs = zip(nest.branches(names), nest.branches(given))
        return [pair for both in pairs for pair in self._pairs(*both)]

    def _rounded(self, name: str, x: Any) -> Any:
        if hasattr(x, "__array_function__") and not isinstance(x, np.ndarray):
            return x
        array = as_array(x, f"{self.name}: the input {name}")
        dtype = self.dtypes.get(name, "")
        is_float = dtype in ("float16", "float32", "float64") and array.dtype.kind in "iubf"
        return array.astype(dtype) if is_float else array

    def predict(self, x: ArrayLike | Any, batch_size: int = 32) -> Any:
        """Return the outputs for any number of sequences, computed so many at a time.

        Parameters
        ----------
        x : array_like, or nested arrays
            As for a call.
        batch_size : int

        Returns
        -------
        array, or nested arrays
            As a call returns.

        Raises
        ------
        ValueError
            For no sequences at all, and inputs of different numbers of them (rule E3). Whatever
            else a call raises.
        """
        if not is_whole(batch_size) or batch_size < 1:
            raise OracleValueError(
                f"{self.name}: `batch_size` must be a positive integer, not {batch_size!r}"
            )
        given = self.arranged(x)
        counts = {len(array) if array.ndim else 0 for array in nest.flatten(given)}
        if len(counts) != 1 or 0 in counts:
            raise OracleValueError(
                f"{self.name}: inputs need one number of sequences, at least one, not "
                f"{sorted(counts)}"
            )
        (count,) = counts
        parts = [
            self(nest.map_structure(lambda a, begin=begin: a[begin : begin + batch_size], given))
            for begin in range(0, count, batch_size)
        ]
        return nest.map_structure(lambda *arrays: np.concatenate(arrays), *parts)

    def layer_outputs(self, x: ArrayLike | Any, mask: Any = None) -> dict[str, LayerOutput]:
        """Return what each layer returns in a call, by the layer's name, in order.

        Parameters
        ----------
        x, mask
            As for a call.

        Returns
        -------
        dict of str to LayerOutput
            A layer that is called again is named ``"gru, call 2"``, one in a model in the model
            ``"encoder/gru"``.
        """
        arrays, masks = self.traced(x, mask)
        found: dict[str, LayerOutput] = {}
        for name, place, node in calls(self):
            results = [[tree[place + key] for key in node.gives] for tree in (arrays, masks)]
            output, its_mask = (each[0] if len(each) == 1 else each for each in results)
            found[name] = LayerOutput(node.layer, output, its_mask)
        return found

    def summary(self, print_fn: Callable[[str], Any] = print) -> None:
        """Print a line for each call of a layer: its name and class, what it takes, its weights.

        Parameters
        ----------
        print_fn : callable
            Gets each line.
        """
        rows = [("layer", "class", "takes", "weights")]
        for name, _, node in calls(self):
            weights = getattr(node.layer, "weights", None) or []
            takes = [key.partition(": 0")[0] for key in node.takes()]
            shapes = " ".join(str(np.shape(weight)).replace(" ", "") for weight in weights)
            rows.append((name, type(node.layer).__name__, ", ".join(takes), shapes))
        widths = [max(map(len, column)) for column in zip(*rows)]
        print_fn(f"{self.name}, saved by {self.saved_by}, computed as {self.dialect.name}")
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths)]
            print_fn("  ".join(cells).rstrip())


def calls(graph: Functional, prefix: str = "", place: str = "") -> list[tuple[str, str, Node]]:
    """Return the calls of a graph, those in its graphs before the call of the graph itself.

    Returns
    -------
    list of tuple
        The name of the call; what the names of its tensors begin with in `Functional.traced`; the
        node.
    """
    found = []
    for node in graph.nodes:
        name = prefix + node.gives[0].rpartition(": ")[0]
        if isinstance(node.layer, Functional):
            found += calls(node.layer, f"{name}/", f"{place}{node.gives[0]}/")
        found.append((name, place, node))
    return found
