"""Breaking the oracle on purpose must show, in nearly every case that the break can touch.

Each break is a small wrong change to the oracle. The real layers are run once on a slice of the
core matrix; the broken oracle must then disagree with at least nine tenths of the cases that
the break can touch, and with none of the others.
"""

import functools

import numpy as np
import pytest
from helpers import without_symbolic

from rnn_oracle.families.layers.matrix import core
from rnn_oracle.reference import cells, recurrent, rnn
from rnn_oracle.verdict.judge import DIVERGES, judge
from rnn_oracle.verdict.ledger import load, matching

pytestmark = pytest.mark.itself

LEGAL = [case for case in core() if not case.stacking.endswith("without_sequences")]
SLICE = [c for c in LEGAL if not c.time_major][::23] + [c for c in LEGAL if c.time_major][::89]
LEDGER, REFUSED = load(), "symbolic_call_refused"


def always(case):
    return True


def is_lstm(case):
    return case.cell == "lstm"


def is_gru(case):
    return case.cell.startswith("gru")


def uneven_mask(case):
    """Only backwards, and with a mask that is not its own mirror image."""
    return case.go_backwards and case.mask in ("right", "left", "holes", "first")


def masking_matters(case):
    return case.mask in ("right", "left", "holes", "first", "row")


def swapped_gates(first, second, kinds):
    """Swap two blocks of columns in kernel, recurrent kernel and bias."""

    def spoil(monkeypatch):
        unpack = {kind: kind._unpack for kind in kinds}

        def wrong(self, *weights):
            blocks = [np.split(w, self.gates, axis=-1) for w in weights]
            for block in blocks:
                block[first], block[second] = block[second], block[first]
            unpack[type(self)](self, *[np.concatenate(block, axis=-1) for block in blocks])

        for kind in kinds:
            monkeypatch.setattr(kind, "_unpack", wrong)

    return spoil


def transposed_recurrent_kernel(monkeypatch):
    for kind in (cells.SimpleRNNCell, cells.LSTMCell, cells.GRUCell):

        def wrong(self, kernel, recurrent_kernel, *bias, unpack=kind._unpack):
            blocks = np.split(recurrent_kernel, self.gates, axis=-1)
            unpack(self, kernel, np.concatenate([b.T for b in blocks], axis=-1), *bias)

        monkeypatch.setattr(kind, "_unpack", wrong)


def swapped_h_and_c(monkeypatch):
    step = cells.LSTMCell.step

    def wrong(self, zx, states):
        output, (h, c) = step(self, zx, states[::-1])
        return output, [c, h]

    monkeypatch.setattr(cells.LSTMCell, "step", wrong)


def swapped_biases(monkeypatch):
    unpack = cells.GRUCell._unpack

    def wrong(self, kernel, recurrent_kernel, bias):
        unpack(self, kernel, recurrent_kernel, bias[::-1] if self.reset_after else bias)

    monkeypatch.setattr(cells.GRUCell, "_unpack", wrong)


def mask_not_reversed(monkeypatch):
    forward = recurrent.RNN.forward

    def wrong(self, x, mask, *others):
        if self.go_backwards and mask is not None:
            mask = np.flip(mask, 0 if self.time_major else 1)
        return forward(self, x, mask, *others)

    monkeypatch.setattr(recurrent.RNN, "forward", wrong)


def spoiled_scan(wrong):
    def spoil(monkeypatch):
        scan = rnn.scan
        monkeypatch.setattr(rnn, "scan", functools.partial(wrong, scan))

    return spoil


def state_ignores_mask(scan, step, inputs, states, mask, zero_output_for_mask, outputs):
    inputs = list(inputs)
    outputs, _ = scan(step, inputs, states, mask, zero_output_for_mask, outputs)
    _, states = scan(step, inputs, states)
    return outputs, states


def outputs_ignore_mask(scan, step, inputs, states, mask, zero_output_for_mask, outputs):
    inputs = list(inputs)
    outputs, _ = scan(step, inputs, states, None, False, outputs)
    _, states = scan(step, inputs, states, mask)
    return outputs, states


def sees_state(case):
    return case.return_state and masking_matters(case)


LSTM, GRU = (cells.LSTMCell,), (cells.GRUCell,)
BREAKS = {
    "lstm-i-f": (swapped_gates(0, 1, LSTM), is_lstm),
    "lstm-i-g": (swapped_gates(0, 2, LSTM), is_lstm),
    "lstm-i-o": (swapped_gates(0, 3, LSTM), is_lstm),
    "lstm-f-g": (swapped_gates(1, 2, LSTM), is_lstm),
    "lstm-f-o": (swapped_gates(1, 3, LSTM), is_lstm),
    "lstm-g-o": (swapped_gates(2, 3, LSTM), is_lstm),
    "gru-z-r": (swapped_gates(0, 1, GRU), is_gru),
    "gru-z-h": (swapped_gates(0, 2, GRU), is_gru),
    "gru-r-h": (swapped_gates(1, 2, GRU), is_gru),
    "gru-biases": (swapped_biases, lambda case: case.cell == "gru"),
    "transposed-recurrent-kernel": (transposed_recurrent_kernel, always),
    "h-and-c": (swapped_h_and_c, is_lstm),
    "mask-not-reversed": (mask_not_reversed, uneven_mask),
    "state-ignores-mask": (spoiled_scan(state_ignores_mask), sees_state),
    "output-ignores-mask": (spoiled_scan(outputs_ignore_mask), masking_matters),
}


class Recorded:
    """A target that ran each case of the slice once and says the same again."""

    def __init__(self, target):
        self.name, self.dialect, self.version = target.name, target.dialect, target.version
        # What is known of symbolic calls does not show without models.
        known = {case: matching(LEDGER, target, case) for case in SLICE}
        told = [c for c in SLICE if not any(e.instead == REFUSED for e in known[c])]
        self.outcomes = {case: without_symbolic(target).run(case) for case in told}
        assert not any(judge(self, case, LEDGER).verdict == DIVERGES for case in told)

    def run(self, case, sizes):
        return self.outcomes[case]


recorded = functools.lru_cache(maxsize=None)(Recorded)


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_oracle_shows(target, name, monkeypatch):
    spoil, touches = BREAKS[name]
    real = recorded(target)
    values = [case for case, outcome in real.outcomes.items() if outcome.refusal is None]
    spoil(monkeypatch)
    shown = {case for case in values if judge(real, case, LEDGER).verdict == DIVERGES}
    touched = {case for case in values if touches(case)}
    assert len(touched) >= 5
    assert len(shown & touched) >= 0.9 * len(touched)
    assert shown <= touched


def test_the_slice_has_every_value_of_every_axis():
    assert len(SLICE) < 60
    for axis, value in {(axis, c.options[axis]) for c in LEGAL for axis in c.options}:
        assert any(case.options[axis] == value for case in SLICE)
