"""The loop that carries recurrent layers over the steps, by itself: masks, options and lengths."""

import numpy as np
import pytest
from helpers import within
from loops import MASK, MASKS, STATES, X, assert_equal, demanded, needs_later, on_each_loop, step

from rnn_oracle.targets.keras.tensors import TensorFlow

CONSTANTS = [np.array([[2, 0, 1], [1, 3, 0]], "float32"), np.array([[1], [2]], "float32")]
KNOWN = [(False, True), (True, False), (False, False)]
NAMES = ["batch_unknown", "steps_unknown", "both_unknown"]

pytestmark = pytest.mark.target
pytest_generate_tests = on_each_loop


# Masks and options.


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("unroll", [False, True], ids=["loop", "unroll"])
def test_masks(loop, mask, unroll):
    options = dict(mask=MASKS[mask], unroll=unroll)
    assert_equal(demanded(step, X, STATES, **options), loop(step, X, STATES, **options))


ON = [
    ("go_backwards",),
    ("zero_output_for_mask",),
    ("last",),
    ("time_major",),
    ("constants",),
    ("go_backwards", "zero_output_for_mask"),
    ("go_backwards", "last"),
    ("go_backwards", "time_major"),
    ("zero_output_for_mask", "last"),
    ("last", "time_major"),
    ("go_backwards", "constants", "time_major", "zero_output_for_mask"),
]


def options_of(on, mask, unroll):
    """Return the options of a call."""
    options = dict.fromkeys(on, True)
    if options.pop("last", False):
        options["return_all_outputs"] = False
    if "constants" in on:
        options["constants"] = CONSTANTS
    return dict(options, unroll=unroll, mask=None if mask == "nomask" else MASKS[mask])


@pytest.mark.parametrize("mask", ["nomask", "bool"])
@pytest.mark.parametrize("unroll", [False, True], ids=["loop", "unroll"])
@pytest.mark.parametrize("on", ON, ids="-".join)
def test_options(loop, on, unroll, mask):
    options, x, named = options_of(on, mask, unroll), X, {}
    if "time_major" in on:
        x = X.swapaxes(0, 1)
        options["mask"] = None if mask == "nomask" else MASK.T
        named = {"input_length": 5} if loop.of_layers else {}  # else it takes that of the batch
    want = demanded(step, x, STATES, **options)
    if unroll and mask != "nomask" and "zero_output_for_mask" in on:
        want = zeroed_late(loop, want, options, x)
    if want is None:
        with pytest.raises(ValueError, match="shape"):
            loop(step, x, STATES, **options)
    else:
        assert_equal(want, loop(step, x, STATES, **dict(options, **named)))


@pytest.mark.parametrize("mask", ["nomask", "bool"])
@pytest.mark.parametrize("unroll", [False, True], ids=["loop", "unroll"])
def test_constants_come_at_every_step(loop, unroll, mask):
    """Also at that which only tells the shape of the outputs."""

    def counting(x, states):
        seen.append(len(states))
        return step(x, states)

    seen = []
    loop(counting, X, STATES, mask=MASKS[mask], unroll=unroll, constants=CONSTANTS)
    assert set(seen) == {len(STATES) + len(CONSTANTS)}


def test_steps_first_need_their_number_in_layers(loop):
    want = shortened(loop, 2, step, X, STATES) if loop.of_layers else demanded(step, X, STATES)
    got = loop(step, X.swapaxes(0, 1), STATES, time_major=True)
    np.testing.assert_array_equal(got[1], want[1].swapaxes(0, 1))


def zeroed_late(loop, want, options, x):
    """Return what comes of `unroll` with a mask and `zero_output_for_mask`, None for an error.

    The outputs are zeroed at the end, where the mask is as it came, for all steps and in their
    order, though the outputs may be turned round, or only the last be there (rule M3).
    """
    held = demanded(step, x, STATES, **dict(options, zero_output_for_mask=False))[1]
    if not loop.of_layers and held.shape[1] == 1:
        return None
    return want[0], np.where(options["mask"][..., None], held, np.float32(0)), want[2]


@pytest.mark.parametrize("known", KNOWN, ids=NAMES)
@pytest.mark.parametrize("on", [(), ("go_backwards",), ("last",)], ids="-".join)
@pytest.mark.parametrize("mask", ["nomask", "bool"])
def test_in_a_graph(loop, mask, on, known):
    options = options_of(on, mask, False)
    want = demanded(step, X, STATES, **options)
    assert_equal(want, loop(step, X, STATES, known, **options))


# Lengths.


def up_to(lengths):
    """Return the mask of sequences of some lengths."""
    return np.arange(5) < np.array(lengths)[:, None]


def from_the_end(lengths):
    """Return the mask by which the loop runs backwards: it takes the longest for all steps."""
    return up_to(np.array(lengths) + 5 - max(lengths))


def shortened(loop, length, step, x, states, mask=None, **options):
    """Return what comes of an `input_length`, of which the longest is given."""
    if not loop.stops:
        return demanded(step, x, states, mask, **options)
    made = slice(5 - length, None) if options.get("go_backwards") else slice(length)
    mask = None if mask is None else mask[:, made]
    _, outputs, states = demanded(step, x[:, made], states, mask, **options)
    outputs = np.concatenate([outputs, np.zeros((len(x), 5 - length, 3), "float32")], axis=1)
    return outputs[:, -1], outputs, states


def step_of_vectors(x, states):
    """Take a step with one state, of two axes."""
    after = 2 * states[0] + x
    return after - 3 * states[0], [after]


@pytest.mark.parametrize("zero", [False, True], ids=["held", "zeroed"])
@pytest.mark.parametrize("go_backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("lengths", [[5, 2], [1, 5], [3, 2]], ids=str)
def test_a_length_for_each_sequence(loop, lengths, go_backwards, zero):
    """They stand for a mask where there is none. (Layers of Keras 3 give none and take none.)"""
    needs_later(loop)
    options = dict(go_backwards=go_backwards, zero_output_for_mask=zero)
    given = dict(options, input_length=np.array(lengths, "int32"))
    if loop.of_layers:
        with pytest.raises(ValueError, match="more than one element is ambiguous"):
            loop(step_of_vectors, X, STATES[:1], **given)
        return
    mask = (from_the_end if go_backwards else up_to)(lengths)
    want = shortened(loop, max(lengths), step_of_vectors, X, STATES[:1], mask, **options)
    assert_equal(want, loop(step_of_vectors, X, STATES[:1], **given))


@pytest.mark.parametrize("lengths", [[3, 2], 3], ids=str)
def test_lengths_in_a_graph(loop, lengths):
    """There the number of steps limits the loop, as it does outside of a graph."""
    needs_later(loop)
    if loop.of_layers:
        pytest.skip("it takes no lengths")
    mask = None if lengths == 3 else up_to(lengths)
    given = lengths if lengths == 3 else np.array(lengths, "int32")
    want = shortened(loop, 3, step_of_vectors, X, STATES[:1], mask)
    got = loop(step_of_vectors, X, STATES[:1], (True, True), input_length=given)
    assert_equal(want, got)


def test_lengths_under_xla(loop):
    """There the longest of them limits the loop."""
    assert_stops_under_xla(loop, [5, 2])


def test_lengths_of_less_than_all_steps_under_xla(loop):
    assert_stops_under_xla(loop, [1, 3])


def test_no_lengths_under_xla(loop):
    needs_later(loop)
    if TensorFlow().jit_argument is None or within(loop.target, keras2="<2.10"):
        pytest.skip("the release cannot compile it")
    want = demanded(step_of_vectors, X, STATES[:1])
    assert_equal(want, loop(step_of_vectors, X, STATES[:1], (True, True), xla=True))


def assert_stops_under_xla(loop, lengths):
    needs_later(loop)
    if loop.of_layers or TensorFlow().jit_argument is None:
        pytest.skip("it takes no lengths, or cannot be compiled")
    given = dict(input_length=np.array(lengths, "int32"))
    loop.stops = True
    want = shortened(loop, max(lengths), step_of_vectors, X, STATES[:1], up_to(lengths))
    got = loop(step_of_vectors, X, STATES[:1], (True, True), xla=True, **given)
    assert_equal(want, got)


@pytest.mark.parametrize("length", [1, 3])
@pytest.mark.parametrize("go_backwards", [False, True], ids=["forwards", "backwards"])
def test_the_length_of_a_single_sequence(loop, go_backwards, length):
    needs_later(loop)
    x, states, options = X[:1], [STATES[0][:1]], dict(go_backwards=go_backwards)
    mask = (from_the_end if go_backwards else up_to)([length])
    want = shortened(loop, length, step_of_vectors, x, states, mask, **options)
    options["input_length"] = np.array([length], "int32")
    assert_equal(want, loop(step_of_vectors, x, states, **options))


def test_a_mask_counts_before_lengths(loop):
    needs_later(loop)
    if loop.of_layers:
        pytest.skip("it takes no lengths")
    lengths = np.array([1, 2], "int32")
    want = shortened(loop, 2, step, X, STATES, MASK)
    assert_equal(want, loop(step, X, STATES, mask=MASK, input_length=lengths))


@pytest.mark.parametrize("length", [3, 5, 7])
def test_one_length_for_all(loop, length):
    want = shortened(loop, min(length, 5), step, X, STATES)
    assert_equal(want, loop(step, X, STATES, input_length=length))


# Shapes.


@pytest.mark.parametrize("mask", ["nomask", "bool"])
def test_a_step_that_forgets_the_shapes_of_its_states(loop, mask):
    """In a graph that knows them, the states keep those which they had."""
    if loop.of_layers:
        pytest.skip("it has lost them")

    def forgotten(state):
        axes = [None] * len(state.shape)
        return loop.tf.compat.v1.placeholder_with_default(state, axes)

    def forgetful(x, states):
        output, states = step(x, states)
        return output, [forgotten(state) for state in states]

    options = dict(mask=MASKS[mask])
    want = demanded(step, X, STATES, **options)
    assert_equal(want, loop(forgetful, X, STATES, (True, True), **options))


# What is refused.


def test_no_unrolling_of_unknown_steps(loop):
    needs_later(loop)
    with pytest.raises(ValueError, match="Unrolling requires a fixed number of timesteps"):
        loop(step, X, STATES, (True, False), unroll=True)


@pytest.mark.parametrize("unroll", [False, True], ids=["loop", "unroll"])
def test_input_has_three_axes(loop, unroll):
    with pytest.raises(ValueError, match="must have rank at least 3"):
        loop(step_of_vectors, X[..., 0], STATES[:1], unroll=unroll)


def test_states_of_one_axis(loop):
    """A mask has two: in the loop a state grows to as many, unrolled it fails."""
    needs_later(loop)

    def step(x, states):
        return x, [states[0] + x[:, 0]]

    states = [np.zeros(2, "float32")]
    assert_equal(demanded(step, X, states), loop(step, X, states))
    with pytest.raises(Exception):  # noqa: B017 (TensorFlow's errors have many types)
        loop(step, X, states, mask=MASK, unroll=True)
    assert loop(step, X, states, mask=MASK)[2][0].shape == (2, 2)
