"""Breaking the backward pass on purpose must show, in every case that the break can touch.

Each break is a small wrong change: a term left out, two gates swapped, a mask ignored. Finite
differences must then disagree in each case of a slice that the break can touch, and in no other.
"""

import functools

import numpy as np
import pytest
from differences import call_of, dialect_of, direction, gradients_of, off, slope
from test_gradients import LEGAL

from rnn_oracle.families.numbers import mask_of_kind
from rnn_oracle.reference import activations
from rnn_oracle.reference import cell_gradients as cell_backward
from rnn_oracle.reference import gradients as backward
from rnn_oracle.reference.cells import GRUCell, LSTMCell, SimpleRNNCell

SLICE = LEGAL[::47]


def spoiled_step(kind, spoil):
    """Change what a cell's step back returns: ``spoil(d_zx, d_states, d_weights)``."""
    step = cell_backward.STEPS[kind]

    def wrong(cell, *arguments):
        return spoil(*step(cell, *arguments))

    return lambda monkeypatch: monkeypatch.setitem(cell_backward.STEPS, kind, wrong)


def swapped_gates(kind, first, second):
    def spoil(d_zx, d_states, d_weights):
        parts = list(d_zx)
        parts[first], parts[second] = parts[second], parts[first]
        return np.stack(parts), d_states, d_weights

    return spoiled_step(kind, spoil)


def no_state(kind, which):
    """Leave out what goes back to a state."""

    def spoil(d_zx, d_states, d_weights):
        return d_zx, [d * (i != which) for i, d in enumerate(d_states)], d_weights

    return spoiled_step(kind, spoil)


def no_recurrent_weight(kind, which):
    def spoil(d_zx, d_states, d_weights):
        return d_zx, d_states, [d * (i != which) for i, d in enumerate(d_weights)]

    return spoiled_step(kind, spoil)


def replaced(module, name, wrong):
    """Put `wrong(original, ...)` in place of a function."""
    original = getattr(module, name)
    return lambda monkeypatch: monkeypatch.setattr(
        module, name, lambda *arguments: wrong(original, *arguments)
    )


def mask_ignored(scan_back, layer, steps, befores, valid, d_outputs, d_states):
    return scan_back(layer, steps, befores, None, d_outputs, d_states)


def repeats_ignored(scan_back, layer, *arguments):
    twin = layer.copy()
    twin.set_weights(layer.get_weights())
    twin.configure(zero_output_for_mask=True)
    return scan_back(twin, *arguments)


def unturned(in_order, layer, steps):
    return in_order(layer, steps[::-1] if layer.go_backwards else steps)


def last_only(of_steps, layer, d_output, count):
    d_outputs = list(of_steps(layer, d_output, count))
    return [0 * d for d in d_outputs[:-1]] + d_outputs[-1:]


def slope_of_one(pull_back, activation, x, d):
    return d if activation is activations.tanh else pull_back(activation, x, d)


def nothing_from_above(added, d_result, d_output):
    return d_result


def always(case):
    return True


def is_simple_rnn(case):
    return case.cell == "simple_rnn"


def is_lstm(case):
    return case.cell == "lstm"


def is_gru(case):
    return case.cell.startswith("gru")


def has_two_biases(case):
    return case.cell == "gru"


def goes_backwards(case):
    return case.go_backwards


def sequences(case):
    """Some layer returns the output of every step."""
    return case.return_sequences or case.stacking in ("two", "three")


def in_a_chain(case):
    return case.stacking in ("two", "three") or case.mask_from == "masking"


def masks_matter(case):
    return case.mask in ("right", "left", "holes", "first", "row")


def repeats(case):
    """Some layer returns an output a second time."""
    if case.mask == "none":
        return False
    valid = mask_of_kind(case.mask)[:, :: -1 if case.go_backwards else 1]
    repeated = ~valid & (np.cumsum(valid, axis=1) > 0)
    return (repeated if sequences(case) else repeated[:, -1]).any()


BREAKS = {
    "simple-rnn-no-state": (no_state(SimpleRNNCell, 0), is_simple_rnn),
    "lstm-no-h": (no_state(LSTMCell, 0), is_lstm),
    "lstm-no-c": (no_state(LSTMCell, 1), is_lstm),
    "gru-no-state": (no_state(GRUCell, 0), is_gru),
    "lstm-i-f": (swapped_gates(LSTMCell, 0, 1), is_lstm),
    "lstm-i-g": (swapped_gates(LSTMCell, 0, 2), is_lstm),
    "lstm-f-o": (swapped_gates(LSTMCell, 1, 3), is_lstm),
    "gru-z-r": (swapped_gates(GRUCell, 0, 1), is_gru),
    "gru-r-h": (swapped_gates(GRUCell, 1, 2), is_gru),
    "lstm-no-recurrent-kernel": (no_recurrent_weight(LSTMCell, 0), is_lstm),
    "gru-no-recurrent-bias": (no_recurrent_weight(GRUCell, 1), has_two_biases),
    "tanh": (replaced(cell_backward, "pull_back", slope_of_one), always),
    "mask-ignored": (replaced(backward, "_scan_back", mask_ignored), masks_matter),
    "repeats-ignored": (replaced(backward, "_scan_back", repeats_ignored), repeats),
    "not-turned-round": (replaced(backward, "_in_order_of_input", unturned), goes_backwards),
    "last-output-only": (replaced(backward, "_of_steps", last_only), sequences),
    "nothing-from-above": (replaced(backward, "_added", nothing_from_above), in_a_chain),
}


@functools.lru_cache(maxsize=None)
def measured(case):
    """Return the call of a case, and a direction with its slope for each of its arrays."""
    call = call_of(case, dialect_of(case), given=True)
    along = {name: direction(call, name) for name in ("x", "initial_state", "weights")}
    return call, {name: (along[name], slope(call, name, along[name])) for name in along}


def shows(case):
    call, slopes = measured(case)
    found = gradients_of(call)
    return any(off(found[name], *slopes[name]) > 1e-7 for name in slopes)


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_backward_pass_shows(name, monkeypatch):
    spoil, touches = BREAKS[name]
    assert not any(map(shows, SLICE))
    spoil(monkeypatch)
    touched = {case.id for case in SLICE if touches(case)}
    assert len(touched) >= 5
    assert {case.id for case in SLICE if shows(case)} == touched
