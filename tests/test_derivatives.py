"""The activations backwards: against differences, and on the installed Keras."""

import numpy as np
import pytest
from differences import central
from helpers import knows, numbers, within

from rnn_oracle.arithmetic.error_bounds import UNIT_ROUNDOFF, exact
from rnn_oracle.reference.derivatives import BACKWARDS, pull_back
from rnn_oracle.reference.dialects import DIALECTS
from rnn_oracle.verdict.compare import ratios

U = UNIT_ROUNDOFF["float32"]
POINTS = np.random.RandomState(0).permutation(np.linspace(-6.987, 6.963, 280)).reshape(40, 7)
"""All numbers are at least 0.012 away from where a slope jumps."""
JUMPS = np.array([[-3, -2.5, -1, -0.5, -0.0, 0, 0.5, 1, 2.5, 3, 6]], "float32")

NAMES = sorted(set(DIALECTS["keras3"].activations) - {"sparsemax"})
"""Keras's own sparsemax is not the function that it means to be (rule A3)."""


def weights(x):
    return numbers(*x.shape, seed=1, dtype=x.dtype)


@pytest.mark.parametrize("function", BACKWARDS, ids=lambda function: function.__name__)
def test_against_differences(function):
    d, along = weights(POINTS), numbers(*POINTS.shape, seed=2, dtype="float64")
    found = np.sum(pull_back(function, POINTS, d) * along, axis=-1)
    want = central(lambda step: np.sum(d * function(POINTS + step * along), axis=-1))
    size = np.sum(np.abs(pull_back(function, POINTS, d)), axis=-1)
    assert (np.abs(found - want) <= 1e-9 * size + 1e-12).all()


@pytest.fixture
def of_tape(target):
    """Return a function that lets Keras go back over an activation."""

    def gradient(name, x):
        x, d = target.tf.constant(x), target.tf.constant(weights(x))
        with target.tf.GradientTape() as tape:
            tape.watch(x)
            y = target.keras.activations.get(name)(x)
        return tape.gradient(y, x, d).numpy()

    return gradient


def at_zero(target):
    """Return the slopes at zero that break rule J12, by name."""
    slopes = {"celu": 2.0}  # the sum of two branches that meet there
    if within(target, keras2="<2.0"):
        slopes["selu"] = 1.0507009873554805 * 1.6732632423543772
    return slopes


def reach(target):
    """Return how far out the points go: up to TensorFlow 2.8 sigmoid has few digits there."""
    return np.float32(0.25 if within(target, keras2="<2.9") else 1)


@pytest.mark.parametrize("points", ["apart", "jumps"])
@pytest.mark.parametrize("name", NAMES)
def test_on_keras(target, of_tape, name, points):
    function = DIALECTS[target.dialect].activations.get(name)
    if function is None or not knows(target.keras.activations.get, name):
        pytest.skip("this release has no activation " + name)
    x = JUMPS if points == "jumps" else reach(target) * POINTS.astype("float32")
    want = pull_back(function, exact(x, U), exact(weights(x), U))
    got = of_tape(name, x)
    if name in at_zero(target):
        np.testing.assert_allclose(got[x == 0], at_zero(target)[name] * weights(x)[x == 0], 1e-6)
        got[x == 0] = want.value[x == 0]
    assert ratios(want.value, got.astype("float64"), want.error).max() <= 1


@pytest.mark.parametrize("function", BACKWARDS, ids=lambda function: function.__name__)
def test_the_dtype_stays(function):
    assert pull_back(function, JUMPS, weights(JUMPS)).dtype == np.float32


def test_a_function_whose_derivative_is_not_known():
    with pytest.raises(ValueError, match="derivative of the activation <ufunc 'sin'> is not known"):
        pull_back(np.sin, 1.0, 1.0)
