"""The loop that carries recurrent layers over the steps, over nests of arrays.

There may be several inputs and outputs, and states inside of states.
"""

import numpy as np
import pytest
from loops import MASK, MASKS, STATES, X, assert_equal, demanded, needs_later, on_each_loop, step

from rnn_oracle.arithmetic import nest

Y = np.arange(60, dtype="float32").reshape(2, 5, 3, 2) % 7 - 2

pytestmark = pytest.mark.target
pytest_generate_tests = on_each_loop


# Several inputs.


def step_of_two(inputs, states):
    """Take a step over two inputs."""
    x, y = inputs
    return step(x + y[..., 1], states)


@pytest.mark.parametrize("unroll", [False, True], ids=["loop", "unroll"])
@pytest.mark.parametrize("go_backwards", [False, True], ids=["forwards", "backwards"])
def test_two_inputs(loop, go_backwards, unroll):
    options = dict(mask=MASK, go_backwards=go_backwards, unroll=unroll)
    want = demanded(step_of_two, [X, Y], STATES, **options)
    if loop.of_layers:  # else it asks the list for its shape
        options["input_length"] = 5
    assert_equal(want, loop(step_of_two, [X, Y], STATES, **options))


def test_two_inputs_need_their_length_in_layers(loop):
    if not loop.of_layers:
        assert_equal(demanded(step_of_two, [X, Y], STATES), loop(step_of_two, [X, Y], STATES))
        return
    with pytest.raises(AttributeError, match="shape"):
        loop(step_of_two, [X, Y], STATES)


@pytest.mark.parametrize("unroll", [False, True], ids=["loop", "unroll"])
def test_inputs_by_name(loop, unroll):
    """Unrolled, the loop takes the keys for the inputs."""

    def by_name(inputs, states):
        return step_of_two([inputs["x"], inputs["y"]], states)

    options = dict(unroll=unroll, **({"input_length": 5} if loop.of_layers else {}))
    if unroll:
        with pytest.raises(Exception):  # noqa: B017 (it is left to Python)
            loop(by_name, {"x": X, "y": Y}, STATES, **options)
        return
    want = demanded(step_of_two, [X, Y], STATES)
    assert_equal(want, loop(by_name, {"x": X, "y": Y}, STATES, **options))


# Several outputs, and one of more axes.


def step_to_two(x, states):
    """Return two outputs."""
    output, states = step(x, states)
    return (output, 2 * states[1]), states


def step_to_deep(x, states):
    """Return the second of them."""
    outputs, states = step_to_two(x, states)
    return outputs[1], states


@pytest.mark.parametrize("mask", ["nomask", "bool"])
@pytest.mark.parametrize("zero", [False, True], ids=["held", "zeroed"])
def test_two_outputs(loop, zero, mask):
    options = dict(mask=MASKS[mask], zero_output_for_mask=zero)
    last, outputs, states = loop(step_to_two, X, STATES, **options)
    for i, single in enumerate((step, step_to_deep)):
        want = demanded(single, X, STATES, **options)
        assert_equal(want, (last[i], outputs[i], states))


@pytest.mark.parametrize("zero", [False, True], ids=["held", "zeroed"])
@pytest.mark.parametrize("unroll", [False, True], ids=["loop", "unroll"])
def test_output_of_more_axes(loop, unroll, zero):
    options = dict(mask=MASK, zero_output_for_mask=zero, unroll=unroll)
    want = demanded(step_to_deep, X, STATES, **options)
    assert_equal(want, loop(step_to_deep, X, STATES, **options))


def test_ragged_output(loop):
    """Unrolled over steps that come first, the loop but stacks it."""
    needs_later(loop)
    if loop.of_layers:
        pytest.skip("the loop of the layers has no public name")

    def ragged(x, states):
        return loop.tf.RaggedTensor.from_tensor(x, lengths=[1, 2]), states

    x, states = loop.tf.constant(X), [loop.tf.constant(STATES[0])]
    options = dict(unroll=True, time_major=True)
    _, outputs, _ = loop.target.keras.backend.rnn(ragged, x[:, :2], states, **options)
    assert outputs.to_list() == [[step[0, :1].tolist(), step[1, :2].tolist()] for step in X]


def test_two_outputs_are_not_unrolled_with_a_mask(loop):
    needs_later(loop)
    with pytest.raises((ValueError, TypeError)):  # early releases fail to say what is wrong
        loop(step_to_two, X, STATES, mask=MASK, unroll=True)


# States, and those that are nested.


@pytest.mark.parametrize("unroll", [False, True], ids=["loop", "unroll"])
def test_with_a_mask_states_come_as_a_tuple(loop, unroll):
    needs_later(loop)
    if loop.of_layers:
        pytest.skip("the loop of the layers has no public name")
    x, mask, states = (loop.tf.nest.map_structure(loop.tf.constant, a) for a in (X, MASK, STATES))
    rnn = loop.target.keras.backend.rnn
    assert type(rnn(step, x, states, mask=mask, unroll=unroll)[2]) is tuple


def step_nested(x, states):
    """Take a step with nested states."""
    (flat, deep), count = states
    output, (flat, deep, count) = step(x, [flat, deep, count])
    return output, [[flat, deep], count]


@pytest.mark.parametrize("unroll", [False, True], ids=["loop", "unroll"])
@pytest.mark.parametrize("mask", ["nomask", "bool"])
def test_nested_states(loop, mask, unroll):
    if unroll and mask != "nomask":
        needs_later(loop)
    options = dict(mask=MASKS[mask], unroll=unroll)
    got = loop(step_nested, X, [STATES[:2], STATES[2]], **options)
    assert nest.describe(list(got[2])) == nest.describe([STATES[:2], STATES[2]])
    assert_equal(demanded(step, X, STATES, **options), got)


def test_states_that_come_back_flat_are_nested_again(loop):
    def flat(x, states):
        (one, two), three = states
        return step(x, [one, two, three])

    got = loop(flat, X, [STATES[:2], STATES[2]])
    assert nest.describe(list(got[2])) == nest.describe([STATES[:2], STATES[2]])
    assert_equal(demanded(step, X, STATES), got)
