"""What may have gone wrong: each guess that no other layer or call stands for, written out."""

import numpy as np
import pytest
from telling import MASK, THIRDS, C, H, X, both, demand, gru, guess, lstm, simple, stack

from rnn_oracle.arithmetic import nest

ZEROS = np.zeros((2, 4))


def over_steps(layer, states, step, x=X):
    """Return the outputs and the final states of ``step(cell, t, x, states, outputs)``."""
    outputs = []
    for t in range(x.shape[1]):
        output, states = step(layer.cell, t, x[:, t], states, outputs)
        outputs.append(output)
    return [np.stack(outputs, axis=1), *nest.flatten(states)]


def choose(t, new, old):
    return nest.map_structure(lambda a, b: np.where(MASK[:, t, None], a, b), new, old)


def changing_masked_states(cell, t, x, states, outputs):
    output, states = cell(x, states)
    return choose(t, output, outputs[-1] if outputs else ZEROS), states


def putting_out_masked_steps(cell, t, x, states, outputs):
    output, after = cell(x, states)
    return output, choose(t, after, states)


def begun_by_the_state(cell, t, x, states, outputs):
    output, after = cell(x, states)
    return choose(t, output, outputs[-1] if outputs else H), choose(t, after, states)


def from_states(*fixed):
    return lambda cell, t, x, states, outputs: cell(x, list(fixed))


def update_gate_turned(cell, t, x, states, outputs):
    (h,) = states
    kernel, recurrent, (bias, recurrent_bias) = cell.get_weights()
    a = x @ kernel + bias + h @ recurrent + recurrent_bias
    z = 1 / (1 + np.exp(-a[:, :4]))
    right, _ = cell(x, states)
    candidate = (right - z * h) / (1 - z)
    h = (1 - z) * h + z * candidate
    return h, [h]


def putting_out_c(cell, t, x, states, outputs):
    _, states = cell(x, states)
    return states[1], states


def rounded(arrays):
    return nest.map_structure(lambda a: a.astype("float32").astype("float64"), arrays)


def rounding(cell, t, x, states, outputs):
    return cell(rounded(x), rounded(states))


def sides(layer):
    """Return the output and the state of the two directions, both in the order of time."""
    (y, h), (z, k) = [side(X) for side in layer.parts()]
    return y, h, z[:, ::-1], k


def joined(*arrays):
    return np.concatenate(arrays, axis=-1)


def both_forwards(layer):
    forward, backward = layer.parts()
    y, h = forward(X)
    backward.configure(go_backwards=False)
    z, k = backward(X)
    return [joined(y, z), h, k]


def not_reversed(layer):
    y, h, z, k = sides(layer)
    return [joined(y, z[:, ::-1]), h, k]


def outputs_swapped(layer):
    y, h, z, k = sides(layer)
    return [joined(z, y), h, k]


def outputs_apart_swapped(layer):
    y, h, z, k = sides(layer)
    return [z, y, h, k]


def final_states_swapped(layer):
    y, h, z, k = sides(layer)
    return [joined(y, z), k, h]


def zeroed_as_the_mask_came(layer):
    layer.configure(zero_output_for_mask=False)
    output, h, c = layer(X, mask=MASK)
    return [np.where(MASK[..., None], output, 0), h, c]


MASKED, STARTED = {"mask": MASK}, {"initial_state": [H, C]}
EARLY = dict(MASKED, initial_state=[H])
BACKWARDS = dict(go_backwards=True, zero_output_for_mask=True)
MEANING = {
    # the text: the layer, the call, and the arrays that then are returned, one after the other
    "the output were zero": (
        lstm,
        {},
        lambda layer: [np.zeros((2, 5, 4)), *layer(X)[1:]],
    ),
    "the output and the final states were zero": (
        lstm,
        {},
        lambda layer: [np.zeros((2, 5, 4)), ZEROS, ZEROS],
    ),
    "the output were reversed in time": (
        simple,
        {},
        lambda layer: [layer(X)[0][:, ::-1], layer(X)[1]],
    ),
    "the output were that of the first step": (
        lambda: simple(return_sequences=False),
        {},
        lambda layer: [simple()(X)[0][:, 0], layer(X)[1]],
    ),
    "the output were c in place of h": (
        lstm,
        {},
        lambda layer: over_steps(layer, [ZEROS, ZEROS], putting_out_c),
    ),
    "the final states h and c were swapped": (
        lstm,
        {},
        lambda layer: [layer(X)[0], layer(X)[2], layer(X)[1]],
    ),
    "every step began with zeros": (
        lstm,
        STARTED,
        lambda layer: over_steps(layer, None, from_states(ZEROS, ZEROS)),
    ),
    "every step began with the initial_state": (
        lstm,
        STARTED,
        lambda layer: over_steps(layer, None, from_states(H, C)),
    ),
    "masked steps changed the states": (
        gru,
        MASKED,
        lambda layer: over_steps(layer, [ZEROS], changing_masked_states),
    ),
    "the output of a masked step were what the cell makes of it": (
        gru,
        MASKED,
        lambda layer: over_steps(layer, [ZEROS], putting_out_masked_steps),
    ),
    "masked steps at the beginning put out the initial state": (
        gru,
        EARLY,
        lambda layer: over_steps(layer, [H], begun_by_the_state),
    ),
    "outputs were zeroed by the mask as it is before it is reversed in time": (
        lambda: lstm(**BACKWARDS),
        MASKED,
        zeroed_as_the_mask_came,
    ),
    "z and 1 - z were swapped": (
        gru,
        {},
        lambda layer: over_steps(layer, [ZEROS], update_gate_turned),
    ),
    "the list of cells rounded its input to float32": (
        stack,
        {"x": THIRDS, "dtype": "float64"},
        lambda layer: nest.flatten(layer(rounded(THIRDS))),
    ),
    "the list of cells rounded its input and its states to float32": (
        stack,
        {"x": THIRDS, "dtype": "float64"},
        lambda layer: over_steps(layer, [ZEROS, np.zeros((2, 5))], rounding, THIRDS),
    ),
    "the backward layer ran in the direction of the forward layer": (both, {}, both_forwards),
    "the output of the backward layer were not reversed in time": (both, {}, not_reversed),
    "the outputs of the two directions were swapped": (both, {}, outputs_swapped),
    "the final states of the two directions were swapped": (both, {}, final_states_swapped),
}


@pytest.mark.parametrize("text", MEANING)
def test_a_guess_means_what_it_says(text):
    make, call, by_hand = MEANING[text]
    check(make, call, text, by_hand)


def test_outputs_that_are_apart_are_swapped():
    text = "the outputs of the two directions were swapped"
    check(lambda: both(None), {}, text, outputs_apart_swapped)


def check(make, call, text, by_hand):
    found = nest.flatten(guess(demand(make(), **call), text).layer_call().observed()[0])
    wanted = by_hand(make())
    assert len(found) == len(wanted)
    for have, want in zip(found, wanted):
        np.testing.assert_allclose(have, want, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("make", [lstm, both], ids=["one", "both"])
def test_states_that_come_in_lists(make):
    asked = demand(make())
    result = guess(asked, "each state came in a list of its own").layer_call().observed()[0]
    outputs, states = result[:1], result[1:]
    assert [len(state) for state in states] == [1, 1]
    for have, want in zip(nest.flatten([outputs, states]), asked.observed()[0]):
        np.testing.assert_array_equal(have, want)


def test_a_mask_that_does_not_go_on():
    asked = demand(lstm(), mask=MASK)
    without = guess(asked, "the mask did not go on with the output").outcome()
    right = asked.outcome()
    assert set(right.arrays) - set(without.arrays) == {"mask of output"}
    for name, array in without.arrays.items():
        np.testing.assert_array_equal(array, right.arrays[name])
