"""A call of a recurrent layer, step by step: what each step reads, computes and leaves behind."""

from __future__ import annotations

import copy
from typing import Any, Callable, NamedTuple

import numpy as np

from .aliases import Array, States
from .cell import Cell
from .errors import OracleTypeError
from .gru import GRUCell
from .lstm import LSTMCell
from .rnn import RNN
from .scan import scan
from .simple_rnn import SimpleRNNCell
from .steps import projected

GATES: dict[type, tuple[tuple[str, ...], tuple[str, ...]]] = {
    SimpleRNNCell: ((), ("h",)),
    LSTMCell: (("i", "f", "o"), ("g", "activated c")),
    GRUCell: (("z", "r"), ("candidate",)),
}
"""By the class of a cell: the gates in the order in which `recurrent_activation` makes them, and
what `activation` makes."""


class Step(NamedTuple):
    """One step of a call, in the order of processing.

    Attributes
    ----------
    time : int
        The place in the sequence that it reads.
    valid : array of bool, shape (batch,)
        Whether its mask lets it count (rule M1); all True without a mask.
    x : array, shape (batch, features)
    gates : dict of str to array, shape (batch, units)
        What the cell computes on the way, by the names of the rules C1, C2, C4 and C5. It computes
        them at a masked step too, where they change nothing.
    states : list of array, shape (batch, units)
        After the step.
    output : array, shape (batch, units)
        That of the layer: at a masked step the one before, or zero (rules M2, M3).
    """

    time: int
    valid: Array
    x: Array
    gates: dict[str, Array]
    states: list[Array]
    output: Array


def trace(layer: RNN, x: Any, mask: Any = None, initial_state: States = None) -> list[Step]:
    """Return the steps of a call of a layer with one cell; a stateful layer keeps no state of it.

    Parameters
    ----------
    layer : SimpleRNN, LSTM, GRU, or RNN of one of their cells
    x, mask, initial_state
        As for its call.

    Raises
    ------
    TypeError
        For a layer of another kind; otherwise as the call does.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle import SimpleRNN
    >>> from rnn_oracle.reference.trace import trace
    >>> layer = SimpleRNN(1, activation=None, go_backwards=True)
    >>> layer.set_weights([[[1.0]], [[1.0]], [0.0]])
    >>> steps = trace(layer, np.array([[[1.0], [2.0], [3.0]]]), np.array([[True, True, False]]))
    >>> [(step.time, step.output.item()) for step in steps]
    [(2, 0.0), (1, 2.0), (0, 3.0)]
    """
    cell = getattr(layer, "cell", None)
    if not isinstance(cell, Cell) or type(cell) not in GATES:
        known = ", ".join(kind.__name__[: -len("Cell")] for kind in GATES)
        raise OracleTypeError(f"only a layer of one cell can be traced ({known}), not {layer!r}")
    x, mask, states = layer.checked(x, mask, initial_state)
    seen: list[tuple[list[Array], dict[str, Array]]] = []

    def step(zx: Array, before: list[Array]) -> tuple[Array, list[Array]]:
        watched, gates = _watched(cell)
        result = watched.step(zx, before)
        seen.append((before, gates()))
        return result

    ordered = layer.in_order(x)
    valid = np.ones(ordered.shape[:2], bool) if mask is None else layer.in_order(mask)
    with np.errstate(over="ignore"):
        steps = projected(cell, ordered)
        outputs, last = scan(step, steps, states, valid, layer.zero_output_for_mask)
    after = [before for before, _ in seen[1:]] + [last]
    times = range(len(ordered))[:: -1 if layer.go_backwards else 1]
    gates = [found for _, found in seen]
    return [Step(*each) for each in zip(times, valid, ordered, gates, after, outputs)]


def _watched(cell: Cell) -> tuple[Cell, Callable[[], dict[str, Array]]]:
    """Return a copy of a cell, and a function that tells what its activations have made."""
    copied = copy.copy(cell)
    of_gates, of_others = GATES[type(cell)]
    gates: list[Array] = []
    others: list[Array] = []

    def gated(z: Array) -> Any:
        made = cell.gates_of(z) if z.ndim == 3 else cell.recurrent_activation(z)
        gates.extend(made if z.ndim == 3 else [made])
        return made

    def activated(z: Array) -> Array:
        others.append(cell.activation(z))
        return others[-1]

    copied.recurrent_activation, copied.activation = gated, activated
    return copied, lambda: {**dict(zip(of_gates, gates)), **dict(zip(of_others, others))}
