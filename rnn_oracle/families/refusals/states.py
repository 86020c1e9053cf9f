"""What can be wrong with the states that a call or a reset is given."""

import numpy as np

from .fault import BOTH, CALLS, CELLS, LAYERS, UNITS, X, built, call, fault, telling


def _states(*shape, dtype="float32"):
    """Return a function that gives the states of a case's layer, all of that shape."""
    return lambda case: [telling(*shape, dtype=dtype)] * (2 if "LSTM" in case.layer else 1)


_SOUND = _states(2, UNITS)


def _too_few(case):
    return _SOUND(case)[1:]


def _too_many(case):
    return _SOUND(case) + _SOUND(case)[:1]


def _wrapped(case):
    return [[state] for state in _SOUND(case)]


def _as_text(case):
    return [np.full((2, UNITS), "word") for _ in _SOUND(case)]


def _given(message, states, modes=CALLS, rules=("I3",), layers=LAYERS, **more):
    use = call(initial_state=states, **more)
    return fault(message, *rules, layers=layers, modes=modes, use=use)


def _stack(message, states):
    return _given(message, lambda case: states, layers=("RNN",))


def _step(message, states):
    def use(side, cell, case):
        side.step(cell, case.mode, X[:, 0], states(case))

    return fault(message, "I3", layers=CELLS, use=use)


def _bare(case):
    return _SOUND(case)[0]


def _reset(message, states, *rules, stateful=True, generations=BOTH):
    def use(side, layer, case):
        side.call(layer, case.mode, X)
        reset = getattr(layer, "reset_state", None) or layer.reset_states
        reset(*([] if states is None else [states(case)]))

    make = built(stateful=stateful)
    return fault(message, *rules, make=make, use=use, generations=generations)


_ZEROS = np.zeros((2, UNITS), "float32")
_UPPER = np.zeros((2, UNITS + 2), "float32")

FAULTS = {
    "states-too-few": _given(r"has \d states?, but \d (was|were) given", _too_few),
    "states-too-many": _given(r"has \d states?, but \d were given", _too_many),
    "states-units": _given(r"a state has shape \(2, 3\), but needs \(2, 4\)", _states(2, 3)),
    "states-one-unit": _given(r"a state has shape \(2, 1\), but needs \(2, 4\)", _states(2, 1)),
    "states-batch": _given(r"a state has shape \(3, 4\), but needs \(2, 4\)", _states(3, UNITS)),
    "states-one-row": _given(r"a state has shape \(1, 4\), but needs \(2, 4\)", _states(1, UNITS)),
    "states-rank-1": _given(r"a state has shape \(4,\), but needs \(2, 4\)", _states(UNITS)),
    "states-rank-3": _given(
        r"a state has shape \(2, 1, 4\), but needs \(2, 4\)", _states(2, 1, UNITS)
    ),
    "states-wrapped": _given(r"given nested \[\[\*\].*, but are nested \[\*", _wrapped),
    "states-text": _given("a state must be floating-point", _as_text, rules=("I3", "I4")),
    "states-int32": _given(
        "a state must be floating-point", _states(2, UNITS, dtype="int32"), rules=("I3", "I4")
    ),
    "states-arrays": _given("", _SOUND, modes=("eager",), raw=True),
    "stack-states-flat": _stack("has 2 states, but 3 were given", [_ZEROS, _ZEROS, _UPPER]),
    "stack-states-too-few": _stack("has 2 states, but 1 was given", [[_ZEROS, _ZEROS]]),
    "stack-states-split": _stack(
        r"given nested \[\*, \[\*, \*\]\], but are nested \[\[\*, \*\], \*\]",
        [_ZEROS, [_UPPER, _UPPER]],
    ),
    "stack-states-units": _stack(
        r"a state has shape \(2, 4\), but needs \(2, 6\)", [[_ZEROS, _ZEROS], _ZEROS]
    ),
    "both-ways-odd": _given(
        "as many initial states forwards as backwards, not 3",
        lambda case: [_ZEROS] * 3,
        layers=("Bidirectional",),
        rules=("B5",),
    ),
    "both-ways-too-few": _given(
        "as many initial states forwards as backwards, not 1",
        lambda case: [_ZEROS],
        layers=("Bidirectional",),
        rules=("B5",),
    ),
    "both-ways-too-many": _given(
        "has 1 state, but 2 were given",
        lambda case: [_ZEROS] * 4,
        layers=("Bidirectional",),
        rules=("B5", "I3"),
    ),
    "both-ways-units": _given(
        r"a state has shape \(2, 6\), but needs \(2, 4\)",
        lambda case: [_ZEROS, _UPPER],
        layers=("Bidirectional",),
        rules=("B5", "I3"),
    ),
    "step-states-too-few": _step(r"has \d states?, but \d (was|were) given", _too_few),
    "step-states-too-many": _step(r"has \d states?, but \d were given", _too_many),
    "step-states-units": _step(r"a state has shape \(2, 3\), but needs", _states(2, 3)),
    "step-states-one-row": _step(r"a state has shape \(1, 4\), but needs", _states(1, UNITS)),
    "step-state-bare": _step("has 2 states, but 1 was given", _bare),
    "reset-not-stateful": _reset("is not stateful", None, "S4", stateful=False),
    "reset-to-states": _reset("takes no states", _SOUND, "S4"),
    "reset-to-wrong-units": _reset("a state has shape|takes no states", _states(2, 3), "S4", "I3"),
    "reset-to-too-many": _reset("were given|takes no states", _too_many, "S4", "I3"),
}
