"""`oracle_check` on stateful layers, in other precisions, at real sizes, and where Keras raises."""

import numpy as np
import pytest
from helpers import give_weights, is_known, numbers, skip_known, within

import rnn_oracle
from rnn_oracle.arithmetic.error_bounds import UNIT_ROUNDOFF
from rnn_oracle.testing import layer_call
from rnn_oracle.testing.checking import check

pytestmark = pytest.mark.itself

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, True]])


# Several calls.


def stateful(target, name, units=4, shape=(2, 5, 3), **options):
    """Return a stateful layer with telling weights."""
    known = {"batch_input_shape": shape} if target.name == "keras2" else {}
    kind = getattr(target.keras.layers, name) if isinstance(name, str) else name
    return give_weights(kind(units, stateful=True, **options, **known), shape)


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_a_stateful_layer_is_called_three_times(target, name, oracle_check):
    skip_known(target, "keras3-mask-argument-not-passed-on")
    layer = stateful(target, name, return_sequences=True)
    layer(target.tf.constant(X))  # what it holds by now does not matter
    first, second, reset = oracle_check(layer, X, mask=MASK)
    np.testing.assert_array_equal(first, reset)
    assert np.abs(first - second)[:, -1].max() > 1e-3
    np.testing.assert_array_equal(oracle_check(layer, X, mask=MASK)[0], first)


def test_a_stateful_layer_in_both_directions_and_in_a_chain(target, oracle_check):
    layers = target.keras.layers
    inner = layers.GRU(4, stateful=True, return_sequences=True)
    known = {"batch_input_shape": (2, 5, 3)} if target.name == "keras2" else {}
    both = give_weights(layers.Bidirectional(inner, **known), (2, 5, 3))
    assert [each.shape for each in oracle_check(both, X)] == 3 * [(2, 5, 8)]
    chain = target.keras.Sequential([stateful(target, "LSTM"), layers.Dense(2)])
    chain(target.tf.constant(X))
    assert [each.shape for each in oracle_check(chain, X)] == 3 * [(2, 2)]


def test_what_is_allowed_of_a_stateful_chain_is_the_same_after_a_reset():
    inner, dense = rnn_oracle.GRU(4, stateful=True), rnn_oracle.Dense(2)
    inner.set_weights([0.5 * numbers(3, 12), 0.5 * numbers(4, 12), 0.5 * numbers(2, 12)])
    dense.set_weights([numbers(4, 2), numbers(2)])
    chain = rnn_oracle.Sequential([inner, dense])
    call = layer_call.LayerCall(chain, "float32", X.astype("float64"), None, None, False)
    first, _, reset = (allowed.max() for allowed in call.outcome().allowed.values())
    assert first < 2 * reset


BROKEN = {
    "forgets": ("LSTM", "second call: output", lambda layer, count: count == 1),
    "is not reset": ("GRU", "after a reset: output", lambda layer, count: False),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_stateful_layer_that_is_wrong(target, what):
    name, place, forgets = BROKEN[what]
    kind = getattr(target.keras.layers, name)
    reset = "reset_states" if hasattr(kind, "reset_states") else "reset_state"

    class Own(kind):
        calls = 0

        def call(self, sequences, **others):
            if forgets(self, self.calls):
                getattr(kind, reset)(self)
            self.calls += 1
            return super().call(sequences, **others)

    layer = stateful(target, Own)
    if what == "is not reset":
        setattr(layer, reset, lambda *states: None)
    report = check(layer, X)
    assert [mismatch.name for mismatch in report.mismatches] == [place]


# Other precisions.

HALF = ("float16", "bfloat16", "mixed_float16", "mixed_bfloat16")


def require(target, policy):
    """Skip what a release cannot be given weights in, or does not know by its name."""
    if within(target, keras2="<2.5" if policy != "float16" else "<2.0"):
        pytest.skip(f"{policy} came later")


@pytest.mark.parametrize("policy", HALF)
@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_half_precision(target, name, policy, oracle_check):
    require(target, policy)
    skip_known(target, "keras3-mask-argument-not-passed-on")
    options = {"recurrent_initializer": "zeros", "dtype": policy}  # no orthogonal ones in bfloat16
    layer = getattr(target.keras.layers, name)(4, return_sequences=True, **options)
    give_weights(layer, (2, 5, 3))
    oracle_check(layer, X, mask=MASK)
    report = check(layer, target.tf.constant(X), initial_state=None)
    assert not report.mismatches and not report.unjudged
    assert str(report).startswith(f"{layer.name} ({name} of {target.name}, {policy}) does what")


@pytest.mark.parametrize("policy", HALF)
def test_half_precision_that_is_wrong(target, policy):
    require(target, policy)

    class Own(target.keras.layers.GRU):
        def call(self, sequences, **others):
            return super().call(sequences[:, ::-1], **others)

    layer = give_weights(Own(4, recurrent_initializer="zeros", dtype=policy), (2, 5, 3))
    report = check(layer, X)
    assert report.guesses == ["as if go_backwards were True"]


# Real sizes.


class Zero:
    """A layer whose results are times zero."""

    def call(self, sequences, **others):
        return super().call(sequences, **others) * 0


class Deaf:
    """A layer that ignores its mask."""

    def call(self, sequences, mask=None, **others):
        return super().call(sequences, **others)


class NearlyRight:
    """A layer whose results are times 1.001."""

    def call(self, sequences, **others):
        return super().call(sequences, **others) * 1.001


@pytest.mark.parametrize("wrong", [None, Zero, Deaf, NearlyRight])
@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_real_sizes(target, name, wrong):
    bases = ([wrong] if wrong else []) + [getattr(target.keras.layers, name)]
    layer = type("Own", tuple(bases), {})(64)
    layer.build((4, 50, 32))
    mask = np.arange(50) < np.array([[50], [31], [12], [1]])
    report = check(layer, numbers(4, 50, 32), mask=mask)
    assert not report.unjudged
    assert bool(report.mismatches) == bool(wrong)
    if wrong in (Zero, Deaf):
        cause = "the output were zero" if wrong is Zero else "the mask were ignored"
        assert f"as if {cause}" in report.guesses


# Not judged.


def test_what_cannot_be_judged_is_told(target, oracle_check, monkeypatch):
    def vague(replica, exact, batch_axis=0):
        return np.where(np.arange(exact.shape[-1]) == 1, np.inf, 1e-5) * np.ones(exact.shape)

    monkeypatch.setattr(layer_call, "spread", vague)
    monkeypatch.setattr(layer_call, "SHORT", 0)
    layer = give_weights(target.keras.layers.GRU(4), (2, 5, 3))
    told = "could not judge 2 of 8 numbers: 2 of output"
    report = check(layer, X)
    assert not report.mismatches and report.unjudged == told and str(report).endswith(told)
    with pytest.raises(pytest.fail.Exception, match=told):
        oracle_check(layer, X)
    assert oracle_check(layer, X, allow_unjudged=True).shape == (2, 4)


def test_a_chaotic_layer_cannot_be_judged_to_the_end(target):
    layer = target.keras.layers.SimpleRNN(32, return_sequences=True)
    layer.build((2, 200, 3))
    kernel, recurrent, bias = layer.get_weights()
    layer.set_weights([kernel, 3 * recurrent, bias])
    report = check(layer, numbers(2, 200, 3))
    assert not report.mismatches and report.unjudged.startswith("could not judge ")


def test_an_activation_of_ones_own(target, oracle_check):
    def own(x):
        return target.tf.clip_by_value(x, -0.3, 0.4)

    for steps in (5, 30):
        layer = target.keras.layers.LSTM(4, activation=own)
        give_weights(layer, (2, steps, 3))
        oracle_check(layer, numbers(2, steps, 3))


# The rules come first.

REFUSED = {
    "mask": ({"mask": MASK[:, :4]}, "the mask has shape"),
    "states": ({"initial_state": [X[:, 0, :1].repeat(4, 1)]}, "2"),
    "state": ({"initial_state": [X[:, 0], X[:, 0]]}, "3"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_rules_refuse_before_keras_is_called(target, what, oracle_check):
    arguments, message = REFUSED[what]

    class Never(target.keras.layers.LSTM):
        def call(self, *arguments, **others):
            raise AssertionError("Keras was called")

    layer = Never(4)
    layer.build((2, 5, 3))
    with pytest.raises(ValueError, match=message) as raised:
        oracle_check(layer, X, **arguments)
    assert isinstance(raised.value, rnn_oracle.reference.errors.OracleError)


def test_an_error_of_keras_is_a_finding(target, oracle_check):
    class Failing(target.keras.layers.GRU):
        def call(self, *arguments, **others):
            raise IndexError("what a pity")

    layer = Failing(4)
    layer.build((2, 5, 3))
    report = check(layer, X)
    assert report.table == [("verdict", "", "values", "IndexError at call", "", "", "")]
    assert "what a pity" in report.guesses[0] and "known" not in str(report)
    with pytest.raises(pytest.fail.Exception, match="what a pity"):
        oracle_check(layer, X)


def unrolled(target):
    layer = target.keras.layers.GRU(4, unroll=True, zero_output_for_mask=True)
    return give_weights(layer, (2, 5, 3)), X, MASK


def no_sequences(target):
    layer = give_weights(target.keras.layers.LSTM(4), (2, 5, 3))
    return layer, X[:0], None


def both_with_states(target):
    layers = target.keras.layers
    inner = layers.LSTM(4, stateful=True, return_state=True)
    both = layers.Bidirectional(inner)
    return give_weights(both, (2, 5, 3)), X, None


def nested(target):
    layers = target.keras.layers
    layer = layers.RNN([layers.LSTMCell(4), layers.LSTMCell(3)], stateful=True)
    return give_weights(layer, (2, 5, 3)), X, None


RAISES = {
    "keras2-unrolled-zeros-without-sequences": ("keras2", unrolled),
    "keras3-lstm-empty-batch": ("keras3", no_sequences),
    "keras3-bidirectional-stateful-with-return-state": ("keras3", both_with_states),
    "keras3-nested-states-not-reset": ("keras3", nested),
}


@pytest.mark.parametrize("entry", RAISES)
def test_a_known_error_is_named(target, entry):
    name, make = RAISES[entry]
    layer, x, mask = make(target) if target.name == name else (None, None, None)
    if layer is None:
        pytest.skip(f"known of {name}")
    if not is_known(target, entry):
        pytest.skip("not known of this release")
    report = check(layer, x, mask=mask)
    assert any(line.startswith(f"known divergence {entry}, breaks ") for line in report.guesses)


def test_rounding_of_weights():
    from rnn_oracle.arithmetic.error_bounds import rounded

    w = numbers(50)
    for dtype, digits in (("float16", "float16"), ("float32", "float32"), ("float64", "float64")):
        np.testing.assert_array_equal(rounded(w, dtype), w.astype(digits))
    assert 0 < np.abs(rounded(w, "bfloat16") / w - 1).max() <= UNIT_ROUNDOFF["bfloat16"]
    np.testing.assert_array_equal(rounded(w * 2.0**-14, "float16"), (w * 2.0**-14).astype("f2"))
