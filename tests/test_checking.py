"""The fixture `oracle_check` on live layers: right ones pass, and what is wrong is told."""

import sys

import numpy as np
import pytest
from helpers import give_weights, is_known, knows, numbers, within

import rnn_oracle
from rnn_oracle.testing.checking import check

pytestmark = pytest.mark.itself

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, True]])


def built(target, name, units=4, **options):
    return give_weights(getattr(target.keras.layers, name)(units, **options), (2, 5, 3))


def masked(target, mask):
    """Return inputs with a mask attached to them."""
    return target.keras.layers.Masking()(target.tf.constant(X * mask[..., None]))


def spoiled(target, name, spoil, **options):
    """Return a layer of a class whose instances say that they have other weights."""
    kind = getattr(target.keras.layers, name)

    def get_weights(self):
        return spoil(*kind.get_weights(self))

    layer = kind(4, **options)
    give_weights(layer, (2, 5, 3))
    layer.__class__ = type("Own" + name, (kind,), {"get_weights": get_weights})
    return layer


def swap(first, second, count):
    order = list(range(count))
    order[first], order[second] = second, first

    def swapped(*weights):
        return [
            np.concatenate([np.split(w, count, axis=-1)[i] for i in order], axis=-1)
            for w in weights
        ]

    return swapped


RIGHT = {
    "LSTM": dict(return_state=True),
    "GRU": dict(go_backwards=True, return_state=True, activation="relu"),
    "SimpleRNN": dict(return_state=True, dtype="float64"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_layer_that_is_right(target, name, oracle_check):
    layer = built(target, name, **RIGHT[name])
    states = [numbers(2, 4, seed=i) for i in range(2 if name == "LSTM" else 1)]
    for call in ({}, {"mask": MASK, "training": False}, {"initial_state": states, "mask": MASK}):
        result = oracle_check(layer, X.astype("float64"), **call)
        assert np.asarray(result[0]).dtype == np.float64
    assert str(check(layer, X)).endswith(") does what the rules demand")


def test_a_layer_that_is_not_built_yet(target, oracle_check):
    assert oracle_check(target.keras.layers.GRU(4), X).shape == (2, 4)


def test_a_chain_that_is_not_built(target, oracle_check):
    layers = target.keras.layers
    oracle_check(target.keras.Sequential([layers.Masking(), layers.GRU(4)]), X)


@pytest.mark.parametrize("merge_mode", ["concat", None])
def test_both_directions(target, merge_mode, oracle_check):
    layers = target.keras.layers
    inner = layers.SimpleRNN(4, return_sequences=True, return_state=True)
    layer = give_weights(layers.Bidirectional(inner, merge_mode=merge_mode), (2, 5, 3))
    assert len(oracle_check(layer, masked(target, MASK))) == (3 if merge_mode else 4)


def test_an_option_that_is_ignored(target):
    layer = built(target, "LSTM", return_sequences=True, zero_output_for_mask=True)
    report = check(layer, masked(target, MASK))
    without = is_known(target, "keras2-zeros-not-put-out-by-kernels")
    texts = [guess.partition(":")[0] for guess in report.guesses[:1]]
    assert texts == ["as if zero_output_for_mask were False"] * without
    assert bool(report.mismatches) == without


def test_a_mask_that_goes_no_further(target):
    report = check(built(target, "GRU", return_sequences=True), X, mask=MASK)
    known = ": known divergence keras3-mask-argument-not-passed-on, breaks M4"
    if within(target, keras3="<3.11"):
        assert [row[:4] for row in report.table] == [("mask of output", "", "there", "missing")]
        assert report.guesses[0] == "as if the mask did not go on with the output" + known
    else:
        assert not report.mismatches


def test_models(target, oracle_check):
    keras = target.keras
    ids = np.array([[3, 1, 0, 2, 0], [0, 2, 2, 0, 1]])
    model = keras.Sequential(
        [
            keras.layers.Embedding(5, 3, mask_zero=True),
            keras.layers.GRU(4, return_sequences=True),
            keras.layers.Dense(2),
        ]
    )
    model(target.tf.constant(ids))
    assert oracle_check(model, ids).shape == (2, 5, 2)
    inputs = keras.Input((5, 3))
    chain = keras.Model(inputs, keras.layers.LSTM(4)(inputs))
    assert oracle_check(chain, X, mask=MASK).shape == (2, 4)


def test_a_model_rounds_its_input_to_the_dtype_of_the_input(target, oracle_check):
    if target.dialect == "keras2_v1":
        pytest.skip("it casts nothing")
    if within(target, keras2="<2.2", keras3="<3.5"):
        pytest.skip("there a model does not cast its input")
    if within(target, keras3=">=3.5,<3.10"):
        pytest.skip("there Keras puts an operation between, which cannot be copied")
    keras = target.keras
    inputs = keras.Input((5, 3), dtype="float32")
    model = keras.Model(inputs, keras.layers.GRU(4, dtype="float64")(inputs))
    give_weights(model.layers[-1], (2, 5, 3))
    oracle_check(model, numbers(2, 5, 3, dtype="float64"))


def test_an_attached_mask_counts(target, oracle_check):
    layer = built(target, "LSTM", return_sequences=True)
    x = masked(target, MASK)
    result = oracle_check(layer, x)
    np.testing.assert_array_equal(result[0, 2], result[0, 1])


def test_an_attached_mask_with_an_initial_state(target):
    layer = built(target, "GRU", return_sequences=True, return_state=True)
    x = masked(target, MASK)
    told = str(check(layer, x, initial_state=numbers(2, 4)))
    known = "known divergence keras3-mask-lost-with-initial-state, breaks M6"
    assert (known in told) == (target.name == "keras3"), told
    if target.name == "keras3":
        assert "as if the mask that is attached to the input were ignored: " + known in told
        assert "Pass the mask by hand" in told
        by_hand = check(layer, x, mask=MASK, initial_state=numbers(2, 4))
        assert not {"output", "state h"} & {mismatch.name for mismatch in by_hand.mismatches}


def test_states_that_come_wrapped(target):
    layers = target.keras.layers
    layer = layers.RNN([layers.GRUCell(4), layers.SimpleRNNCell(2)], return_state=True)
    report = check(give_weights(layer, (2, 5, 3)), X)
    assert [m.name for m in report.mismatches] == ["nesting"] * (target.name == "keras3")
    assert ("keras3-stacked-single-states-wrapped" in str(report)) == (target.name == "keras3")


WIDE, UNROLLED = dict(dtype="float64"), dict(unroll=True, return_sequences=True)
KNOWN = {
    # the entry, less its target: the layer, and the call
    "unrolled-zeros-misplaced": (
        lambda target: built(
            target, "GRU", go_backwards=True, zero_output_for_mask=True, **UNROLLED
        ),
        {"mask": MASK},
    ),
    "unrolled-zeros-misplaced, Bidirectional": (
        lambda target: give_weights(
            target.keras.layers.Bidirectional(target.keras.layers.LSTM(4, **UNROLLED)), (2, 5, 3)
        ),
        {"mask": MASK},
    ),
    "leaky-relu-in-float64": (
        lambda target: built(target, "LSTM", activation="leaky_relu", **WIDE),
        {},
    ),
    "gelu-in-float64": (lambda target: built(target, "SimpleRNN", activation="gelu", **WIDE), {}),
    "sparsemax-no-projection": (lambda target: built(target, "GRU", activation="sparsemax"), {}),
}
LATER = {
    # the activation that not each release has
    "leaky-relu-in-float64": "leaky_relu",
    "gelu-in-float64": "gelu",
    "sparsemax-no-projection": "sparsemax",
}


@pytest.mark.parametrize("what", KNOWN)
def test_what_is_known_is_named(target, what):
    make, call = KNOWN[what]
    if not knows(target.keras.activations.get, LATER.get(what, "tanh")):
        pytest.skip(f"{target.name} {target.version} has no such activation")
    report = check(make(target), X, **call)
    entry = f"{target.name}-{what.partition(',')[0]}"
    if not (report.mismatches or is_known(target, entry)):
        pytest.skip("this release does it right")
    assert report.guesses[0].startswith("as if ")
    assert (f": known divergence {entry}" in report.guesses[0]) == is_known(target, entry)


def test_a_list_of_cells_in_float64(target):
    layers = target.keras.layers
    cells = [layers.GRUCell(4, **WIDE), layers.SimpleRNNCell(2, **WIDE)]
    layer = layers.RNN(cells, return_state=True, **WIDE)
    report = check(give_weights(layer, (2, 5, 3)), numbers(2, 5, 3, dtype="float64"))
    rounded, wrapped = "the list of cells rounded its input", "each state came in a list of its own"
    if target.name == "keras3":
        known = ": known divergence keras3-stacked-single-states-wrapped, breaks S1"
        both = f"as if {wrapped}, and as if {rounded} and its states to float32{known}"
        assert report.guesses[0] == both
    elif is_known(target, "keras2-stacked-cells-round-input"):
        known = ": known divergence keras2-stacked-cells-round-input, breaks D6"
        assert report.guesses[0] == f"as if {rounded} to float32{known}"
    else:
        assert not report.mismatches


@pytest.mark.parametrize("wrapped", [False, True], ids=["bare", "wrapped"])
def test_states_that_come_as_they_were_given(target, wrapped):
    if wrapped and target.name == "keras2":
        pytest.skip("Keras 2 has no such states")
    layers = target.keras.layers
    layer = layers.RNN([layers.GRUCell(4), layers.SimpleRNNCell(2)], return_state=True)
    states = [numbers(2, 4), numbers(2, 2)]
    given = [[state] for state in states] if wrapped else states
    report = check(give_weights(layer, (2, 5, 3)), X, initial_state=given)
    assert [m.name for m in report.mismatches] == ["nesting"] * wrapped
    assert ("keras3-stacked-single-states-wrapped" in str(report)) == wrapped


WRONG = {
    "i-f": ("LSTM", swap(0, 1, 4), "as if gates i and f were swapped", 0),
    "g-o": ("LSTM", swap(2, 3, 4), "as if gates g and o were swapped", 0),
    "r-h": ("GRU", swap(1, 2, 3), "as if gates r and h were swapped", 0),
    "transposed": (
        "SimpleRNN",
        lambda kernel, recurrent, bias: [kernel, recurrent.T, bias],
        "as if the recurrent kernel were transposed",
        1,
    ),
    "biases": (
        "GRU",
        lambda kernel, recurrent, bias: [kernel, recurrent, bias[::-1]],
        "as if the two rows of the bias were swapped",
        0,
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_layer_that_is_wrong(target, what):
    name, spoil, words, step = WRONG[what]
    options = {"reset_after": True} if name == "GRU" else {}
    layer = spoiled(target, name, spoil, return_sequences=True, return_state=True, **options)
    report = check(layer, X)
    assert report.guesses == [words]
    assert str(report).startswith(f"{layer.name} (Own{name} of ")
    (row,) = [row for row in report.table if row[0] == "output"]
    assert row[1] == f"step {step}, row 0, unit 0"


def test_the_first_step_that_parts_is_told(target, oracle_check):
    class Deaf(target.keras.layers.GRU):
        """A layer that ignores its mask."""

        def call(self, sequences, initial_state=None, mask=None, training=False):
            return super().call(sequences, initial_state=initial_state)

    layer = give_weights(Deaf(4, return_sequences=True, name="deaf"), (2, 5, 3))
    late = np.array([[True, True, True, True, False], [True, True, True, False, True]])
    x = masked(target, late)
    report = check(layer, x)
    words = "as if the mask that is attached to the input were ignored"
    assert report.guesses == [words]
    ((name, place, expected, got, allowed, off, worst),) = report.table
    assert (name, place, off) == ("output", "step 3, row 1, unit 0", "12 of 40")
    assert np.float32(expected) == np.float32(report.demanded[1, 3, 0])
    assert report.demanded[1, 3, 0] == report.demanded[1, 2, 0]
    assert np.float32(got) == np.asarray(layer(x))[1, 3, 0]
    with pytest.raises(pytest.fail.Exception, match=words):
        oracle_check(layer, x)


def test_what_nothing_explains_is_told_without_a_guess(target):
    layer = spoiled(target, "GRU", lambda *weights: [0.5 * w for w in weights])
    report = check(layer, X)
    assert report.mismatches and not report.guesses
    assert str(report).splitlines()[-1].startswith("output  row 0, unit 0")


REFUSED = {
    "unknown": ("Conv2D", (2, 1), {}, TypeError, "cannot copy .*Conv2D: it knows"),
    "cell": ("GRUCell", (4,), {}, TypeError, "is a cell: check a layer that runs it"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(target, what, oracle_check):
    name, arguments, options, error, message = REFUSED[what]
    with pytest.raises(error, match=message):
        x = X[:, None] if name == "Conv2D" else X
        oracle_check(getattr(target.keras.layers, name)(*arguments, **options), x)


def test_two_policies_are_refused(target, oracle_check):
    layers = target.keras.layers
    chain = target.keras.Sequential([layers.GRU(4), layers.Dense(2, dtype="float64")])
    chain(target.tf.constant(X))
    with pytest.raises(ValueError, match="has the policies float32, float64: it is checked if it"):
        oracle_check(chain, X)


def test_keras_on_something_else_is_refused(target, oracle_check, monkeypatch):
    if target.name != "keras3":
        pytest.skip("Keras 2 runs on TensorFlow alone")
    layer = target.keras.layers.GRU(4)
    monkeypatch.setattr(sys.modules["keras"].backend, "backend", lambda: "jax")
    with pytest.raises(ValueError, match="gru.* runs on jax, but only Keras on TensorFlow"):
        oracle_check(layer, X)


def test_training_is_refused(target, oracle_check):
    with pytest.raises(ValueError, match="the forward pass alone, not training=True"):
        oracle_check(target.keras.layers.GRU(4), X, training=True)


def test_a_symbolic_tensor_is_refused(target, oracle_check):
    layer, x = target.keras.layers.GRU(4), target.keras.Input((5, 3))
    with pytest.raises((TypeError, ValueError, NotImplementedError)):
        oracle_check(layer, x)


def test_what_keras_refuses_is_passed_on(target, oracle_check):
    with pytest.raises(ValueError, match="ndim"):
        oracle_check(target.keras.layers.GRU(4), X[0])


def test_what_is_no_keras_layer(oracle_check):
    with pytest.raises(TypeError, match="LSTM is not a Keras object"):
        oracle_check(rnn_oracle.LSTM(4), X)
