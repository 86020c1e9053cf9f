"""The steps of a call: projected in blocks, written as they come, in little memory."""

import tracemalloc

import numpy as np
import pytest

from rnn_oracle import GRU, LSTM, RNN, GRUCell, SimpleRNN
from rnn_oracle.dropout import Masks, dropped
from rnn_oracle.reference import steps
from rnn_oracle.reference.scan import choose_each, scan

WIDTHS = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3, "GRU-before": 3}
BATCH, STEPS, FEATURES, UNITS = 2, 7, 4, 3


def layer_of(kind, dtype="float64", units=UNITS, features=FEATURES, **options):
    """Return a layer with weights that no two of are alike."""
    random = np.random.RandomState(3)
    made = {"SimpleRNN": SimpleRNN, "LSTM": LSTM}.get(kind, GRU)
    if kind == "GRU-before":
        options["reset_after"] = False
    layer = made(units, dtype=dtype, **options)
    layer.set_weights(
        [
            random.uniform(-0.5, 0.5, [n or features for n in shape])
            for _, shape, _ in layer.weight_shapes()
        ]
    )
    return layer


X = np.random.RandomState(4).uniform(-1, 1, (BATCH, STEPS, FEATURES))
MASK = np.array([[1, 1, 1, 0, 1, 0, 0], [0, 1, 1, 1, 1, 0, 1]], bool)


@pytest.mark.parametrize("kind", WIDTHS)
@pytest.mark.parametrize("mask", [None, MASK], ids=["nomask", "masked"])
@pytest.mark.parametrize("sequences", [False, True], ids=["last", "sequences"])
@pytest.mark.parametrize("in_block", [1, 3, 7])
def test_blocks_of_steps_change_nothing(kind, mask, sequences, in_block, monkeypatch):
    layer = layer_of(kind, return_sequences=sequences, return_state=True, go_backwards=True)
    whole = layer(X, mask=mask)
    monkeypatch.setattr(steps, "BLOCK", in_block * BATCH * UNITS * WIDTHS[kind])
    for found, demanded in zip(layer(X, mask=mask), whole):
        np.testing.assert_allclose(found, demanded, rtol=0, atol=1e-15)


def test_blocks_of_steps_change_nothing_of_dropout(monkeypatch):
    layer = layer_of("LSTM")
    masks = [Masks(inputs=[np.full((BATCH, FEATURES), 2.0)])]
    with dropped(layer, masks):
        whole = layer(X)
        monkeypatch.setattr(steps, "BLOCK", 1)
        np.testing.assert_allclose(layer(X), whole, rtol=0, atol=1e-15)


def test_nested_inputs_are_taken_apart_in_blocks(monkeypatch):
    class Sum:
        state_size = FEATURES

        def call(self, inputs, states):
            total = states[0] + inputs[0] + inputs[1]
            return total, [total]

    monkeypatch.setattr(steps, "BLOCK", 3 * BATCH)
    found = RNN(Sum(), dialect="keras2")((X, X))
    np.testing.assert_allclose(found, 2 * X.sum(axis=1), rtol=0, atol=1e-15)


@pytest.mark.parametrize("kind", WIDTHS)
@pytest.mark.parametrize("mask", [None, MASK], ids=["nomask", "masked"])
def test_the_last_output_is_the_last_of_the_sequence(kind, mask):
    last, whole = (layer_of(kind, return_sequences=each)(X, mask=mask) for each in (False, True))
    np.testing.assert_array_equal(last, whole[:, -1])


def test_cells_in_a_list_return_a_sequence_too():
    cell = GRUCell(UNITS)
    cell.set_weights(layer_of("GRU").get_weights())
    stack, layer = RNN([cell], return_sequences=True), layer_of("GRU", return_sequences=True)
    np.testing.assert_allclose(stack(X), layer(X), rtol=0, atol=1e-15)


def test_a_state_and_an_output_that_are_one_array_are_chosen_once():
    new, old = np.ones((2, 3)), np.zeros((2, 3))
    output, (state, other) = choose_each(
        np.array([True, False]), (new, [new, new + 1]), (old, [old, old])
    )
    assert output is state and other is not state
    assert output.tolist() == [[1, 1, 1], [0, 0, 0]]


def test_a_mask_leaves_arrays_alone_where_every_sequence_counts():
    def step(x, states):
        return x, [x]

    inputs = np.arange(6.0).reshape(3, 2, 1)
    outputs, _ = scan(step, inputs, [np.zeros((2, 1))], np.array([[1, 1], [1, 0], [1, 1]], bool))
    assert [np.shares_memory(output, inputs) for output in outputs] == [True, False, True]


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
@pytest.mark.parametrize("masked", [False, True], ids=["nomask", "masked"])
def test_a_call_takes_less_memory_than_its_input(kind, masked, monkeypatch):
    monkeypatch.setattr(steps, "BLOCK", 1 << 14)
    layer = layer_of(kind, "float32", units=64, features=32)
    x = np.ones((8, 1000, 32), "float32")
    mask = np.arange(1000) < np.arange(500, 900, 50)[:, None] if masked else None
    tracemalloc.start()
    try:
        layer(x, mask=mask)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < x.nbytes


@pytest.mark.parametrize("kind", WIDTHS)
@pytest.mark.parametrize("sequences", [False, True], ids=["last", "sequences"])
def test_float32_stays_float32(kind, sequences):
    layer, seen = layer_of(kind, "float32", return_sequences=sequences), []
    step = layer.cell.step

    def watched(zx, states):
        output, after = step(zx, states)
        seen.extend([zx, output, *after])
        return output, after

    layer.cell.step = watched
    assert layer(X, mask=MASK).dtype == "float32"
    assert {array.dtype.name for array in seen} == {"float32"}
