"""The loop that carries Keras's recurrent layers over the steps, called by itself.

It is `keras.backend.rnn`. Keras 3 has two: one that `tf.keras` alone offers, as Keras 2 did, and
the one of its layers, which has no public name.
"""

import inspect

import numpy as np
import pytest
from helpers import as_arrays, within

from rnn_oracle.arithmetic import nest
from rnn_oracle.reference.recurrent import scan
from rnn_oracle.targets import installed
from rnn_oracle.targets.keras.missing_features import jit_argument

X = np.arange(30, dtype="float32").reshape(2, 5, 3) % 11 - 4
Y = np.arange(60, dtype="float32").reshape(2, 5, 3, 2) % 7 - 2
STATES = [
    np.array([[1, 2, 3], [-4, 5, 6]], "float32"),
    np.ones((2, 3, 2), "float32") / 2,
    np.array([[7], [9]], "int32"),
]
MASK = np.array([[True, True, False, True, False], [False, True, True, False, False]])
MASKS = {
    "nomask": None,
    "bool": MASK,
    "third_axis": MASK[..., None],
    "int32": MASK.astype("int32"),
    "float32": MASK.astype("float32"),
    "whole": np.ones_like(MASK),
}
CONSTANTS = [np.array([[2, 0, 1], [1, 3, 0]], "float32"), np.array([[1], [2]], "float32")]
KNOWN = [(False, True), (True, False), (False, False)]
NAMES = ["batch_unknown", "steps_unknown", "both_unknown"]


pytestmark = pytest.mark.target


def pytest_generate_tests(metafunc):
    """Run a test on every loop of each Keras that is installed."""
    pairs = [
        pytest.param((target, kind), id=f"{target.name}-{kind}")
        for target in installed().values()
        for kind in kinds(target)
    ]
    metafunc.parametrize("loop", pairs, indirect=True)


def kinds(target):
    """Tell which loops a target has; none if it is no Keras."""
    public = (
        ["public"] if getattr(target, "module", None) in ("tensorflow.keras", "tf_keras") else []
    )
    return public + ["layers"] if target.name == "keras3" else public


@pytest.fixture
def loop(request):
    """Return a `Loop`."""
    target, kind = request.param
    if kind == "public":
        return Loop(target, kind, target.keras.backend.rnn)
    target.load()
    from keras.src import backend

    return Loop(target, kind, backend.rnn)


class Loop:
    """A loop of a target, called with arrays.

    Attributes
    ----------
    of_layers : bool
        Whether it is the one that Keras 3 has for its layers alone.
    stops : bool
        Whether it makes as many steps as `input_length` says, and leaves the others zero: Keras 3
        has meant the number for what it limits.
    """

    def __init__(self, target, kind, function):
        self.tf, self._function = target.tf, function
        self.of_layers, self.early = kind == "layers", within(target, keras2="<2.0")
        self.stops = target.name == "keras3" or self.early

    def knows(self, *names):
        return set(names) <= set(inspect.signature(self._function).parameters)

    def __call__(self, step, x, states, known=None, xla=False, **options):
        """Return the last output, all outputs and the final states, in a graph if `known` is given.

        Parameters
        ----------
        known : tuple of bool, optional
            Which of the two leading axes the graph knows.
        xla : bool
            Whether it is compiled.
        """
        if not self.knows(*options):
            pytest.skip(f"the release does not know all of {sorted(options)}")
        tf = self.tf
        arrays = ("mask", "constants", "input_length")
        options = {
            name: nest.map_structure(tf.constant, value)
            if name in arrays and not np.isscalar(value) and value is not None
            else value
            for name, value in options.items()
        }
        states = nest.map_structure(tf.constant, states)

        def function(x):
            last, outputs, states_ = self._function(step, x, states, **options)
            return last, outputs, list(states_)

        if known is not None:
            spec = tf.nest.map_structure(
                lambda array: tf.TensorSpec(
                    tuple(n if k else None for n, k in zip(array.shape, known)) + array.shape[2:],
                    array.dtype,
                ),
                x,
            )
            compiled = {jit_argument(self): True} if xla else {}
            function = tf.function(function, input_signature=[spec], autograph=False, **compiled)
        return as_arrays(function(tf.nest.map_structure(tf.constant, x)))


def needs_later(loop):
    """Skip a test of what the loop of TensorFlow 1 does otherwise, or fails at."""
    if loop.early:
        pytest.skip("the release is of TensorFlow 1")


def step(x, states):
    """Take a step whose numbers are exact; the states have two and three axes and two dtypes."""
    flat, deep, count = states[:3]
    after = 2 * flat + x + sum(states[3:])
    return after - 3 * flat + deep[..., 0], [after, deep + flat[..., None], count + 1]


def step_of_two(inputs, states):
    """Take a step over two inputs."""
    x, y = inputs
    return step(x + y[..., 1], states)


def demanded(step, x, states, mask=None, constants=(), **options):
    """Return what the rules demand of a loop."""
    major = options.pop("time_major", False)
    order = slice(None, None, -1 if options.pop("go_backwards", False) else None)
    branches = [(b if major else b.swapaxes(0, 1))[order] for b in nest.flatten(x)]
    if mask is not None:
        mask = mask.reshape(mask.shape[:2]).astype(bool)
        mask = (mask if major else mask.T)[order]
    outputs, states = scan(
        lambda x, states: step(x, list(states) + list(constants)),
        list(zip(*branches)) if nest.is_nested(x) else branches[0],
        states,
        mask,
        options.pop("zero_output_for_mask", False),
    )
    last = outputs[-1]
    outputs = outputs if options.pop("return_all_outputs", True) else outputs[-1:]
    options.pop("unroll", None)
    assert not options
    return last, np.stack(outputs, axis=0 if major else 1), states


def assert_equal(want, got):
    """Compare last output, outputs and states to the bit."""
    flat = [nest.flatten(list(branch)) for branch in (want, got)]
    assert len(flat[0]) == len(flat[1])
    for one, other in zip(*flat):
        np.testing.assert_array_equal(other, one)
        assert other.dtype == one.dtype


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


# Several inputs and outputs, and nested states.


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


def test_two_outputs_are_not_unrolled_with_a_mask(loop):
    needs_later(loop)
    with pytest.raises((ValueError, TypeError)):  # early releases fail to say what is wrong
        loop(step_to_two, X, STATES, mask=MASK, unroll=True)


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


def test_lengths_under_xla(loop):
    """There the longest of them limits the loop."""
    needs_later(loop)
    if loop.of_layers or jit_argument(loop) is None:
        pytest.skip("it takes no lengths, or cannot be compiled")
    given = dict(input_length=np.array([5, 2], "int32"))
    want = demanded(step_of_vectors, X, STATES[:1], up_to([5, 2]))
    got = loop(step_of_vectors, X, STATES[:1], (True, True), xla=True, **given)
    assert_equal(want, got)


@pytest.mark.parametrize("go_backwards", [False, True], ids=["forwards", "backwards"])
def test_the_length_of_a_single_sequence(loop, go_backwards):
    needs_later(loop)
    x, states, options = X[:1], [STATES[0][:1]], dict(go_backwards=go_backwards)
    mask = (from_the_end if go_backwards else up_to)([3])
    want = shortened(loop, 3, step_of_vectors, x, states, mask, **options)
    options["input_length"] = np.array([3], "int32")
    assert_equal(want, loop(step_of_vectors, x, states, **options))


def test_a_mask_counts_before_lengths(loop):
    needs_later(loop)
    if loop.of_layers:
        pytest.skip("it takes no lengths")
    lengths = np.array([1, 2], "int32")
    want = shortened(loop, 2, step, X, STATES, MASK)
    assert_equal(want, loop(step, X, STATES, mask=MASK, input_length=lengths))


@pytest.mark.parametrize("length", [3, 5])
def test_one_length_for_all(loop, length):
    want = shortened(loop, length, step, X, STATES)
    assert_equal(want, loop(step, X, STATES, input_length=length))


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
