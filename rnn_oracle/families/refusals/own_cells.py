"""What can be wrong with a user's own cell, and with the inputs and constants that it is given."""

import numpy as np

from .fault import CALLS, LAYERS, STEPS, UNITS, X, built, call, fault, telling

_CONTEXT = telling(2, UNITS)
_MORE = telling(2, STEPS, 2)


def _plain(self, inputs, states):
    h = states[0] + inputs[..., :1]
    return h, [h]


def _taking(self, inputs, states, constants=None):
    h = states[0] + inputs[..., :1] + (0.0 if constants is None else constants[0])
    return h, [h]


def _needing(self, inputs, states, constants):
    return _taking(self, inputs, states, constants)


def _pair(self, inputs, states):
    left, right = inputs
    return _plain(self, left + right[..., :1], states)


def _named(self, inputs, states):
    return _pair(self, (inputs["left"], inputs["right"]), states)


class _Callable:
    state_size = UNITS

    def __call__(self, inputs, states):
        return _plain(self, inputs, states)


class _Class:
    state_size = UNITS
    call = _plain


def _cell(message, *rules, method=_plain, state_size=UNITS, stacked=False, **more):
    """Make a layer over a cell of one's own, alone or in a list upon a GRU's."""

    def make(side, layer):
        own = side.cell(method, state_size)
        if not stacked:
            return side.layers.RNN(own)
        return side.built(side.layers.RNN([side.layers.GRUCell(UNITS), own]), X.shape)

    return fault(message, *rules, layers=("RNN",), make=make, **more)


def _object(message, wrong):
    return fault(message, "E2", layers=("RNN",), make=lambda side, layer: side.layers.RNN(wrong))


def _returning(message, returned):
    def method(self, inputs, states):
        h, _ = _plain(self, inputs, states)
        return returned(h)

    return _cell(message, "C7", method=method)


def _inputs(message, x, method=_pair, generations=("keras2",), **more):
    return _cell(
        message, "I9", method=method, generations=generations, modes=CALLS, use=call(x=x, **more)
    )


_EACH_MASK = (np.ones((2, STEPS), bool), np.arange(2 * STEPS).reshape(2, STEPS) % 3 > 0)
_TO_A_LAYER = dict(modes=CALLS, use=call(constants=[_CONTEXT]))

FAULTS = {
    "cell-no-method-call": _object("a cell needs a method `call", _Callable()),
    "cell-class": _object("takes cells, but .*_Class'> is a class: make one", _Class),
    "cell-state-size-none": _cell("needs an attribute `state_size`", "E2", state_size=None),
    "cell-state-size-empty": _cell("a cell needs at least one state", "E2", state_size=[]),
    "cell-state-size-zero": _cell("positive integer, not 0", "E2", state_size=0),
    "cell-state-size-negative": _cell("positive integer, not -1", "E2", state_size=-1),
    "cell-state-size-fraction": _cell("positive integer, not 2.5", "E2", state_size=2.5),
    "cell-state-size-text": _cell("positive integer, not '4'", "E2", state_size="4"),
    "stack-of-no-state-size": _cell(
        "needs an attribute `state_size`", "E2", state_size=None, stacked=True
    ),
    "cell-returns-output": _returning("must return its output and its states", lambda h: h),
    "cell-returns-three": _returning("must return its output and its states", lambda h: (h, h, h)),
    "cell-returns-more-states": _returning("and returned .*, ", lambda h: (h, [h, h])),
    "cell-returns-no-state": _returning(r"and returned \[\]", lambda h: (h, [])),
    "cell-returns-narrow-state": _returning("returned one of", lambda h: (h, [h[:, :1]])),
    "cell-returns-narrow-output": _returning(
        "put out shape .*, but its output_size is 4", lambda h: (h[:, :1], [h])
    ),
    "constants-of-keras3": _cell(
        "RNN of dialect keras3 takes no `constants`",
        "C8",
        method=_taking,
        generations=("keras3",),
        **_TO_A_LAYER,
    ),
    "constants-not-taken": _cell(
        "`constants` were given|takes no `constants`", "C8", **_TO_A_LAYER
    ),
    "constants-not-taken-in-a-list": fault(
        "`constants` were given|takes no `constants`",
        "C8",
        layers=("RNN",),
        make=built(),
        **_TO_A_LAYER,
    ),
    "constants-to-a-layer": fault("takes no `constants`", "C8", layers=LAYERS, **_TO_A_LAYER),
    "constants-arrays": _cell(
        "",
        "C8",
        method=_taking,
        generations=("keras2",),
        use=call(constants=[_CONTEXT], raw=True),
    ),
    "constants-needed": _cell("the cell needs `constants`", "C8", method=_needing, modes=CALLS),
    "constants-needed-in-a-list": _cell(
        "the cell needs `constants`", "C8", method=_needing, modes=CALLS, stacked=True
    ),
    "x-tuple": _inputs("not several nested", (X, _MORE), generations=("keras3",)),
    "x-dict": _inputs(
        "not several nested", {"left": X, "right": _MORE}, _named, generations=("keras3",)
    ),
    "x-tuple-to-a-layer": fault(
        "not several nested", "I9", layers=LAYERS, modes=CALLS, use=call(x=(X, _MORE))
    ),
    "x-tuple-to-a-cell-of-keras": fault(
        "not several nested", "I9", layers=("RNN",), modes=CALLS, use=call(x=(X, _MORE))
    ),
    "x-tuple-rank-2": _inputs(r"takes \(batch, steps, ...\)", (X, _MORE[:, 0])),
    "x-tuple-steps-missing": _inputs("have the same first two axes", (X, _MORE[:, 1:])),
    "x-tuple-steps-too-many": _inputs("have the same first two axes", (X[:, 1:], _MORE)),
    "x-tuple-one-row": _inputs("have the same first two axes", (X, _MORE[:1])),
    "x-tuple-of-masks": _inputs(r"the mask has shape \(2, 2, 5\)", (X, _MORE), mask=_EACH_MASK),
}
