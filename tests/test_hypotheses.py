"""What may have gone wrong: each guess is what it says, and is told apart from the others."""

import numpy as np
import pytest
from helpers import numbers

import rnn_oracle
from rnn_oracle.testing.hypotheses import hypotheses
from rnn_oracle.testing.layer_call import LayerCall
from rnn_oracle.verdict.compare import compare

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, True]])
H, C = numbers(2, 4, seed=2), numbers(2, 4, seed=3)
WHOLE = dict(return_sequences=True, return_state=True)


def telling(layer, features=3):
    """Give a layer of the oracle telling weights."""
    shapes = [[features if n is None else n for n in s] for _, s, _ in layer.weight_shapes()]
    layer.set_weights([numbers(*shape, seed=i) for i, shape in enumerate(shapes)])
    return layer


def demand(layer, **call):
    given = dict.fromkeys(LayerCall._fields, None)
    given.update(layer=layer, x=X, dtype="float32", attached=False, **call)
    return LayerCall(**given)


def lstm(**options):
    return telling(rnn_oracle.LSTM(4, **dict(WHOLE, **options)))


def gru(**options):
    return telling(rnn_oracle.GRU(4, **dict(WHOLE, **options)))


def with_weights(layer, weights):
    layer.set_weights(weights)
    return layer


def columns(*order):
    """Return the columns of weights of gates with four units each, in another order of gates."""
    chosen = np.concatenate([np.arange(4 * i, 4 * i + 4) for i in order])
    return lambda layer: with_weights(layer, [w[..., chosen] for w in layer.get_weights()])


def more_forgetful(layer):
    kernel, recurrent, bias = layer.get_weights()
    return with_weights(layer, [kernel, recurrent, bias + np.repeat([0, 1, 0, 0], 4)])


def one_bias(layer):
    kernel, recurrent, (bias, recurrent_bias) = layer.get_weights()
    return with_weights(gru(reset_after=False), [kernel, recurrent, bias + recurrent_bias])


def two_biases(layer):
    kernel, recurrent, bias = layer.get_weights()
    return with_weights(gru(), [kernel, recurrent, [bias, np.zeros(12)]])


def biases_swapped(layer):
    kernel, recurrent, bias = layer.get_weights()
    return with_weights(layer, [kernel, recurrent, bias[::-1]])


def hard(layer):
    return lstm(recurrent_activation="hard_sigmoid", dialect=layer.dialect.name)


MEANING = {
    # the text: the layer, the call, and the layer and the call that the text means
    "gates i and f were swapped": (lstm, {}, columns(1, 0, 2, 3), {}),
    "gates f and o were swapped": (lstm, {}, columns(0, 3, 2, 1), {}),
    "gates z and r were swapped": (gru, {}, columns(1, 0, 2), {}),
    "1 were added to the bias of gate f": (lstm, {}, more_forgetful, {}),
    "reset_after were False": (gru, {}, one_bias, {}),
    "reset_after were True": (lambda: gru(reset_after=False), {}, two_biases, {}),
    "the two rows of the bias were swapped": (gru, {}, biases_swapped, {}),
    "recurrent_activation were hard_sigmoid of keras3": (lstm, {}, hard, {}),
    "recurrent_activation were hard_sigmoid of keras2": (
        lambda: lstm(recurrent_activation="hard_sigmoid"),
        {},
        lambda layer: lstm(recurrent_activation="hard_sigmoid", dialect="keras2"),
        {},
    ),
    "go_backwards were True": (lstm, {}, lambda layer: lstm(go_backwards=True), {}),
    "zero_output_for_mask were True": (
        lstm,
        {"mask": MASK},
        lambda layer: lstm(zero_output_for_mask=True),
        {"mask": MASK},
    ),
    "the mask were ignored": (
        lambda: gru(return_sequences=False),
        {"mask": MASK},
        lambda layer: layer,
        {},
    ),
    "the mask were True where a step is left out": (
        gru,
        {"mask": MASK},
        lambda layer: layer,
        {"mask": ~MASK},
    ),
    "the initial_state were ignored": (gru, {"initial_state": [H]}, lambda layer: layer, {}),
    "h and c of the initial_state were swapped": (
        lstm,
        {"initial_state": [H, C]},
        lambda layer: layer,
        {"initial_state": [C, H]},
    ),
}


@pytest.mark.parametrize("text", MEANING)
def test_a_guess_means_what_it_says(text):
    make, call, change, meant = MEANING[text]
    (guess,) = [h for h in hypotheses(demand(make(), **call)) if h.text == text]
    outcome, wanted = guess.outcome(), demand(change(make()), **meant).outcome()
    assert outcome.facts["dtype"] == wanted.facts["dtype"]
    assert set(outcome.arrays) == set(wanted.arrays)
    for name in wanted.arrays:
        np.testing.assert_array_equal(outcome.arrays[name], wanted.arrays[name])
    for name in wanted.allowed:
        np.testing.assert_array_equal(outcome.allowed[name], wanted.allowed[name])


def chain():
    return rnn_oracle.Sequential(
        [
            rnn_oracle.Masking(),
            telling(rnn_oracle.LSTM(4, return_sequences=True, name="lower")),
            telling(rnn_oracle.GRU(5, name="upper"), 4),
        ]
    )


def both_ways():
    return telling(rnn_oracle.Bidirectional(rnn_oracle.GRU(4, **WHOLE)))


LAYERS = {
    "SimpleRNN": (lambda: telling(rnn_oracle.SimpleRNN(4, **WHOLE)), {"initial_state": [H]}),
    "LSTM": (lstm, {"initial_state": [H, C]}),
    "GRU": (gru, {"initial_state": H, "attached": True}),
    "reset_before": (lambda: gru(reset_after=False), {}),
    "both_ways": (both_ways, {"initial_state": [H, C]}),
    "cells": (
        lambda: telling(rnn_oracle.RNN([rnn_oracle.GRUCell(4), rnn_oracle.LSTMCell(4)], **WHOLE)),
        {},
    ),
    "chain": (chain, {"x": X * MASK[..., None], "mask": None}),
}


RIGHT = "nothing were wrong"
ZERO = "zero_output_for_mask were True"
ALIKE = {
    # The layer above does not look at masked steps, whatever the one below returns there.
    "chain": {frozenset([RIGHT, ZERO + " in lower"]), frozenset([ZERO, ZERO + " in upper"])}
}


@pytest.mark.parametrize("name", LAYERS)
def test_guesses_are_told_apart(name):
    make, call = LAYERS[name]
    asked = demand(make())._replace(**dict({"mask": MASK}, **call))
    guesses = list(hypotheses(asked))
    assert len({guess.text for guess in guesses}) == len(guesses) > 5
    outcomes = {guess.text: guess.outcome() for guess in guesses}
    outcomes[RIGHT] = asked.outcome()
    alike = {
        frozenset([text, other])
        for text, outcome in outcomes.items()
        for other, same in outcomes.items()
        if text < other and not compare(outcome, same, copies=False).mismatches
    }
    assert alike == ALIKE.get(name, set())


def test_asking_changes_nothing():
    asked = demand(lstm(), mask=MASK)
    before = asked.outcome()
    for guess in hypotheses(asked):
        guess.outcome()
    after = asked.outcome()
    for name in before.arrays:
        np.testing.assert_array_equal(after.arrays[name], before.arrays[name])
