"""The replicas: float32 stays within their spread at real sizes; what is exact has none."""

import numpy as np
import pytest
from helpers import numbers

import rnn_oracle
from rnn_oracle.arithmetic.claims import claims_nothing, with_replicas
from rnn_oracle.arithmetic.error_bounds import UNIT_ROUNDOFF, bounds
from rnn_oracle.arithmetic.replicas import FACTOR, Noise, NoisyArray, noise_for, noisy, spread
from rnn_oracle.arithmetic.tracked_arrays import applied, followed
from rnn_oracle.reference import activations
from rnn_oracle.reference.dialects import DIALECTS

U = UNIT_ROUNDOFF["float32"]
A, B = numbers(400, 5), numbers(5, 3, seed=1)


def replicas(array, unit=U, count=16):
    return noisy(np.asarray(array, np.float64), Noise(unit, count))


OPERATIONS = {
    # what is computed, and the standard deviation of its error in units of rounding of the result
    "add": (lambda a, b: a[:, :3] + b[:1], 0.8),
    "subtract": (lambda a, b: a[:, :3] - b[:1], 0.8),
    "multiply": (lambda a, b: a[:, :3] * b[:1], 0.8),
    "divide": (lambda a, b: a[:, :3] / b[:1], 0.8),
    "exp": (lambda a, b: np.exp(a), 4.9),
    "tanh": (lambda a, b: np.tanh(a), 8.2),
    "sqrt": (lambda a, b: np.sqrt(np.abs(a)), 0.8),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_has_errors_of_the_size_of_the_model(name):
    operation, units = OPERATIONS[name]
    exact = operation(A.astype("float64"), B.astype("float64"))
    made = operation(replicas(A), replicas(B))
    errors = np.stack([replica - exact for replica in made.replicas])
    assert np.sqrt(np.mean(np.square(errors / exact))) == pytest.approx(units * U, rel=0.1)
    assert abs(np.mean(errors / exact)) < 0.2 * units * U


SUMS = {
    "matmul": (lambda a, b: a @ b, lambda a, b: (np.square(a) @ np.square(b), a @ b)),
    "of_replicas": (lambda a, b: a @ (b * 1), lambda a, b: (np.square(a) @ np.square(b), a @ b)),
    "sum": (
        lambda a, b: np.add.reduce(a, axis=-1),
        lambda a, b: (np.square(a).sum(-1), a.sum(-1)),
    ),
    "sums": (
        lambda a, b: np.add.accumulate(a, axis=-1),
        lambda a, b: (np.square(a).cumsum(-1), a.cumsum(-1)),
    ),
}


@pytest.mark.parametrize("name", SUMS)
def test_a_sum_has_what_partial_sums_in_random_order_lose(name):
    operation, of = SUMS[name]
    squares, sums = of(A.astype("float64"), B.astype("float64"))
    wide = B if name == "matmul" else replicas(B, unit=1e-300)
    made = operation(replicas(A), wide)
    size = U * np.sqrt(5 / 2 * squares + 5 / 3 * np.square(sums))
    errors = np.stack([replica - sums for replica in made.replicas])
    assert np.sqrt(np.mean(np.square(errors / size))) == pytest.approx(0.82, rel=0.1)


def test_half_of_an_error_returns_at_every_step():
    once = replicas(np.ones((1, 300)))
    first, second = (np.stack((once * 3).replicas) - 3 for _ in range(2))
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] == pytest.approx(0.5, abs=0.1)


def test_half_precision_rounds_elementary_functions_once():
    for dtype in ("float16", "bfloat16"):
        unit = UNIT_ROUNDOFF[dtype]
        made = np.tanh(replicas(A, unit))
        errors = np.stack(made.replicas) / np.tanh(A.astype("float64")) - 1
        assert errors.std() == pytest.approx(0.8 * unit, rel=0.1)


def test_small_numbers_of_float16_lie_apart_evenly():
    made = replicas([2.0**-20], UNIT_ROUNDOFF["float16"], 64) * 1.0
    assert np.std(made.replicas) == pytest.approx(0.8 * 2.0**-25, rel=0.3)


@pytest.mark.parametrize("name", sorted(DIALECTS["keras3"].activations))
def test_activations_can_be_followed(name):
    function = DIALECTS["keras3"].activations[name]
    x = 4 * numbers(8, 6)
    exact = function(x.astype("float64"))
    allowed = spread(function(replicas(x)), exact)
    assert (np.abs(function(x) - exact) <= allowed).all()
    assert allowed.max() < 1e-3


def test_a_choice_in_doubt_is_made_both_ways():
    x = replicas([0.4, 0.5 - 1e-8, 0.5 + 1e-8, 0.6]) * 1.0  # hard_shrink jumps at a half
    exact = activations.hard_shrink(np.array([0.4, 0.5 - 1e-8, 0.5 + 1e-8, 0.6]))
    seen = np.stack(activations.hard_shrink(x).replicas)
    assert ((seen == 0).any(axis=0) == [True, True, True, False]).all()
    assert ((seen > 0).any(axis=0) == [False, True, True, True]).all()
    assert np.abs(seen - exact)[:, [0, 3]].max() < 1e-6


def test_sorting_and_the_largest():
    x = replicas(A) * 1.0
    for made, exact in (
        (np.sort(x, axis=-1), np.sort(A, axis=-1)),
        (np.maximum.reduce(x, axis=-1), A.max(axis=-1)),
    ):
        for replica in made.replicas:
            np.testing.assert_allclose(replica, exact, rtol=4 * U)


def test_a_function_that_knows_plain_arrays_alone():
    def own(x):
        assert type(x) is np.ndarray
        return np.clip(x, -0.5, 0.5).tolist()

    made = applied(own, replicas(A) * 1.0)
    assert isinstance(made, NoisyArray)
    np.testing.assert_allclose(made.replicas[0], np.clip(A, -0.5, 0.5), rtol=100 * U)
    assert type(applied(own, A)) is np.ndarray


def test_a_function_may_return_what_it_was_given():
    given = replicas(A) * 1.0
    before = np.array(given.replicas)
    applied(lambda x: x, given)
    np.testing.assert_array_equal(given.replicas, before)


def test_what_is_not_modelled_is_refused():
    for operation in (np.arctan2, np.power):
        with pytest.raises(TypeError):
            operation(replicas(A), replicas(A))
    for operation in (np.argsort, np.multiply.reduce):
        with pytest.raises(TypeError):
            operation(replicas(A))


def test_what_is_only_copied_is_exact():
    a, zero = replicas(A), np.zeros(A.shape)
    copies = [a[::-1], a.swapaxes(0, 1), np.where(A > 0, a, 0.0), np.flip(a, 0), -a, zero * a]
    copies += [np.stack([a, a]), np.concatenate([a, a], axis=-1), np.maximum(a, 0), a[:, 1:]]
    for copy in copies:
        exact = copy.replicas[0]
        assert not spread(copy, exact).any()


def test_the_errors_are_the_same_on_every_machine():
    made = replicas(np.ones((1, 3)), count=4) * 1.0
    again = replicas(np.ones((1, 3)), count=4) * 1.0
    np.testing.assert_array_equal(made.replicas, again.replicas)
    off = (np.array(made.replicas) - 1) / U
    np.testing.assert_allclose(off[0, 0], [-0.1901364, -0.8186842, -0.0154173], rtol=1e-5)


def test_few_sequences_have_many_replicas():
    assert [noise_for("float32", batch).count for batch in (0, 1, 8, 64, 1000)] == [64, 64, 8, 4, 4]


# The spread.

OF_4, OF_2 = FACTOR * 1.5, FACTOR * (1 + 0.5**0.5)
"""How many standard deviations are allowed with so many replicas."""


def with_errors(errors, exact=1.0):
    """Return replicas that are so far off."""
    return NoisyArray([exact + error for error in errors], Noise(U, len(errors)))


def test_the_spread_of_alike_numbers_is_that_of_all():
    errors = 1e-6 * np.random.RandomState(0).standard_normal((4, 50, 60))
    allowed = spread(with_errors(errors), np.ones((50, 60)))
    assert (allowed >= 0.85 * OF_4 * 1e-6).all()
    assert np.median(allowed) < 2 * OF_4 * 1e-6


@pytest.mark.parametrize("axis", [0, 1])
def test_a_row_or_a_column_may_stray_further(axis):
    errors = 1e-6 * np.random.RandomState(0).standard_normal((4, 50, 60))
    errors = errors.swapaxes(1, 1 + axis)
    errors[:, 7] *= 100
    errors = errors.swapaxes(1, 1 + axis)
    allowed = spread(with_errors(errors), np.ones((50, 60))).swapaxes(0, axis)
    assert (allowed[7] > 0.9 * OF_4 * 1e-4).all()
    assert np.median(np.delete(allowed, 7, 0)) < 20 * OF_4 * 1e-6


def test_where_an_outlying_row_meets_such_a_column():
    errors = 1e-6 * np.random.RandomState(0).standard_normal((4, 50, 60))
    errors[:, 7] *= 30
    errors[:, :, 9] *= 30
    assert spread(with_errors(errors), np.ones((50, 60)))[7, 9] > 0.3 * OF_4 * 9e-4


def test_the_sequences_may_be_on_another_axis():
    errors = 1e-6 * np.random.RandomState(0).standard_normal((4, 3, 50, 6))
    errors[:, 2] *= 100  # a step
    first, second = (spread(with_errors(errors), np.ones((3, 50, 6)), axis) for axis in (0, 1))
    assert np.median(first[0]) > 20 * np.median(second[0])


def test_nothing_is_claimed_of_what_overflows():
    x = np.array([[1.0, 300.0]])
    made = replicas(x, UNIT_ROUNDOFF["float16"]) * x
    np.testing.assert_array_equal(np.isinf(spread(made, x * x)), [[False, True]])
    back = spread(made / 300.0, x * x / 300.0)  # what is made of it is lost too
    np.testing.assert_array_equal(np.isinf(back), [[False, True]])
    limit = spread(1 / (1 + made), 1 / (1 + x * x))  # but where a limit is left
    assert (limit < 2e-3).all()


# Layers.

LAYERS = {
    "SimpleRNN": rnn_oracle.SimpleRNN,
    "LSTM": rnn_oracle.LSTM,
    "GRU": rnn_oracle.GRU,
}


def trained_like(name, units, features, seed=0, **options):
    """Return a layer in both precisions with weights as large as those of a trained one."""
    random = np.random.RandomState(seed)
    made = [LAYERS[name](units, dtype=d, **options) for d in ("float64", "float32")]
    width = made[0].cell.gates * units
    weights = [
        random.standard_normal((features, width)) / np.sqrt(features),
        random.standard_normal((units, width)) / np.sqrt(units),
        0.3 * random.standard_normal((2, width) if name == "GRU" else width),
    ]
    for layer in made:
        layer.set_weights([w.astype("float32") for w in weights])
    return made


@pytest.mark.parametrize("masked", [False, True], ids=["nomask", "masked"])
@pytest.mark.parametrize("name", LAYERS)
def test_float32_stays_within_the_spread_where_the_bound_says_nothing(name, masked):
    exact, single = trained_like(name, 48, 16, return_sequences=True)
    x = numbers(8, 60, 16)
    mask = np.arange(60) < np.arange(60, 20, -5)[:, None] if masked else None
    want, have = exact(x, mask=mask), single(x, mask=mask)
    noise = noise_for("float32", 8)
    made = followed(exact, x.astype("float64"), mask, None, lambda arrays: noisy(arrays, noise))
    allowed = spread(made, want)
    ratio = np.max(np.abs(have - want)[allowed > 0] / allowed[allowed > 0])
    assert 0.02 < ratio < 0.5
    assert allowed.max() < 1e-3 and np.median(allowed) < 1e-4
    assert np.median(bounds(exact, x.astype("float64"), "float32", mask=mask)[:, -1]) > 0.1


def test_masked_steps_and_carried_states_are_allowed_nothing():
    exact, _ = trained_like("GRU", 4, 3, return_sequences=True, return_state=True)
    mask = np.array([[False, True, False], [False, False, False]])
    x, state = numbers(2, 3, 3).astype("float64"), [numbers(2, 4).astype("float64")]
    noise = noise_for("float32", 2)
    made = followed(exact, x, mask, state, lambda arrays: noisy(arrays, noise))
    output, h = (spread(*pair) for pair in zip(made, exact(x, mask=mask, initial_state=state)))
    assert not output[:, 0].any() and not output[1].any() and not h[1].any()
    assert (output[0, 1:] > 0).all() and (h[0] > 0).all()


# Claims.


@pytest.mark.parametrize(
    "dtype, widest", [("float64", 0.01), ("float32", 0.01), ("float16", 2**-6), ("bfloat16", 2**-3)]
)
def test_what_may_be_off_by_a_great_share_is_not_claimed(dtype, widest):
    sizes = np.array([4.0, 0.1, 0.0])
    allowed = np.array([3.9, 4.1, 0.0]) * widest
    assert claims_nothing(sizes, allowed, dtype).tolist() == [False, True, False]
    allowed = np.array([np.nan, np.inf, 0.0])
    assert claims_nothing(sizes, allowed, dtype).tolist() == [True, True, False]


def test_what_is_not_finite_has_no_share_and_none_of_zeros():
    assert claims_nothing(np.array([np.inf, 1.0]), np.array([0.0, 0.1]), "float32").tolist() == [
        False,
        True,
    ]
    assert claims_nothing(np.zeros(2), np.array([1e-3, 0.1]), "float32").tolist() == [False, True]
    assert claims_nothing(np.zeros((0, 2)), np.zeros((0, 2)), "float32").shape == (0, 2)


def test_replicas_stand_in_where_a_bound_claims_nothing():
    exact = {"output": np.array([[1.0, 2.0]]), "h": np.array([[1.0, 2.0]])}
    wide = {"output": np.array([[1e-6, np.inf]]), "h": np.array([[1e-6, np.inf]])}
    errors = 1e-5 * np.array([[[1.0, -1.0]], [[-1.0, 1.0]]])
    made = {"output": with_errors(errors, exact["output"]), "h": with_errors(errors, exact["h"])}
    allowed = with_replicas(wide, exact, "float32", 0, lambda follow: made)
    np.testing.assert_allclose(allowed["output"], [[1e-6, OF_2 * 1e-5]])

    def never(follow):
        raise AssertionError("the bound was enough")

    tight = {name: np.full((1, 2), 1e-6) for name in exact}
    assert with_replicas(tight, exact, "float32", 0, never) is tight


def test_copies_are_allowed_the_same_wherever_they_stand():
    exact = {"output": np.array([[1.0, 2.0]]), "h": np.array([[2.0, 3.0]])}
    wide = {name: np.full((1, 2), np.inf) for name in exact}
    random = np.random.RandomState(0)
    made = {
        name: with_errors(1e-6 * random.standard_normal((4, 1, 2)), numbers_)
        for name, numbers_ in exact.items()
    }
    allowed = with_replicas(wide, exact, "float32", 0, lambda follow: made)
    assert allowed["output"][0, 1] == allowed["h"][0, 0]


def test_a_bound_that_claims_nothing_of_one_copy_stands_for_none():
    exact = {"output": np.array([[2.0, 9.0]]), "h": np.array([[2.0, 0.5]])}
    wide = {name: np.array([[0.03, 1e-6]]) for name in exact}  # next to nothing of h alone
    errors = 1e-5 * np.array([[[1.0, -1.0]], [[-1.0, 1.0]]])
    made = {name: with_errors(errors, numbers_) for name, numbers_ in exact.items()}
    allowed = with_replicas(wide, exact, "float32", 0, lambda follow: made)
    assert allowed["output"][0, 0] == allowed["h"][0, 0] < 2e-4
