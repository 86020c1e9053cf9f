"""Gradients against finite differences, in every combination of the core axes and beside them."""

import copy

import numpy as np
import pytest
from differences import Call, call_of, dialect_of, error, gradients_of, run, weights_of
from helpers import numbers

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.arithmetic.decimals import DecimalArray
from rnn_oracle.arithmetic.error_bounds import UNIT_ROUNDOFF, exact
from rnn_oracle.families.case import CELLS
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.layers.matrix import activations, core
from rnn_oracle.families.layers.problem import problem
from rnn_oracle.reference.derivatives import BACKWARDS

LEGAL = [case for case in core() if not case.stacking.endswith("without_sequences")]
LAYERS = ("SimpleRNN", "LSTM", "GRU")
MASK = np.array([[False, True, False, True, False], [True, True, False, False, True]])
X = numbers(2, 5, 3, dtype="float64")


def agree(call):
    """Assert that the gradients of a call agree with differences; return them."""
    found = gradients_of(call)
    with_states = any(state is not None for state in call.initial_state)
    for name in ("x", "weights") + ("initial_state",) * with_states:
        assert error(call, name, found[name]) < 1e-9, name
    return found


@pytest.mark.parametrize("given", [False, True], ids=["default", "given"])
@pytest.mark.parametrize("case", LEGAL + activations(), ids=lambda case: case.id)
def test_every_case(case, given):
    d_x = agree(call_of(case, dialect_of(case), given))["x"]
    mask = problem(case).mask
    if mask is not None:
        assert not d_x[~mask].any()


def test_a_cell_that_stands_in_a_stack_twice_has_one_gradient():
    shared, one, other = (filled(rnn_oracle.GRUCell(3), 3) for _ in range(3))
    together, d_result = rnn_oracle.RNN([shared, shared]), numbers(2, 3)
    apart = rnn_oracle.gradients(rnn_oracle.RNN([one, other]), X, d_result)["weights"]
    found = rnn_oracle.gradients(together, X, d_result)["weights"]
    assert len(found) == len(together.get_weights()) == 3
    for gradient, below, above in zip(found, apart[:3], apart[3:]):
        np.testing.assert_allclose(gradient, below + above)


@pytest.mark.parametrize(
    "given", [lambda h: h, lambda h: [h], lambda h: (h,)], ids=["bare", "list", "tuple"]
)
def test_the_gradient_of_an_initial_state_is_nested_as_that_is(given):
    layer = filled(rnn_oracle.GRU(4), 3)
    found = rnn_oracle.gradients(layer, X, np.ones((2, 4)), initial_state=given(np.ones((2, 4))))
    assert nest.describe(found["initial_state"]) == nest.describe(given(0))


# One layer, with the options that are not in the matrix.


def single(layer, mask=None, states=None, x=X):
    """Return the call of one layer with telling weights."""
    if states is not None:
        states = nest.map_structure(lambda size: numbers(len(x), size, dtype="float64"), states)
    return Call([filled(layer, x.shape[-1])], x, mask, [states], None)


def filled(layer, features):
    """Give a layer telling weights."""
    shapes = [shape for _, shape, _ in layer.weight_shapes()]
    layer.set_weights(
        [
            0.5 * numbers(*[features if n is None else n for n in shape], seed=9 + i)
            for i, shape in enumerate(shapes)
        ]
    )
    return layer


def weighted(call):
    return call._replace(d_results=weights_of(run(copy.deepcopy(call))))


@pytest.mark.parametrize("function", BACKWARDS, ids=lambda function: function.__name__)
@pytest.mark.parametrize(
    "cell, role",
    [
        ("simple_rnn", "activation"),
        ("lstm", "activation"),
        ("lstm", "recurrent_activation"),
        ("gru", "activation"),
        ("gru", "recurrent_activation"),
        ("gru_reset_before", "activation"),
        ("gru_reset_before", "recurrent_activation"),
    ],
)
def test_activations(cell, role, function):
    """In one step, so that none grows beyond bounds; no number comes near a jump."""
    name, arguments = CELLS[cell]
    layer = getattr(rnn_oracle, name)(4, **dict(arguments, **{role: function}))
    agree(weighted(single(layer, states=layer.state_size, x=X[:, :1])))


@pytest.mark.parametrize(
    "options", [dict(use_bias=False), dict(zero_output_for_mask=True)], ids=str
)
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_options(name, options, return_sequences, go_backwards):
    options = dict(options, return_sequences=return_sequences, go_backwards=go_backwards)
    layer = getattr(rnn_oracle, name)(4, return_state=True, **options)
    agree(weighted(single(layer, MASK, layer.state_size)))


@pytest.mark.parametrize("merge_mode", ["concat", "sum", "ave", "mul", None])
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("return_state", [False, True])
@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_bidirectional(name, given, return_state, return_sequences, merge_mode):
    options = dict(return_sequences=return_sequences, return_state=return_state)
    layer = rnn_oracle.Bidirectional(getattr(rnn_oracle, name)(4, **options), merge_mode)
    states = 2 * layer.forward_layer.state_size if given else None
    agree(weighted(single(layer, MASK, states)))


def test_bidirectional_time_major():
    inner = rnn_oracle.GRU(4, time_major=True, return_sequences=True, dialect="keras2")
    call = single(rnn_oracle.Bidirectional(inner, "mul"), MASK.T, x=X.swapaxes(0, 1))
    agree(weighted(call))


@pytest.mark.parametrize("dialect", ["keras2", "keras3"])
def test_stacks_in_stacks(dialect):
    cells = [rnn_oracle.GRUCell(n, dialect=dialect) for n in (4, 5)]
    inner = rnn_oracle.StackedRNNCells([cells[1], rnn_oracle.LSTMCell(2, dialect=dialect)])
    layer = rnn_oracle.RNN([cells[0], inner], return_state=True, return_sequences=True)
    agree(weighted(single(layer, MASK, list(layer.state_size))))


# What is held, what is not looked at.


def test_a_held_state_hands_its_gradient_on():
    layer = rnn_oracle.LSTM(4, return_state=True)
    call = weighted(single(layer, np.zeros((2, 5), bool), layer.state_size))
    found = gradients_of(call)
    for got, want in zip(found["initial_state"][0], call.d_results[0][1:]):
        np.testing.assert_array_equal(got, want)
    assert not found["x"].any() and not any(w.any() for w in found["weights"][0])


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_masked_step_is_not_looked_at(name, bad):
    call = weighted(single(getattr(rnn_oracle, name)(4, return_sequences=True), MASK))
    spoiled = call._replace(x=np.where(MASK[..., None], call.x, bad))
    for want, got in zip(*[nest.flatten(gradients_of(c)["weights"]) for c in (call, spoiled)]):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize(
    "zero_output_for_mask, times",
    [(False, [[0, 2, 0, 2, 0], [1, 3, 0, 0, 1]]), (True, MASK)],
    ids=["repeated", "zero"],
)
def test_an_output_that_is_repeated_gets_all_gradients(zero_output_for_mask, times):
    """`times` is how often the output of each step that counts is returned."""
    options = dict(return_sequences=True, zero_output_for_mask=zero_output_for_mask)
    layer, ones = filled(rnn_oracle.GRU(4, **options), 3), np.ones((2, 5, 4))
    found = rnn_oracle.gradients(layer, X, ones, MASK)
    want = rnn_oracle.gradients(layer, X, ones * np.array(times)[..., None], MASK)
    np.testing.assert_allclose(found["x"], want["x"], rtol=1e-12)


def test_a_stateful_layer_stays_as_it_is():
    layer = filled(rnn_oracle.GRU(4, stateful=True), 3)
    fresh = rnn_oracle.gradients(layer, X, None)
    assert layer.states is None and fresh["initial_state"] is None
    layer(X)
    (recorded,) = layer.states
    d = numbers(2, 4)
    found = rnn_oracle.gradients(layer, X, d)
    assert layer.states[0] is recorded
    want = rnn_oracle.gradients(filled(rnn_oracle.GRU(4), 3), X, d, initial_state=[recorded])
    np.testing.assert_array_equal(found["x"], want["x"])


def test_what_is_not_weighted_counts_for_nothing():
    layer = filled(rnn_oracle.LSTM(4, return_state=True), 3)
    d, zero = numbers(2, 4), np.zeros((2, 4))
    for given, meant in (([d, None, None], [d, zero, zero]), (None, [zero] * 3)):
        found, want = (rnn_oracle.gradients(layer, X, each) for each in (given, meant))
        np.testing.assert_array_equal(found["x"], want["x"])


def test_a_bare_state_has_a_bare_gradient():
    layer, h = filled(rnn_oracle.GRU(4), 3), numbers(2, 4, seed=5)
    bare = rnn_oracle.gradients(layer, X, h, initial_state=h)["initial_state"]
    np.testing.assert_array_equal(
        bare, rnn_oracle.gradients(layer, X, h, initial_state=[h])["initial_state"][0]
    )


@pytest.mark.parametrize("return_state", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_the_bounds_hold_in_float32_and_are_zero_where_all_is_exact(name, return_state):
    make = getattr(rnn_oracle, name)
    single_precision, layer = (
        filled(make(4, return_sequences=True, return_state=return_state, dtype=dtype), 3)
        for dtype in ("float32", "float64")
    )
    x, d = X.astype("float32"), weights_of(layer(X))
    got = rnn_oracle.gradients(single_precision, x, d, MASK)
    followed = exact([x.astype("float64"), d], UNIT_ROUNDOFF["float32"])
    want = rnn_oracle.gradients(layer, *followed, MASK)
    for g, w in zip([got["x"]] + got["weights"], [want["x"]] + want["weights"]):
        assert g.dtype == np.float32
        assert (np.abs(g - w.value) <= w.error).all()
        assert w.error.max() < 1e-4
    assert not want["x"].error[~MASK].any()


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru", "gru_reset_before"])
def test_in_decimal_arithmetic(cell):
    case = CoreCase(cell, "cells", True, True, mask="holes", mask_from="argument")
    call = call_of(case, "keras3", given=False)
    found, precise = gradients_of(call), gradients_of(call._replace(x=DecimalArray(call.x)))
    for want, got in zip(
        *[nest.flatten([each["x"], each["weights"]]) for each in (found, precise)]
    ):
        np.testing.assert_allclose(want, got.rounded(), rtol=1e-12, atol=1e-14)


# What is refused.

GRU = rnn_oracle.GRU(4)
OWN = rnn_oracle.RNN(type("Own", (), {"state_size": 3, "call": lambda self, x, s: (x, s)})())


@pytest.mark.parametrize(
    "layers, d_results, message",
    [
        (GRU, np.zeros((2, 3)), r"shaped as the result, \(2, 4\), but are \(2, 3\)"),
        (GRU, [np.zeros((2, 4))], r"shaped as the result, \(2, 4\), but are \[\(2, 4\)\]"),
        (
            rnn_oracle.LSTM(4, return_state=True),
            [np.zeros((2, 4)), [None]],
            r"shaped as the result, \(\(2, 4\), \(2, 4\), \(2, 4\)\), but are",
        ),
        ([GRU], [], "1 layers, weights of 0 results, 1 initial states"),
        (rnn_oracle.Flatten(), None, "derivatives of <Flatten Flatten of keras3> are not known"),
        (
            OWN,
            None,
            "derivatives of the cell <.*Own object.*> are not known: gradients need Simple",
        ),
        (rnn_oracle.GRU(4, activation=np.sin), None, "of the activation <ufunc 'sin'> is not"),
    ],
    ids=["shape", "nesting", "count", "lists", "layer", "cell", "activation"],
)
def test_what_is_refused(layers, d_results, message):
    for layer in layers if isinstance(layers, list) else [layers]:
        if hasattr(layer, "weight_shapes"):
            filled(layer, 3)
    with pytest.raises(ValueError, match=message):
        rnn_oracle.gradients(layers, X, d_results)
