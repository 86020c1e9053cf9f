"""The oracle without Keras: against a textbook, in float32, with users' own cells."""

import numpy as np
import pytest
import textbook
from helpers import numbers

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.families.expected import expected
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.layers.matrix import AXES, core
from rnn_oracle.families.layers.problem import problem
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.families.stacks.reference import build, set_weights
from rnn_oracle.verdict.compare import compare


@pytest.mark.parametrize("cell", AXES["cell"])
@pytest.mark.parametrize("mask", AXES["mask"])
@pytest.mark.parametrize("go_backwards", [False, True])
def test_against_the_textbook(cell, mask, go_backwards):
    mask_from = None if mask == "none" else "argument"
    case = CoreCase(cell, "one", True, True, False, go_backwards, mask, mask_from)
    outcome, given = expected(case, "keras3"), problem(case)
    ((weights,),) = given.weights
    valid = np.ones(given.x.shape[:2], bool) if given.mask is None else given.mask
    for i, sequence in enumerate(given.x.tolist()):
        states = [s[i].tolist() for s in given.states[0][0]]
        outputs, final = textbook.run(
            cell, sequence, states, [w.tolist() for w in weights], valid[i], go_backwards
        )
        got = [
            outcome.arrays["given." + name][i] for name in ("output", "h1", "c1")[: 1 + len(final)]
        ]
        for want, have in zip([outputs] + final, got):
            np.testing.assert_allclose(have, want, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("case", core()[::41], ids=lambda case: case.id)
def test_float32_agrees_with_float64(case):
    want = expected(case, "keras2")
    if want.refusal:
        return
    layers, given = build(case, "keras2", dtype="float32"), problem(case)
    set_weights(layers, given)
    x, mask = given.x, given.mask
    for layer in layers:
        result = layer(x, mask=mask)
        x, mask = (result[0] if case.return_state else result), layer.compute_mask(x, mask)
        mask = mask[0] if case.return_state else mask
    assert x.dtype == np.float32
    name = "default.output"
    only = Outcome({name: want.arrays[name]}, {}, want.allowed)
    assert compare(only, Outcome({name: x})).mismatches == []


class Averager:
    """A cell whose output is neither a state nor as wide: the mean so far, and a count."""

    state_size = [3, 1]
    output_size = 2

    def call(self, inputs, states):
        total, count = states
        total, count = total + inputs, count + 1
        return (total / count)[:, :2], [total, count]

    def get_initial_state(self, batch_size=None):
        return [np.zeros((batch_size, 3)), np.full((batch_size, 1), 2.0)]


class Minimal:
    """The cell of Keras's documentation, in NumPy; the state comes back bare."""

    def __init__(self, units):
        self.state_size = units

    def call(self, inputs, states):
        assert isinstance(states, list) and len(states) == 1
        h = np.tanh(inputs.sum(axis=-1, keepdims=True) + 0.5 * states[0])
        return h, h


def test_a_cell_of_ones_own():
    layer = rnn_oracle.RNN(Averager(), return_sequences=True, return_state=True)
    x = numbers(2, 5, 3, dtype="float64")
    mask = np.ones((2, 5), bool)
    mask[1, 3:] = False
    output, total, count = layer(x, mask=mask)
    assert output.shape == (2, 5, 2) and layer.output_size == 2 and layer.state_size == [3, 1]
    np.testing.assert_allclose(output[0, 4], x[0].sum(axis=0)[:2] / 7)
    np.testing.assert_allclose(total[1], x[1, :3].sum(axis=0))
    np.testing.assert_array_equal(count[:, 0], [7, 5])
    np.testing.assert_array_equal(output[1, 3], output[1, 2])
    assert layer.compute_output_shape((None, 5, 3)) == ((None, 5, 2), (None, 3), (None, 1))


def test_cells_of_ones_own_in_a_stack():
    mixed = rnn_oracle.RNN([Averager(), rnn_oracle.GRUCell(4), Minimal(6)], return_state=True)
    mixed.set_weights([numbers(2, 12), numbers(4, 12), numbers(2, 12)])
    result = mixed(numbers(2, 5, 3))
    assert nest.describe(result) == "(*, [*, *], *, *)"
    assert result[0].shape == (2, 6) == result[3].shape


def test_a_cell_that_loses_a_state_is_refused():
    class Loser(Minimal):
        state_size = [4, 4]

        def __init__(self):
            pass

        def call(self, inputs, states):
            return states[0], states[:1]

    with pytest.raises(ValueError, match=r"nested \[\*, \*\] and returned \[\*\]"):
        rnn_oracle.RNN(Loser())(numbers(2, 5, 3))


def test_results_have_the_dtype_of_the_layer():
    layer = rnn_oracle.RNN(Averager(), dtype="float32", return_state=True)
    assert {array.dtype.name for array in layer(numbers(2, 5, 3))} == {"float32"}


def test_cells_of_another_dialect_are_refused():
    with pytest.raises(ValueError, match="RNN has dialect=<dialect keras2>, but GRUCell has"):
        rnn_oracle.RNN(rnn_oracle.GRUCell(4), dialect="keras2")


def test_a_single_state_comes_back_bare_or_not():
    bare = rnn_oracle.RNN(Minimal(4), return_state=True)(numbers(2, 5, 3))
    assert nest.describe(bare) == "(*, *)"
    np.testing.assert_array_equal(bare[0], bare[1])


def test_a_cell_of_ones_own_needs_three_axes_too():
    with pytest.raises(ValueError, match=r"takes \(batch, steps, ...\)"):
        rnn_oracle.RNN(Minimal(4))(numbers(2, 3))


@pytest.mark.parametrize("dialect", ["keras3", "keras2"])
def test_stateful_goes_on_where_it_ended(dialect):
    arguments = dict(return_sequences=True, dialect=dialect)
    whole, parts = rnn_oracle.GRU(4, **arguments), rnn_oracle.GRU(4, stateful=True, **arguments)
    for layer in (whole, parts):
        layer.set_weights([numbers(3, 12), numbers(4, 12), numbers(2, 12)])
    x = numbers(2, 6, 3)
    joined = np.concatenate([parts(x[:, :2]), parts(x[:, 2:])], axis=1)
    np.testing.assert_allclose(joined, whole(x), rtol=1e-13)


def test_the_result_does_not_alias_the_recorded_state():
    layer = rnn_oracle.GRU(4, stateful=True, return_state=True)
    layer.set_weights([numbers(3, 12), numbers(4, 12), numbers(2, 12)])
    x = numbers(2, 6, 3)
    twin = layer.copy()
    twin.set_weights(layer.get_weights())
    output, state = layer(x)
    state[:] = 9
    twin(x)
    np.testing.assert_array_equal(layer(x)[0], twin(x)[0])


@pytest.mark.parametrize("dialect, sizes", [("keras3", [[2, 2], 3]), ("keras2", ([2, 2], 3))])
def test_state_size_of_a_stack(dialect, sizes):
    cells = [rnn_oracle.LSTMCell(2, dialect=dialect), rnn_oracle.GRUCell(3, dialect=dialect)]
    stack = rnn_oracle.StackedRNNCells(cells)
    assert stack.state_size == sizes and stack.output_size == 3
    assert nest.describe(stack.get_initial_state(2)) == nest.describe(sizes)


@pytest.mark.parametrize(
    "dialect, shapes",
    [
        ("keras3", ((None, 4, 3), [(None, 2), (None, 2)], (None, 3))),
        ("keras2", [(None, 4, 3), (None, 2), (None, 2), (None, 3)]),
    ],
)
def test_compute_output_shape_of_a_stack(dialect, shapes):
    cells = [rnn_oracle.LSTMCell(2, dialect=dialect), rnn_oracle.GRUCell(3, dialect=dialect)]
    layer = rnn_oracle.RNN(cells, return_sequences=True, return_state=True)
    assert layer.compute_output_shape((None, 4, 5)) == shapes


def test_stacked_cells_by_hand_mind_the_nesting():
    stack = rnn_oracle.StackedRNNCells([rnn_oracle.GRUCell(2), rnn_oracle.GRUCell(2)])
    for cell in stack.cells:
        cell.set_weights([numbers(2, 6), numbers(2, 6), numbers(2, 6)])
    with pytest.raises(ValueError, match="StackedRNNCells has 2 states, but 1 was given"):
        stack(numbers(2, 2), [np.zeros((2, 2))])
    with pytest.raises(ValueError, match=r"nested \[\*, \[\*, \*\]\], but are nested \[\*, \*\]"):
        stack(numbers(2, 2), [np.zeros((2, 2)), 2 * [np.zeros((2, 2))]])
