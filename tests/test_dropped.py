"""Dropout masks given to layers of the oracle; test_dropout.py has those that Keras draws."""

import numpy as np
import pytest
from helpers import numbers

import rnn_oracle
from rnn_oracle.reference.dropout import Masks, dropped
from rnn_oracle.reference.errors import OracleError

X = numbers(4, 6, 3)
GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}


def of_oracle(name, **arguments):
    layer = getattr(rnn_oracle, name)(5, **arguments)
    layer.set_weights([numbers(*(n or 3 for n in shape)) for _, shape, _ in layer.weight_shapes()])
    return layer


@pytest.mark.parametrize("name", GATES)
def test_masks_of_ones_drop_nothing_and_leave_nothing_behind(name):
    layer = of_oracle(name)
    want, ones = layer(X), [np.ones((4, 5))] * GATES[name]
    with dropped(layer, [Masks([np.ones((4, 3))], ones)]):
        np.testing.assert_allclose(layer(X), want, rtol=1e-12)
    with pytest.raises(ZeroDivisionError), dropped(layer, [Masks([np.zeros((4, 3))])]):
        raise ZeroDivisionError
    np.testing.assert_array_equal(layer(X), want)


@pytest.mark.parametrize("gate", range(3))
@pytest.mark.parametrize("reset_after", [False, True])
def test_each_gate_has_its_own_mask(gate, reset_after):
    """A dropped state is one that this gate does not see: its block of the kernel is zero."""
    layer = of_oracle("GRU", reset_after=reset_after)
    masks = [np.zeros((4, 5)) if i == gate else np.ones((4, 5)) for i in range(3)]
    with dropped(layer, [Masks(recurrent=masks)]):
        got = layer(X)
    weights = layer.get_weights()
    weights[1][:, 5 * gate : 5 * gate + 5] = 0
    layer.set_weights(weights)
    np.testing.assert_allclose(got, layer(X), rtol=1e-12)


UNFIT = {
    "cells": ([], ValueError, "has 1 cells, but masks of 0 were given"),
    "gates": (
        [Masks([np.ones((4, 3))] * 2)],
        ValueError,
        "takes one mask, or one for each of 3 gates, not 2",
    ),
    "features": ([Masks([np.ones((4, 5))])], ValueError, r"shape \(4, 5\), but needs \(any, 3\)"),
    "units": ([Masks(None, [np.ones((4, 3))])], ValueError, r"\(4, 3\), but needs \(any, 5\)"),
    "steps": ([Masks([np.ones((4, 6, 3))])], ValueError, r"shape \(4, 6, 3\), but needs \(any"),
    "no-batch": ([Masks([np.ones(3)])], ValueError, r"shape \(3,\), but needs \(any, 3\)"),
    "nan": ([Masks([np.full((4, 3), np.nan)])], ValueError, "a dropout mask is not finite"),
    "complex": ([Masks([np.ones((4, 3), complex)])], TypeError, "must be real numbers"),
    "array": ([np.ones((4, 3))], TypeError, "takes `Masks`, not array"),
}


@pytest.mark.parametrize("what", UNFIT)
def test_masks_that_do_not_fit(what):
    masks, error, message = UNFIT[what]
    with pytest.raises(error, match=message) as raised, dropped(of_oracle("GRU"), masks):
        pass
    assert isinstance(raised.value, OracleError)


@pytest.mark.parametrize("batch", [1, 2, 8, 24])
@pytest.mark.parametrize("which", Masks._fields)
def test_masks_of_another_batch_size(which, batch):
    masks = Masks(**{which: [np.ones((batch, 3 if which == "inputs" else 5))]})
    layer = of_oracle("GRU")
    message = rf"have shape \({batch}, .\), but what they mask at each step is \(4, .\)"
    with dropped(layer, [masks]), pytest.raises(ValueError, match=message):
        layer(X)


@pytest.mark.parametrize("name", GATES)
def test_weights_that_are_set_inside_are_masked(name):
    layer, other = of_oracle(name), of_oracle(name)
    other.set_weights([weight + 1 for weight in layer.get_weights()])
    masks = [Masks([numbers(4, 3)], [numbers(4, 5)])]
    with dropped(other, masks):
        want = other(X)
    with dropped(layer, masks):
        layer.set_weights(other.get_weights())
        np.testing.assert_array_equal(layer(X), want)
    np.testing.assert_array_equal(layer(X), other(X))


def test_masks_within_masks():
    layer, outer, inner = of_oracle("GRU"), [Masks([numbers(4, 3)])], [Masks([np.zeros((4, 3))])]
    with dropped(layer, outer):
        want = layer(X)
        with dropped(layer, inner):
            assert np.abs(layer(X) - want).max() > 0.01
        np.testing.assert_array_equal(layer(X), want)


def test_a_layer_that_is_made_of_one_inside_drops_nothing():
    layer = of_oracle("GRU")
    with dropped(layer, [Masks([np.zeros((4, 3))])]):
        both = rnn_oracle.Bidirectional(layer)
    both.set_weights(2 * layer.get_weights())
    np.testing.assert_array_equal(both(X)[:, :5], layer(X))


NO_LISTS = {
    "none": None,
    "a number": 3,
    "a number for inputs": Masks(3),
    "a generator for inputs": Masks(x for x in [np.ones((4, 3))]),
}


@pytest.mark.parametrize("masks", NO_LISTS.values(), ids=NO_LISTS)
def test_masks_in_no_list(masks):
    layer = of_oracle("GRU")
    masks = [masks] if isinstance(masks, Masks) else masks
    with pytest.raises(TypeError, match="takes a list of") as raised, dropped(layer, masks):
        pass
    assert isinstance(raised.value, OracleError)


def summed(layer, weights, x):
    layer.set_weights(weights)
    return np.sum(layer(x))


@pytest.mark.parametrize("count", ["one", "each"])
@pytest.mark.parametrize("which", Masks._fields)
@pytest.mark.parametrize("name", [*GATES, "GRU-reset-before"])
def test_gradients_inside_are_those_of_what_is_computed_inside(name, which, count):
    options = {"reset_after": False} if name == "GRU-reset-before" else {}
    layer = of_oracle(name.partition("-")[0], **options)
    masks = [numbers(4, 3 if which == "inputs" else 5, seed=i) for i in range(layer.cell.gates)]
    x, weights, step = X.astype("float64"), layer.get_weights(), 1e-6
    with dropped(layer, [Masks(**{which: masks[:1] if count == "one" else masks})]):
        found = rnn_oracle.gradients(layer, x, np.ones((4, 5)))
        for gradient, array in zip([found["x"], *found["weights"]], [x, *weights]):
            place = np.unravel_index(np.argmax(np.abs(gradient)), array.shape)
            sums = []
            for change in (step, -2 * step):
                array[place] += change
                sums.append(summed(layer, weights, x))
            array[place] += step
            slope = (sums[0] - sums[1]) / (2 * step)
            np.testing.assert_allclose(gradient[place], slope, rtol=1e-6)


def test_masks_without_weights():
    layer = rnn_oracle.GRU(5)
    with pytest.raises(ValueError, match="has no weights yet"), dropped(layer, [Masks()]):
        pass


def test_a_cell_of_ones_own_knows_no_dropout():
    class Own:
        state_size = 3

        def call(self, inputs, states):
            return inputs, states

    layer = rnn_oracle.RNN(Own())
    with pytest.raises(TypeError, match="has no cell that knows dropout"), dropped(layer, []):
        pass
