"""The loops that carry Keras's recurrent layers over the steps, and what is demanded of them.

Such a loop is `keras.backend.rnn`. Keras 3 has two: one that `tf.keras` alone offers, as Keras 2
did, and the one of its layers, which has no public name.
"""

import inspect

import numpy as np
import pytest
from helpers import as_arrays, within

from rnn_oracle.arithmetic import nest
from rnn_oracle.reference.recurrent import scan
from rnn_oracle.targets import installed
from rnn_oracle.targets.keras.tensors import TensorFlow

X = np.arange(30, dtype="float32").reshape(2, 5, 3) % 11 - 4
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


def on_each_loop(metafunc):
    """Run a test that takes `loop` on every loop of each Keras that is installed.

    A module of such tests has it for its `pytest_generate_tests`.
    """
    loops = [
        pytest.param(Loop(target, kind), id=f"{target.name}-{kind}")
        for target in installed().values()
        for kind in kinds(target)
    ]
    metafunc.parametrize("loop", loops)


def kinds(target):
    """Tell which loops a target has; none if it is no Keras."""
    public = (
        ["public"] if getattr(target, "module", None) in ("tensorflow.keras", "tf_keras") else []
    )
    return public + ["layers"] if target.name == "keras3" else public


class Loop:
    """A loop of a target, called with arrays; Keras is loaded no sooner.

    Attributes
    ----------
    target : KerasTarget
    of_layers : bool
        Whether it is the one that Keras 3 has for its layers alone.
    early : bool
        Whether the release is of TensorFlow 1.
    stops : bool
        Whether it makes as many steps as `input_length` says, and leaves the others zero: Keras 3
        has meant the number for what it limits.
    """

    def __init__(self, target, kind):
        self.target = target
        self.of_layers, self.early = kind == "layers", within(target, keras2="<2.0")
        self.stops = target.name == "keras3" or self.early

    @property
    def tf(self):
        return self.target.tf

    @property
    def _function(self):
        if not self.of_layers:
            return self.target.keras.backend.rnn
        self.target.load()
        from keras.src import backend

        return backend.rnn

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
            compiled = {TensorFlow().jit_argument: True} if xla else {}
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
