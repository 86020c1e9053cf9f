"""The rounding model: its bounds hold in float32, are tight, and are zero where all is exact."""

import numpy as np
import pytest
from helpers import numbers, within, without_symbolic

import rnn_oracle
from rnn_oracle.arithmetic.error_bounds import (
    UNIT_ROUNDOFF,
    BoundedArray,
    bounds,
    claim,
    exact,
)
from rnn_oracle.families.layers.matrix import core
from rnn_oracle.reference import activations
from rnn_oracle.reference.dialects import DIALECTS
from rnn_oracle.verdict.judge import judge
from rnn_oracle.verdict.ledger import load

U = UNIT_ROUNDOFF["float32"]
A, B = numbers(400, 5), numbers(5, 3, seed=1)


def rounded(array, error=0.0):
    return BoundedArray(np.asarray(array, np.float64), error, U)


OPERATIONS = {
    "add": lambda a, b: a[:, :3] + b[:1],
    "subtract": lambda a, b: a[:, :3] - b[:1],
    "multiply": lambda a, b: a[:, :3] * b[:1],
    "divide": lambda a, b: a[:, :3] / b[:1],
    "constant": lambda a, b: 0.1 * a + 1.05,
    "matmul": lambda a, b: a @ b,
    "exp": lambda a, b: np.exp(a),
    "tanh": lambda a, b: np.tanh(a),
    "sum": lambda a, b: np.add.reduce(a, axis=-1),
    "sums": lambda a, b: np.add.accumulate(a, axis=-1),
    "chain": lambda a, b: np.tanh(np.tanh(a @ b) * (1 - a[:, :3])),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_float32_stays_within_the_bound_and_comes_near(name):
    operation = OPERATIONS[name]
    want = operation(rounded(A), rounded(B))
    ratio = np.abs(operation(A, B) - want.value) / want.error
    assert ratio.max() <= 1
    # NumPy's own elementary functions are nearly exact; TensorFlow's are what is allowed for.
    assert ratio.max() > (0.05 if name in ("exp", "tanh", "chain") else 0.2)


@pytest.mark.parametrize("name", sorted(DIALECTS["keras3"].activations))
def test_activations_can_be_followed(name):
    function = DIALECTS["keras3"].activations[name]
    x = 4 * numbers(8, 6)
    want = function(rounded(x))
    np.testing.assert_allclose(want.value, function(x.astype("float64")))
    assert (np.abs(function(x) - want.value) <= want.error).all()
    assert want.error.max() < 1e-3


NEAR_AND_FAR = np.concatenate([sign * np.logspace(-7, 1, 1200) for sign in (-1, 1)])
OTHERWISE = {"float32": {"sparsemax"}, "float64": {"sparsemax", "gelu", "leaky_relu"}}
"""What Keras computes otherwise by the ledger."""


@pytest.mark.parametrize("dtype", OTHERWISE)
@pytest.mark.parametrize("name", sorted(DIALECTS["keras3"].activations))
def test_keras_stays_within_the_bounds_of_its_activations(target, name, dtype):
    known = DIALECTS[target.dialect].activations
    if name not in known or name in OTHERWISE[dtype]:
        pytest.skip("this Keras has another function of the name, or none")
    if within(target, keras2="<2.15", keras3="<3.12"):
        pytest.skip("older kernels are less exact, as those of TensorFlow 1.15 far from 0")
    x = np.random.RandomState(0).permutation(NEAR_AND_FAR).reshape(-1, 4).astype(dtype)
    got = np.asarray(target.keras.activations.get(name)(target.tf.constant(x)))
    want = known[name](exact(x.astype("float64"), UNIT_ROUNDOFF[dtype]))
    off = np.abs(got - getattr(want, "value", want))
    np.testing.assert_array_less(off - claim(want), 1e-300)


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool"])
def test_whole_numbers_are_followed_as_floating_point_ones(dtype):
    layer = rnn_oracle.GRU(4)
    layer.set_weights([numbers(3, 12), numbers(4, 12), numbers(2, 12)])
    x = np.array([[[1, 0, 1], [0, 2, 5]]]).astype(dtype)
    allowed = bounds(layer, x, "float32", initial_state=np.ones((1, 4), dtype))
    same = bounds(layer, x * 1.0, "float32", initial_state=np.ones((1, 4)))
    np.testing.assert_array_equal(allowed, same)
    assert allowed.all()


def test_whole_numbers_may_be_too_large_to_be_kept():
    dense = rnn_oracle.Dense(1, activation=None, use_bias=False)
    dense.set_weights([[[1.0]]])
    small, large = (bounds(dense, np.array([[n]]), "float32") for n in (2**24, 2**24 + 1))
    assert large > 1.5 * small > 0


@pytest.mark.parametrize("dtype", ["int32", "float32"])
def test_ids_of_any_dtype_have_their_rows(dtype):
    embedding = rnn_oracle.Embedding(3, 2, mask_zero=True)
    embedding.set_weights([numbers(3, 2)])
    ids = np.array([[2, 0]], dtype)
    assert not bounds(embedding, ids, "float32").any()


def test_an_error_in_the_argument_is_carried_on():
    error = np.full(A.shape, 1e-3)
    moved = np.tanh(A + np.sign(A) * error) - np.tanh(A)
    assert (np.tanh(rounded(A, error)).error >= np.abs(moved)).all()
    assert (np.tanh(rounded(A, error)).error <= 1.001 * error + 20 * U).all()


def test_sorting_moves_no_number_further_than_the_largest_error():
    error = np.array([[1e-3, 0.0, 2e-3, 0.0, 0.0]])
    ordered = np.sort(rounded(A[:1], error), axis=-1)
    np.testing.assert_array_equal(ordered.value, np.sort(A[:1].astype("float64")))
    assert (ordered.error == 2e-3).all()


def test_a_choice_that_errors_may_turn_is_allowed_the_other():
    x = rounded([0.4, 0.499, 0.501, 0.6], 0.01)
    shrunk = activations.hard_shrink(x)  # which jumps at a half
    np.testing.assert_array_equal(shrunk.value, [0, 0, 0.501, 0.6])
    np.testing.assert_allclose(shrunk.error, [0, 0.509, 0.501, 0.01])
    leaky = activations.leaky_relu(rounded([-1.0, -0.001, 0.001], 0.01))  # which does not
    assert (leaky.error <= 0.0121).all()


@pytest.mark.parametrize(
    "dtype, large", [("float16", 300.0), ("float32", 1e20), ("float64", 1e200)]
)
def test_nothing_is_claimed_of_what_is_too_large_nor_of_what_is_made_of_it(dtype, large):
    x = BoundedArray(np.array([1.0, large]), 0.0, UNIT_ROUNDOFF[dtype])
    squares = x * x
    for made in (squares, squares / squares, np.tanh(squares), 0 * squares):
        np.testing.assert_array_equal(np.isinf(made.error), [False, True])


def test_numbers_below_the_normal_ones_may_be_lost():
    tiny = np.exp(rounded([-100.0]))
    assert 0 < tiny.value[0] <= tiny.error[0] < 1e-37


def test_what_is_only_copied_is_exact():
    a = rounded(A)
    zero = np.zeros(A.shape)
    copies = [a[::-1], a.swapaxes(0, 1), np.where(A > 0, a, 0.0), np.flip(a, 0), -a, zero * a]
    copies += [np.stack([a, a]), np.concatenate([a, a], axis=-1), np.maximum(a, 0)]
    copies += [a[:, 1:], a.T, a.reshape(-1), np.maximum.reduce(a, axis=-1)]
    for copy in copies:
        assert isinstance(copy, BoundedArray) and not copy.error.any()


def test_what_is_not_modelled_is_refused():
    for operation in (np.arctan2, np.power):
        with pytest.raises(TypeError):
            operation(rounded(A), rounded(A))
    with pytest.raises(TypeError):
        np.argsort(rounded(A))
    with pytest.raises(TypeError):
        np.multiply.reduce(rounded(A))


def test_masked_steps_and_carried_states_are_allowed_nothing():
    layer = rnn_oracle.GRU(4, return_sequences=True, return_state=True)
    layer.set_weights([numbers(3, 12), numbers(4, 12), numbers(2, 12)])
    mask = np.array([[False, True, False], [False, False, False]])
    output, state = bounds(
        layer, numbers(2, 3, 3), "float32", mask=mask, initial_state=[numbers(2, 4)]
    )
    assert not output[:, 0].any() and not output[1].any() and not state[1].any()
    assert (output[0, 1:] > 0).all() and (state[0] > 0).all()
    np.testing.assert_array_equal(output[0, 1], output[0, 2])


def test_ids_are_not_rounded():
    ids = np.array([[1, 2]])
    assert exact(ids, U) is ids


def test_a_wider_format_allows_less():
    layer = rnn_oracle.Dense(4)
    layer.set_weights([numbers(3, 4, dtype="float16"), numbers(4, dtype="float16")])
    x = numbers(2, 3, dtype="float16").astype("float64")
    half, single, double = (bounds(layer, x, dtype) for dtype in ("float16", "float32", "float64"))
    np.testing.assert_allclose(half / single, 2.0**13)
    np.testing.assert_allclose(single / double, 2.0**28)  # the oracle's own error counts too


def test_erf_is_followed_through_an_object_ufunc():
    x = rounded(numbers(5))
    assert isinstance(activations.gelu(x), BoundedArray)


def test_the_observed_errors_are_of_the_size_of_the_bounds(target):
    """Between a fiftieth and a half: tight, and safe from flakes."""
    ledger = load()
    cases = [c for c in core()[5::97] if not c.stacking.endswith("without_sequences")]
    worst = max(judge(without_symbolic(target), case, ledger).worst for case in cases)
    assert 1 / 50 < worst < 1 / 2
