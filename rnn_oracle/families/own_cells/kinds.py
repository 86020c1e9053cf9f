"""What users' own cells compute: equations that arrays and tensors follow alike.

They are part of the question and not of the answer, so both sides may share them.
"""

from __future__ import annotations

from typing import Any, Callable, NamedTuple


class Kind(NamedTuple):
    """A cell as its user writes it.

    Attributes
    ----------
    state_size : int or nested list of int
    output_size : int or None
        None where the cell does not tell, so that it is the first of `state_size` (rule H1).
    weights : dict of str to shape
    step : callable
        ``output, states = step(weights, inputs, states)``, with a fourth argument of those that
        take constants: what `call` takes besides `self`, whose attribute `own` the weights are.
    start : nested list of float, or None
        What all numbers of an initial state of its own are; None where it has none.
    is_layer : bool
        Whether it derives from `Layer`, or is an object with a method `call` and nothing else.
    inputs : int, or tuple or dict of them
        The features of each input.
    constants : tuple of int
        The size of each constant, of which there is one for each sequence.
    """

    state_size: Any
    output_size: int | None
    weights: dict
    step: Callable
    start: Any
    is_layer: bool
    inputs: Any = 3
    constants: tuple[int, ...] = ()


def _squash(z):
    return z / (1 + abs(z))


def _single(w, x, states):
    (h,) = states
    h = _squash(x @ w["kernel"] + h @ w["recurrent"])
    return h, [h]


def _bare(w, x, states):
    h, _ = _single(w, x, states)
    return h, h


def _several(w, x, states):
    h, sums = states
    h = _squash(x @ w["kernel"] + h @ w["recurrent"] + sums @ w["memory"])
    return h, [h, 0.5 * sums + x[:, :2]]


def _wide(w, x, states):
    h, states = _several(w, x, states)
    return h @ w["readout"], states


def _nested(w, x, states):
    (a, b), c = states
    a = _squash(x @ w["kernel"] + c @ w["recurrent"])
    b = 0.5 * b + a[:, :2]
    c = _squash(0.3 * c + a @ w["memory"])
    return c, [[a, b], c]


def _pair(w, x, states):
    left, right = x
    (h,) = states
    h = _squash(left @ w["kernel"] + right @ w["other"] + h @ w["recurrent"])
    return h, [h]


def _named(w, x, states):
    return _pair(w, (x["left"], x["right"]), states)


def _deep(w, x, states):
    left, (near, far) = x
    h, sums = states
    h, _ = _pair(w, (left, near), [h])
    return h, [h, 0.5 * sums + far * h[:, :2]]


def _told(w, x, states, constants=None):
    (h,) = states
    z = x @ w["kernel"] + h @ w["recurrent"]
    if constants is None:
        h = _squash(z)
    else:
        context, gain = constants
        h = _squash(z + context @ w["memory"]) * gain
    return h, [h]


def _bound(w, x, states, constants):
    (context,) = constants
    h, sums = states
    h = _squash(x @ w["kernel"] + h @ w["recurrent"] + sums @ w["memory"])
    return h, [h, 0.5 * sums + context]


_OF_ONE = {"kernel": (3, 5), "recurrent": (5, 5)}
_OF_TWO = dict(_OF_ONE, memory=(2, 5))
_OF_PAIR = dict(_OF_ONE, other=(2, 5))
_OF_THREE = {"kernel": (3, 4), "recurrent": (3, 4), "memory": (4, 3)}

KINDS = {
    "single": Kind(5, None, _OF_ONE, _single, None, True),
    "plain": Kind(5, None, _OF_ONE, _single, None, False),
    "bare": Kind(5, 5, _OF_ONE, _bare, None, False),
    "several": Kind([5, 2], None, _OF_TWO, _several, None, True),
    "wide": Kind([5, 2], 4, dict(_OF_TWO, readout=(5, 4)), _wide, None, True),
    "nested": Kind([[4, 2], 3], 3, _OF_THREE, _nested, None, True),
    "started": Kind([5, 2], 5, _OF_TWO, _several, [0.25, -0.5], True),
    "started_nested": Kind([[4, 2], 3], 3, _OF_THREE, _nested, [[0.25, -0.5], 0.75], True),
    "pair": Kind(5, None, _OF_PAIR, _pair, None, True, inputs=(3, 2)),
    "named": Kind(5, 5, _OF_PAIR, _named, None, True, inputs={"right": 2, "left": 3}),
    "deep": Kind([5, 2], None, _OF_PAIR, _deep, None, True, inputs=(3, (2, 2))),
    "told": Kind(5, None, _OF_TWO, _told, None, True, constants=(2, 5)),
    "bound": Kind([5, 2], 5, _OF_TWO, _bound, None, True, constants=(2,)),
}
"""By name. `bare` returns its state without a list; `started` has an initial state of its own;
`pair`, `named` and `deep` take several inputs; `told` takes constants and `bound` needs them."""


def call_of(kind):
    """Return the method `call` of a cell of a kind."""

    def call(self, inputs, states):
        return kind.step(self.own, inputs, states)

    def told(self, inputs, states, constants=None):
        return kind.step(self.own, inputs, states, constants)

    def bound(self, inputs, states, constants):
        return kind.step(self.own, inputs, states, constants)

    return {_told: told, _bound: bound}.get(kind.step, call)
