"""What users' own cells compute: equations that arrays and tensors follow alike.

They are part of the question and not of the answer, so both sides may share them.
"""

from collections import namedtuple

Kind = namedtuple("Kind", "state_size output_size weights step start is_layer")
Kind.__doc__ = """A cell as its user writes it.

state_size : int or nested list of int
output_size : int or None
    None where the cell does not tell, so that it is the first of `state_size` (rule H1).
weights : dict of str to shape
step : callable
    ``output, states = step(weights, inputs, states)``
start : nested list of float, or None
    What all numbers of an initial state of its own are; None where it has none.
is_layer : bool
    Whether it derives from `Layer`, or is an object with a method `call` and nothing else.
"""


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


_OF_ONE = {"kernel": (3, 5), "recurrent": (5, 5)}
_OF_TWO = dict(_OF_ONE, memory=(2, 5))
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
}
"""By name. `bare` returns its state without a list; `started` has an initial state of its own."""
