"""What may have gone wrong: each guess is what it says, as another layer or call has it."""

import numpy as np
import pytest
from telling import MASK, C, H, both, chain, chain_of_two, demand, gru, guess, lstm, simple, telling

import rnn_oracle
from rnn_oracle.families.stacks.broken import EXCHANGED
from rnn_oracle.reference import activations
from rnn_oracle.testing.hypotheses.hypothesis import MASKS_END, hypotheses


def same(layer):
    return layer


def last(make, **options):
    """Return a maker of layers without `return_sequences`, whose mask ends with them."""
    return lambda: make(return_sequences=False, **options)


def with_weights(layer, weights):
    layer.set_weights(weights)
    return layer


def of_other_weights(change):
    return lambda layer: with_weights(layer, change(*layer.get_weights()))


def columns(*order):
    """Return the columns of weights of gates with four units each, in another order of gates."""
    chosen = np.concatenate([np.arange(4 * i, 4 * i + 4) for i in order])
    return of_other_weights(lambda *weights: [w[..., chosen] for w in weights])


def made(make, **options):
    """Return a layer with other options and the weights of another."""
    return lambda layer: with_weights(make(**options), layer.get_weights())


def configured(**options):
    def change(layer):
        layer.configure(**options)
        return layer

    return change


def transposed(kernel, recurrent, bias):
    blocks = np.split(recurrent, recurrent.shape[1] // 4, axis=1)
    return [kernel, np.concatenate([block.T for block in blocks], axis=1), bias]


def square():
    return telling(rnn_oracle.SimpleRNN(3, return_sequences=True))


def dense(**options):
    return telling(rnn_oracle.Dense(4, **options))


def in_mode(mode):
    return lambda layer: with_weights(both(mode), layer.get_weights())


MASKED, STARTED = {"mask": MASK}, {"initial_state": [H, C]}
WIDE = {"dtype": "float64"}

MEANING = {
    # the text: the layer, the call, and the layer and the call that the text means
    "gates i and f were swapped": (lstm, {}, columns(1, 0, 2, 3), {}),
    "gates i and g were swapped": (lstm, {}, columns(2, 1, 0, 3), {}),
    "gates i and o were swapped": (lstm, {}, columns(3, 1, 2, 0), {}),
    "gates f and g were swapped": (lstm, {}, columns(0, 2, 1, 3), {}),
    "gates f and o were swapped": (lstm, {}, columns(0, 3, 2, 1), {}),
    "gates g and o were swapped": (lstm, {}, columns(0, 1, 3, 2), {}),
    "gates z and r were swapped": (gru, {}, columns(1, 0, 2), {}),
    "gates z and h were swapped": (gru, {}, columns(2, 1, 0), {}),
    "gates r and h were swapped": (gru, {}, columns(0, 2, 1), {}),
    "the gates stood in the order i, o, f, g, as in ONNX": (lstm, {}, columns(0, 2, 3, 1), {}),
    "1 were added to the bias of gate f": (
        lstm,
        {},
        of_other_weights(lambda w, u, b: [w, u, b + np.repeat([0, 1, 0, 0], 4)]),
        {},
    ),
    "reset_after were False": (
        gru,
        {},
        lambda layer: with_weights(
            gru(reset_after=False), [*layer.get_weights()[:2], layer.get_weights()[2].sum(axis=0)]
        ),
        {},
    ),
    "reset_after were True": (
        lambda: gru(reset_after=False),
        {},
        lambda layer: with_weights(
            gru(), [*layer.get_weights()[:2], [layer.get_weights()[2], np.zeros(12)]]
        ),
        {},
    ),
    "the recurrent kernel were transposed": (lstm, {}, of_other_weights(transposed), {}),
    "the two kernels were swapped": (
        square,
        {},
        of_other_weights(lambda w, u, b: [u, w, b]),
        {},
    ),
    "the bias were dropped": (gru, {}, of_other_weights(lambda w, u, b: [w, u, 0 * b]), {}),
    "the bias of the input were dropped": (
        gru,
        {},
        of_other_weights(lambda w, u, b: [w, u, [0 * b[0], b[1]]]),
        {},
    ),
    "the recurrent bias were dropped": (
        gru,
        {},
        of_other_weights(lambda w, u, b: [w, u, [b[0], 0 * b[1]]]),
        {},
    ),
    "the two rows of the bias were swapped": (
        gru,
        {},
        of_other_weights(lambda w, u, b: [w, u, b[::-1]]),
        {},
    ),
    "go_backwards were True": (lstm, {}, configured(go_backwards=True), {}),
    "go_backwards were False": (
        lambda: lstm(go_backwards=True),
        {},
        configured(go_backwards=False),
        {},
    ),
    "zero_output_for_mask were True": (
        lstm,
        MASKED,
        configured(zero_output_for_mask=True),
        MASKED,
    ),
    "zero_output_for_mask were False": (
        lambda: lstm(zero_output_for_mask=True),
        MASKED,
        configured(zero_output_for_mask=False),
        MASKED,
    ),
    "the mask were ignored": (last(gru), MASKED, same, {}),
    "the mask that is attached to the input were ignored": (
        last(gru),
        dict(MASKED, attached=True, initial_state=[H]),
        same,
        {"initial_state": [H]},
    ),
    "the mask were True where a step is left out": (last(gru), MASKED, same, {"mask": ~MASK}),
    "the mask were reversed in time": (last(gru), MASKED, same, {"mask": MASK[:, ::-1]}),
    "each step had the mask of the step before": (
        last(gru),
        MASKED,
        same,
        {"mask": MASK[:, [4, 0, 1, 2, 3]]},
    ),
    "each step had the mask of the step after": (
        last(gru),
        MASKED,
        same,
        {"mask": MASK[:, [1, 2, 3, 4, 0]]},
    ),
    "the mask did not go on from lower": (
        lambda: rnn_oracle.Sequential(chain().layers[1:]),
        MASKED,
        lambda layer: rnn_oracle.Sequential([with_mask(layer.layers[0]), layer.layers[1]]),
        {},
    ),
    MASKS_END: (
        lambda: rnn_oracle.Sequential(chain_of_two().layers[1:]),
        MASKED,
        lambda layer: rnn_oracle.Sequential([with_mask(layer.layers[0]), layer.layers[1]]),
        {},
    ),
    "the initial_state were ignored": (gru, {"initial_state": [H]}, same, {}),
    "h and c of the initial_state were swapped": (lstm, STARTED, same, {"initial_state": [C, H]}),
    "the initial states of the two directions were swapped": (
        both,
        STARTED,
        same,
        {"initial_state": [C, H]},
    ),
    "both directions had the weights of the forward layer": (
        both,
        {},
        of_other_weights(lambda *weights: weights[:3] * 2),
        {},
    ),
    "both directions had the weights of the backward layer": (
        both,
        {},
        of_other_weights(lambda *weights: weights[3:] * 2),
        {},
    ),
    "the weights of the two directions were swapped": (
        both,
        {},
        of_other_weights(lambda *weights: weights[3:] + weights[:3]),
        {},
    ),
    "merge_mode were concat": (lambda: both("sum"), {}, in_mode("concat"), {}),
}
MEANING.update(
    {
        f"merge_mode were {mode}": (both, {}, in_mode(mode), {})
        for mode in ("sum", "mul", "ave", None)
    }
)
MEANING.update(
    {
        f"activation were {name}": (make, {}, made(make, activation=name), {})
        for name, make in (("linear", gru), ("relu", lstm), ("sigmoid", simple), ("tanh", dense))
    }
)
MEANING.update(
    {
        f"recurrent_activation were {name}": (gru, {}, made(gru, recurrent_activation=name), {})
        for name in ("linear", "relu", "tanh")
    }
)
HARD = "hard_sigmoid"
MEANING.update(
    {
        "recurrent_activation were sigmoid": (
            lambda: gru(recurrent_activation="tanh"),
            {},
            made(gru, recurrent_activation="sigmoid"),
            {},
        ),
        "recurrent_activation were hard_sigmoid of keras3": (
            lstm,
            {},
            made(lstm, recurrent_activation=HARD),
            {},
        ),
        "recurrent_activation were hard_sigmoid of keras2": (
            lambda: lstm(recurrent_activation=HARD),
            {},
            made(lstm, recurrent_activation=activations.hard_sigmoid_keras2),
            {},
        ),
    }
)
for _text, _name, _deviation in (
    ("the slope of leaky_relu were rounded to float32", "leaky_relu", "leaky_slope_of_float32"),
    ("one over the root of 2 in gelu were rounded to float32", "gelu", "gelu_factor_of_float32"),
    ("the root of 2 in gelu were rounded to float32", "gelu", "gelu_root_of_float32"),
    (
        "sparsemax added up the sums of the largest numbers, not the numbers",
        "sparsemax",
        "sums_of_sums_in_sparsemax",
    ),
):
    MEANING[_text] = (
        lambda name=_name: lstm(activation=name),
        WIDE,
        made(lstm, activation=EXCHANGED[_deviation][1]),
        WIDE,
    )


def with_mask(layer):
    """Let a layer have the mask that is given to none of the layers, and keep it to itself."""
    forward = layer.forward
    layer.forward = lambda x, mask, *others: forward(x, MASK, *others)
    return layer


@pytest.mark.parametrize("text", MEANING)
def test_a_guess_means_what_it_says(text):
    make, call, change, meant = MEANING[text]
    outcome = guess(demand(make(), **call), text).outcome()
    wanted = demand(change(make()), **meant).outcome()
    assert outcome.facts == wanted.facts
    assert set(outcome.arrays) == set(wanted.arrays)
    for name in wanted.arrays:
        np.testing.assert_array_equal(outcome.arrays[name], wanted.arrays[name])
    for name in wanted.allowed:
        np.testing.assert_array_equal(outcome.allowed[name], wanted.allowed[name])


def test_asking_changes_nothing():
    for make in (lstm, both, chain):
        asked = demand(make(), mask=MASK)
        before = asked.outcome()
        for hypothesis in hypotheses(asked):
            hypothesis.outcome()
        after = asked.outcome()
        for name in before.arrays:
            np.testing.assert_array_equal(after.arrays[name], before.arrays[name])
