"""Breaking the oracle of TensorFlow 1 on purpose must show, wherever the break can touch.

The intact oracle stands for TensorFlow, with which `test_tf1_core.py` compares it.
"""

import functools

import numpy as np
import pytest

from rnn_oracle.families.tf1.case import CELLS, Tf1Case, matrix
from rnn_oracle.families.tf1.expected import expected
from rnn_oracle.reference.tf1 import cells, drivers
from rnn_oracle.verdict.compare import compare

SLICE = [case for case in matrix() if not case.refused][::7]


@functools.lru_cache(maxsize=None)
def intact(case):
    return expected(case)


def has(case, option):
    return case.is_lstm and option in CELLS[case.cell][1]


def is_lstm(case):
    return case.is_lstm


def is_gru(case):
    return case.cell == "gru"


def has_lengths(case):
    return case.lengths != "none"


def peeks(case):
    return has(case, "use_peepholes")


def swapped_gates(cell_class, gates, first, second):
    """Swap two gates' columns in the first kernel and bias."""

    def spoil(monkeypatch):
        unpack = cell_class._unpack

        def wrong(self, *weights):
            swapped = []
            for weight in weights[:2]:
                blocks = np.split(weight, gates, axis=-1)
                blocks[first], blocks[second] = blocks[second], blocks[first]
                swapped.append(np.concatenate(blocks, axis=-1))
            unpack(self, *swapped, *weights[2:])

        monkeypatch.setattr(cell_class, "_unpack", wrong)

    return spoil


def swapped_peepholes(first, second):
    def spoil(monkeypatch):
        unpack = cells.LSTMCell._unpack

        def wrong(self, *weights):
            unpack(self, *weights)
            order = list(self.peepholes)
            order[first], order[second] = order[second], order[first]
            self.peepholes = order

        monkeypatch.setattr(cells.LSTMCell, "_unpack", wrong)

    return spoil


def swapped_c_and_h(monkeypatch):
    split = cells.BasicLSTMCell.split

    def wrong(self, state):
        c, h = split(self, state)
        return (h, c) if c.shape == h.shape else (c[..., ::-1], h)

    monkeypatch.setattr(cells.BasicLSTMCell, "split", wrong)


def h_before_c(monkeypatch):
    join = cells.BasicLSTMCell.join

    def wrong(self, c, h):
        return join(self, h, c) if c.shape == h.shape else join(self, c[..., ::-1], h)

    monkeypatch.setattr(cells.BasicLSTMCell, "join", wrong)


def no_forget_bias(monkeypatch):
    monkeypatch.setattr(
        cells.BasicLSTMCell,
        "forget_bias",
        property(lambda self: 0.0, lambda self, value: None),
        raising=False,
    )


def no_clipping(monkeypatch):
    monkeypatch.setattr(cells, "clipped", lambda x, limit: x)


def turned_as_a_whole(monkeypatch):
    turned = drivers._turned
    monkeypatch.setattr(drivers, "_turned", lambda steps, lengths: turned(steps, None))


def not_turned_back(monkeypatch):
    turned, calls = drivers._turned, []

    def wrong(steps, lengths):
        calls.append(steps)
        return turned(steps, lengths) if len(calls) % 2 else steps

    monkeypatch.setattr(drivers, "_turned", wrong)


def spoilt_scan(**changes):
    def spoil(monkeypatch):
        scan = drivers.scan

        def wrong(step, steps, state, counts, zero_output_for_mask):
            arguments = dict(mask=counts, zero_output_for_mask=zero_output_for_mask)
            outputs, _ = scan(step, steps, state, **dict(arguments, **changes.get("outputs", {})))
            _, state = scan(step, steps, state, **dict(arguments, **changes.get("state", {})))
            return outputs, state

        monkeypatch.setattr(drivers, "scan", wrong)

    return spoil


LSTM_GATES = "ijfo"
BREAKS = {
    f"lstm-{a}-{b}": (
        swapped_gates(cells.BasicLSTMCell, 4, LSTM_GATES.index(a), LSTM_GATES.index(b)),
        is_lstm,
    )
    for a, b in ("ij", "if", "io", "jf", "jo", "fo")
}
BREAKS.update(
    {
        "gru-r-u": (swapped_gates(cells.GRUCell, 2, 0, 1), is_gru),
        "c-and-h-in": (swapped_c_and_h, is_lstm),
        "c-and-h-out": (h_before_c, is_lstm),
        "no-forget-bias": (
            no_forget_bias,
            lambda case: is_lstm(case) and CELLS[case.cell][1].get("forget_bias") != 0.0,
        ),
        "peephole-f-i": (swapped_peepholes(0, 1), peeks),
        "peephole-f-o": (swapped_peepholes(0, 2), peeks),
        "peephole-i-o": (swapped_peepholes(1, 2), peeks),
        "no-clipping": (no_clipping, lambda case: has(case, "cell_clip")),
        "turned-as-a-whole": (
            turned_as_a_whole,
            lambda case: case.driver == "bidirectional" and has_lengths(case),
        ),
        "not-turned-back": (not_turned_back, lambda case: case.driver == "bidirectional"),
        "last-output-repeated": (
            spoilt_scan(outputs={"zero_output_for_mask": False}),
            has_lengths,
        ),
        "output-ignores-lengths": (spoilt_scan(outputs={"mask": None}), has_lengths),
        "state-ignores-lengths": (spoilt_scan(state={"mask": None}), has_lengths),
    }
)


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_oracle_shows(name, monkeypatch):
    spoil, touches = BREAKS[name]
    real = {case: intact(case) for case in SLICE}
    spoil(monkeypatch)
    broken = {case: expected(case, bounded=False) for case in SLICE}
    shown = {case for case in SLICE if compare(real[case], broken[case]).mismatches}
    touched = {case for case in SLICE if touches(case)}
    assert len(touched) >= 3
    assert shown == touched


def test_the_slice_has_every_value_of_every_axis():
    assert len(SLICE) < 70
    for axis, values in Tf1Case.axes.items():
        assert {case.options[axis] for case in SLICE} == set(values)
